// The reference form becomes integer kernels, where there are such.
// RUN: qopt %s --quantir-lower | FileCheck %s

!u = !quant.uniform<u8:f32, 0.5:128>
!v = !quant.uniform<u8:f32, 0.25>
!s = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>

// CHECK: module attributes {kernel.backend = "onednn", quantir.stage = "lowered"}
module attributes {quantir.stage = "reference"} {

// CHECK-LABEL: func @conv_relu(
// CHECK-SAME: %[[X:[^:]*]]:
// CHECK-DAG: %[[B:.*]] = kernel.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[W:.*]] = kernel.constant dense<3> : tensor<2x2x1xi8> as tensor<2x2x1x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>>
// CHECK: %[[Y:.*]] = kernel.conv %[[X]], %[[W]] bias(%[[B]]) {activation = #kernel.activation<relu>,
// CHECK-SAME: -> tensor<?x2x4x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK-NEXT: return %[[Y]]
func.func @conv_relu(%x: tensor<?x2x4x!u>) -> tensor<?x2x4x!v> {
  %codes = arith.constant dense<3> : tensor<2x2x1xi8>
  %quantized = quant.scast %codes : tensor<2x2x1xi8> to tensor<2x2x1x!w>
  %w = quant.dcast %quantized : tensor<2x2x1x!w> to tensor<2x2x1xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = quant.dcast %x : tensor<?x2x4x!u> to tensor<?x2x4xf32>
  %1 = quantir.fused "conv_relu" (%0, %w, %b) {
  ^bb0(%a0: tensor<?x2x4xf32>, %a1: tensor<2x2x1xf32>, %a2: tensor<2xf32>):
    %2 = nn.conv %a0, %a1, %a2 {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<?x2x4xf32>
    %3 = nn.relu %2 : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
    quantir.yield %3 : tensor<?x2x4xf32>
  } : (tensor<?x2x4xf32>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<?x2x4xf32>
  %2 = quant.qcast %1 : tensor<?x2x4xf32> to tensor<?x2x4x!v>
  return %2 : tensor<?x2x4x!v>
}

// CHECK-LABEL: func @residual(
// CHECK-SAME: %[[X:[^:]*]]: {{.*}}, %[[Z:[^:]*]]:
// CHECK: kernel.conv %[[X]], %{{.*}} addend(%[[Z]]) {activation = #kernel.activation<relu>,
// CHECK-NEXT: return
func.func @residual(%x: tensor<?x2x4x!u>, %z: tensor<?x2x4x!v>) -> tensor<?x2x4x!v> {
  %codes = arith.constant dense<3> : tensor<2x2x1xi8>
  %quantized = quant.scast %codes : tensor<2x2x1xi8> to tensor<2x2x1x!w>
  %w = quant.dcast %quantized : tensor<2x2x1x!w> to tensor<2x2x1xf32>
  %0 = quant.dcast %x : tensor<?x2x4x!u> to tensor<?x2x4xf32>
  %1 = quant.dcast %z : tensor<?x2x4x!v> to tensor<?x2x4xf32>
  %2 = nn.conv %0, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>) -> tensor<?x2x4xf32>
  %3 = nn.add %2, %1 : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %4 = nn.relu %3 : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %5 = quant.qcast %4 : tensor<?x2x4xf32> to tensor<?x2x4x!v>
  return %5 : tensor<?x2x4x!v>
}

// An integer convolution adds floats as well.
// CHECK-LABEL: func @float_residual(
// CHECK-SAME: %[[X:[^:]*]]: {{.*}}, %[[Z:[^:]*]]:
// CHECK: kernel.conv %[[X]], %{{.*}} addend(%[[Z]]) {{.*}} -> tensor<?x2x4x!quant.uniform
// CHECK-NEXT: return
func.func @float_residual(%x: tensor<?x2x4x!u>, %z: tensor<?x2x4xf32>) -> tensor<?x2x4x!v> {
  %codes = arith.constant dense<3> : tensor<2x2x1xi8>
  %quantized = quant.scast %codes : tensor<2x2x1xi8> to tensor<2x2x1x!w>
  %w = quant.dcast %quantized : tensor<2x2x1x!w> to tensor<2x2x1xf32>
  %0 = quant.dcast %x : tensor<?x2x4x!u> to tensor<?x2x4xf32>
  %1 = nn.conv %0, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>) -> tensor<?x2x4xf32>
  %2 = nn.add %1, %z : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %3 = quant.qcast %2 : tensor<?x2x4xf32> to tensor<?x2x4x!v>
  return %3 : tensor<?x2x4x!v>
}

// Float weights make a float kernel, and so does a float input.
// CHECK-LABEL: func @float_weight(
// CHECK: %[[X:.*]] = kernel.dequantize
// CHECK: %[[Y:.*]] = kernel.conv %[[X]], %{{.*}} -> tensor<?x2x4xf32>
// CHECK: kernel.quantize %[[Y]]
func.func @float_weight(%x: tensor<?x2x4x!u>, %w: tensor<2x2x1xf32>) -> tensor<?x2x4x!v> {
  %0 = quant.dcast %x : tensor<?x2x4x!u> to tensor<?x2x4xf32>
  %1 = nn.conv %0, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>) -> tensor<?x2x4xf32>
  %2 = quant.qcast %1 : tensor<?x2x4xf32> to tensor<?x2x4x!v>
  return %2 : tensor<?x2x4x!v>
}

