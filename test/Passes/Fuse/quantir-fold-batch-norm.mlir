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

// One constant as the input and the weight: only the weight is multiplied.
// CHECK-LABEL: func @weight_is_input
// CHECK-DAG: %[[X:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]>
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 4.000000e+00], [6.000000e+00, 8.000000e+00]]>
// CHECK: %[[Y:.*]] = nn.linear %[[X]], %[[W]], %{{.*}}
// CHECK: return %[[Y]]
func.func @weight_is_input() -> tensor<2x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %scale = arith.constant dense<2.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %0 = nn.linear %w, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.batch_norm %0, %scale, %zero, %zero, %one {epsilon = 0.0 : f32} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// The scale of a channel of negative variance is no number: lowering says so.
// CHECK-LABEL: func @negative_variance
// CHECK: nn.batch_norm
func.func @negative_variance(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %variance = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %0 = nn.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = nn.batch_norm %0, %one, %one, %one, %variance : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// A chain of many.
// CHECK-LABEL: func @chain
// CHECK-NOT: nn.batch_norm
// CHECK: return
func.func @chain(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %0 = nn.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = nn.batch_norm %0, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = nn.batch_norm %1, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %3 = nn.batch_norm %2, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %4 = nn.batch_norm %3, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %5 = nn.batch_norm %4, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %6 = nn.batch_norm %5, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %7 = nn.batch_norm %6, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %8 = nn.batch_norm %7, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %9 = nn.batch_norm %8, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %10 = nn.batch_norm %9, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %11 = nn.batch_norm %10, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %12 = nn.batch_norm %11, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %13 = nn.batch_norm %12, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %14 = nn.batch_norm %13, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %15 = nn.batch_norm %14, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %16 = nn.batch_norm %15, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %17 = nn.batch_norm %16, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %18 = nn.batch_norm %17, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %19 = nn.batch_norm %18, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %20 = nn.batch_norm %19, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %21 = nn.batch_norm %20, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %22 = nn.batch_norm %21, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %23 = nn.batch_norm %22, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %24 = nn.batch_norm %23, %one, %one, %one, %one : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %24 : tensor<?x2xf32>
}
