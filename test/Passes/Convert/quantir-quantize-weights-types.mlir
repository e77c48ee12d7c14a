// Casts of constants to types that lib/Numerics has no codes of stay as they are.
// RUN: qopt %s --quantir-quantize-weights | FileCheck %s

// CHECK-LABEL: func @sub_channel
// CHECK: arith.constant dense<{{.*}}> : tensor<2x2xf32>
// CHECK: quant.qcast
func.func @sub_channel() -> tensor<2x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %q = quant.qcast %w : tensor<2x2xf32> to tensor<2x2x!quant.uniform<i8:f32:{0:1, 1:2}, {{0.1}, {0.2}}>>
  %d = quant.dcast %q : tensor<2x2x!quant.uniform<i8:f32:{0:1, 1:2}, {{0.1}, {0.2}}>> to tensor<2x2xf32>
  return %d : tensor<2x2xf32>
}

// CHECK-LABEL: func @sixteen_bits
// CHECK: arith.constant dense<[1.000000e+00, 2.000000e+02]> : tensor<2xf32>
// CHECK: quant.qcast
func.func @sixteen_bits() -> tensor<2xf32> {
  %w = arith.constant dense<[1.0, 200.0]> : tensor<2xf32>
  %q = quant.qcast %w : tensor<2xf32> to tensor<2x!quant.uniform<i16:f32, 0.1>>
  %d = quant.dcast %q : tensor<2x!quant.uniform<i16:f32, 0.1>> to tensor<2xf32>
  return %d : tensor<2xf32>
}

// CHECK-LABEL: func @unsigned_wide
// CHECK: arith.constant dense<[1.000000e+00, 2.000000e+02]> : tensor<2xf32>
// CHECK: quant.qcast
func.func @unsigned_wide() -> tensor<2xf32> {
  %w = arith.constant dense<[1.0, 200.0]> : tensor<2xf32>
  %q = quant.qcast %w : tensor<2xf32> to tensor<2x!quant.uniform<u32:f32, 0.1>>
  %d = quant.dcast %q : tensor<2x!quant.uniform<u32:f32, 0.1>> to tensor<2xf32>
  return %d : tensor<2xf32>
}

// CHECK-LABEL: func @calibrated
// CHECK: arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: quant.qcast
func.func @calibrated() -> tensor<2xf32> {
  %w = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %q = quant.qcast %w : tensor<2xf32> to tensor<2x!quant.calibrated<f32<-1.0:1.0>>>
  %d = quant.dcast %q : tensor<2x!quant.calibrated<f32<-1.0:1.0>>> to tensor<2xf32>
  return %d : tensor<2xf32>
}
