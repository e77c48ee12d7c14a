// What verifiers refuse, and what they say.
// RUN: qopt %s --split-input-file --verify-diagnostics

//===----------------------------------------------------------------------===//
// Types and attributes
//===----------------------------------------------------------------------===//

func.func @element_type(%x: tensor<4xf16>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of f32, of 8-bit}}
  %0 = kernel.unary relu %x : (tensor<4xf16>) -> tensor<4xf16>
  return
}

// -----

func.func @storage(%x: tensor<4x!quant.uniform<u4:f32, 0.1>>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of f32, of 8-bit}}
  %0 = kernel.unary relu %x : (tensor<4x!quant.uniform<u4:f32, 0.1>>) -> tensor<4x!quant.uniform<u4:f32, 0.1>>
  return
}

// -----

func.func @zero_point(%x: tensor<4xf32>) {
  // expected-error @+1 {{result #0 must be ranked tensor of f32, of 8-bit (a bias: 32-bit) quantized elements, the zero point among the codes}}
  %0 = kernel.quantize %x : tensor<4xf32> to tensor<4x!quant.uniform<u8:f32, 0.1:-1>>
  return
}

// -----

func.func @tiny_scale(%x: tensor<4xf32>) {
  // expected-error @+1 {{result #0 must be ranked tensor of f32, of 8-bit}}
  %0 = kernel.quantize %x : tensor<4xf32> to tensor<4x!quant.uniform<u8:f32, 1.0e-39>>
  return
}

// -----

func.func @axis(%x: tensor<4x!quant.uniform<i8:f32:0, {0.1,0.2}>>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of f32, of 8-bit}}
  %0 = kernel.dequantize %x : tensor<4x!quant.uniform<i8:f32:0, {0.1,0.2}>> to tensor<4xf32>
  return
}

// -----

// expected-error @+1 {{expected a channels-last tensor of rank 3 or more, but got rank 2}}
func.func @encoding(%x: tensor<4x4xf32, #kernel.channels_last>) {
  return
}

// -----

// expected-error @+1 {{expected relu, clamp or leaky_relu, but got gelu}}
func.func @activation_kind(%x: tensor<4xf32>) attributes {a = #kernel.activation<gelu>} {
  return
}

// -----

// expected-error @+1 {{expected clamp bounds in order, but got 1 and 0}}
func.func @activation_bounds(%x: tensor<4xf32>) attributes {a = #kernel.activation<clamp, 1.0, 0.0>} {
  return
}

// -----

// expected-error @+1 {{has an attribute unknown to the kernel dialect: "kernel.foo"}}
module attributes {kernel.foo} {}

// -----

// expected-error @+1 {{expected "kernel.backend" to be a string, but got 1}}
module attributes {kernel.backend = 1} {}

// -----

//===----------------------------------------------------------------------===//
// Constants and observers
//===----------------------------------------------------------------------===//

func.func @constant_type() {
  // expected-error @+1 {{expected a value of element type 'i8', but got 'i32'}}
  %0 = kernel.constant dense<1> : tensor<2xi32> as tensor<2x!quant.uniform<u8:f32, 0.1>>
  return
}

// -----

func.func @constant_shape() {
  // expected-error @+1 {{expected a value of the result's shape, but got 'tensor<2xf32>'}}
  %0 = kernel.constant dense<1.0> : tensor<2xf32> as tensor<3xf32>
  return
}

// -----

func.func @no_observer(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected an observer of the module, but @act_0 is not defined}}
  kernel.observe %x, @act_0 : tensor<4xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

func.func @quantize(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected a result of integers with a scale, but got float32}}
  %0 = kernel.quantize %x : tensor<4xf32> to tensor<4xf32>
  return
}

// -----

func.func @requantize_shape(%x: tensor<4x!quant.uniform<u8:f32, 0.1>>) {
  // expected-error @+1 {{expected a result of shape [4], but got [2x2]}}
  %0 = kernel.requantize %x : tensor<4x!quant.uniform<u8:f32, 0.1>> to tensor<2x2x!quant.uniform<u8:f32, 0.2>>
  return
}

// -----

func.func @reorder(%x: tensor<1x2x3xf32>) {
  // expected-error @+1 {{expected operands and result of one type, scale and zero point}}
  %0 = kernel.reorder %x : tensor<1x2x3xf32> to tensor<1x2x3x!quant.uniform<u8:f32, 0.1>, #kernel.channels_last>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Convolutions and matrix products
//===----------------------------------------------------------------------===//

func.func @conv_shape(%x: tensor<1x2x4xf32>, %w: tensor<3x2x3xf32>) {
  // expected-error @+1 {{expected a result of shape [1x3x2], but got [1x3x4]}}
  %0 = kernel.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<3x2x3xf32>) -> tensor<1x3x4xf32>
  return
}

