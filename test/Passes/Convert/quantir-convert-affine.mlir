// Observers of blocks: a quantized type where one says what they do, else the parameters of the blocks.
// RUN: qopt %s -quantir-convert-observers -split-input-file -verify-diagnostics | FileCheck %s

quantir.observer @axis #quantir.affine_min_max<dtype = int4, granularity = per_axis, ch_axis = 0>
    state {min_val = array<f32: 0.0, -1.0>, max_val = array<f32: 3.75, 0.5>, blocks = array<i64: 2, 1>, samples = 1 : i64}
quantir.observer @narrow #quantir.affine_min_max<quant_min = -100, quant_max = 100>
    state {min_val = array<f32: -10.0>, max_val = array<f32: 5.0>, samples = 1 : i64}
quantir.observer @groups #quantir.affine_min_max<dtype = int4, granularity = per_group, group_size = 2>
    state {min_val = array<f32: 0.0, -1.0, -7.5, 0.0>, max_val = array<f32: 3.75, 0.5, 0.0, 0.0>, blocks = array<i64: 2, 2>, samples = 1 : i64}
quantir.observer @real #quantir.affine_min_max<dtype = uint4, mapping_type = asymmetric, zero_point_domain = float, preserve_zero = false>
    state {min_val = array<f32: 1.0>, max_val = array<f32: 8.5>, samples = 1 : i64}
quantir.observer @none #quantir.affine_min_max<zero_point_domain = none>
    state {min_val = array<f32: -10.0>, max_val = array<f32: 127.5>, samples = 1 : i64}
quantir.observer @wide #quantir.affine_min_max<dtype = int16>
    state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, samples = 1 : i64}
quantir.observer @rows #quantir.affine_min_max<granularity = per_block, block_size = [-1, 2]>
    state {min_val = array<f32: -1.0, -2.0>, max_val = array<f32: 0.0, 1.0>, blocks = array<i64: 1, 2>, samples = 1 : i64}
quantir.observer @tokens #quantir.affine_min_max<granularity = per_token, is_dynamic = true>

// CHECK-NOT: quantir.observer
// CHECK-LABEL: @weights
func.func @weights(%w: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK: quant.qcast %arg0 : tensor<2x4xf32> to tensor<2x4x!quant.uniform<i8<-8:7>:f32:0, {5.000000e-01,0.13333{{[0-9]*}}}>>
  %0 = quantir.observe %w, @axis : tensor<2x4xf32>
  // CHECK: quantir.fake_quantize_affine %arg0 {scales = array<f32: 5.000000e-01, 0.13333{{[0-9]*}}, 1.000000e+00, 1.1920929E-7>, spec = #quantir.affine_min_max<dtype = int4, granularity = per_group, group_size = 2>, zero_points = array<i32: 0, 0, 0, 0>} : tensor<2x4xf32>
  %1 = quantir.observe %w, @groups : tensor<2x4xf32>
  // CHECK: quantir.fake_quantize_affine %arg0 {float_zero_points = array<f32: 5.000000e+00>, scales = array<f32: 5.000000e-01>, spec = #quantir.affine_min_max<dtype = uint4,
  %2 = quantir.observe %w, @real : tensor<2x4xf32>
  return %0, %1, %2 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: @activations
func.func @activations(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: quant.qcast %arg0 : tensor<?x4xf32> to tensor<?x4x!quant.uniform<i8<-100:100>:f32, 0.10000000149011612>>
  %0 = quantir.observe %x, @narrow : tensor<?x4xf32>
  // CHECK: quantir.fake_quantize_affine %{{.*}} {scales = array<f32: 1.000000e+00>, spec = #quantir.affine_min_max<zero_point_domain = none>} : tensor<?x4xf32>
  %1 = quantir.observe %0, @none : tensor<?x4xf32>
  // CHECK: quantir.fake_quantize_affine %{{.*}} {scales = array<f32: 3.05180438E-5>, spec = #quantir.affine_min_max<dtype = int16>, zero_points = array<i32: 0>}
  %2 = quantir.observe %1, @wide : tensor<?x4xf32>
  // CHECK: quantir.fake_quantize_affine %{{.*}} {scales = array<f32: {{[^,]*}}, {{[^,]*}}>, spec = #quantir.affine_min_max<block_size = [-1,2], granularity = per_block>, zero_points = array<i32: 0, 0>} : tensor<?x4xf32>
  %3 = quantir.observe %2, @rows : tensor<?x4xf32>
  // CHECK: quantir.fake_quantize_affine %{{.*}} {spec = #quantir.affine_min_max<granularity = per_token, is_dynamic = true>} : tensor<?x4xf32>
  %4 = quantir.observe %3, @tokens : tensor<?x4xf32>
  return %4 : tensor<?x4xf32>
}

// -----

// The statistics of another shape.
quantir.observer @groups #quantir.affine_min_max<dtype = int4, granularity = per_group, group_size = 2>
    state {min_val = array<f32: 0.0, -1.0>, max_val = array<f32: 3.75, 0.5>, blocks = array<i64: 1, 2>, samples = 1 : i64}
func.func @shape(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // expected-error@+1 {{cannot quantize this value in blocks: expected a scale and a zero point (int) for each of 4 blocks, but got 2 and 2}}
  %0 = quantir.observe %x, @groups : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// expected-error@+1 {{has no state; calibrate the prepared model first}}
quantir.observer @groups #quantir.affine_min_max<dtype = int4, granularity = per_group, group_size = 2>
func.func @missing(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = quantir.observe %x, @groups : tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