// The codes are what a plan stores: a session dequantizes them once.
// CHECK-LABEL: func @weight_only(
// CHECK: %[[C:.*]] = kernel.constant dense<3> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>>
// CHECK: %[[W:.*]] = kernel.dequantize %[[C]]
// CHECK: kernel.matmul %{{.*}}, %[[W]] {transpose_b} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
func.func @weight_only(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %codes = arith.constant dense<3> : tensor<2x2xi8>
  %quantized = quant.scast %codes : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %quantized : tensor<2x2x!w> to tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// A result used as float comes out of the integer kernel as float.
// CHECK-LABEL: func @float_result(
// CHECK: %[[Y:.*]] = kernel.matmul %{{.*}}, %{{.*}} {transpose_b} : (tensor<?x2x!quant.uniform<u8:f32, 5.000000e-01:128>>, tensor<2x2x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>>) -> tensor<?x2xf32>
// CHECK-NEXT: return %[[Y]]
func.func @float_result(%x: tensor<?x2x!u>) -> tensor<?x2xf32> {
  %codes = arith.constant dense<3> : tensor<2x2xi8>
  %quantized = quant.scast %codes : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %quantized : tensor<2x2x!w> to tensor<2x2xf32>
  %0 = quant.dcast %x : tensor<?x2x!u> to tensor<?x2xf32>
  %1 = nn.linear %0, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// CHECK-LABEL: func @two_result_types(
// CHECK: %[[Y:.*]] = kernel.matmul {{.*}} -> tensor<?x2xf32>
// CHECK-DAG: kernel.quantize %[[Y]] : tensor<?x2xf32> to tensor<?x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-DAG: kernel.quantize %[[Y]] : tensor<?x2xf32> to tensor<?x2x!quant.uniform<u8:f32, 2.500000e-01>>
func.func @two_result_types(%x: tensor<?x2x!u>) -> (tensor<?x2x!u>, tensor<?x2x!v>) {
  %codes = arith.constant dense<3> : tensor<2x2xi8>
  %quantized = quant.scast %codes : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %quantized : tensor<2x2x!w> to tensor<2x2xf32>
  %0 = quant.dcast %x : tensor<?x2x!u> to tensor<?x2xf32>
  %1 = nn.linear %0, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %2 = quant.qcast %1 : tensor<?x2xf32> to tensor<?x2x!u>
  %3 = quant.qcast %1 : tensor<?x2xf32> to tensor<?x2x!v>
  return %2, %3 : tensor<?x2x!u>, tensor<?x2x!v>
}

// A 32-bit bias with the scale of the products is added to their sum. One with another is dequantized.
// CHECK-LABEL: func @integer_bias(
// CHECK-DAG: %[[B:.*]] = kernel.constant dense<[7, 8]> : tensor<2xi32> as tensor<2x!quant.uniform<i32:f32:0, {2.500000e-01,1.250000e-01}>>
// CHECK-DAG: %[[F:.*]] = kernel.constant dense<[7.000000e+00, 8.000000e+00]> : tensor<2xf32>
// CHECK: kernel.matmul %{{.*}}, %{{.*}} bias(%[[B]])
// CHECK: kernel.matmul %{{.*}}, %{{.*}} bias(%[[F]])
func.func @integer_bias(%x: tensor<?x2x!u>) -> (tensor<?x2x!v>, tensor<?x2x!v>) {
  %codes = arith.constant dense<3> : tensor<2x2xi8>
  %quantized = quant.scast %codes : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %quantized : tensor<2x2x!w> to tensor<2x2xf32>
  %bias_codes = arith.constant dense<[7, 8]> : tensor<2xi32>
  %bias_right = quant.scast %bias_codes : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.125}>>
  %right = quant.dcast %bias_right : tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.125}>> to tensor<2xf32>
  %bias_other = quant.scast %bias_codes : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32, 1.0>>
  %other = quant.dcast %bias_other : tensor<2x!quant.uniform<i32:f32, 1.0>> to tensor<2xf32>
  %0 = quant.dcast %x : tensor<?x2x!u> to tensor<?x2xf32>
  %1 = nn.linear %0, %w, %right : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = quant.qcast %1 : tensor<?x2xf32> to tensor<?x2x!v>
  %3 = nn.linear %0, %w, %other : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %4 = quant.qcast %3 : tensor<?x2xf32> to tensor<?x2x!v>
  return %2, %4 : tensor<?x2x!v>, tensor<?x2x!v>
}

