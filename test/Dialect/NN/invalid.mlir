// What verifiers and shape inference refuse, and what they say.
// RUN: qopt %s --split-input-file --verify-diagnostics

//===----------------------------------------------------------------------===//
// Types and names
//===----------------------------------------------------------------------===//

func.func @element_type(%x: tensor<4xf16>) {
  // expected-error @+1 {{'nn.relu' op operand #0 must be ranked tensor of f32 values with positive dimensions, of which one may be dynamic, but got 'tensor<4xf16>'}}
  %y = nn.relu %x : (tensor<4xf16>) -> tensor<4xf16>
  return
}

// -----

func.func @unranked(%x: tensor<*xf32>) {
  // expected-error @+1 {{'nn.relu' op operand #0 must be ranked tensor of f32 values}}
  %y = nn.relu %x : (tensor<*xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @two_dynamic(%x: tensor<?x?xf32>) {
  // expected-error @+1 {{'nn.relu' op operand #0 must be ranked tensor of f32 values with positive dimensions, of which one may be dynamic}}
  %y = nn.relu %x : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @empty(%x: tensor<4x0xf32>) {
  // expected-error @+1 {{'nn.relu' op operand #0 must be ranked tensor of f32 values with positive dimensions, of which one may be dynamic, but got 'tensor<4x0xf32>'}}
  %y = nn.relu %x : (tensor<4x0xf32>) -> tensor<4x0xf32>
  return
}

// -----

func.func @encoding(%x: tensor<4xf32, "channels_last">) {
  // expected-error @+1 {{'nn.flatten' op operand #0 must be ranked tensor of f32 values}}
  %y = nn.flatten %x {start_axis = 0 : i64, end_axis = 0 : i64} : (tensor<4xf32, "channels_last">) -> tensor<4xf32>
  return
}

// -----

func.func @unary_result(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'nn.relu' op expected result #0 of type 'tensor<?x4xf32>', but got 'tensor<2x4xf32>'}}
  %y = nn.relu %x : (tensor<?x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @inferred_result(%x: tensor<?x4x5xf32>) {
  // expected-error @+1 {{'nn.flatten' op expected result #0 of type 'tensor<?x20xf32>', but got 'tensor<4x20xf32>'}}
  %y = nn.flatten %x {start_axis = 1 : i64, end_axis = 2 : i64} : (tensor<?x4x5xf32>) -> tensor<4x20xf32>
  return
}

// -----

func.func @path(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected 'nn.path' to be a string, but got 3 : i64}}
  %y = nn.relu %x {nn.path = 3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @unknown_attribute(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected only 'nn.path', 'nn.call' and 'nn.target' as attributes of the nn dialect on an operation, but got 'nn.pth'}}
  %y = nn.relu %x {nn.pth = "a"} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @misspelled_attribute(%x: tensor<4xf32>) {
  // expected-error @+1 {{'nn.leaky_relu' op has no attribute 'negativ_slope'; did you mean 'negative_slope'?}}
  %y = nn.leaky_relu %x {negativ_slope = 0.2 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @attribute_of_another_op(%x: tensor<4xf32>) {
  // expected-error @+1 {{'nn.relu' op has no attribute 'min'}}
  %y = nn.relu %x {min = 0.2 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @call(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{expected 'nn.call' to be "module" or "function", but got "method"}}
  %0 = nn.relu %x {nn.call = "method"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

// expected-error @+1 {{expected 'nn.name' to be a string, but got unit}}
func.func @argument_name(%x: tensor<4xf32> {nn.name}) {
  return
}

// -----

// expected-error @+1 {{expected only 'nn.name' as an attribute of the nn dialect on an argument or result, but got 'nn.path'}}
func.func @result_name(%x: tensor<4xf32>) -> (tensor<4xf32> {nn.path = "a"}) {
  return %x : tensor<4xf32>
}

//===----------------------------------------------------------------------===//
// conv
//===----------------------------------------------------------------------===//

// -----

func.func @missing(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op requires attribute 'dilations'}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @rank(%x: tensor<1x3x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected an input of rank 4 (batch, channels and 2 spatial dimensions), but got [1x3x8]}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @weight_rank(%x: tensor<1x3xf32>, %w: tensor<4x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected a weight of rank 3 or more, but got [4x3]}}
  %y = nn.conv %x, %w {strides = array<i64>, padding = array<i64>, dilations = array<i64>} : (tensor<1x3xf32>, tensor<4x3xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x3x8x8xf32>, %w: tensor<4x2x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected an input of 2 * 1 channels (weight's dimension 1 times groups), but got 3}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @groups(%x: tensor<1x4x8x8xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected output channels that divide into 2 groups, but got 3}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x6x6xf32>
  return
}

// -----

func.func @zero_groups(%x: tensor<1x4x8x8xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected a positive number of groups, but got 0}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 0 : i64} : (tensor<1x4x8x8xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x6x6xf32>
  return
}

// -----

func.func @strides(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected strides between 1 and 2^48, but got [1, 0]}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 0>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @padding_length(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected 4 padding, but got [1, 1]}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @negative_padding(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected padding between 0 and 2^48, but got [0, -1, 0, 0]}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, -1, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @window(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op spatial dimension 1: expected a window no longer than the padded input (8), but got 9}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 4>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @bias(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected a bias of shape [4], but got [3]}}
  %y = nn.conv %x, %w, %b {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @huge(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'nn.conv' op expected padding between 0 and 2^48, but got [9223372036854775807, 0, 9223372036854775807, 0]}}
  %y = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 9223372036854775807, 0, 9223372036854775807, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

//===----------------------------------------------------------------------===//
// conv_transpose
//===----------------------------------------------------------------------===//

// -----

func.func @transpose_channels(%x: tensor<1x3x8xf32>, %w: tensor<4x3x3xf32>) {
  // expected-error @+1 {{'nn.conv_transpose' op expected an input of 4 * 1 channels (weight's dimension 0 times groups), but got 3}}
  %y = nn.conv_transpose %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, output_padding = array<i64: 0>, dilations = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>) -> tensor<1x3x10xf32>
  return
}

// -----

func.func @transpose_groups(%x: tensor<1x12x8xf32>, %w: tensor<4x4x3xf32>) {
  // expected-error @+1 {{'nn.conv_transpose' op expected output channels that divide into 3 groups, but got 4}}
  %y = nn.conv_transpose %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, output_padding = array<i64: 0>, dilations = array<i64: 1>, groups = 3 : i64} : (tensor<1x12x8xf32>, tensor<4x4x3xf32>) -> tensor<1x4x10xf32>
  return
}

// -----

func.func @transpose_padding(%x: tensor<1x4x2xf32>, %w: tensor<4x3x3xf32>) {
  // expected-error @+1 {{'nn.conv_transpose' op spatial dimension 0: expected a padding that leaves a positive size, but got 0}}
  %y = nn.conv_transpose %x, %w {strides = array<i64: 1>, padding = array<i64: 2, 2>, output_padding = array<i64: 0>, dilations = array<i64: 1>} : (tensor<1x4x2xf32>, tensor<4x3x3xf32>) -> tensor<1x3x1xf32>
  return
}

// -----

func.func @output_padding(%x: tensor<1x4x8xf32>, %w: tensor<4x3x3xf32>) {
  // expected-error @+1 {{'nn.conv_transpose' op spatial dimension 0: expected an output_padding below the stride or the dilation, but got 2}}
  %y = nn.conv_transpose %x, %w {strides = array<i64: 2>, padding = array<i64: 0, 0>, output_padding = array<i64: 2>, dilations = array<i64: 1>} : (tensor<1x4x8xf32>, tensor<4x3x3xf32>) -> tensor<1x3x19xf32>
  return
}

// -----

func.func @transpose_bias(%x: tensor<1x4x8xf32>, %w: tensor<4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{'nn.conv_transpose' op expected a bias of shape [3], but got [4]}}
  %y = nn.conv_transpose %x, %w, %b {strides = array<i64: 1>, padding = array<i64: 0, 0>, output_padding = array<i64: 0>, dilations = array<i64: 1>} : (tensor<1x4x8xf32>, tensor<4x3x3xf32>, tensor<4xf32>) -> tensor<1x3x10xf32>
  return
}

//===----------------------------------------------------------------------===//
// linear, matmul, batch_norm
//===----------------------------------------------------------------------===//

// -----

func.func @linear_input(%x: tensor<?x64xf32>, %w: tensor<10x32xf32>) {
  // expected-error @+1 {{'nn.linear' op expected an input whose last dimension is 32 (weight's dimension 1), but got [?x64]}}
  %y = nn.linear %x, %w : (tensor<?x64xf32>, tensor<10x32xf32>) -> tensor<?x10xf32>
  return
}

// -----

func.func @linear_weight(%x: tensor<?x64xf32>, %w: tensor<64xf32>) {
  // expected-error @+1 {{'nn.linear' op expected a weight of rank 2, but got [64]}}
  %y = nn.linear %x, %w : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @linear_bias(%x: tensor<?x64xf32>, %w: tensor<10x64xf32>, %b: tensor<1x10xf32>) {
  // expected-error @+1 {{'nn.linear' op expected a bias of shape [10], but got [1x10]}}
  %y = nn.linear %x, %w, %b : (tensor<?x64xf32>, tensor<10x64xf32>, tensor<1x10xf32>) -> tensor<?x10xf32>
  return
}

// -----

func.func @inner_dimension(%a: tensor<5x6xf32>, %b: tensor<7x6xf32>) {
  // expected-error @+1 {{'nn.matmul' op expected operands that agree on a known inner dimension, but got [5x6] and [7x6]}}
  %y = nn.matmul %a, %b : (tensor<5x6xf32>, tensor<7x6xf32>) -> tensor<5x6xf32>
  return
}

// -----

func.func @dynamic_inner_dimension(%a: tensor<?xf32>, %b: tensor<?x6xf32>) {
  // expected-error @+1 {{'nn.matmul' op expected operands that agree on a known inner dimension, but got [?] and [?x6]}}
  %y = nn.matmul %a, %b : (tensor<?xf32>, tensor<?x6xf32>) -> tensor<6xf32>
  return
}

// -----

func.func @matmul_scalar(%a: tensor<f32>, %b: tensor<7x6xf32>) {
  // expected-error @+1 {{'nn.matmul' op expected operands of rank 1 or more, but got [] and [7x6]}}
  %y = nn.matmul %a, %b : (tensor<f32>, tensor<7x6xf32>) -> tensor<7x6xf32>
  return
}

// -----

func.func @batch_norm_rank(%x: tensor<8xf32>, %v: tensor<8xf32>) {
  // expected-error @+1 {{'nn.batch_norm' op expected an input of rank 2 or more, but got [8]}}
  %y = nn.batch_norm %x, %v, %v, %v, %v : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @batch_norm_vector(%x: tensor<?x8xf32>, %v: tensor<8xf32>, %m: tensor<4xf32>) {
  // expected-error @+1 {{'nn.batch_norm' op expected a mean of shape [8], but got [4]}}
  %y = nn.batch_norm %x, %v, %v, %m, %v : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<4xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @epsilon(%x: tensor<?x8xf32>, %v: tensor<8xf32>) {
  // expected-error @+1 {{'nn.batch_norm' op expected a finite epsilon that is not negative, but got -1.000000e+00 : f32}}
  %y = nn.batch_norm %x, %v, %v, %v, %v {epsilon = -1.0 : f32} : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

// -----

func.func @clamp_order(%x: tensor<4xf32>) {
  // expected-error @+1 {{'nn.clamp' op expected min <= max, but got 1.000000e+00 : f32 and 0.000000e+00 : f32}}
  %y = nn.clamp %x {min = 1.0 : f32, max = 0.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @clamp_nan(%x: tensor<4xf32>) {
  // expected-error @+1 {{'nn.clamp' op expected bounds that are numbers, but got 0x7FC00000 : f32 and 0.000000e+00 : f32}}
  %y = nn.clamp %x {min = 0x7fc00000 : f32, max = 0.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @softmax_axis(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{'nn.softmax' op expected an axis between -2 and 1, but got 2}}
  %y = nn.softmax %x {axis = 2 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @softmax_of_batch(%x: tensor<4x3x?xf32>) {
  // expected-error @+1 {{'nn.softmax' op expected axes of known size, but got axis 2 of [4x3x?]}}
  %y = nn.softmax %x {axis = -1 : i64} : (tensor<4x3x?xf32>) -> tensor<4x3x?xf32>
  return
}

// -----

func.func @slope_type(%x: tensor<2x4xf32>) {
  // expected-error @+1 {{'nn.leaky_relu' op attribute 'negative_slope' failed to satisfy constraint: 32-bit float attribute}}
  %y = nn.leaky_relu %x {negative_slope = 0.1 : f64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @broadcast(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{'nn.add' op expected shapes that broadcast, but got [2x3] and [2]}}
  %y = nn.add %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @broadcast_batch(%a: tensor<?x3xf32>, %b: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.mul' op expected shapes that broadcast, but got [?x3] and [2x3]}}
  %y = nn.mul %a, %b : (tensor<?x3xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @broadcast_two_batches(%a: tensor<?x3xf32>, %b: tensor<?x1x3xf32>) {
  // expected-error @+1 {{'nn.sub' op expected at most one dynamic dimension, but got [?x?x3]}}
  %y = nn.sub %a, %b : (tensor<?x3xf32>, tensor<?x1x3xf32>) -> tensor<?x1x3xf32>
  return
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

// -----

func.func @pool_kernel(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{'nn.max_pool' op expected kernel between 1 and 2^48, but got [2, 0]}}
  %y = nn.max_pool %x {kernel = array<i64: 2, 0>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  return
}

// -----

func.func @pool_padding(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{'nn.avg_pool' op spatial dimension 0: expected padding shorter than the window (2), but got 2 and 0}}
  %y = nn.avg_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, padding = array<i64: 2, 0, 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  return
}

// -----

func.func @pool_rank(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{'nn.avg_pool' op expected an input of rank 3 (batch, channels and 1 spatial dimensions), but got [1x3x8x8]}}
  %y = nn.avg_pool %x {kernel = array<i64: 2>, strides = array<i64: 1>, padding = array<i64: 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  return
}

// -----

func.func @adaptive_size(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{'nn.adaptive_avg_pool' op expected output sizes between 1 and 2^48, but got [0, 1]}}
  %y = nn.adaptive_avg_pool %x {output_size = array<i64: 0, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x1x1xf32>
  return
}

// -----

func.func @mean_axis(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{'nn.mean' op expected an axis between -4 and 3, but got -5}}
  %y = nn.mean %x {axes = array<i64: -5>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x1x1xf32>
  return
}

// -----

func.func @mean_axes(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{'nn.mean' op expected different axes, but got [3, -1]}}
  %y = nn.mean %x {axes = array<i64: 3, -1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x1x1xf32>
  return
}

// -----

func.func @mean_none(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{'nn.mean' op expected at least one axis, but got none}}
  %y = nn.mean %x {axes = array<i64>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  return
}

// -----

func.func @mean_batch(%x: tensor<?x3x8x8xf32>) {
  // expected-error @+1 {{'nn.mean' op expected axes of known size, but got axis 0 of [?x3x8x8]}}
  %y = nn.mean %x {axes = array<i64: 0>} : (tensor<?x3x8x8xf32>) -> tensor<3x8x8xf32>
  return
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

// -----

func.func @flatten_axes(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'nn.flatten' op expected a start axis no greater than the end axis, but got -1 and 0}}
  %y = nn.flatten %x {start_axis = -1 : i64, end_axis = 0 : i64} : (tensor<2x3x4xf32>) -> tensor<24xf32>
  return
}

// -----

func.func @reshape_count(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'nn.reshape' op expected a shape of as many elements as [2x3x4], but got [5, -1]}}
  %y = nn.reshape %x {shape = array<i64: 5, -1>} : (tensor<2x3x4xf32>) -> tensor<5x5xf32>
  return
}

// -----

func.func @reshape_unknowns(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'nn.reshape' op expected at most one -1 in the shape, but got [-1, -1]}}
  %y = nn.reshape %x {shape = array<i64: -1, -1>} : (tensor<2x3x4xf32>) -> tensor<5x5xf32>
  return
}

// -----

func.func @reshape_negative(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'nn.reshape' op expected sizes, 0 or -1 in the shape, but got [-2, 12]}}
  %y = nn.reshape %x {shape = array<i64: -2, 12>} : (tensor<2x3x4xf32>) -> tensor<2x12xf32>
  return
}

// -----

func.func @reshape_copy(%x: tensor<6xf32>) {
  // expected-error @+1 {{'nn.reshape' op expected a 0 only where the input [6] has a dimension, but got [6, 0]}}
  %y = nn.reshape %x {shape = array<i64: 6, 0>} : (tensor<6xf32>) -> tensor<6x1xf32>
  return
}

// -----

func.func @reshape_batch(%x: tensor<?x6xf32>) {
  // expected-error @+1 {{'nn.reshape' op expected a shape with a 0 at dimension 0 of the input, which is dynamic, or a -1, but got [6, 1]}}
  %y = nn.reshape %x {shape = array<i64: 6, 1>} : (tensor<?x6xf32>) -> tensor<6x1xf32>
  return
}

// -----

func.func @permutation(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'nn.transpose' op expected a permutation of 0..2, but got [0, 2, 2]}}
  %y = nn.transpose %x {permutation = array<i64: 0, 2, 2>} : (tensor<2x3x4xf32>) -> tensor<2x4x4xf32>
  return
}

// -----

func.func @permutation_length(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'nn.transpose' op expected a permutation of 3 axes, but got [1, 0]}}
  %y = nn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3x4xf32>) -> tensor<3x2x4xf32>
  return
}

// -----

func.func @transpose_batch(%x: tensor<?x3x4xf32>) {
  // expected-error @+1 {{'nn.transpose' op expected result #0 of type 'tensor<3x?x4xf32>', but got 'tensor<3x3x4xf32>'}}
  %y = nn.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<?x3x4xf32>) -> tensor<3x3x4xf32>
  return
}

// -----

func.func @squeeze_size(%x: tensor<2x3x1xf32>) {
  // expected-error @+1 {{'nn.squeeze' op expected dimension 1 to be 1, but got [2x3x1]}}
  %y = nn.squeeze %x {axes = array<i64: 1>} : (tensor<2x3x1xf32>) -> tensor<2x1xf32>
  return
}

// -----

func.func @squeeze_none(%x: tensor<2x3x1xf32>) {
  // expected-error @+1 {{'nn.squeeze' op expected at least one axis, but got none}}
  %y = nn.squeeze %x {axes = array<i64>} : (tensor<2x3x1xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @unsqueeze_axis(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.unsqueeze' op expected an axis between -3 and 2, but got 3}}
  %y = nn.unsqueeze %x {axes = array<i64: 3>} : (tensor<2x3xf32>) -> tensor<2x3x1xf32>
  return
}

// -----

func.func @unsqueeze_none(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.unsqueeze' op expected at least one axis, but got none}}
  %y = nn.unsqueeze %x {axes = array<i64>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @unsqueeze_batch(%x: tensor<?x3xf32>) {
  // expected-error @+1 {{'nn.unsqueeze' op expected result #0 of type 'tensor<1x?x3xf32>', but got 'tensor<1x3x3xf32>'}}
  %y = nn.unsqueeze %x {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<1x3x3xf32>
  return
}

// -----

func.func @slice_lists(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.slice' op expected as many ends, axes and steps as starts (1), but got 1, 0 and 1}}
  %y = nn.slice %x {starts = array<i64: 0>, ends = array<i64: 1>, axes = array<i64>, steps = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<1x3xf32>
  return
}

// -----

func.func @slice_step(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.slice' op expected steps that are not 0, but got [0]}}
  %y = nn.slice %x {starts = array<i64: 0>, ends = array<i64: 1>, axes = array<i64: 0>, steps = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<1x3xf32>
  return
}

// -----

func.func @slice_batch(%x: tensor<?x3xf32>) {
  // expected-error @+1 {{'nn.slice' op expected the dynamic dimension to be kept whole (start 0, step 1, end 2^63-1), but got start 0, end 1, step 1}}
  %y = nn.slice %x {starts = array<i64: 0>, ends = array<i64: 1>, axes = array<i64: 0>, steps = array<i64: 1>} : (tensor<?x3xf32>) -> tensor<1x3xf32>
  return
}

// -----

func.func @slice_empty(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.slice' op expected a result with elements, but got [2x0]}}
  %y = nn.slice %x {starts = array<i64: 2>, ends = array<i64: 1>, axes = array<i64: 1>, steps = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @cat_none() {
  // expected-error @+1 {{'nn.cat' op expected at least one input, but got none}}
  %y = nn.cat {axis = 0 : i64} : () -> tensor<2xf32>
  return
}

// -----

func.func @cat_shapes(%a: tensor<2x3xf32>, %b: tensor<3x3xf32>) {
  // expected-error @+1 {{'nn.cat' op expected inputs that differ in dimension 1 only, but got [2x3] and [3x3]}}
  %y = nn.cat %a, %b {axis = -1 : i64} : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x6xf32>
  return
}

// -----

func.func @cat_batch(%a: tensor<?x3xf32>) {
  // expected-error @+1 {{'nn.cat' op expected axes of known size, but got axis 0 of [?x3]}}
  %y = nn.cat %a, %a {axis = 0 : i64} : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @split_sum(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.split' op expected sizes that add up to 3, but got [1, 1]}}
  %y:2 = nn.split %x {axis = 1 : i64, sizes = array<i64: 1, 1>} : (tensor<2x3xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>)
  return
}

// -----

func.func @split_results(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.split' op expected 2 results, but got 1}}
  %y = nn.split %x {axis = 1 : i64, sizes = array<i64: 1, 2>} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return
}

// -----

func.func @split_batch(%x: tensor<?x3xf32>) {
  // expected-error @+1 {{'nn.split' op expected axes of known size, but got axis 0 of [?x3]}}
  %y = nn.split %x {axis = 0 : i64, sizes = array<i64: 1>} : (tensor<?x3xf32>) -> tensor<1x3xf32>
  return
}

// -----

func.func @pad_length(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.pad' op expected 4 padding, but got [1, 1]}}
  %y = nn.pad %x {padding = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @pad_batch(%x: tensor<?x3xf32>) {
  // expected-error @+1 {{'nn.pad' op expected no padding of the dynamic dimension, but got [1, 0, 0, 0]}}
  %y = nn.pad %x {padding = array<i64: 1, 0, 0, 0>} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @expand_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.expand' op expected a shape that [2x3] broadcasts to, but got [3, 3]}}
  %y = nn.expand %x {shape = array<i64: 3, 3>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @expand_rank(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'nn.expand' op expected a shape of rank 2 or more, but got [3]}}
  %y = nn.expand %x {shape = array<i64: 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

//===----------------------------------------------------------------------===//
// Lookups and recurrences
//===----------------------------------------------------------------------===//

// -----

func.func @indices(%i: tensor<2x3xf32>, %w: tensor<5x4xf32>) {
  // expected-error @+1 {{'nn.embedding' op operand #0 must be ranked tensor of i64 or i32 indices with positive dimensions, of which one may be dynamic, but got 'tensor<2x3xf32>'}}
  %y = nn.embedding %i, %w : (tensor<2x3xf32>, tensor<5x4xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @table(%i: tensor<2xi64>, %w: tensor<5x4x3xf32>) {
  // expected-error @+1 {{'nn.embedding' op expected a table of rank 2, but got [5x4x3]}}
  %y = nn.embedding %i, %w : (tensor<2xi64>, tensor<5x4x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @bag_mode(%i: tensor<9xi64>, %o: tensor<3xi64>, %w: tensor<5x4xf32>) {
  // expected-error @+1 {{expected string or keyword containing one of the following enum values for attribute 'mode' [sum, mean, max]}}
  %y = nn.embedding_bag prod %i, %o, %w : (tensor<9xi64>, tensor<3xi64>, tensor<5x4xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @bag_rank(%i: tensor<9x2xi64>, %o: tensor<3xi64>, %w: tensor<5x4xf32>) {
  // expected-error @+1 {{'nn.embedding_bag' op expected indices and offsets of rank 1, but got [9x2] and [3]}}
  %y = nn.embedding_bag mean %i, %o, %w : (tensor<9x2xi64>, tensor<3xi64>, tensor<5x4xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @bag_dynamic(%i: tensor<?xi64>, %o: tensor<?xi64>, %w: tensor<5x4xf32>) {
  // expected-error @+1 {{'nn.embedding_bag' op expected a fixed number of indices or of offsets, but got two dynamic ones, which differ}}
  %y = nn.embedding_bag mean %i, %o, %w : (tensor<?xi64>, tensor<?xi64>, tensor<5x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @lstm_weight(%x: tensor<8x?x4xf32>, %wi: tensor<24x5xf32>, %wh: tensor<24x6xf32>, %b: tensor<24xf32>) {
  // expected-error @+1 {{'nn.lstm' op expected an input weight of shape [24x4], but got [24x5]}}
  %y:3 = nn.lstm %x, %wi, %wh, %b : (tensor<8x?x4xf32>, tensor<24x5xf32>, tensor<24x6xf32>, tensor<24xf32>)
      -> (tensor<8x?x6xf32>, tensor<1x?x6xf32>, tensor<1x?x6xf32>)
  return
}
