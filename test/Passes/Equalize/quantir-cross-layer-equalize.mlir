// RUN: rm -rf %t && split-file %s %t
// RUN: qopt %t/pair.mlir --quantir-cross-layer-equalize=pairs=fc1:/fc2/Gemm | FileCheck %t/pair.mlir
// RUN: qopt %t/pair.mlir --quantir-cross-layer-equalize | FileCheck %t/pair.mlir --check-prefix=NONE
// RUN: not qopt %t/pair.mlir --quantir-cross-layer-equalize=pairs=fc1:fc3 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not qopt %t/pair.mlir --quantir-cross-layer-equalize=pairs=fc1:relu 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not qopt %t/pair.mlir --quantir-cross-layer-equalize=pairs=/fc2/Gemm:fc1 2>&1 | FileCheck %s --check-prefix=ORDER
// RUN: qopt %t/flat.mlir --quantir-cross-layer-equalize=pairs=fc1:fc2 | FileCheck %t/flat.mlir
// RUN: qopt %t/convs.mlir "--quantir-cross-layer-equalize=pairs=conv1:conv2 threshold=1e-3" | FileCheck %t/convs.mlir
// RUN: not qopt %t/features.mlir --quantir-cross-layer-equalize=pairs=fc1:fc2 2>&1 | FileCheck %s --check-prefix=FEATURES

// NAME: error: pairs: expected two ops by module path or node name, but got 'fc1:fc3', and no op is called 'fc3'; did you mean 'fc1'?
// KIND: error: expected a linear or convolution with a constant weight of its own, to equalize it with another
// ORDER: error: expected 'fc1' to read what '/fc2/Gemm' makes, which nothing else may read, with at most relu and pooling in between
// A pool behind a linear op takes its features together, whose factors differ.
// FEATURES: error: expected 'fc2' to read what 'fc1' makes, which nothing else may read, with at most relu and pooling in between

//--- features.mlir
func.func @features(%x: tensor<?x3x2xf32>) -> tensor<?x3x2xf32> {
  %w0 = arith.constant dense<[[-8.0, 8.0], [0.0, 1.0]]> : tensor<2x2xf32>
  %w1 = arith.constant dense<[[-2.0, 0.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w0 {nn.path = "fc1"} : (tensor<?x3x2xf32>, tensor<2x2xf32>) -> tensor<?x3x2xf32>
  %1 = nn.max_pool %0 {kernel = array<i64: 3>, strides = array<i64: 1>, padding = array<i64: 1, 1>, dilations = array<i64: 1>} : (tensor<?x3x2xf32>) -> tensor<?x3x2xf32>
  %2 = nn.linear %1, %w1 {nn.path = "fc2"} : (tensor<?x3x2xf32>, tensor<2x2xf32>) -> tensor<?x3x2xf32>
  return %2 : tensor<?x3x2xf32>
}
//--- pair.mlir
// CHECK: %[[W0:.*]] = arith.constant dense<{{\[\[}}-4.000000e+00, 4.000000e+00], [0.000000e+00, 2.000000e+00]]>
// CHECK: %[[B0:.*]] = arith.constant dense<2.000000e+00> : tensor<2xf32>
// CHECK: %[[Y:.*]] = nn.linear %arg0, %[[W0]], %[[B0]] {nn.path = "fc1"}
// CHECK: %[[R:.*]] = nn.relu %[[Y]]
// CHECK: %[[W1:.*]] = arith.constant dense<{{\[\[}}-4.000000e+00, 0.000000e+00], [4.000000e+00, 2.000000e+00]]>
// CHECK: nn.linear %[[R]], %[[W1]]
// NONE: arith.constant dense<{{\[\[}}-8.000000e+00, 8.000000e+00], [0.000000e+00, 1.000000e+00]]>
// NONE: nn.linear
func.func @pair(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w0 = arith.constant dense<[[-8.0, 8.0], [0.0, 1.0]]> : tensor<2x2xf32>
  %b0 = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
  %w1 = arith.constant dense<[[-2.0, 0.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w0, %b0 {nn.path = "fc1"} : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = nn.relu %0 {nn.path = "relu"} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = nn.linear %1, %w1 : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> loc("/fc2/Gemm")
  return %2 : tensor<?x2xf32>
}
//--- flat.mlir
// The second channel has one value, and stays.
// CHECK: arith.constant dense<{{\[\[}}-4.000000e+00, 4.000000e+00], [1.000000e+00, 1.000000e+00]]>
// CHECK: arith.constant dense<{{\[\[}}-4.000000e+00, 0.000000e+00], [4.000000e+00, 4.000000e+00]]>
func.func @flat(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w0 = arith.constant dense<[[-8.0, 8.0], [1.0, 1.0]]> : tensor<2x2xf32>
  %w1 = arith.constant dense<[[-2.0, 0.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.linear %x, %w0 {nn.path = "fc1"} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = nn.linear %0, %w1 {nn.path = "fc2"} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}
//--- convs.mlir
// sqrt(16 / 1) = 4, through a pool.
// CHECK: arith.constant dense<{{\[\[\[\[}}-2.000000e+00, 2.000000e+00]]]]>
// CHECK: nn.conv
// CHECK: nn.max_pool
// CHECK: arith.constant dense<{{\[\[\[\[}}0.000000e+00, 4.000000e+00]]]]>
// CHECK: nn.conv
func.func @convs(%x: tensor<?x1x4x8xf32>) -> tensor<?x1x1x1xf32> {
  %w0 = arith.constant dense<[[[[-8.0, 8.0]]]]> : tensor<1x1x1x2xf32>
  %w1 = arith.constant dense<[[[[0.0, 1.0]]]]> : tensor<1x1x1x2xf32>
  %0 = nn.conv %x, %w0 {nn.path = "conv1", strides = array<i64: 1, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x1x4x8xf32>, tensor<1x1x1x2xf32>) -> tensor<?x1x4x4xf32>
  %1 = nn.max_pool %0 {kernel = array<i64: 4, 2>, strides = array<i64: 4, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x1x4x4xf32>) -> tensor<?x1x1x2xf32>
  %2 = nn.conv %1, %w1 {nn.path = "conv2", strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x1x1x2xf32>, tensor<1x1x1x2xf32>) -> tensor<?x1x1x1xf32>
  return %2 : tensor<?x1x1x1xf32>
}
