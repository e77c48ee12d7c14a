// RUN: qopt %s --canonicalize | FileCheck %s

!u = !quant.uniform<u8:f32, 0.1:128>
!v = !quant.uniform<u8:f32, 0.2>

// CHECK-LABEL: func @quantize_of_dequantize(
// CHECK-SAME: %[[X:[^:]*]]:
// CHECK: return %[[X]]
func.func @quantize_of_dequantize(%x: tensor<4x!u>) -> tensor<4x!u> {
  %0 = kernel.dequantize %x : tensor<4x!u> to tensor<4xf32>
  %1 = kernel.quantize %0 : tensor<4xf32> to tensor<4x!u>
  return %1 : tensor<4x!u>
}

// Rounding is not undone.
// CHECK-LABEL: func @dequantize_of_quantize(
// CHECK: kernel.quantize
// CHECK: kernel.dequantize
func.func @dequantize_of_quantize(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = kernel.quantize %x : tensor<4xf32> to tensor<4x!u>
  %1 = kernel.dequantize %0 : tensor<4x!u> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func @other_parameters(
// CHECK: kernel.dequantize
// CHECK: kernel.quantize
func.func @other_parameters(%x: tensor<4x!u>) -> tensor<4x!v> {
  %0 = kernel.dequantize %x : tensor<4x!u> to tensor<4xf32>
  %1 = kernel.quantize %0 : tensor<4xf32> to tensor<4x!v>
  return %1 : tensor<4x!v>
}

// CHECK-LABEL: func @nothing_to_do(
// CHECK-SAME: %[[X:[^:]*]]:
// CHECK: return %[[X]]
func.func @nothing_to_do(%x: tensor<4x!u>) -> tensor<4x!u> {
  %0 = kernel.requantize %x : tensor<4x!u> to tensor<4x!u>
  %1 = kernel.reorder %0 : tensor<4x!u> to tensor<4x!u>
  %2 = kernel.reshape %1 : (tensor<4x!u>) -> tensor<4x!u>
  %3 = kernel.expand %2 : (tensor<4x!u>) -> tensor<4x!u>
  return %3 : tensor<4x!u>
}

// CHECK-LABEL: func @there_and_back(
// CHECK-SAME: %[[X:[^:]*]]:
// CHECK: return %[[X]]
func.func @there_and_back(%x: tensor<1x2x3xf32>) -> tensor<1x2x3xf32> {
  %0 = kernel.reorder %x : tensor<1x2x3xf32> to tensor<1x2x3xf32, #kernel.channels_last>
  %1 = kernel.reorder %0 : tensor<1x2x3xf32, #kernel.channels_last> to tensor<1x2x3xf32>
  return %1 : tensor<1x2x3xf32>
}

// Equal constants are one; an observer is never dead.
// CHECK-LABEL: func @constants(
// CHECK-COUNT-1: kernel.constant
// CHECK-NOT: kernel.constant
// CHECK: kernel.observe
quantir.observer @act_0 #quantir.min_max
func.func @constants(%x: tensor<2xf32>) -> (tensor<2x!u>, tensor<2x!u>) {
  %0 = kernel.constant dense<[1, 2]> : tensor<2xi8> as tensor<2x!u>
  %1 = kernel.constant dense<[1, 2]> : tensor<2xi8> as tensor<2x!u>
  kernel.observe %x, @act_0 : tensor<2xf32>
  return %0, %1 : tensor<2x!u>, tensor<2x!u>
}
