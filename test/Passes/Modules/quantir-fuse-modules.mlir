// RUN: qopt %s "--quantir-fuse-modules=groups=conv,bn,relu;fc,relu2;fc1d,bn1d" | FileCheck %s
// RUN: not qopt %s "--quantir-fuse-modules=groups=conv,bn1,relu" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not qopt %s "--quantir-fuse-modules=groups=fc,tanh" 2>&1 | FileCheck %s --check-prefix=SEQUENCE
// RUN: not qopt %s "--quantir-fuse-modules=groups=conv,relu2" 2>&1 | FileCheck %s --check-prefix=APART
// RUN: not qopt %s "--quantir-fuse-modules=groups=twice,relu3" 2>&1 | FileCheck %s --check-prefix=USED
// RUN: not qopt %s "--quantir-fuse-modules=groups=same,relu3" 2>&1 | FileCheck %s --check-prefix=SAME
// RUN: not qopt %s "--quantir-fuse-modules=groups=fc,call" 2>&1 | FileCheck %s --check-prefix=CALL
// RUN: not qopt %s "--quantir-fuse-modules=groups=bn1d,relu1d" 2>&1 | FileCheck %s --check-prefix=BN1D
// RUN: not qopt %s "--quantir-fuse-modules=groups=conv" 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: not qopt %s "--quantir-fuse-modules=groups=conv," 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not qopt %s "--quantir-fuse-modules" 2>&1 | FileCheck %s --check-prefix=NONE

// UNKNOWN: error: the model has no module 'bn1'; did you mean 'bn'?
// SEQUENCE: error: cannot fuse fc,tanh, which is Linear + Tanh; expected one of Conv1d + BatchNorm1d, Conv1d + BatchNorm1d + ReLU, Conv2d + BatchNorm2d,
// APART: error: expected 'relu2' to read what 'conv' makes
// USED: error: expected only 'relu3' to read what 'twice' makes
// USED: note: but this op does, too
// SAME: error: expected 'same' to be one op, but got 2
// SAME: note: another one is here
// CALL: error: cannot fuse fc,call, which is Linear + functional.relu; expected one of
// BN1D: error: cannot fuse bn1d,relu1d, which is BatchNorm1d + ReLU; expected one of
// ONE: error: cannot fuse conv, which is Conv2d; expected one of
// EMPTY: error: expected the pass option groups to name modules, but got an empty name
// NONE: error: expected the pass option groups to have lists of modules: a,b,c;d,e

// CHECK-LABEL: func.func @main
// The weights are 1 * 2 / sqrt(4), the bias (0 - 1) / 2 * 2 + 3.
// CHECK: arith.constant dense<4.000000e+00> : tensor<1xf32>
// CHECK: %[[W:.*]] = arith.constant dense<1.000000e+00> : tensor<1x1x1x1xf32>
// CHECK: %[[B:.*]] = arith.constant dense<2.000000e+00> : tensor<1xf32>
// CHECK: quantir.fused "conv_relu"(%arg0, %[[W]], %[[B]]) attributes {nn.path = "conv"} {
// CHECK: nn.conv
// CHECK: nn.relu
// CHECK: quantir.fused "linear_relu"{{.*}} attributes {nn.path = "fc"} {
// CHECK: nn.tanh
func.func @main(%x: tensor<?x1x2x2xf32>, %y: tensor<?x4xf32>) -> (tensor<?x1x2x2xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %w = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %two = arith.constant dense<2.0> : tensor<1xf32>
  %three = arith.constant dense<3.0> : tensor<1xf32>
  %mean = arith.constant dense<1.0> : tensor<1xf32>
  %var = arith.constant dense<4.0> : tensor<1xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, nn.path = "conv"} : (tensor<?x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<?x1x2x2xf32>
  %1 = nn.batch_norm %0, %two, %three, %mean, %var {epsilon = 0.0 : f32, nn.path = "bn"} : (tensor<?x1x2x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<?x1x2x2xf32>
  %2 = nn.relu %1 {nn.path = "relu"} : (tensor<?x1x2x2xf32>) -> tensor<?x1x2x2xf32>
  %v = arith.constant dense<1.0> : tensor<4x4xf32>
  %3 = nn.linear %y, %v {nn.path = "fc"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %4 = nn.relu %3 {nn.path = "relu2"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %5 = nn.tanh %4 {nn.path = "tanh"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %6 = nn.linear %5, %v {nn.path = "twice"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %7 = nn.relu %6 {nn.path = "relu3"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %8 = nn.tanh %6 {nn.path = "same"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %9 = nn.tanh %8 {nn.path = "same"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %2, %7, %9 : tensor<?x1x2x2xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// CHECK-LABEL: func.func @one_dimension
// CHECK: nn.linear
// CHECK-NEXT: nn.relu {{.*}}"call"
// CHECK-NEXT: nn.relu {{.*}}"relu1d"
func.func @one_dimension(%y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %v = arith.constant dense<1.0> : tensor<4x4xf32>
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %0 = nn.linear %y, %v {nn.path = "fc1d"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = nn.batch_norm %0, %one, %one, %one, %one {nn.path = "bn1d"} : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %2 = nn.relu %1 {nn.path = "call", nn.call = "function"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = nn.relu %2 {nn.path = "relu1d"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}
