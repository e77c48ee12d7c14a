// Observers whose parameters are chosen at run time, and those of types that are not integers.
// RUN: qopt %s -quantir-convert-observers | FileCheck %s

quantir.observer @dynamic #quantir.placeholder<dtype = quint8, is_dynamic = true>
quantir.observer @halved #quantir.placeholder<dtype = qint8, reduce_range = true, is_dynamic = true>
quantir.observer @half #quantir.placeholder<dtype = float16, is_dynamic = true>
quantir.observer @float #quantir.placeholder
quantir.observer @rows #quantir.per_channel_min_max<dtype = quint8, qscheme = per_channel_affine_float_qparams>
    state {min_val = array<f32: 0.0, -1.0>, max_val = array<f32: 255.0, 1.55>, samples = 1 : i64}

// CHECK-NOT: quantir.observer
// CHECK-LABEL: @activations
func.func @activations(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: %[[A:.+]] = quantir.fake_quantize_dynamic %arg0 {quant_max = 255 : i32, quant_min = 0 : i32} : tensor<?x4xf32>
  %0 = quantir.observe %x, @dynamic : tensor<?x4xf32>
  // CHECK: %[[B:.+]] = quantir.fake_quantize_dynamic %[[A]] {quant_max = 63 : i32, quant_min = -64 : i32}
  %1 = quantir.observe %0, @halved : tensor<?x4xf32>
  // CHECK: %[[C:.+]] = quantir.round_float16 %[[B]] : tensor<?x4xf32>
  %2 = quantir.observe %1, @half : tensor<?x4xf32>
  // CHECK-NEXT: return %[[C]]
  %3 = quantir.observe %2, @float : tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// Weights are rounded here: to half precision, and to codes with a real zero point for each row.
// CHECK-LABEL: @weights
func.func @weights() -> (tensor<2xf32>, tensor<2x2xf32>) {
  // CHECK-DAG: %[[HALF:.+]] = arith.constant dense<[1.000000e+00, 6.10351563E-5]> : tensor<2xf32>
  %w = arith.constant dense<[1.0001, 0.0000610352]> : tensor<2xf32>
  // CHECK-DAG: %[[ROWS:.+]] = arith.constant dense<{{\[\[}}0.000000e+00, 3.000000e+00], [-1.000000e+00, 1.550000e+00]]> : tensor<2x2xf32>
  %r = arith.constant dense<[[0.25, 3.25], [-1.001, 1.551]]> : tensor<2x2xf32>
  %0 = quantir.observe %w, @half : tensor<2xf32>
  %1 = quantir.observe %r, @rows : tensor<2x2xf32>
  // CHECK: return %[[HALF]], %[[ROWS]]
  return %0, %1 : tensor<2xf32>, tensor<2x2xf32>
}
