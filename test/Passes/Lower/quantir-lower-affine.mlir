// Constants are rounded in blocks when they are lowered, other values by a kernel.
// RUN: qopt %s -quantir-lower | FileCheck %s
// RUN: qopt %s -quantir-lower -quantir-assign-layout | FileCheck %s --check-prefix=LAYOUT

// CHECK-LABEL: @constants
func.func @constants() -> (tensor<1x4xf32>, tensor<2xf32>) {
  %w = arith.constant dense<[[1.4, -20.0, 0.8, 100.0]]> : tensor<1x4xf32>
  %r = arith.constant dense<[1.2, 30.0]> : tensor<2xf32>
  // CHECK-DAG: %[[W:.*]] = kernel.constant {{.*}}[1.000000e+00, -8.000000e+00, 1.000000e+00, 3.000000e+00]
  %0 = quantir.fake_quantize_affine %w {
      spec = #quantir.affine_min_max<dtype = int4, granularity = per_group, group_size = 2>,
      scales = array<f32: 1.0, 0.5>, zero_points = array<i32: 0, 1>} : tensor<1x4xf32>
  // Codes 0 to 3 stand for 1, 1.5, 2, 2.5.
  // CHECK-DAG: %[[R:.*]] = kernel.constant {{.*}}[1.000000e+00, 2.500000e+00]
  %1 = quantir.fake_quantize_affine %r {
      spec = #quantir.affine_min_max<dtype = uint2, mapping_type = asymmetric, zero_point_domain = float, preserve_zero = false>,
      scales = array<f32: 0.5>, float_zero_points = array<f32: 2.0>} : tensor<2xf32>
  // CHECK: return %[[W]], %[[R]]
  return %0, %1 : tensor<1x4xf32>, tensor<2xf32>
}

// The blocks of a kernel lie in row-major order.
// CHECK-LABEL: @activations
// LAYOUT-LABEL: @activations
func.func @activations(%x: tensor<?x2x4x4xf32>) -> tensor<?x2x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  // LAYOUT: kernel.conv
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<?x2x4x4xf32>
  // CHECK: kernel.fake_quantize_affine %{{.*}} {spec = #quantir.affine_min_max<granularity = per_row, is_dynamic = true>} : tensor<?x2x4x4xf32> to tensor<?x2x4x4xf32>
  // LAYOUT: kernel.reorder %{{.*}} : tensor<?x2x4x4xf32, #kernel.channels_last> to tensor<?x2x4x4xf32>
  // LAYOUT: kernel.fake_quantize_affine %{{.*}} : tensor<?x2x4x4xf32> to tensor<?x2x4x4xf32>
  %1 = quantir.fake_quantize_affine %0 {spec = #quantir.affine_min_max<granularity = per_row, is_dynamic = true>} : tensor<?x2x4x4xf32>
  %2 = nn.conv %1, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<?x2x4x4xf32>
  return %2 : tensor<?x2x4x4xf32>
}
