// RUN: qopt %s --quantir-fold-batch-norm | FileCheck %s

// scale / sqrt(variance + epsilon) is 2 and 0.5; the bias (b - mean) * factor + beta.
// CHECK-LABEL: func @conv
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[}}{{\[\[\[}}2.000000e+00{{\]\]\]}}, {{\[\[\[}}1.000000e+00{{\]\]\]}}]> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = arith.constant dense<[2.100000e+01, 1.950000e+01]> : tensor<2xf32>
// CHECK: %[[Y:.*]] = nn.conv %{{.*}}, %[[W]], %[[B]]
// CHECK-NOT: nn.batch_norm
// CHECK: return %[[Y]]
func.func @conv(%x: tensor<?x1x4x4xf32>) -> tensor<?x2x4x4xf32> {
  %w = arith.constant dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>
  %b = arith.constant dense<[1.5, 2.0]> : tensor<2xf32>
  %scale = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
  %beta = arith.constant dense<[20.0, 20.0]> : tensor<2xf32>
  %mean = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
  %variance = arith.constant dense<[3.5, 3.5]> : tensor<2xf32>
  %0 = nn.conv %x, %w, %b {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<?x2x4x4xf32>
  %1 = nn.batch_norm %0, %scale, %beta, %mean, %variance {epsilon = 0.5 : f32} : (tensor<?x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x4x4xf32>
  return %1 : tensor<?x2x4x4xf32>
}

// A transposed convolution's weight is [I / groups, O, ...].
// CHECK-LABEL: func @conv_transpose_groups
// CHECK-DAG: arith.constant dense<{{\[\[}}[2.000000e+00], [5.000000e-01]{{\]\]}}> : tensor<1x2x1xf32>
// CHECK-NOT: nn.batch_norm
func.func @conv_transpose_groups(%x: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %w = arith.constant dense<1.0> : tensor<1x2x1xf32>
  %scale = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %variance = arith.constant dense<3.5> : tensor<2xf32>
  %0 = nn.conv_transpose %x, %w {groups = 2 : i64, strides = array<i64: 1>, padding = array<i64: 0, 0>, output_padding = array<i64: 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<1x2x1xf32>) -> tensor<?x2x4xf32>
  %1 = nn.batch_norm %0, %scale, %zero, %zero, %variance {epsilon = 0.5 : f32} : (tensor<?x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x4xf32>
  return %1 : tensor<?x2x4xf32>
}

// CHECK-LABEL: func @two_users
// CHECK: nn.batch_norm
func.func @two_users(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %0 = nn.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = nn.batch_norm %0, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}

// The channels of a linear op on three dimensions are its last dimension; normalization is along the second.
// CHECK-LABEL: func @linear_3d
// CHECK: nn.batch_norm
func.func @linear_3d(%x: tensor<?x2x2xf32>) -> tensor<?x2x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %0 = nn.linear %x, %w : (tensor<?x2x2xf32>, tensor<2x2xf32>) -> tensor<?x2x2xf32>
  %1 = nn.batch_norm %0, %one, %one, %one, %one : (tensor<?x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x2xf32>
  return %1 : tensor<?x2x2xf32>
}

// The rows of a table are not channels of the result.
// CHECK-LABEL: func @embedding
// CHECK: nn.batch_norm
func.func @embedding(%i: tensor<?xi64>) -> tensor<?x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %0 = nn.embedding %i, %w : (tensor<?xi64>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = nn.batch_norm %0, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}
