// Float ops, one by one, and what is fused behind them.
// RUN: qopt %s --quantir-lower | FileCheck %s
// RUN: qopt %s --quantir-set-config=backend=reference --quantir-lower | FileCheck %s --check-prefix=REFERENCE
// REFERENCE: module attributes {kernel.backend = "reference"

// CHECK: module attributes {kernel.backend = "onednn", quantir.stage = "float"}
module attributes {quantir.stage = "float"} {

// CHECK-LABEL: func @conv(
// CHECK: %[[W:.*]] = kernel.constant dense<1.000000e+00> : tensor<4x1x3xf32>
// CHECK: %[[Y:.*]] = kernel.conv %{{.*}}, %[[W]] {dilations = array<i64: 1>, groups = 2 : i64, nn.path = "features.0", padding = array<i64: 1, 1>, strides = array<i64: 2>} : (tensor<?x2x8xf32>, tensor<4x1x3xf32>) -> tensor<?x4x4xf32>
// CHECK: return %[[Y]]
func.func @conv(%x: tensor<?x2x8xf32>) -> tensor<?x4x4xf32> {
  %w = arith.constant dense<1.0> : tensor<4x1x3xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 2>, padding = array<i64: 1, 1>, dilations = array<i64: 1>, groups = 2, nn.path = "features.0"} : (tensor<?x2x8xf32>, tensor<4x1x3xf32>) -> tensor<?x4x4xf32>
  return %0 : tensor<?x4x4xf32>
}

// CHECK-LABEL: func @conv_transpose(
// CHECK: kernel.conv_transpose %{{.*}}, %{{.*}} bias(%{{.*}}) {activation = #kernel.activation<relu>, dilations = array<i64: 1>, output_padding = array<i64: 1>, padding = array<i64: 0, 0>, strides = array<i64: 2>}
// CHECK-NEXT: return
func.func @conv_transpose(%x: tensor<?x2x8xf32>, %w: tensor<2x3x2xf32>, %b: tensor<3xf32>) -> tensor<?x3x17xf32> {
  %0 = nn.conv_transpose %x, %w, %b {strides = array<i64: 2>, padding = array<i64: 0, 0>, output_padding = array<i64: 1>, dilations = array<i64: 1>} : (tensor<?x2x8xf32>, tensor<2x3x2xf32>, tensor<3xf32>) -> tensor<?x3x17xf32>
  %1 = nn.relu %0 : (tensor<?x3x17xf32>) -> tensor<?x3x17xf32>
  return %1 : tensor<?x3x17xf32>
}