// -----

func.func @conv_attributes(%x: tensor<1x2x4xf32>, %w: tensor<3x2x3xf32>) {
  // expected-error @+1 {{'kernel.conv' op expected}}
  %0 = kernel.conv %x, %w {strides = array<i64: 0>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<3x2x3xf32>) -> tensor<1x3x2xf32>
  return
}

// -----

func.func @conv_bias(%x: tensor<1x2x4xf32>, %w: tensor<3x2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{expected a bias of shape [3], but got [2]}}
  %0 = kernel.conv %x, %w bias(%b) {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<3x2x3xf32>, tensor<2xf32>) -> tensor<1x3x2xf32>
  return
}

// -----

func.func @conv_addend(%x: tensor<1x2x4xf32>, %w: tensor<3x2x3xf32>, %z: tensor<1x3x1xf32>) {
  // expected-error @+1 {{expected an addend of shape [1x3x2], but got [1x3x1]}}
  %0 = kernel.conv %x, %w addend(%z) {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4xf32>, tensor<3x2x3xf32>, tensor<1x3x1xf32>) -> tensor<1x3x2xf32>
  return
}

// -----

func.func @conv_float_weight(%x: tensor<1x2x4x!quant.uniform<u8:f32, 0.1>>, %w: tensor<3x2x3xf32>) {
  // expected-error @+1 {{expected a weight of int8 with a scale where the input is quantized, but got float32}}
  %0 = kernel.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4x!quant.uniform<u8:f32, 0.1>>, tensor<3x2x3xf32>) -> tensor<1x3x2xf32>
  return
}

// -----

func.func @conv_weight_axis(%x: tensor<1x2x4x!quant.uniform<u8:f32, 0.1>>, %w: tensor<3x2x3x!quant.uniform<i8:f32:1, {0.1,0.2}>>) {
  // expected-error @+1 {{expected a weight quantized along axis 0, but got axis 1}}
  %0 = kernel.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4x!quant.uniform<u8:f32, 0.1>>, tensor<3x2x3x!quant.uniform<i8:f32:1, {0.1,0.2}>>) -> tensor<1x3x2xf32>
  return
}

// -----

func.func @conv_weight_zero_point(%x: tensor<1x2x4x!quant.uniform<u8:f32, 0.1>>, %w: tensor<3x2x3x!quant.uniform<i8:f32, 0.1:1>>) {
  // expected-error @+1 {{expected a weight with zero point 0}}
  %0 = kernel.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4x!quant.uniform<u8:f32, 0.1>>, tensor<3x2x3x!quant.uniform<i8:f32, 0.1:1>>) -> tensor<1x3x2xf32>
  return
}

// -----

func.func @conv_bias_scale(%x: tensor<1x2x4x!quant.uniform<u8:f32, 0.5>>, %w: tensor<3x2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<3x!quant.uniform<i32:f32, 0.5>>) {
  // expected-error @+1 {{expected a quantized bias whose scale is the input's times the weight's}}
  %0 = kernel.conv %x, %w bias(%b) {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4x!quant.uniform<u8:f32, 0.5>>, tensor<3x2x3x!quant.uniform<i8:f32, 0.5>>, tensor<3x!quant.uniform<i32:f32, 0.5>>) -> tensor<1x3x2xf32>
  return
}

// -----

func.func @conv_wide_addend(%x: tensor<1x2x4x!quant.uniform<u8:f32, 0.5>>, %w: tensor<3x2x3x!quant.uniform<i8:f32, 0.5>>, %z: tensor<1x3x2x!quant.uniform<i32:f32, 0.5>>) {
  // expected-error @+1 {{expected an addend of float32, or of uint8 or int8 with one scale, but got int32 with one scale}}
  %0 = kernel.conv %x, %w addend(%z) {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x2x4x!quant.uniform<u8:f32, 0.5>>, tensor<3x2x3x!quant.uniform<i8:f32, 0.5>>, tensor<1x3x2x!quant.uniform<i32:f32, 0.5>>) -> tensor<1x3x2xf32>
  return
}

// -----

