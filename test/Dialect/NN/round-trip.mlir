// Every op, in the custom and the generic form and through bytecode. The result types are those that the op infers from its operands.
// RUN: qopt %s --verify-roundtrip | FileCheck %s
// RUN: qopt %s --mlir-print-op-generic | qopt | FileCheck %s
// RUN: qopt %s --emit-bytecode | qopt | FileCheck %s

// CHECK-LABEL: func @conv1d(
// CHECK: nn.conv %{{.*}}, %{{.*}} {dilations = array<i64: 2>, padding = array<i64: 1, 0>, strides = array<i64: 2>} : (tensor<?x4x32xf32>, tensor<8x4x3xf32>) -> tensor<?x8x15xf32>
func.func @conv1d(%x: tensor<?x4x32xf32>, %w: tensor<8x4x3xf32>) -> tensor<?x8x15xf32> {
  %y = nn.conv %x, %w {dilations = array<i64: 2>, padding = array<i64: 1, 0>, strides = array<i64: 2>} : (tensor<?x4x32xf32>, tensor<8x4x3xf32>) -> tensor<?x8x15xf32>
  return %y : tensor<?x8x15xf32>
}

// CHECK-LABEL: func @conv2d_bias(
// CHECK: nn.conv %{{.*}}, %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<?x3x32x32xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<?x16x16x16xf32>
func.func @conv2d_bias(%x: tensor<?x3x32x32xf32>, %w: tensor<16x3x3x3xf32>, %b: tensor<16xf32>) -> tensor<?x16x16x16xf32> {
  %y = nn.conv %x, %w, %b {dilations = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<?x3x32x32xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<?x16x16x16xf32>
  return %y : tensor<?x16x16x16xf32>
}

// CHECK-LABEL: func @conv2d_depthwise(
// CHECK: nn.conv %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, groups = 8 : i64, padding = array<i64: 0, 1, 2, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x16x16xf32>, tensor<8x1x3x3xf32>) -> tensor<1x8x16x16xf32>
func.func @conv2d_depthwise(%x: tensor<1x8x16x16xf32>, %w: tensor<8x1x3x3xf32>) -> tensor<1x8x16x16xf32> {
  %y = nn.conv %x, %w {dilations = array<i64: 1, 1>, groups = 8 : i64, padding = array<i64: 0, 1, 2, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x16x16xf32>, tensor<8x1x3x3xf32>) -> tensor<1x8x16x16xf32>
  return %y : tensor<1x8x16x16xf32>
}

// CHECK-LABEL: func @conv3d(
// CHECK: nn.conv %{{.*}}, %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1, 1>, groups = 2 : i64, padding = array<i64: 0, 1, 1, 0, 1, 1>, strides = array<i64: 1, 2, 2>} : (tensor<2x4x8x8x8xf32>, tensor<6x2x1x3x3xf32>, tensor<6xf32>) -> tensor<2x6x8x4x4xf32>
func.func @conv3d(%x: tensor<2x4x8x8x8xf32>, %w: tensor<6x2x1x3x3xf32>, %b: tensor<6xf32>) -> tensor<2x6x8x4x4xf32> {
  %y = nn.conv %x, %w, %b {dilations = array<i64: 1, 1, 1>, groups = 2 : i64, padding = array<i64: 0, 1, 1, 0, 1, 1>, strides = array<i64: 1, 2, 2>} : (tensor<2x4x8x8x8xf32>, tensor<6x2x1x3x3xf32>, tensor<6xf32>) -> tensor<2x6x8x4x4xf32>
  return %y : tensor<2x6x8x4x4xf32>
}

// CHECK-LABEL: func @conv_transpose2d(
// CHECK: nn.conv_transpose %{{.*}}, %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, groups = 2 : i64, output_padding = array<i64: 1, 0>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<?x8x7x7xf32>, tensor<4x4x3x3xf32>, tensor<4xf32>) -> tensor<?x4x14x13xf32>
func.func @conv_transpose2d(%x: tensor<?x8x7x7xf32>, %w: tensor<4x4x3x3xf32>, %b: tensor<4xf32>) -> tensor<?x4x14x13xf32> {
  %y = nn.conv_transpose %x, %w, %b {dilations = array<i64: 1, 1>, groups = 2 : i64, output_padding = array<i64: 1, 0>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<?x8x7x7xf32>, tensor<4x4x3x3xf32>, tensor<4xf32>) -> tensor<?x4x14x13xf32>
  return %y : tensor<?x4x14x13xf32>
}

// CHECK-LABEL: func @conv_transpose1d(
// CHECK: nn.conv_transpose %{{.*}}, %{{.*}} {dilations = array<i64: 1>, output_padding = array<i64: 0>, padding = array<i64: 0, 0>, strides = array<i64: 2>} : (tensor<1x4x5xf32>, tensor<4x3x4xf32>) -> tensor<1x3x12xf32>
func.func @conv_transpose1d(%x: tensor<1x4x5xf32>, %w: tensor<4x3x4xf32>) -> tensor<1x3x12xf32> {
  %y = nn.conv_transpose %x, %w {dilations = array<i64: 1>, output_padding = array<i64: 0>, padding = array<i64: 0, 0>, strides = array<i64: 2>} : (tensor<1x4x5xf32>, tensor<4x3x4xf32>) -> tensor<1x3x12xf32>
  return %y : tensor<1x3x12xf32>
}

// CHECK-LABEL: func @linear(
// CHECK: nn.linear %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x64xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<?x10xf32>
func.func @linear(%x: tensor<?x64xf32>, %w: tensor<10x64xf32>, %b: tensor<10xf32>) -> tensor<?x10xf32> {
  %y = nn.linear %x, %w, %b : (tensor<?x64xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<?x10xf32>
  return %y : tensor<?x10xf32>
}

// CHECK-LABEL: func @linear_rank1(
// CHECK: nn.linear %{{.*}}, %{{.*}} : (tensor<64xf32>, tensor<10x64xf32>) -> tensor<10xf32>
func.func @linear_rank1(%x: tensor<64xf32>, %w: tensor<10x64xf32>) -> tensor<10xf32> {
  %y = nn.linear %x, %w : (tensor<64xf32>, tensor<10x64xf32>) -> tensor<10xf32>
  return %y : tensor<10xf32>
}

// CHECK-LABEL: func @linear_rank3(
// CHECK: nn.linear %{{.*}}, %{{.*}} : (tensor<?x7x64xf32>, tensor<10x64xf32>) -> tensor<?x7x10xf32>
func.func @linear_rank3(%x: tensor<?x7x64xf32>, %w: tensor<10x64xf32>) -> tensor<?x7x10xf32> {
  %y = nn.linear %x, %w : (tensor<?x7x64xf32>, tensor<10x64xf32>) -> tensor<?x7x10xf32>
  return %y : tensor<?x7x10xf32>
}

// CHECK-LABEL: func @matmul(
// CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<?x4x5x6xf32>, tensor<6x7xf32>) -> tensor<?x4x5x7xf32>
func.func @matmul(%a: tensor<?x4x5x6xf32>, %b: tensor<6x7xf32>) -> tensor<?x4x5x7xf32> {
  %y = nn.matmul %a, %b : (tensor<?x4x5x6xf32>, tensor<6x7xf32>) -> tensor<?x4x5x7xf32>
  return %y : tensor<?x4x5x7xf32>
}

// CHECK-LABEL: func @matmul_broadcast(
// CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<2x1x5x6xf32>, tensor<3x6x7xf32>) -> tensor<2x3x5x7xf32>
func.func @matmul_broadcast(%a: tensor<2x1x5x6xf32>, %b: tensor<3x6x7xf32>) -> tensor<2x3x5x7xf32> {
  %y = nn.matmul %a, %b : (tensor<2x1x5x6xf32>, tensor<3x6x7xf32>) -> tensor<2x3x5x7xf32>
  return %y : tensor<2x3x5x7xf32>
}

// CHECK-LABEL: func @matmul_row(
// CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<6xf32>, tensor<2x6x7xf32>) -> tensor<2x7xf32>
func.func @matmul_row(%a: tensor<6xf32>, %b: tensor<2x6x7xf32>) -> tensor<2x7xf32> {
  %y = nn.matmul %a, %b : (tensor<6xf32>, tensor<2x6x7xf32>) -> tensor<2x7xf32>
  return %y : tensor<2x7xf32>
}

// CHECK-LABEL: func @matmul_column(
// CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<?x6xf32>, tensor<6xf32>) -> tensor<?xf32>
func.func @matmul_column(%a: tensor<?x6xf32>, %b: tensor<6xf32>) -> tensor<?xf32> {
  %y = nn.matmul %a, %b : (tensor<?x6xf32>, tensor<6xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: func @matmul_dot(
// CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<6xf32>, tensor<6xf32>) -> tensor<f32>
func.func @matmul_dot(%a: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<f32> {
  %y = nn.matmul %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<f32>
  return %y : tensor<f32>
}

// CHECK-LABEL: func @batch_norm(
// CHECK: nn.batch_norm %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x8x16x16xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x16x16xf32>
func.func @batch_norm(%x: tensor<?x8x16x16xf32>, %scale: tensor<8xf32>, %bias: tensor<8xf32>, %mean: tensor<8xf32>, %variance: tensor<8xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.batch_norm %x, %scale, %bias, %mean, %variance : (tensor<?x8x16x16xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @batch_norm_epsilon(
// CHECK: nn.batch_norm %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-03 : f32} : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
func.func @batch_norm_epsilon(%x: tensor<4x8xf32>, %scale: tensor<8xf32>, %bias: tensor<8xf32>, %mean: tensor<8xf32>, %variance: tensor<8xf32>) -> tensor<4x8xf32> {
  %y = nn.batch_norm %x, %scale, %bias, %mean, %variance {epsilon = 1.000000e-03 : f32} : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @relu(
// CHECK: nn.relu %{{.*}} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @relu(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.relu %x : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @sigmoid(
// CHECK: nn.sigmoid %{{.*}} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @sigmoid(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.sigmoid %x : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @tanh(
// CHECK: nn.tanh %{{.*}} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @tanh(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.tanh %x : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @hardswish(
// CHECK: nn.hardswish %{{.*}} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @hardswish(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.hardswish %x : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @clamp(
// CHECK: nn.clamp %{{.*}} {max = 6.000000e+00 : f32, min = 0.000000e+00 : f32} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @clamp(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.clamp %x {max = 6.000000e+00 : f32, min = 0.000000e+00 : f32} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @clamp_below(
// CHECK: nn.clamp %{{.*}} {max = 0x7F800000 : f32, min = -1.000000e+00 : f32} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @clamp_below(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.clamp %x {max = 0x7F800000 : f32, min = -1.000000e+00 : f32} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @leaky_relu(
// CHECK: nn.leaky_relu %{{.*}} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @leaky_relu(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.leaky_relu %x : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @leaky_relu_slope(
// CHECK: nn.leaky_relu %{{.*}} {negative_slope = 1.000000e-01 : f32} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @leaky_relu_slope(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.leaky_relu %x {negative_slope = 1.000000e-01 : f32} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @hardsigmoid(
// CHECK: nn.hardsigmoid %{{.*}} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @hardsigmoid(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.hardsigmoid %x : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @hardsigmoid_line(
// CHECK: nn.hardsigmoid %{{.*}} {alpha = 2.000000e-01 : f32} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @hardsigmoid_line(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.hardsigmoid %x {alpha = 2.000000e-01 : f32} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @softmax(
// CHECK: nn.softmax %{{.*}} {axis = -1 : i64} : (tensor<?x10xf32>) -> tensor<?x10xf32>
func.func @softmax(%x: tensor<?x10xf32>) -> tensor<?x10xf32> {
  %y = nn.softmax %x {axis = -1 : i64} : (tensor<?x10xf32>) -> tensor<?x10xf32>
  return %y : tensor<?x10xf32>
}

// CHECK-LABEL: func @add(
// CHECK: nn.add %{{.*}}, %{{.*}} : (tensor<?x8x16x16xf32>, tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @add(%a: tensor<?x8x16x16xf32>, %b: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.add %a, %b : (tensor<?x8x16x16xf32>, tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @add_broadcast(
// CHECK: nn.add %{{.*}}, %{{.*}} : (tensor<?x8x16x16xf32>, tensor<8x1x1xf32>) -> tensor<?x8x16x16xf32>
func.func @add_broadcast(%a: tensor<?x8x16x16xf32>, %b: tensor<8x1x1xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.add %a, %b : (tensor<?x8x16x16xf32>, tensor<8x1x1xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @sub(
// CHECK: nn.sub %{{.*}}, %{{.*}} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
func.func @sub(%a: tensor<4xf32>, %b: tensor<f32>) -> tensor<4xf32> {
  %y = nn.sub %a, %b : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func @mul(
// CHECK: nn.mul %{{.*}}, %{{.*}} : (tensor<?x8x1x1xf32>, tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @mul(%a: tensor<?x8x1x1xf32>, %b: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.mul %a, %b : (tensor<?x8x1x1xf32>, tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @div(
// CHECK: nn.div %{{.*}}, %{{.*}} : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
func.func @div(%a: tensor<2x1xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %y = nn.div %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK-LABEL: func @max_pool(
// CHECK: nn.max_pool %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x8x8xf32>
func.func @max_pool(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x8x8xf32> {
  %y = nn.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x8x8xf32>
  return %y : tensor<?x8x8x8xf32>
}

// CHECK-LABEL: func @max_pool_ceil(
// CHECK: nn.max_pool %{{.*}} {ceil_mode = true, dilations = array<i64: 2>, kernel = array<i64: 2>, padding = array<i64: 0, 0>, strides = array<i64: 3>} : (tensor<1x2x8xf32>) -> tensor<1x2x3xf32>
func.func @max_pool_ceil(%x: tensor<1x2x8xf32>) -> tensor<1x2x3xf32> {
  %y = nn.max_pool %x {ceil_mode = true, dilations = array<i64: 2>, kernel = array<i64: 2>, padding = array<i64: 0, 0>, strides = array<i64: 3>} : (tensor<1x2x8xf32>) -> tensor<1x2x3xf32>
  return %y : tensor<1x2x3xf32>
}

// CHECK-LABEL: func @avg_pool(
// CHECK: nn.avg_pool %{{.*}} {kernel = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x8x8xf32>
func.func @avg_pool(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x8x8xf32> {
  %y = nn.avg_pool %x {kernel = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x8x8xf32>
  return %y : tensor<?x8x8x8xf32>
}

// CHECK-LABEL: func @avg_pool_exclude(
// CHECK: nn.avg_pool %{{.*}} {count_include_pad = false, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @avg_pool_exclude(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.avg_pool %x {count_include_pad = false, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @adaptive_avg_pool(
// CHECK: nn.adaptive_avg_pool %{{.*}} {output_size = array<i64: 1, 3>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x1x3xf32>
func.func @adaptive_avg_pool(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x1x3xf32> {
  %y = nn.adaptive_avg_pool %x {output_size = array<i64: 1, 3>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x1x3xf32>
  return %y : tensor<?x8x1x3xf32>
}

// CHECK-LABEL: func @mean(
// CHECK: nn.mean %{{.*}} {axes = array<i64: 2, -1>} : (tensor<?x8x16x16xf32>) -> tensor<?x8xf32>
func.func @mean(%x: tensor<?x8x16x16xf32>) -> tensor<?x8xf32> {
  %y = nn.mean %x {axes = array<i64: 2, -1>} : (tensor<?x8x16x16xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func @mean_keep_dims(
// CHECK: nn.mean %{{.*}} {axes = array<i64: 2, 3>, keep_dims = true} : (tensor<?x8x16x16xf32>) -> tensor<?x8x1x1xf32>
func.func @mean_keep_dims(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x1x1xf32> {
  %y = nn.mean %x {axes = array<i64: 2, 3>, keep_dims = true} : (tensor<?x8x16x16xf32>) -> tensor<?x8x1x1xf32>
  return %y : tensor<?x8x1x1xf32>
}

// CHECK-LABEL: func @mean_all(
// CHECK: nn.mean %{{.*}} {axes = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<f32>
func.func @mean_all(%x: tensor<2x3xf32>) -> tensor<f32> {
  %y = nn.mean %x {axes = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<f32>
  return %y : tensor<f32>
}

// CHECK-LABEL: func @flatten(
// CHECK: nn.flatten %{{.*}} {end_axis = -1 : i64, start_axis = 1 : i64} : (tensor<?x8x16x16xf32>) -> tensor<?x2048xf32>
func.func @flatten(%x: tensor<?x8x16x16xf32>) -> tensor<?x2048xf32> {
  %y = nn.flatten %x {end_axis = -1 : i64, start_axis = 1 : i64} : (tensor<?x8x16x16xf32>) -> tensor<?x2048xf32>
  return %y : tensor<?x2048xf32>
}

// CHECK-LABEL: func @flatten_batch(
// CHECK: nn.flatten %{{.*}} {end_axis = 1 : i64, start_axis = 0 : i64} : (tensor<?x4x5xf32>) -> tensor<?x5xf32>
func.func @flatten_batch(%x: tensor<?x4x5xf32>) -> tensor<?x5xf32> {
  %y = nn.flatten %x {end_axis = 1 : i64, start_axis = 0 : i64} : (tensor<?x4x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// CHECK-LABEL: func @reshape(
// CHECK: nn.reshape %{{.*}} {shape = array<i64: 0, 2, 4, -1>} : (tensor<?x8x16x16xf32>) -> tensor<?x2x4x256xf32>
func.func @reshape(%x: tensor<?x8x16x16xf32>) -> tensor<?x2x4x256xf32> {
  %y = nn.reshape %x {shape = array<i64: 0, 2, 4, -1>} : (tensor<?x8x16x16xf32>) -> tensor<?x2x4x256xf32>
  return %y : tensor<?x2x4x256xf32>
}

// CHECK-LABEL: func @reshape_batch(
// CHECK: nn.reshape %{{.*}} {shape = array<i64: -1, 16>} : (tensor<?x8x16x16xf32>) -> tensor<?x16xf32>
func.func @reshape_batch(%x: tensor<?x8x16x16xf32>) -> tensor<?x16xf32> {
  %y = nn.reshape %x {shape = array<i64: -1, 16>} : (tensor<?x8x16x16xf32>) -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// CHECK-LABEL: func @reshape_scalar(
// CHECK: nn.reshape %{{.*}} {shape = array<i64>} : (tensor<1x1xf32>) -> tensor<f32>
func.func @reshape_scalar(%x: tensor<1x1xf32>) -> tensor<f32> {
  %y = nn.reshape %x {shape = array<i64>} : (tensor<1x1xf32>) -> tensor<f32>
  return %y : tensor<f32>
}

// CHECK-LABEL: func @transpose(
// CHECK: nn.transpose %{{.*}} {permutation = array<i64: 0, 2, 3, 1>} : (tensor<?x8x16x16xf32>) -> tensor<?x16x16x8xf32>
func.func @transpose(%x: tensor<?x8x16x16xf32>) -> tensor<?x16x16x8xf32> {
  %y = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<?x8x16x16xf32>) -> tensor<?x16x16x8xf32>
  return %y : tensor<?x16x16x8xf32>
}

// CHECK-LABEL: func @squeeze(
// CHECK: nn.squeeze %{{.*}} {axes = array<i64: 2, -1>} : (tensor<?x8x1x1xf32>) -> tensor<?x8xf32>
func.func @squeeze(%x: tensor<?x8x1x1xf32>) -> tensor<?x8xf32> {
  %y = nn.squeeze %x {axes = array<i64: 2, -1>} : (tensor<?x8x1x1xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func @unsqueeze(
// CHECK: nn.unsqueeze %{{.*}} {axes = array<i64: 1, -1>} : (tensor<?x8xf32>) -> tensor<?x1x8x1xf32>
func.func @unsqueeze(%x: tensor<?x8xf32>) -> tensor<?x1x8x1xf32> {
  %y = nn.unsqueeze %x {axes = array<i64: 1, -1>} : (tensor<?x8xf32>) -> tensor<?x1x8x1xf32>
  return %y : tensor<?x1x8x1xf32>
}

// CHECK-LABEL: func @slice(
// CHECK: nn.slice %{{.*}} {axes = array<i64: 1, -1>, ends = array<i64: 9223372036854775807, -9223372036854775807>, starts = array<i64: -2, -1>, steps = array<i64: 1, -3>} : (tensor<?x8x16x16xf32>) -> tensor<?x2x16x6xf32>
func.func @slice(%x: tensor<?x8x16x16xf32>) -> tensor<?x2x16x6xf32> {
  %y = nn.slice %x {axes = array<i64: 1, -1>, ends = array<i64: 9223372036854775807, -9223372036854775807>, starts = array<i64: -2, -1>, steps = array<i64: 1, -3>} : (tensor<?x8x16x16xf32>) -> tensor<?x2x16x6xf32>
  return %y : tensor<?x2x16x6xf32>
}

// CHECK-LABEL: func @slice_all(
// CHECK: nn.slice %{{.*}} {axes = array<i64: 0>, ends = array<i64: 9223372036854775807>, starts = array<i64: 0>, steps = array<i64: 1>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
func.func @slice_all(%x: tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32> {
  %y = nn.slice %x {axes = array<i64: 0>, ends = array<i64: 9223372036854775807>, starts = array<i64: 0>, steps = array<i64: 1>} : (tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  return %y : tensor<?x8x16x16xf32>
}

// CHECK-LABEL: func @cat(
// CHECK: nn.cat %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<?x8x16x16xf32>, tensor<?x2x16x16xf32>, tensor<?x8x16x16xf32>) -> tensor<?x18x16x16xf32>
func.func @cat(%a: tensor<?x8x16x16xf32>, %b: tensor<?x2x16x16xf32>, %c: tensor<?x8x16x16xf32>) -> tensor<?x18x16x16xf32> {
  %y = nn.cat %a, %b, %c {axis = 1 : i64} : (tensor<?x8x16x16xf32>, tensor<?x2x16x16xf32>, tensor<?x8x16x16xf32>) -> tensor<?x18x16x16xf32>
  return %y : tensor<?x18x16x16xf32>
}

// CHECK-LABEL: func @split(
// CHECK: nn.split %{{.*}} {axis = 1 : i64, sizes = array<i64: 2, 5, 1>} : (tensor<?x8x16x16xf32>) -> (tensor<?x2x16x16xf32>, tensor<?x5x16x16xf32>, tensor<?x1x16x16xf32>)
func.func @split(%x: tensor<?x8x16x16xf32>) -> (tensor<?x2x16x16xf32>, tensor<?x5x16x16xf32>, tensor<?x1x16x16xf32>) {
  %y:3 = nn.split %x {axis = 1 : i64, sizes = array<i64: 2, 5, 1>} : (tensor<?x8x16x16xf32>) -> (tensor<?x2x16x16xf32>, tensor<?x5x16x16xf32>, tensor<?x1x16x16xf32>)
  return %y#0, %y#1, %y#2 : tensor<?x2x16x16xf32>, tensor<?x5x16x16xf32>, tensor<?x1x16x16xf32>
}

// CHECK-LABEL: func @pad(
// CHECK: nn.pad %{{.*}} {padding = array<i64: 0, 0, 1, 0, 2, 0>} : (tensor<?x3x4xf32>) -> tensor<?x5x5xf32>
func.func @pad(%x: tensor<?x3x4xf32>) -> tensor<?x5x5xf32> {
  %y = nn.pad %x {padding = array<i64: 0, 0, 1, 0, 2, 0>} : (tensor<?x3x4xf32>) -> tensor<?x5x5xf32>
  return %y : tensor<?x5x5xf32>
}

// CHECK-LABEL: func @pad_value(
// CHECK: nn.pad %{{.*}} {padding = array<i64: 1, 0, 0, 1>, value = 5.000000e-01 : f32} : (tensor<3x4xf32>) -> tensor<4x5xf32>
func.func @pad_value(%x: tensor<3x4xf32>) -> tensor<4x5xf32> {
  %y = nn.pad %x {padding = array<i64: 1, 0, 0, 1>, value = 5.000000e-01 : f32} : (tensor<3x4xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// CHECK-LABEL: func @expand(
// CHECK: nn.expand %{{.*}} {shape = array<i64: -1, 3, 1>} : (tensor<?x1x4xf32>) -> tensor<?x3x4xf32>
func.func @expand(%x: tensor<?x1x4xf32>) -> tensor<?x3x4xf32> {
  %y = nn.expand %x {shape = array<i64: -1, 3, 1>} : (tensor<?x1x4xf32>) -> tensor<?x3x4xf32>
  return %y : tensor<?x3x4xf32>
}

// CHECK-LABEL: func @expand_batch(
// CHECK: nn.expand %{{.*}} {shape = array<i64: -2, 3, -1>} : (tensor<1x4xf32>) -> tensor<?x3x4xf32>
func.func @expand_batch(%x: tensor<1x4xf32>) -> tensor<?x3x4xf32> {
  %y = nn.expand %x {shape = array<i64: -2, 3, -1>} : (tensor<1x4xf32>) -> tensor<?x3x4xf32>
  return %y : tensor<?x3x4xf32>
}

// CHECK-LABEL: func @expand_rank(
// CHECK: nn.expand %{{.*}} {shape = array<i64: 2, 3, 1>} : (tensor<4xf32>) -> tensor<2x3x4xf32>
func.func @expand_rank(%x: tensor<4xf32>) -> tensor<2x3x4xf32> {
  %y = nn.expand %x {shape = array<i64: 2, 3, 1>} : (tensor<4xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// Where an op comes from.
// CHECK-LABEL: func @names(
// CHECK-SAME: {nn.name = "input.1"}
// CHECK-SAME: {nn.name = "y"}
// CHECK: nn.relu %{{.*}} {nn.path = "layer1.0.relu"}
func.func @names(%x: tensor<?x8xf32> {nn.name = "input.1"}) -> (tensor<?x8xf32> {nn.name = "y"}) {
  %y = nn.relu %x {nn.path = "layer1.0.relu"} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: @sequences
func.func @sequences(%i: tensor<?x7xi64>, %j: tensor<5xi32>, %w: tensor<20x4xf32>, %x: tensor<8x?x4xf32>,
                     %wi: tensor<24x4xf32>, %wh: tensor<24x6xf32>, %b: tensor<24xf32>, %s: tensor<2x?x6xf32>) {
  // CHECK: nn.embedding %{{.*}}, %{{.*}} : (tensor<?x7xi64>, tensor<20x4xf32>) -> tensor<?x7x4xf32>
  %0 = nn.embedding %i, %w : (tensor<?x7xi64>, tensor<20x4xf32>) -> tensor<?x7x4xf32>
  // CHECK: nn.embedding {{.*}} -> tensor<5x4xf32>
  %1 = nn.embedding %j, %w : (tensor<5xi32>, tensor<20x4xf32>) -> tensor<5x4xf32>
  // CHECK: nn.embedding_bag mean %{{.*}}, %{{.*}}, %{{.*}} : (tensor<5xi32>, tensor<5xi32>, tensor<20x4xf32>) -> tensor<5x4xf32>
  %bags = nn.embedding_bag mean %j, %j, %w : (tensor<5xi32>, tensor<5xi32>, tensor<20x4xf32>) -> tensor<5x4xf32>
  // CHECK: nn.embedding_bag max {{.*}} {include_last_offset = true} : {{.*}} -> tensor<4x4xf32>
  %last = nn.embedding_bag max %j, %j, %w {include_last_offset = true}
      : (tensor<5xi32>, tensor<5xi32>, tensor<20x4xf32>) -> tensor<4x4xf32>
  // CHECK: nn.lstm {{.*}} -> (tensor<8x?x6xf32>, tensor<1x?x6xf32>, tensor<1x?x6xf32>)
  %2:3 = nn.lstm %x, %wi, %wh, %b
      : (tensor<8x?x4xf32>, tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>)
      -> (tensor<8x?x6xf32>, tensor<1x?x6xf32>, tensor<1x?x6xf32>)
  // CHECK: nn.lstm {{.*}} -> (tensor<8x?x12xf32>, tensor<2x?x6xf32>, tensor<2x?x6xf32>)
  %3:3 = nn.lstm %x, %wi, %wh, %b, %wi, %wh, %b, %s, %s
      : (tensor<8x?x4xf32>, tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>, tensor<24x4xf32>,
         tensor<24x6xf32>, tensor<24xf32>, tensor<2x?x6xf32>, tensor<2x?x6xf32>)
      -> (tensor<8x?x12xf32>, tensor<2x?x6xf32>, tensor<2x?x6xf32>)
  return
}
