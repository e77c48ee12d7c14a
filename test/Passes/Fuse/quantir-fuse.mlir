// RUN: qopt %s --quantir-fuse --split-input-file | FileCheck %s

// The longest pattern wins, and the sum may be either operand of the addition.
// CHECK-LABEL: func @residual(
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x4x8x8xf32>, %[[W:[^:]*]]: tensor<4x4x1x1xf32>, %[[B:[^:]*]]: tensor<4xf32>, %[[Y:[^:]*]]: tensor<?x4x8x8xf32>
// CHECK: %[[R:.*]] = quantir.fused "conv_add_relu"(%[[X]], %[[W]], %[[B]], %[[Y]]) attributes {nn.path = "layer1.conv2"} {
// CHECK-NEXT: ^bb0(%[[A0:.*]]: tensor<?x4x8x8xf32>, %[[A1:.*]]: tensor<4x4x1x1xf32>, %[[A2:.*]]: tensor<4xf32>, %[[A3:.*]]: tensor<?x4x8x8xf32>):
// CHECK-NEXT: %[[C:.*]] = nn.conv %[[A0]], %[[A1]], %[[A2]]
// CHECK-NEXT: %[[S:.*]] = nn.add %[[A3]], %[[C]]
// CHECK-NEXT: %[[V:.*]] = nn.relu %[[S]]
// CHECK-NEXT: quantir.yield %[[V]]
// CHECK: return %[[R]]
func.func @residual(%x: tensor<?x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %b: tensor<4xf32>, %y: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  %0 = nn.conv %x, %w, %b {nn.path = "layer1.conv2", strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<4x4x1x1xf32>, tensor<4xf32>) -> tensor<?x4x8x8xf32>
  %1 = nn.add %y, %0 : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %2 = nn.relu %1 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  return %2 : tensor<?x4x8x8xf32>
}

// -----

// What is broadcast cannot be added by the convolution: pattern "nn.add(nn.conv, =)" asks for the result's type.
// CHECK-LABEL: func @broadcast
// CHECK: quantir.fused "add_relu"
// CHECK-NOT: quantir.fused "conv_add
func.func @broadcast(%x: tensor<?x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %y: tensor<4x1x1xf32>) -> tensor<?x4x8x8xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<?x4x8x8xf32>
  %1 = nn.add %0, %y : (tensor<?x4x8x8xf32>, tensor<4x1x1xf32>) -> tensor<?x4x8x8xf32>
  %2 = nn.relu %1 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  return %2 : tensor<?x4x8x8xf32>
}

// -----

// A value that has another user must exist, so it is no inside of a unit.
// CHECK-LABEL: func @two_users
// CHECK: nn.linear
// CHECK: nn.relu
func.func @two_users(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = nn.relu %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// ReLU6 fuses into the convolution.
// CHECK-LABEL: func @relu6
// CHECK: quantir.fused "linear_clamp"
func.func @relu6(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = nn.clamp %0 {min = 0.0 : f32, max = 6.0 : f32} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// -----

// A config written in the module, with a pattern of its own.
// CHECK-LABEL: func @own
// CHECK: quantir.fused "sigmoid_tanh"
// CHECK: nn.sigmoid
// CHECK: nn.tanh
#mine = #quantir.backend_config<"mine", patterns = [<"nn.tanh(nn.sigmoid)", name = "sigmoid_tanh">]>
module attributes {quantir.settings = #quantir.settings<backend_config = #mine>} {
  func.func @own(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.sigmoid %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = nn.tanh %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}

// -----

// An op that looks things up: its indices enter the unit beside the table.
// CHECK-LABEL: func @lookup
// CHECK-SAME: (%[[I:.*]]: tensor<3xi64>)
// CHECK: %[[T:.*]] = arith.constant
// CHECK: quantir.fused "embedding_relu"(%[[I]], %[[T]])
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<3xi64>, %{{.*}}: tensor<4x2xf32>):
// CHECK: (tensor<3xi64>, tensor<4x2xf32>) -> tensor<3x2xf32>
module attributes {quantir.settings = #quantir.settings<backend_config = <"mine", patterns = [<"nn.relu(nn.embedding)">]>>} {
  func.func @lookup(%i: tensor<3xi64>) -> tensor<3x2xf32> {
    %t = arith.constant dense<1.0> : tensor<4x2xf32>
    %0 = nn.embedding %i, %t : (tensor<3xi64>, tensor<4x2xf32>) -> tensor<3x2xf32>
    %1 = nn.relu %0 : (tensor<3x2xf32>) -> tensor<3x2xf32>
    return %1 : tensor<3x2xf32>
  }
}