func.func @matmul_rank(%x: tensor<4xf32>, %y: tensor<4x2xf32>) {
  // expected-error @+1 {{expected operands of rank 2 or more, but got [4] and [4x2]}}
  %0 = kernel.matmul %x, %y : (tensor<4xf32>, tensor<4x2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @channel_affine(%x: tensor<1x4x2xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{expected a scale of shape [4], but got [2]}}
  %0 = kernel.channel_affine %x, %s, %s : (tensor<1x4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x4x2xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Other ops
//===----------------------------------------------------------------------===//

func.func @clamp(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected clamp bounds in order, but got 1 and 0}}
  %0 = kernel.unary clamp %x {alpha = 1.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @mixed(%x: tensor<4xf32>, %y: tensor<4x!quant.uniform<u8:f32, 0.1>>) {
  // expected-error @+1 {{expected operands and result all of float32, but got uint8 with one scale}}
  %0 = kernel.binary add %x, %y : (tensor<4xf32>, tensor<4x!quant.uniform<u8:f32, 0.1>>) -> tensor<4xf32>
  return
}

// -----

func.func @softmax(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected an axis of at least 0 and below 1, but got -1}}
  %0 = kernel.softmax %x {axis = -1} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @max_pool_types(%x: tensor<1x1x2x!quant.uniform<u8:f32, 0.1>>) {
  // expected-error @+1 {{expected operands and result of one type, scale and zero point}}
  %0 = kernel.pool max %x {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x1x2x!quant.uniform<u8:f32, 0.1>>) -> tensor<1x1x1x!quant.uniform<u8:f32, 0.2>>
  return
}

// -----

func.func @mean(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected at least one axis, but got none}}
  %0 = kernel.mean %x {axes = array<i64>} : (tensor<4x2xf32>) -> tensor<f32>
  return
}

// -----

func.func @reshape(%x: tensor<4x2xf32>) {
  // expected-error @+1 {{expected as many elements as [4x2] has, but got [3x3]}}
  %0 = kernel.reshape %x : (tensor<4x2xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @slice_outside(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a slice inside dimension 1 of size 8, but got start 1, step 2 and 5 elements}}
  %0 = kernel.slice %x {starts = array<i64: 0, 1>, steps = array<i64: 1, 2>} : (tensor<4x8xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @slice_overflow(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a slice inside dimension 1 of size 8}}
  %0 = kernel.slice %x {starts = array<i64: 0, 7>, steps = array<i64: 1, -9223372036854775808>} : (tensor<4x8xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @slice_dynamic(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expected the whole of the batch in dimension 0}}
  %0 = kernel.slice %x {starts = array<i64: 1, 0>, steps = array<i64: 1, 1>} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @concat(%x: tensor<4x8xf32>, %y: tensor<4x8x!quant.uniform<u8:f32, 0.1>>) {
  // expected-error @+1 {{expected operands and result of one type, scale and zero point, but got float32 and uint8 with one scale}}
  %0 = kernel.concat %x, %y {axis = 1} : (tensor<4x8xf32>, tensor<4x8x!quant.uniform<u8:f32, 0.1>>) -> tensor<4x16xf32>
  return
}

// -----

func.func @move_per_axis(%x: tensor<2x4x!quant.uniform<i8:f32:0, {0.1,0.2}>>) {
  // expected-error @+1 {{expected no scale per channel}}
  %0 = kernel.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x4x!quant.uniform<i8:f32:0, {0.1,0.2}>>) -> tensor<4x2x!quant.uniform<i8:f32:1, {0.1,0.2}>>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

func.func @row_major_only(%x: tensor<1x2x4x4xf32, #kernel.channels_last>) {
  // expected-error @+1 {{expected row-major operands and result, but got a channels-last one}}
  %0 = kernel.reshape %x : (tensor<1x2x4x4xf32, #kernel.channels_last>) -> tensor<1x32xf32>
  return
}

// -----

func.func @one_layout(%x: tensor<1x2x4x4xf32, #kernel.channels_last>) {
  // expected-error @+1 {{expected operands and result of one layout, but got both row-major and channels-last}}
  %0 = kernel.unary relu %x : (tensor<1x2x4x4xf32, #kernel.channels_last>) -> tensor<1x2x4x4xf32>
  return
}

// -----

func.func @broadcast_layout(%x: tensor<1x2x4x4xf32, #kernel.channels_last>, %y: tensor<2x4x4xf32, #kernel.channels_last>) {
  // expected-error @+1 {{expected a row-major operand where it is broadcast to a higher rank, but it is channels-last}}
  %0 = kernel.binary add %x, %y : (tensor<1x2x4x4xf32, #kernel.channels_last>, tensor<2x4x4xf32, #kernel.channels_last>) -> tensor<1x2x4x4xf32, #kernel.channels_last>
  return
}

// -----

func.func @parameter_layout(%x: tensor<1x2x4x4xf32, #kernel.channels_last>, %w: tensor<2x2x1x1xf32, #kernel.channels_last>) {
  // expected-error @+1 {{expected a row-major parameter as input 1, but it is channels-last}}
  %0 = kernel.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32, #kernel.channels_last>, tensor<2x2x1x1xf32, #kernel.channels_last>) -> tensor<1x2x4x4xf32, #kernel.channels_last>
  return
}
