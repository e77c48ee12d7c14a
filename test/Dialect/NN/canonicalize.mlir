// Folders and canonicalization patterns; what must stay is tested beside what goes.
// RUN: qopt %s --canonicalize --split-input-file | FileCheck %s

//===----------------------------------------------------------------------===//
// Clipping
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @relu_of_relu
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: %[[Y:.*]] = nn.relu %[[X]]
// CHECK-NEXT: return %[[Y]]
func.func @relu_of_relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.relu %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: func @relu_of_clamp
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: nn.clamp %[[X]] {max = 1.000000e+00 : f32, min = 0.000000e+00 : f32, nn.path = "outer"}
// CHECK-NEXT: return
func.func @relu_of_clamp(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.clamp %x {min = -1.0 : f32, max = 1.0 : f32, nn.path = "inner"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.relu %0 {nn.path = "outer"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: func @relu_of_relu6
// CHECK-NEXT: nn.clamp %{{.*}} {max = 6.000000e+00 : f32, min = 0.000000e+00 : f32}
// CHECK-NEXT: return
func.func @relu_of_relu6(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.clamp %x {min = 0.0 : f32, max = 6.0 : f32} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.relu %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: func @clamp_of_relu
// CHECK-NEXT: nn.clamp %{{.*}} {max = 6.000000e+00 : f32, min = 0.000000e+00 : f32}
// CHECK-NEXT: return
func.func @clamp_of_relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.clamp %0 {min = -6.0 : f32, max = 6.0 : f32} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// The ranges do not meet: every value becomes the outer range's nearest bound.
// CHECK-LABEL: func @clamp_disjoint
// CHECK-NEXT: nn.clamp %{{.*}} {max = 3.000000e+00 : f32, min = 3.000000e+00 : f32}
// CHECK-NEXT: return
func.func @clamp_disjoint(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.clamp %x {min = 0.0 : f32, max = 1.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.clamp %0 {min = 3.0 : f32, max = 4.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func @clamp_of_narrower
// CHECK-NEXT: nn.clamp %{{.*}} {max = 1.000000e+00 : f32, min = 0.000000e+00 : f32}
// CHECK-NEXT: return
func.func @clamp_of_narrower(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.clamp %x {min = 0.0 : f32, max = 1.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.clamp %0 {min = -4.0 : f32, max = 4.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Composing would give the convolution's result, before clipping, a second user.
// CHECK-LABEL: func @clamp_of_used_relu
// CHECK-NEXT: nn.relu
// CHECK-NEXT: nn.clamp
func.func @clamp_of_used_relu(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = nn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.clamp %0 {min = -6.0 : f32, max = 6.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @clamp_is_relu
// CHECK-NEXT: nn.relu %{{.*}} {nn.path = "act"}
// CHECK-NEXT: return
func.func @clamp_is_relu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.clamp %x {min = 0.0 : f32, max = 0x7f800000 : f32, nn.path = "act"} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func @clamp_is_nothing
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: return %[[X]]
func.func @clamp_is_nothing(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.clamp %x {min = 0xff800000 : f32, max = 0x7f800000 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Both bounds the same infinity: constant, not nothing.
// CHECK-LABEL: func @clamp_to_infinity
// CHECK-NEXT: nn.clamp
func.func @clamp_to_infinity(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.clamp %x {min = 0x7f800000 : f32, max = 0x7f800000 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Arithmetic with a neutral constant
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @neutral
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: return %[[X]]
func.func @neutral(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %negative_zero = arith.constant dense<-0.0> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<1x1xf32>
  %0 = nn.add %zero, %x : (tensor<4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.sub %0, %negative_zero : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %2 = nn.mul %one, %1 : (tensor<1x1xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = nn.div %2, %one : (tensor<?x4xf32>, tensor<1x1xf32>) -> tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// CHECK-LABEL: func @not_neutral
// CHECK: nn.sub %[[ZERO:.*]], %
// CHECK: nn.div %[[ONE:.*]], %
// CHECK: nn.add
// CHECK: nn.mul
func.func @not_neutral(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %some = arith.constant dense<[0.0, 0.0, 0.0, 1.0]> : tensor<4xf32>
  %0 = nn.sub %zero, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.div %one, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.add %1, %some : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.mul %2, %some : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// The constant broadcasts the other operand.
// CHECK-LABEL: func @neutral_broadcast
// CHECK: nn.add
func.func @neutral_broadcast(%x: tensor<4xf32>) -> tensor<2x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x1xf32>
  %0 = nn.add %x, %zero : (tensor<4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Data movement that moves nothing
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @identities
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: return %[[X]]
func.func @identities(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %0 = nn.reshape %x {shape = array<i64: -1, 4, 1>} : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %1 = nn.flatten %0 {start_axis = 1 : i64, end_axis = 1 : i64} : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %2 = nn.transpose %1 {permutation = array<i64: 0, 1, 2>} : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %3 = nn.slice %2 {axes = array<i64: 0, 1>, starts = array<i64: 0, -9>, ends = array<i64: 9223372036854775807, 9>, steps = array<i64: 1, 1>} : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %4 = nn.pad %3 {padding = array<i64: 0, 0, 0, 0, 0, 0>, value = 3.0 : f32} : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %5 = nn.expand %4 {shape = array<i64: -1, 1, 1>} : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %6 = nn.cat %5 {axis = 1 : i64} : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %7 = nn.split %6 {axis = 1 : i64, sizes = array<i64: 4>} : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %8 = nn.squeeze %7 {axes = array<i64: 2>} : (tensor<?x4x1xf32>) -> tensor<?x4xf32>
  %9 = nn.unsqueeze %8 {axes = array<i64: 2>} : (tensor<?x4xf32>) -> tensor<?x4x1xf32>
  return %9 : tensor<?x4x1xf32>
}

// Same type, other elements.
// CHECK-LABEL: func @reversed
// CHECK-NEXT: nn.slice
// CHECK-NEXT: nn.transpose
func.func @reversed(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = nn.slice %x {axes = array<i64: 0>, starts = array<i64: -1>, ends = array<i64: -9223372036854775808>, steps = array<i64: -1>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}

// CHECK-LABEL: func @views
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: nn.reshape %[[X]] {nn.path = "last", shape = array<i64: 0, 8>} : (tensor<?x2x2x2xf32>) -> tensor<?x8xf32>
// CHECK-NEXT: return
func.func @views(%x: tensor<?x2x2x2xf32>) -> tensor<?x8xf32> {
  %0 = nn.reshape %x {shape = array<i64: 0, 4, 2>} : (tensor<?x2x2x2xf32>) -> tensor<?x4x2xf32>
  %1 = nn.flatten %0 {start_axis = 1 : i64, end_axis = 2 : i64, nn.path = "last"} : (tensor<?x4x2xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// CHECK-LABEL: func @views_of_batch
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: nn.reshape %[[X]] {shape = array<i64: -1, 4>} : (tensor<?x4x4xf32>) -> tensor<?x4xf32>
// CHECK-NEXT: return
func.func @views_of_batch(%x: tensor<?x4x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.unsqueeze %x {axes = array<i64: 3>} : (tensor<?x4x4xf32>) -> tensor<?x4x4x1xf32>
  %1 = nn.reshape %0 {shape = array<i64: -1, 4>} : (tensor<?x4x4x1xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: func @views_of_scalar
// CHECK-NEXT: nn.reshape %{{.*}} {shape = array<i64: 1, 1>} : (tensor<f32>) -> tensor<1x1xf32>
// CHECK-NEXT: nn.reshape %{{.*}} {shape = array<i64>} : (tensor<1x1xf32>) -> tensor<f32>
// CHECK-NEXT: return
func.func @views_of_scalar(%x: tensor<f32>, %y: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<f32>) {
  %0 = nn.flatten %x {start_axis = 0 : i64, end_axis = 0 : i64} : (tensor<f32>) -> tensor<1xf32>
  %1 = nn.unsqueeze %0 {axes = array<i64: 0>} : (tensor<1xf32>) -> tensor<1x1xf32>
  %2 = nn.squeeze %y {axes = array<i64: 0>} : (tensor<1x1xf32>) -> tensor<1xf32>
  %3 = nn.reshape %2 {shape = array<i64>} : (tensor<1xf32>) -> tensor<f32>
  return %1, %3 : tensor<1x1xf32>, tensor<f32>
}

// CHECK-LABEL: func @used_view
// CHECK-NEXT: nn.squeeze
// CHECK-NEXT: nn.flatten
func.func @used_view(%x: tensor<?x2x2x1xf32>) -> (tensor<?x2x2xf32>, tensor<?x4xf32>) {
  %0 = nn.squeeze %x {axes = array<i64: 3>} : (tensor<?x2x2x1xf32>) -> tensor<?x2x2xf32>
  %1 = nn.flatten %0 {start_axis = 1 : i64, end_axis = 2 : i64} : (tensor<?x2x2xf32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x2x2xf32>, tensor<?x4xf32>
}

// CHECK-LABEL: func @transposes
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: nn.transpose %[[X]] {permutation = array<i64: 0, 3, 1, 2>} : (tensor<?x2x3x4xf32>) -> tensor<?x4x2x3xf32>
// CHECK-NEXT: return
func.func @transposes(%x: tensor<?x2x3x4xf32>) -> tensor<?x4x2x3xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<?x2x3x4xf32>) -> tensor<?x3x4x2xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<?x3x4x2xf32>) -> tensor<?x4x2x3xf32>
  return %1 : tensor<?x4x2x3xf32>
}

// CHECK-LABEL: func @transposed_back
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: return %[[X]]
func.func @transposed_back(%x: tensor<?x2x3x4xf32>) -> tensor<?x2x3x4xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<?x2x3x4xf32>) -> tensor<?x3x4x2xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<?x3x4x2xf32>) -> tensor<?x2x3x4xf32>
  return %1 : tensor<?x2x3x4xf32>
}

// As PyTorch exports x[:, :, ::2, ::2].
// CHECK-LABEL: func @slices
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: nn.slice %[[X]] {axes = array<i64: 2, 3>, ends = array<i64: 7, 8>, starts = array<i64: 0, 1>, steps = array<i64: 2, 2>} : (tensor<?x2x8x8xf32>) -> tensor<?x2x4x4xf32>
// CHECK-NEXT: return
func.func @slices(%x: tensor<?x2x8x8xf32>) -> tensor<?x2x4x4xf32> {
  %0 = nn.slice %x {axes = array<i64: 2>, starts = array<i64: 0>, ends = array<i64: 9223372036854775807>, steps = array<i64: 2>} : (tensor<?x2x8x8xf32>) -> tensor<?x2x4x8xf32>
  %1 = nn.slice %0 {axes = array<i64: 3>, starts = array<i64: 1>, ends = array<i64: 9223372036854775807>, steps = array<i64: 2>} : (tensor<?x2x4x8xf32>) -> tensor<?x2x4x4xf32>
  return %1 : tensor<?x2x4x4xf32>
}

// 9 8 7 … 0, of which every second but the first: 7 5 3 1.
// CHECK-LABEL: func @slices_backwards
// CHECK-NEXT: nn.slice %{{.*}} {axes = array<i64: 0>, ends = array<i64: 0>, starts = array<i64: 7>, steps = array<i64: -2>} : (tensor<10xf32>) -> tensor<4xf32>
// CHECK-NEXT: return
func.func @slices_backwards(%x: tensor<10xf32>) -> tensor<4xf32> {
  %0 = nn.slice %x {axes = array<i64: 0>, starts = array<i64: -1>, ends = array<i64: -9223372036854775808>, steps = array<i64: -1>} : (tensor<10xf32>) -> tensor<10xf32>
  %1 = nn.slice %0 {axes = array<i64: 0>, starts = array<i64: 2>, ends = array<i64: 9>, steps = array<i64: 2>} : (tensor<10xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func @sliced_back
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-NEXT: return %[[X]]
func.func @sliced_back(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.slice %x {axes = array<i64: 1>, starts = array<i64: -1>, ends = array<i64: -9>, steps = array<i64: -1>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.slice %0 {axes = array<i64: 1>, starts = array<i64: -1>, ends = array<i64: -9>, steps = array<i64: -1>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// A mean over all spatial axes is not a pool.
// CHECK-LABEL: func @spatial_mean
// CHECK-NEXT: nn.mean
func.func @spatial_mean(%x: tensor<?x2x3x4xf32>) -> tensor<?x2xf32> {
  %0 = nn.mean %x {axes = array<i64: 2, 3>} : (tensor<?x2x3x4xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Data movement of constants
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @constant_views
// CHECK-DAG: %[[FLAT:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, 5.000000e+00, 6.000000e+00]> : tensor<6xf32>
// CHECK-DAG: %[[BOXED:.*]] = arith.constant dense<{{\[\[\[}}1.000000e+00], [2.000000e+00]], {{\[\[}}3.000000e+00], [4.000000e+00]], {{\[\[}}5.000000e+00], [6.000000e+00]]]> : tensor<3x2x1xf32>
// CHECK-DAG: %[[PLAIN:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00], [5.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
// CHECK: return %[[FLAT]], %[[BOXED]], %[[PLAIN]]
func.func @constant_views() -> (tensor<6xf32>, tensor<3x2x1xf32>, tensor<3x2xf32>) {
  %c = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %0 = nn.flatten %c {start_axis = 0 : i64, end_axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<6xf32>
  %1 = nn.reshape %c {shape = array<i64: 3, 2>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = nn.unsqueeze %1 {axes = array<i64: 2>} : (tensor<3x2xf32>) -> tensor<3x2x1xf32>
  %3 = nn.squeeze %2 {axes = array<i64: 2>} : (tensor<3x2x1xf32>) -> tensor<3x2xf32>
  return %0, %2, %3 : tensor<6xf32>, tensor<3x2x1xf32>, tensor<3x2xf32>
}

// CHECK-LABEL: func @constant_gathers
// CHECK-DAG: %[[T:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<{{\[\[}}6.000000e+00, 4.000000e+00]]> : tensor<1x2xf32>
// CHECK-DAG: %[[E:.*]] = arith.constant dense<{{\[\[}}6.000000e+00, 4.000000e+00], [6.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK: return %[[T]], %[[S]], %[[E]]
func.func @constant_gathers() -> (tensor<3x2xf32>, tensor<1x2xf32>, tensor<2x2xf32>) {
  %c = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %0 = nn.transpose %c {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = nn.slice %c {axes = array<i64: 0, 1>, starts = array<i64: 1, -1>, ends = array<i64: 2, -9>, steps = array<i64: 1, -2>} : (tensor<2x3xf32>) -> tensor<1x2xf32>
  %2 = nn.expand %1 {shape = array<i64: 2, 2>} : (tensor<1x2xf32>) -> tensor<2x2xf32>
  return %0, %1, %2 : tensor<3x2xf32>, tensor<1x2xf32>, tensor<2x2xf32>
}

// Repeated values stay one value.
// CHECK-LABEL: func @constant_splat
// CHECK-NEXT: %[[C:.*]] = arith.constant dense<2.000000e+00> : tensor<3x64x128xf32>
// CHECK-NEXT: return %[[C]]
func.func @constant_splat() -> tensor<3x64x128xf32> {
  %c = arith.constant dense<2.0> : tensor<128x64xf32>
  %0 = nn.transpose %c {permutation = array<i64: 1, 0>} : (tensor<128x64xf32>) -> tensor<64x128xf32>
  %1 = nn.expand %0 {shape = array<i64: 3, 64, 128>} : (tensor<64x128xf32>) -> tensor<3x64x128xf32>
  return %1 : tensor<3x64x128xf32>
}

// An expanded constant that is large stays an op.
// CHECK-LABEL: func @constant_large_expand
// CHECK: nn.expand
func.func @constant_large_expand() -> tensor<100000x2xf32> {
  %c = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %0 = nn.expand %c {shape = array<i64: 100000, 2>} : (tensor<2xf32>) -> tensor<100000x2xf32>
  return %0 : tensor<100000x2xf32>
}

// Blobs: a view shares the data, a transpose makes more; without the data nothing is done.
// CHECK-LABEL: func @blobs
// CHECK-DAG: arith.constant dense_resource<weight> : tensor<17xf32>
// CHECK-DAG: arith.constant dense_resource<wide_1> : tensor<9x2xf32>
// CHECK-DAG: arith.constant dense_resource<missing> : tensor<3x2xf32>
// CHECK: nn.transpose
// CHECK: wide_1: "0x40000000
// CHECK-SAME: 0000000000001041
// CHECK-SAME: 0000803F00002041
func.func @blobs() -> (tensor<17xf32>, tensor<9x2xf32>, tensor<2x3xf32>) {
  %w = arith.constant dense_resource<weight> : tensor<1x17xf32>
  %0 = nn.squeeze %w {axes = array<i64: 0>} : (tensor<1x17xf32>) -> tensor<17xf32>
  %v = arith.constant dense_resource<wide> : tensor<2x9xf32>
  %1 = nn.transpose %v {permutation = array<i64: 1, 0>} : (tensor<2x9xf32>) -> tensor<9x2xf32>
  %m = arith.constant dense_resource<missing> : tensor<3x2xf32>
  %2 = nn.transpose %m {permutation = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %0, %1, %2 : tensor<17xf32>, tensor<9x2xf32>, tensor<2x3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      weight: "0x40000000000000000000803F0000004000004040000080400000A0400000C0400000E040000000410000104100002041000030410000404100005041000060410000704100008041",
      wide: "0x40000000000000000000803F0000004000004040000080400000A0400000C0400000E04000000041000010410000204100003041000040410000504100006041000070410000804100008841"
    }
  }
#-}

// -----

//===----------------------------------------------------------------------===//
// Layers out of their parts
//===----------------------------------------------------------------------===//

// As PyTorch exports a linear layer on an input of rank 3.
// CHECK-LABEL: func @matmul_add
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK-DAG: %[[B:.*]] = arith.constant dense<[7.000000e+00, 8.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00], [2.000000e+00, 4.000000e+00, 6.000000e+00]]> : tensor<2x3xf32>
// CHECK: %[[Y:.*]] = nn.linear %[[X]], %[[W]], %[[B]] {nn.path = "fc"} : (tensor<?x5x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<?x5x2xf32>
// CHECK-NEXT: return %[[Y]]
func.func @matmul_add(%x: tensor<?x5x3xf32>) -> tensor<?x5x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %b = arith.constant dense<[7.0, 8.0]> : tensor<2xf32>
  %0 = nn.matmul %x, %w {nn.path = "fc"} : (tensor<?x5x3xf32>, tensor<3x2xf32>) -> tensor<?x5x2xf32>
  %1 = nn.add %b, %0 {nn.path = "fc"} : (tensor<2xf32>, tensor<?x5x2xf32>) -> tensor<?x5x2xf32>
  return %1 : tensor<?x5x2xf32>
}

// CHECK-LABEL: func @matmul_of_vector
// CHECK: nn.linear %{{.*}}, %{{.*}} : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
func.func @matmul_of_vector(%x: tensor<3xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %0 = nn.matmul %x, %w : (tensor<3xf32>, tensor<3x2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func @matmul_stays
// CHECK: nn.matmul
// CHECK: nn.matmul
// CHECK: nn.matmul
func.func @matmul_stays(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x2x1xf32>) {
  %a = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32>
  %0 = nn.matmul %x, %y : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %1 = nn.matmul %a, %y : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %2 = nn.matmul %x, %b : (tensor<2x3xf32>, tensor<1x3x1xf32>) -> tensor<1x2x1xf32>
  return %0, %1, %2 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x2x1xf32>
}

// CHECK-LABEL: func @conv_add
// CHECK-DAG: %[[B:.*]] = arith.constant dense<[7.000000e+00, 8.000000e+00]> : tensor<2xf32>
// CHECK: nn.conv %{{.*}}, %{{.*}}, %[[B]]
// CHECK-NEXT: return
func.func @conv_add(%x: tensor<?x3x4xf32>, %w: tensor<2x3x1xf32>) -> tensor<?x2x4xf32> {
  %b = arith.constant dense<[[7.0], [8.0]]> : tensor<2x1xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x4xf32>, tensor<2x3x1xf32>) -> tensor<?x2x4xf32>
  %1 = nn.add %0, %b : (tensor<?x2x4xf32>, tensor<2x1xf32>) -> tensor<?x2x4xf32>
  return %1 : tensor<?x2x4xf32>
}

// Not one value per output channel; a bias already; another use; a broadcast.
// CHECK-LABEL: func @add_stays
// CHECK-COUNT-4: nn.add
func.func @add_stays(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<2x2xf32>) {
  %one = arith.constant dense<[3.0]> : tensor<1xf32>
  %b = arith.constant dense<[7.0, 8.0]> : tensor<2xf32>
  %m = arith.constant dense<[[7.0, 8.0], [9.0, 10.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = nn.add %0, %one : (tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x2xf32>
  %2 = nn.linear %x, %w, %b : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %3 = nn.add %2, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %4 = nn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %5 = nn.add %4, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %6 = nn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %7 = nn.add %6, %m : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %1, %3, %4, %5, %7 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func @pad_conv
// CHECK-SAME: (%[[X:.*]]: tensor<?x3x5x5xf32>
// CHECK-NEXT: nn.conv %[[X]], %{{.*}} {dilations = array<i64: 1, 1>, padding = array<i64: 1, 0, 2, 2>, strides = array<i64: 2, 2>}
// CHECK-NEXT: return
func.func @pad_conv(%x: tensor<?x3x5x5xf32>, %w: tensor<2x3x3x3xf32>) -> tensor<?x2x3x3xf32> {
  %0 = nn.pad %x {padding = array<i64: 0, 0, 0, 0, 0, 0, 1, 2>} : (tensor<?x3x5x5xf32>) -> tensor<?x3x6x7xf32>
  %1 = nn.conv %0, %w {strides = array<i64: 2, 2>, padding = array<i64: 1, 0, 1, 0>, dilations = array<i64: 1, 1>} : (tensor<?x3x6x7xf32>, tensor<2x3x3x3xf32>) -> tensor<?x2x3x3xf32>
  return %1 : tensor<?x2x3x3xf32>
}

// Channels, or another value, are padded.
// CHECK-LABEL: func @pad_stays
// CHECK-COUNT-2: nn.pad
func.func @pad_stays(%x: tensor<?x2x4xf32>, %w: tensor<2x3x1xf32>, %v: tensor<2x2x1xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x5xf32>) {
  %0 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %1 = nn.conv %0, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x4xf32>, tensor<2x3x1xf32>) -> tensor<?x2x4xf32>
  %2 = nn.pad %x {padding = array<i64: 0, 0, 1, 0, 0, 0>, value = 1.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x2x5xf32>
  %3 = nn.conv %2, %v {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x5xf32>, tensor<2x2x1xf32>) -> tensor<?x2x5xf32>
  return %1, %3 : tensor<?x2x4xf32>, tensor<?x2x5xf32>
}