// CHECK-LABEL: func @two_activations(
// CHECK-NEXT: kernel.matmul %{{.*}}, %{{.*}} : (tensor<?x2x2x!quant.uniform<u8:f32, 5.000000e-01:128>>, tensor<?x2x2x!quant.uniform<u8:f32, 2.500000e-01>>) -> tensor<?x2x2x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK-NEXT: return
func.func @two_activations(%x: tensor<?x2x2x!u>, %y: tensor<?x2x2x!v>) -> tensor<?x2x2x!v> {
  %0 = quant.dcast %x : tensor<?x2x2x!u> to tensor<?x2x2xf32>
  %1 = quant.dcast %y : tensor<?x2x2x!v> to tensor<?x2x2xf32>
  %2 = nn.matmul %0, %1 : (tensor<?x2x2xf32>, tensor<?x2x2xf32>) -> tensor<?x2x2xf32>
  %3 = quant.qcast %2 : tensor<?x2x2xf32> to tensor<?x2x2x!v>
  return %3 : tensor<?x2x2x!v>
}

// CHECK-LABEL: func @elementwise(
// CHECK-NEXT: %[[A:.*]] = kernel.binary add %{{.*}}, %{{.*}} {activation = #kernel.activation<relu>} : (tensor<?x4x!quant.uniform<u8:f32, 5.000000e-01:128>>, tensor<?x4x!quant.uniform<u8:f32, 2.500000e-01>>) -> tensor<?x4x!quant.uniform<i8:f32, 5.000000e-01>>
// CHECK-NEXT: %[[B:.*]] = kernel.unary sigmoid %[[A]] : (tensor<?x4x!quant.uniform<i8:f32, 5.000000e-01>>) -> tensor<?x4x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK-NEXT: return %[[B]]
func.func @elementwise(%x: tensor<?x4x!u>, %y: tensor<?x4x!v>) -> tensor<?x4x!v> {
  %0 = quant.dcast %x : tensor<?x4x!u> to tensor<?x4xf32>
  %1 = quant.dcast %y : tensor<?x4x!v> to tensor<?x4xf32>
  %2 = nn.add %0, %1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = nn.relu %2 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %4 = quant.qcast %3 : tensor<?x4xf32> to tensor<?x4x!s>
  %5 = quant.dcast %4 : tensor<?x4x!s> to tensor<?x4xf32>
  %6 = nn.sigmoid %5 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %7 = quant.qcast %6 : tensor<?x4xf32> to tensor<?x4x!v>
  return %7 : tensor<?x4x!v>
}

// A quantized constant beside an activation.
// CHECK-LABEL: func @constant_operand(
// CHECK: %[[C:.*]] = kernel.constant dense<[4, 8]> : tensor<2xi8> as tensor<2x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK: kernel.binary mul %{{.*}}, %[[C]]
func.func @constant_operand(%x: tensor<?x2x!u>) -> tensor<?x2x!v> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %q = quant.qcast %c : tensor<2xf32> to tensor<2x!v>
  %d = quant.dcast %q : tensor<2x!v> to tensor<2xf32>
  %0 = quant.dcast %x : tensor<?x2x!u> to tensor<?x2xf32>
  %1 = nn.mul %0, %d : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = quant.qcast %1 : tensor<?x2xf32> to tensor<?x2x!v>
  return %2 : tensor<?x2x!v>
}