// CHECK-LABEL: func @linear(
// CHECK: kernel.matmul %{{.*}}, %{{.*}} bias(%{{.*}}) {activation = #kernel.activation<clamp, 0.000000e+00, 6.000000e+00>, transpose_b} : (tensor<?x7x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<?x7x5xf32>
// CHECK-NEXT: return
func.func @linear(%x: tensor<?x7x4xf32>, %w: tensor<5x4xf32>, %b: tensor<5xf32>) -> tensor<?x7x5xf32> {
  %0 = nn.linear %x, %w, %b : (tensor<?x7x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<?x7x5xf32>
  %1 = nn.clamp %0 {min = 0.0 : f32, max = 6.0 : f32} : (tensor<?x7x5xf32>) -> tensor<?x7x5xf32>
  return %1 : tensor<?x7x5xf32>
}

// Vectors become matrices of one row or column.
// CHECK-LABEL: func @linear_vector(
// CHECK: kernel.reshape %{{.*}} : (tensor<4xf32>) -> tensor<1x4xf32>
// CHECK: kernel.matmul %{{.*}}, %{{.*}} {transpose_b} : (tensor<1x4xf32>, tensor<5x4xf32>) -> tensor<1x5xf32>
// CHECK: kernel.reshape %{{.*}} : (tensor<1x5xf32>) -> tensor<5xf32>
func.func @linear_vector(%x: tensor<4xf32>, %w: tensor<5x4xf32>) -> tensor<5xf32> {
  %0 = nn.linear %x, %w : (tensor<4xf32>, tensor<5x4xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// CHECK-LABEL: func @matmul(
// CHECK: kernel.matmul %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<?x4x5xf32>) -> tensor<?x3x5xf32>
// CHECK: %[[ROW:.*]] = kernel.reshape %{{.*}} : (tensor<4xf32>) -> tensor<1x4xf32>
// CHECK: %[[ROWS:.*]] = kernel.matmul %[[ROW]], %{{.*}} : (tensor<1x4xf32>, tensor<?x4x5xf32>) -> tensor<?x1x5xf32>
// CHECK: kernel.reshape %[[ROWS]] : (tensor<?x1x5xf32>) -> tensor<?x5xf32>
// CHECK: %[[COLUMN:.*]] = kernel.reshape %{{.*}} : (tensor<4xf32>) -> tensor<4x1xf32>
// CHECK: %[[COLUMNS:.*]] = kernel.matmul %{{.*}}, %[[COLUMN]] : (tensor<?x3x4xf32>, tensor<4x1xf32>) -> tensor<?x3x1xf32>
// CHECK: kernel.reshape %[[COLUMNS]] : (tensor<?x3x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[DOT:.*]] = kernel.matmul %{{.*}}, %{{.*}} : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
// CHECK: kernel.reshape %[[DOT]] : (tensor<1x1xf32>) -> tensor<f32>
func.func @matmul(%x: tensor<?x3x4xf32>, %y: tensor<?x4x5xf32>, %v: tensor<4xf32>) -> (tensor<?x3x5xf32>, tensor<?x5xf32>, tensor<?x3xf32>, tensor<f32>) {
  %0 = nn.matmul %x, %y : (tensor<?x3x4xf32>, tensor<?x4x5xf32>) -> tensor<?x3x5xf32>
  %1 = nn.matmul %v, %y : (tensor<4xf32>, tensor<?x4x5xf32>) -> tensor<?x5xf32>
  %2 = nn.matmul %x, %v : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3xf32>
  %3 = nn.matmul %v, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  return %0, %1, %2, %3 : tensor<?x3x5xf32>, tensor<?x5xf32>, tensor<?x3xf32>, tensor<f32>
}

// CHECK-LABEL: func @batch_norm(
// CHECK-DAG: %[[SCALE:.*]] = kernel.constant dense<[2.000000e+00, 5.000000e-01]> : tensor<2xf32>
// CHECK-DAG: %[[SHIFT:.*]] = kernel.constant dense<[1.800000e+01, 1.850000e+01]> : tensor<2xf32>
// CHECK: kernel.channel_affine %{{.*}}, %[[SCALE]], %[[SHIFT]] {activation = #kernel.activation<leaky_relu, 5.000000e-01>}
// CHECK-NEXT: return
func.func @batch_norm(%x: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %scale = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
  %bias = arith.constant dense<[20.0, 20.0]> : tensor<2xf32>
  %mean = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
  %variance = arith.constant dense<[3.5, 3.5]> : tensor<2xf32>
  %0 = nn.batch_norm %x, %scale, %bias, %mean, %variance {epsilon = 0.5 : f32} : (tensor<?x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x4xf32>
  %1 = nn.leaky_relu %0 {negative_slope = 0.5 : f32} : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  return %1 : tensor<?x2x4xf32>
}

// CHECK-LABEL: func @unary(
// CHECK-NEXT: kernel.unary relu %{{.*}} : (
// CHECK-NEXT: kernel.unary clamp %{{.*}} {alpha = -1.000000e+00 : f32, beta = 1.000000e+00 : f32}
// CHECK-NEXT: kernel.unary leaky_relu %{{.*}} {alpha = 2.500000e-01 : f32}
// CHECK-NEXT: kernel.unary sigmoid
// CHECK-NEXT: kernel.unary tanh
// CHECK-NEXT: kernel.unary hardsigmoid %{{.*}} {alpha = 2.500000e-01 : f32, beta = 5.000000e-01 : f32}
// CHECK-NEXT: kernel.unary hardswish
// CHECK-NEXT: kernel.softmax %{{.*}} {axis = 1 : i64}
func.func @unary(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = nn.relu %x : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = nn.clamp %0 {min = -1.0 : f32, max = 1.0 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = nn.leaky_relu %1 {negative_slope = 0.25 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = nn.sigmoid %2 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = nn.tanh %3 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %5 = nn.hardsigmoid %4 {alpha = 0.25 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %6 = nn.hardswish %5 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %7 = nn.softmax %6 {axis = -1} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %7 : tensor<?x8xf32>
}

// CHECK-LABEL: func @binary(
// CHECK: kernel.binary add %{{.*}}, %{{.*}} {activation = #kernel.activation<relu>}
// CHECK-NEXT: kernel.binary sub
// CHECK-NEXT: kernel.binary mul
// CHECK-NEXT: kernel.binary div
func.func @binary(%x: tensor<?x8xf32>, %y: tensor<8xf32>) -> tensor<?x8xf32> {
  %0 = nn.add %x, %y : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %1 = nn.relu %0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = nn.sub %1, %y : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %3 = nn.mul %2, %x : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = nn.div %3, %y : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %4 : tensor<?x8xf32>
}

// CHECK-LABEL: func @pools(
// CHECK: kernel.pool max %{{.*}} {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
// CHECK: kernel.pool average %{{.*}} {count_include_pad, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>
// CHECK: kernel.pool average %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 1>
// CHECK: kernel.adaptive_avg_pool %{{.*}} {output_size = array<i64: 2, 2>}
// CHECK: kernel.mean %{{.*}} {axes = array<i64: 2, 3>, keep_dims}
// CHECK: kernel.mean %{{.*}} {axes = array<i64: 1, 2, 3>} : (tensor<?x2x1x1xf32>) -> tensor<?xf32>
func.func @pools(%x: tensor<?x2x9x9xf32>) -> tensor<?xf32> {
  %0 = nn.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, ceil_mode = true} : (tensor<?x2x9x9xf32>) -> tensor<?x2x5x5xf32>
  %1 = nn.avg_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>} : (tensor<?x2x5x5xf32>) -> tensor<?x2x4x4xf32>
  %2 = nn.avg_pool %1 {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, count_include_pad = false} : (tensor<?x2x4x4xf32>) -> tensor<?x2x4x4xf32>
  %3 = nn.adaptive_avg_pool %2 {output_size = array<i64: 2, 2>} : (tensor<?x2x4x4xf32>) -> tensor<?x2x2x2xf32>
  %4 = nn.mean %3 {axes = array<i64: -1, 2>, keep_dims = true} : (tensor<?x2x2x2xf32>) -> tensor<?x2x1x1xf32>
  %5 = nn.mean %4 {axes = array<i64: 1, 2, 3>} : (tensor<?x2x1x1xf32>) -> tensor<?xf32>
  return %5 : tensor<?xf32>
}

// CHECK-LABEL: func @movement(
// CHECK: kernel.reshape %{{.*}} : (tensor<?x4x6xf32>) -> tensor<?x24xf32>
// CHECK: kernel.reshape %{{.*}} : (tensor<?x24xf32>) -> tensor<?x6x4xf32>
// CHECK: kernel.reshape %{{.*}} : (tensor<?x6x4xf32>) -> tensor<?x6x1x4xf32>
// CHECK: kernel.reshape %{{.*}} : (tensor<?x6x1x4xf32>) -> tensor<?x6x4xf32>
// CHECK: kernel.transpose %{{.*}} {permutation = array<i64: 0, 2, 1>}
// CHECK: kernel.slice %{{.*}} {starts = array<i64: 0, 0, 5>, steps = array<i64: 1, 1, -2>} : (tensor<?x4x6xf32>) -> tensor<?x4x3xf32>
// CHECK: %[[A:.*]] = kernel.slice %{{.*}} {starts = array<i64: 0, 0, 0>, steps = array<i64: 1, 1, 1>} : (tensor<?x4x3xf32>) -> tensor<?x1x3xf32>
// CHECK: %[[B:.*]] = kernel.slice %{{.*}} {starts = array<i64: 0, 1, 0>, steps = array<i64: 1, 1, 1>} : (tensor<?x4x3xf32>) -> tensor<?x3x3xf32>
// CHECK: kernel.concat %[[B]], %[[A]] {axis = 1 : i64}
// CHECK: kernel.pad %{{.*}} {padding = array<i64: 0, 1, 0, 0, 0, 1>, value = 2.000000e+00 : f32}
// CHECK: kernel.expand %[[A]] : (tensor<?x1x3xf32>) -> tensor<?x2x3xf32>
func.func @movement(%x: tensor<?x4x6xf32>) -> (tensor<?x5x4xf32>, tensor<?x2x3xf32>) {
  %0 = nn.flatten %x {start_axis = 1, end_axis = -1} : (tensor<?x4x6xf32>) -> tensor<?x24xf32>
  %1 = nn.reshape %0 {shape = array<i64: 0, 6, 4>} : (tensor<?x24xf32>) -> tensor<?x6x4xf32>
  %2 = nn.unsqueeze %1 {axes = array<i64: 2>} : (tensor<?x6x4xf32>) -> tensor<?x6x1x4xf32>
  %3 = nn.squeeze %2 {axes = array<i64: -2>} : (tensor<?x6x1x4xf32>) -> tensor<?x6x4xf32>
  %4 = nn.transpose %3 {permutation = array<i64: 0, 2, 1>} : (tensor<?x6x4xf32>) -> tensor<?x4x6xf32>
  %5 = nn.slice %4 {starts = array<i64: -1>, ends = array<i64: -9223372036854775808>, axes = array<i64: 2>, steps = array<i64: -2>} : (tensor<?x4x6xf32>) -> tensor<?x4x3xf32>
  %6:2 = nn.split %5 {axis = 1, sizes = array<i64: 1, 3>} : (tensor<?x4x3xf32>) -> (tensor<?x1x3xf32>, tensor<?x3x3xf32>)
  %7 = nn.cat %6#1, %6#0 {axis = -2} : (tensor<?x3x3xf32>, tensor<?x1x3xf32>) -> tensor<?x4x3xf32>
  %8 = nn.pad %7 {padding = array<i64: 0, 1, 0, 0, 0, 1>, value = 2.0 : f32} : (tensor<?x4x3xf32>) -> tensor<?x5x4xf32>
  %9 = nn.expand %6#0 {shape = array<i64: -1, 2, 1>} : (tensor<?x1x3xf32>) -> tensor<?x2x3xf32>
  return %8, %9 : tensor<?x5x4xf32>, tensor<?x2x3xf32>
}

// The unit is opened; its convolution takes the sum and the activation.
// CHECK-LABEL: func @residual(
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x2x4xf32>, %[[W:[^:]*]]: tensor<2x2x1xf32>, %[[Z:[^:]*]]: tensor<?x2x4xf32>
// CHECK-NEXT: %[[Y:.*]] = kernel.conv %[[X]], %[[W]] addend(%[[Z]]) {activation = #kernel.activation<relu>, dilations = array<i64: 1>, nn.path = "conv2",
// CHECK-NEXT: return %[[Y]]
func.func @residual(%x: tensor<?x2x4xf32>, %w: tensor<2x2x1xf32>, %z: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %0 = quantir.fused "conv_add_relu" (%x, %w, %z) attributes {nn.path = "conv2"} {
  ^bb0(%a: tensor<?x2x4xf32>, %b: tensor<2x2x1xf32>, %c: tensor<?x2x4xf32>):
    %1 = nn.conv %a, %b {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, nn.path = "conv2"} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>) -> tensor<?x2x4xf32>
    %2 = nn.add %c, %1 : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
    %3 = nn.relu %2 : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
    quantir.yield %3 : tensor<?x2x4xf32>
  } : (tensor<?x2x4xf32>, tensor<2x2x1xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  return %0 : tensor<?x2x4xf32>
}

// Of two convolutions, the later one takes the sum: the other is there by then.
// CHECK-LABEL: func @two_convs(
// CHECK: %[[A:.*]] = kernel.conv
// CHECK: kernel.conv %{{.*}}, %{{.*}} addend(%[[A]])
// CHECK-NEXT: return
func.func @two_convs(%x: tensor<?x2x4xf32>, %w: tensor<2x2x1xf32>) -> tensor<?x2x4xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>) -> tensor<?x2x4xf32>
  %1 = nn.relu %x : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %2 = nn.conv %1, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>) -> tensor<?x2x4xf32>
  %3 = nn.add %2, %0 : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  return %3 : tensor<?x2x4xf32>
}

// What is used elsewhere, or was observed, is not taken away.
quantir.observer @act_0 #quantir.min_max
// CHECK-LABEL: func @observed(
// CHECK: %[[A:.*]] = kernel.conv %{{.*}}, %{{.*}} {dilations = array<i64: 1>, nn.path = "conv",
// CHECK: kernel.observe %[[A]], @act_0 {nn.path = "conv"} : tensor<?x2x4xf32>
// CHECK: kernel.unary relu %[[A]]
func.func @observed(%x: tensor<?x2x4xf32>, %w: tensor<2x2x1xf32>) -> tensor<?x2x4xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, nn.path = "conv"} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>) -> tensor<?x2x4xf32>
  %1 = quantir.observe %0, @act_0 {nn.path = "conv"} : tensor<?x2x4xf32>
  %2 = nn.relu %1 : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  return %2 : tensor<?x2x4xf32>
}

// A constant is not observed at each run, unless its observer has yet to see it.
quantir.observer @seen #quantir.min_max state {min_val = array<f32: 2.0>, max_val = array<f32: 2.0>, samples = 1 : i64}
quantir.observer @unseen #quantir.min_max
// CHECK-LABEL: func @observed_constant(
// CHECK-NOT: @seen
// CHECK: kernel.observe %{{.*}}, @unseen
// CHECK-NOT: @seen
// CHECK: return
func.func @observed_constant(%x: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %c = arith.constant dense<2.0> : tensor<1x2x4xf32>
  %0 = quantir.observe %c, @seen : tensor<1x2x4xf32>
  %1 = nn.add %x, %0 : (tensor<?x2x4xf32>, tensor<1x2x4xf32>) -> tensor<?x2x4xf32>
  %2 = quantir.observe %c, @unseen : tensor<1x2x4xf32>
  %3 = nn.mul %1, %2 : (tensor<?x2x4xf32>, tensor<1x2x4xf32>) -> tensor<?x2x4xf32>
  return %3 : tensor<?x2x4xf32>
}

}
