// Normalizations and GELU out of what exporters write for them; what must stay is tested beside what goes.
// RUN: qopt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func @gelu
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
func.func @gelu(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %root = arith.constant dense<1.41421354> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %0 = nn.div %x, %root : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %1 = nn.erf %0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = nn.add %1, %one : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %3 = nn.mul %x, %2 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = nn.mul %3, %half {nn.path = "g"} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  // CHECK-NEXT: %[[Y:.*]] = nn.gelu %[[X]] {nn.path = "g"} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK-NEXT: return %[[Y]]
  return %4 : tensor<?x8xf32>
}

// -----

// The half before, the reciprocal of the root, and a factor behind that is not part of it.
// CHECK-LABEL: func @gelu_other_order
func.func @gelu_other_order(%x: tensor<?x8xf32>, %y: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %root = arith.constant dense<0.707106769> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %0 = nn.mul %root, %x : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = nn.erf %0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = nn.add %one, %1 : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = nn.mul %half, %x : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = nn.mul %2, %3 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK-NEXT: %[[G:.*]] = nn.gelu
  // CHECK-NEXT: nn.mul %[[G]], %arg1
  %5 = nn.mul %4, %y : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %5 : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func @not_gelu
func.func @not_gelu(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %root = arith.constant dense<1.5> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %0 = nn.div %x, %root : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  // CHECK: nn.erf
  %1 = nn.erf %0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = nn.add %1, %one : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %3 = nn.mul %x, %2 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = nn.mul %3, %half : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  return %4 : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func @gelu_sum_used_twice
func.func @gelu_sum_used_twice(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %root = arith.constant dense<1.41421354> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %0 = nn.div %x, %root : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  // CHECK: nn.erf
  %1 = nn.erf %0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = nn.add %1, %one : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %3 = nn.mul %x, %2 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = nn.mul %3, %half : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  return %2, %4 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func @layer_norm
// CHECK-SAME: %[[X:.*]]: tensor<?x2x4xf32>
func.func @layer_norm(%x: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %epsilon = arith.constant dense<1.0e-5> : tensor<f32>
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = arith.constant dense<[5.0, 6.0, 7.0, 8.0]> : tensor<4xf32>
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>
  // CHECK-DAG: %[[B:.*]] = arith.constant dense<[5.000000e+00, 6.000000e+00, 7.000000e+00, 8.000000e+00]>
  %mean = nn.mean %x {axes = array<i64: -1>, keep_dims = true} : (tensor<?x2x4xf32>) -> tensor<?x2x1xf32>
  %d = nn.sub %x, %mean : (tensor<?x2x4xf32>, tensor<?x2x1xf32>) -> tensor<?x2x4xf32>
  %square = nn.mul %d, %d : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %variance = nn.mean %square {axes = array<i64: 2>, keep_dims = true} : (tensor<?x2x4xf32>) -> tensor<?x2x1xf32>
  %sum = nn.add %variance, %epsilon : (tensor<?x2x1xf32>, tensor<f32>) -> tensor<?x2x1xf32>
  %root = nn.sqrt %sum : (tensor<?x2x1xf32>) -> tensor<?x2x1xf32>
  %q = nn.div %d, %root : (tensor<?x2x4xf32>, tensor<?x2x1xf32>) -> tensor<?x2x4xf32>
  %m = nn.mul %q, %w : (tensor<?x2x4xf32>, tensor<4xf32>) -> tensor<?x2x4xf32>
  %y = nn.add %m, %b : (tensor<?x2x4xf32>, tensor<4xf32>) -> tensor<?x2x4xf32>
  // CHECK: %[[Y:.*]] = nn.layer_norm %[[X]], %[[W]], %[[B]] : (tensor<?x2x4xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK-NEXT: return %[[Y]]
  return %y : tensor<?x2x4xf32>
}

// -----

// The root as a power, without weight and bias.
// CHECK-LABEL: func @layer_norm_by_power
func.func @layer_norm_by_power(%x: tensor<?x2x4xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x1xf32>) {
  %epsilon = arith.constant dense<1.0e-5> : tensor<f32>
  %mean = nn.mean %x {axes = array<i64: -1>, keep_dims = true} : (tensor<?x2x4xf32>) -> tensor<?x2x1xf32>
  %d = nn.sub %x, %mean : (tensor<?x2x4xf32>, tensor<?x2x1xf32>) -> tensor<?x2x4xf32>
  %square = nn.mul %d, %d : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %variance = nn.mean %square {axes = array<i64: 2>, keep_dims = true} : (tensor<?x2x4xf32>) -> tensor<?x2x1xf32>
  %sum = nn.add %variance, %epsilon : (tensor<?x2x1xf32>, tensor<f32>) -> tensor<?x2x1xf32>
  %root = nn.pow %sum {exponent = 0.5 : f32} : (tensor<?x2x1xf32>) -> tensor<?x2x1xf32>
  // CHECK: %[[Y:.*]] = nn.layer_norm
  %y = nn.div %d, %root : (tensor<?x2x4xf32>, tensor<?x2x1xf32>) -> tensor<?x2x4xf32>
  // No root: it stays.
  // CHECK: %[[P:.*]] = nn.pow %{{.*}} {exponent = 1.500000e+00 : f32}
  %p = nn.pow %sum {exponent = 1.5 : f32} : (tensor<?x2x1xf32>) -> tensor<?x2x1xf32>
  // CHECK: return %[[Y]], %[[P]]
  return %y, %p : tensor<?x2x4xf32>, tensor<?x2x1xf32>
}

// -----

// The mean of one dimension and the variance of another.
// CHECK-LABEL: func @not_layer_norm
func.func @not_layer_norm(%x: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %epsilon = arith.constant dense<1.0e-5> : tensor<f32>
  %mean = nn.mean %x {axes = array<i64: 1>, keep_dims = true} : (tensor<?x2x4xf32>) -> tensor<?x1x4xf32>
  %d = nn.sub %x, %mean : (tensor<?x2x4xf32>, tensor<?x1x4xf32>) -> tensor<?x2x4xf32>
  %square = nn.mul %d, %d : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %variance = nn.mean %square {axes = array<i64: 2>, keep_dims = true} : (tensor<?x2x4xf32>) -> tensor<?x2x1xf32>
  %sum = nn.add %variance, %epsilon : (tensor<?x2x1xf32>, tensor<f32>) -> tensor<?x2x1xf32>
  // CHECK: nn.sqrt
  %root = nn.sqrt %sum : (tensor<?x2x1xf32>) -> tensor<?x2x1xf32>
  %q = nn.div %d, %root : (tensor<?x2x4xf32>, tensor<?x2x1xf32>) -> tensor<?x2x4xf32>
  return %q : tensor<?x2x4xf32>
}

// -----

// CHECK-LABEL: func @group_norm
// CHECK-SAME: %[[X:.*]]: tensor<?x4x3x3xf32>
func.func @group_norm(%x: tensor<?x4x3x3xf32>) -> tensor<?x4x3x3xf32> {
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %w = arith.constant dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]> : tensor<4x1x1xf32>
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[B:.*]] = arith.constant dense<5.000000e+00> : tensor<4xf32>
  %b = arith.constant dense<5.0> : tensor<1x4x1x1xf32>
  %0 = nn.reshape %x {shape = array<i64: 0, 2, 18>} : (tensor<?x4x3x3xf32>) -> tensor<?x2x18xf32>
  %1 = nn.instance_norm %0, %one, %zero {epsilon = 1.0e-3 : f32} : (tensor<?x2x18xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x18xf32>
  %2 = nn.reshape %1 {shape = array<i64: 0, 4, 3, 3>} : (tensor<?x2x18xf32>) -> tensor<?x4x3x3xf32>
  %3 = nn.mul %2, %w : (tensor<?x4x3x3xf32>, tensor<4x1x1xf32>) -> tensor<?x4x3x3xf32>
  %4 = nn.add %3, %b : (tensor<?x4x3x3xf32>, tensor<1x4x1x1xf32>) -> tensor<?x4x3x3xf32>
  // CHECK: %[[Y:.*]] = nn.group_norm %[[X]], %[[W]], %[[B]] {epsilon = 1.000000e-03 : f32, groups = 2 : i64}
  // CHECK-NEXT: return %[[Y]]
  return %4 : tensor<?x4x3x3xf32>
}

// -----

// A factor per position is no weight.
// CHECK-LABEL: func @not_weight
func.func @not_weight(%x: tensor<?x4x4xf32>) -> tensor<?x4x4xf32> {
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.instance_norm %x, %one : (tensor<?x4x4xf32>, tensor<4xf32>) -> tensor<?x4x4xf32>
  // CHECK: nn.mul
  %1 = nn.mul %0, %w : (tensor<?x4x4xf32>, tensor<4xf32>) -> tensor<?x4x4xf32>
  return %1 : tensor<?x4x4xf32>
}

// -----

// CHECK-LABEL: func @interpolate_identity
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>
func.func @interpolate_identity(%x: tensor<?x3x4xf32>) -> (tensor<?x3x4xf32>, tensor<?x3x4xf32>) {
  %0 = nn.interpolate nearest asymmetric floor %x {sizes = array<i64: 4>} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  // CHECK: %[[Y:.*]] = nn.interpolate
  %1 = nn.interpolate nearest asymmetric floor %x {sizes = array<i64: 4>, scales = array<f32: 1.2>} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  // CHECK: return %[[X]], %[[Y]]
  return %0, %1 : tensor<?x3x4xf32>, tensor<?x3x4xf32>
}