// An average has the result's own parameters; a maximum and a movement keep the input's, and are requantized behind.
// CHECK-LABEL: func @pools(
// CHECK-NEXT: %[[A:.*]] = kernel.pool average %{{.*}} : (tensor<?x2x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<?x2x2x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK-NEXT: %[[B:.*]] = kernel.pool max %[[A]] {{.*}} -> tensor<?x2x1x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK-NEXT: %[[C:.*]] = kernel.reshape %[[B]] : {{.*}} -> tensor<?x2x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK-NEXT: %[[D:.*]] = kernel.requantize %[[C]] : tensor<?x2x!quant.uniform<u8:f32, 2.500000e-01>> to tensor<?x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT: return %[[D]]
func.func @pools(%x: tensor<?x2x4x!u>) -> tensor<?x2x!u> {
  %0 = quant.dcast %x : tensor<?x2x4x!u> to tensor<?x2x4xf32>
  %1 = nn.avg_pool %0 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>} : (tensor<?x2x4xf32>) -> tensor<?x2x2xf32>
  %2 = quant.qcast %1 : tensor<?x2x2xf32> to tensor<?x2x2x!v>
  %3 = quant.dcast %2 : tensor<?x2x2x!v> to tensor<?x2x2xf32>
  %4 = nn.max_pool %3 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x2xf32>) -> tensor<?x2x1xf32>
  %5 = quant.qcast %4 : tensor<?x2x1xf32> to tensor<?x2x1x!v>
  %6 = quant.dcast %5 : tensor<?x2x1x!v> to tensor<?x2x1xf32>
  %7 = nn.flatten %6 {start_axis = 1, end_axis = 2} : (tensor<?x2x1xf32>) -> tensor<?x2xf32>
  %8 = quant.qcast %7 : tensor<?x2xf32> to tensor<?x2x!u>
  return %8 : tensor<?x2x!u>
}

// A movement without a quantize behind it runs on codes all the same.
// CHECK-LABEL: func @sink(
// CHECK-NEXT: %[[A:.*]] = kernel.transpose %{{.*}} -> tensor<?x4x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT: %[[B:.*]] = kernel.dequantize %[[A]]
// CHECK-NEXT: return %[[B]]
func.func @sink(%x: tensor<?x2x4x!u>) -> tensor<?x4x2xf32> {
  %0 = quant.dcast %x : tensor<?x2x4x!u> to tensor<?x2x4xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 0, 2, 1>} : (tensor<?x2x4xf32>) -> tensor<?x4x2xf32>
  return %1 : tensor<?x4x2xf32>
}

// What is not of the result's type is requantized before it is joined.
// CHECK-LABEL: func @cat(
// CHECK-SAME: %[[X:[^:]*]]: {{[^,]*}}, {{[^,]*}}, %[[Y:[^:]*]]:
func.func @cat(%x: tensor<?x2x!u>, %y: tensor<?x2x!v>) -> tensor<?x4x!v> {
  // CHECK-NEXT: %[[R:.*]] = kernel.requantize
  // CHECK-NEXT: %[[C:.*]] = kernel.concat %[[R]], %{{.*}} {axis = 1 : i64}
  // CHECK-NEXT: return %[[C]]
  %0 = quant.dcast %x : tensor<?x2x!u> to tensor<?x2xf32>
  %1 = quant.dcast %y : tensor<?x2x!v> to tensor<?x2xf32>
  %2 = nn.cat %0, %1 {axis = 1} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %3 = quant.qcast %2 : tensor<?x4xf32> to tensor<?x4x!v>
  return %3 : tensor<?x4x!v>
}

// Zeros have a code in every type; another value is quantized as the result is.
// CHECK-LABEL: func @pad(
// CHECK-NEXT: %[[A:.*]] = kernel.pad %{{.*}} {padding = array<i64: 0, 1, 0, 0>} : (tensor<?x2x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<?x3x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT: %[[B:.*]] = kernel.requantize %[[A]]
// CHECK-NEXT: kernel.pad %[[B]] {padding = array<i64: 0, 1, 0, 0>, value = 1.000000e+00 : f32} : (tensor<?x3x!quant.uniform<u8:f32, 2.500000e-01>>) -> tensor<?x4x!quant.uniform<u8:f32, 2.500000e-01>>
func.func @pad(%x: tensor<?x2x!u>) -> tensor<?x4x!v> {
  %0 = quant.dcast %x : tensor<?x2x!u> to tensor<?x2xf32>
  %1 = nn.pad %0 {padding = array<i64: 0, 1, 0, 0>} : (tensor<?x2xf32>) -> tensor<?x3xf32>
  %2 = nn.pad %1 {padding = array<i64: 0, 1, 0, 0>, value = 1.0 : f32} : (tensor<?x3xf32>) -> tensor<?x4xf32>
  %3 = quant.qcast %2 : tensor<?x4xf32> to tensor<?x4x!v>
  return %3 : tensor<?x4x!v>
}

