// With keep-reference, every cast is executed, around float kernels.
// RUN: qopt %s --quantir-lower=keep-reference | FileCheck %s

!u = !quant.uniform<u8:f32, 0.5:128>
!v = !quant.uniform<u8:f32, 0.25>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>

// CHECK: module attributes {kernel.backend = "onednn", quantir.stage = "reference"}
module attributes {quantir.stage = "reference"} {

// CHECK-LABEL: func @main(
// CHECK-DAG: %[[B:.*]] = kernel.constant dense<[1.750000e+00, 1.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[C:.*]] = kernel.constant dense<3> : tensor<2x2x1xi8> as
// CHECK-DAG: %[[W:.*]] = kernel.dequantize %[[C]]
// CHECK: %[[X:.*]] = kernel.quantize
// CHECK-NEXT: %[[XF:.*]] = kernel.dequantize %[[X]]
// CHECK-NEXT: %[[Y:.*]] = kernel.conv %[[XF]], %[[W]] bias(%[[B]]) {activation = #kernel.activation<relu>,
// CHECK-SAME: -> tensor<?x2x4xf32>
// CHECK-NEXT: %[[Q:.*]] = kernel.quantize %[[Y]]
// CHECK-NEXT: %[[D:.*]] = kernel.dequantize %[[Q]]
// CHECK-NEXT: %[[F:.*]] = kernel.reshape %[[D]]
// CHECK-NEXT: %[[R:.*]] = kernel.quantize %[[F]]
// CHECK-NEXT: %[[Z:.*]] = kernel.dequantize %[[R]]
// CHECK-NEXT: return %[[Z]]
func.func @main(%x: tensor<?x2x4xf32>) -> tensor<?x8xf32> {
  %codes = arith.constant dense<3> : tensor<2x2x1xi8>
  %quantized = quant.scast %codes : tensor<2x2x1xi8> to tensor<2x2x1x!w>
  %w = quant.dcast %quantized : tensor<2x2x1x!w> to tensor<2x2x1xf32>
  %bias_codes = arith.constant dense<[7, 8]> : tensor<2xi32>
  %bias = quant.scast %bias_codes : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.125}>>
  %b = quant.dcast %bias : tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.125}>> to tensor<2xf32>
  %q = quant.qcast %x : tensor<?x2x4xf32> to tensor<?x2x4x!u>
  %k = quantir.keep %q : tensor<?x2x4x!u>
  %0 = quant.dcast %k : tensor<?x2x4x!u> to tensor<?x2x4xf32>
  %1 = nn.conv %0, %w, %b {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<?x2x4xf32>
  %2 = nn.relu %1 : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %3 = quant.qcast %2 : tensor<?x2x4xf32> to tensor<?x2x4x!v>
  %4 = quant.dcast %3 : tensor<?x2x4x!v> to tensor<?x2x4xf32>
  %5 = nn.flatten %4 {start_axis = 1, end_axis = 2} : (tensor<?x2x4xf32>) -> tensor<?x8xf32>
  %6 = quant.qcast %5 : tensor<?x8xf32> to tensor<?x8x!v>
  %7 = quant.dcast %6 : tensor<?x8x!v> to tensor<?x8xf32>
  return %7 : tensor<?x8xf32>
}

}
