// RUN: qtranslate --export-plan %s -o %t.plan
// RUN: %python %S/Inputs/dump-plan.py %S/../../../runtime/schema/plan.fbs %t.plan | FileCheck %s

func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: op FakeQuantizeAffine {"name": "", "kind": {"config": "{{.*}}per_token{{.*}}"}, "inputs": [0], "outputs": [1]}
  %0 = kernel.fake_quantize_affine %x {spec = #quantir.affine_min_max<granularity = per_token, is_dynamic = true>} : tensor<?x4xf32> to tensor<?x4xf32>
  // CHECK: op FakeQuantizeAffine {"name": "", "kind": {"config": "{{.*}}", "scales": [0.5, 0.25], "zero_points": [0, 3]}, "inputs": [1], "outputs": [2]}
  %1 = kernel.fake_quantize_affine %0 {
      spec = #quantir.affine_min_max<granularity = per_block, block_size = [-1, 2]>,
      scales = array<f32: 0.5, 0.25>, zero_points = array<i32: 0, 3>} : tensor<?x4xf32> to tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}