// CHECK-LABEL: func @casts(
// CHECK-SAME: %[[X:[^:]*]]:
// CHECK-NEXT: %[[R:.*]] = kernel.requantize %[[X]]
// CHECK-NEXT: return %[[X]], %[[R]]
func.func @casts(%x: tensor<?x2x!u>) -> (tensor<?x2x!u>, tensor<?x2x!v>) {
  %0 = quant.dcast %x : tensor<?x2x!u> to tensor<?x2xf32>
  %1 = quant.qcast %0 : tensor<?x2xf32> to tensor<?x2x!u>
  %2 = quant.qcast %0 : tensor<?x2xf32> to tensor<?x2x!v>
  return %1, %2 : tensor<?x2x!u>, tensor<?x2x!v>
}

// A unit that is no kernel is several; the one with weights still computes with integers.
// CHECK-LABEL: func @several(
// CHECK: %[[A:.*]] = kernel.matmul {{.*}} -> tensor<?x2xf32>
// CHECK-NEXT: %[[B:.*]] = kernel.unary sigmoid %[[A]] : (tensor<?x2xf32>) -> tensor<?x2xf32>
// CHECK-NEXT: %[[C:.*]] = kernel.binary mul %[[A]], %[[B]]
// CHECK-NEXT: kernel.quantize %[[C]]
func.func @several(%x: tensor<?x2x!u>) -> tensor<?x2x!v> {
  %codes = arith.constant dense<3> : tensor<2x2xi8>
  %quantized = quant.scast %codes : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %quantized : tensor<2x2x!w> to tensor<2x2xf32>
  %0 = quant.dcast %x : tensor<?x2x!u> to tensor<?x2xf32>
  %1 = quantir.fused "linear_silu" (%0, %w) {
  ^bb0(%a0: tensor<?x2xf32>, %a1: tensor<2x2xf32>):
    %2 = nn.linear %a0, %a1 : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    %3 = nn.sigmoid %2 : (tensor<?x2xf32>) -> tensor<?x2xf32>
    %4 = nn.mul %2, %3 : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
    quantir.yield %4 : tensor<?x2xf32>
  } : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %2 = quant.qcast %1 : tensor<?x2xf32> to tensor<?x2x!v>
  return %2 : tensor<?x2x!v>
}

// Narrow codes are stored in bytes.
// CHECK-LABEL: func @four_bits(
// CHECK: %[[C:.*]] = kernel.constant dense<[-8, 7]> : tensor<2xi8> as tensor<2x!quant.uniform<i8<-8:7>:f32, 5.000000e-01>>
// CHECK: %[[Q:.*]] = kernel.quantize %{{.*}} : tensor<?x2xf32> to tensor<?x2x!quant.uniform<u8<0:15>:f32, 5.000000e-01:8>>
// CHECK: kernel.binary add %[[Q]], %[[C]]
func.func @four_bits(%x: tensor<?x2xf32>) -> tensor<?x2x!v> {
  %codes = arith.constant dense<[-8, 7]> : tensor<2xi4>
  %c = quant.scast %codes : tensor<2xi4> to tensor<2x!quant.uniform<i4:f32, 0.5>>
  %d = quant.dcast %c : tensor<2x!quant.uniform<i4:f32, 0.5>> to tensor<2xf32>
  %0 = quant.qcast %x : tensor<?x2xf32> to tensor<?x2x!quant.uniform<u4:f32, 0.5:8>>
  %1 = quant.dcast %0 : tensor<?x2x!quant.uniform<u4:f32, 0.5:8>> to tensor<?x2xf32>
  %2 = nn.add %1, %d : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %3 = quant.qcast %2 : tensor<?x2xf32> to tensor<?x2x!v>
  return %3 : tensor<?x2x!v>
}

}
