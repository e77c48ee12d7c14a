// RUN: qopt %s | qopt | FileCheck %s

// CHECK-LABEL: @blocks
func.func @blocks(%w: tensor<1x4xf32>, %x: tensor<?x4xf32>) {
  // CHECK: quantir.fake_quantize_affine %arg0 {scales = array<f32: 5.000000e-01, 2.500000e-01>, spec = #quantir.affine_min_max<dtype = int4, granularity = per_group, group_size = 2>, zero_points = array<i32: 0, 1>} : tensor<1x4xf32>
  %0 = quantir.fake_quantize_affine %w {
      spec = #quantir.affine_min_max<dtype = int4, granularity = per_group, group_size = 2>,
      scales = array<f32: 0.5, 0.25>, zero_points = array<i32: 0, 1>} : tensor<1x4xf32>
  // CHECK: float_zero_points = array<f32: 1.500000e+00>
  %1 = quantir.fake_quantize_affine %x {
      spec = #quantir.affine_min_max<dtype = uint3, mapping_type = asymmetric, zero_point_domain = float, preserve_zero = false>,
      scales = array<f32: 0.5>, float_zero_points = array<f32: 1.5>} : tensor<?x4xf32>
  // CHECK: zero_point_domain = none>} : tensor<1x4xf32>
  %2 = quantir.fake_quantize_affine %w {
      spec = #quantir.affine_min_max<dtype = float8_e4m3fn, zero_point_domain = none>, scales = array<f32: 0.5>} : tensor<1x4xf32>
  // CHECK: quantir.fake_quantize_affine %arg1 {spec = #quantir.affine_min_max<granularity = per_token, is_dynamic = true>} : tensor<?x4xf32>
  %3 = quantir.fake_quantize_affine %x {spec = #quantir.affine_min_max<granularity = per_token, is_dynamic = true>} : tensor<?x4xf32>
  // CHECK: kernel.fake_quantize_affine %arg1 {spec = #quantir.affine_min_max<granularity = per_token, is_dynamic = true>} : tensor<?x4xf32> to tensor<?x4xf32>
  %4 = kernel.fake_quantize_affine %x {spec = #quantir.affine_min_max<granularity = per_token, is_dynamic = true>} : tensor<?x4xf32> to tensor<?x4xf32>
  return
}
