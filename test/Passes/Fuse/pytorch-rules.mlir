// RUN: qopt %s --quantir-fuse --split-input-file | FileCheck %s

// PyTorch first fuses, then looks for other patterns: F.relu is no module, so the onednn table fuses the convolution with the
// addition and leaves the relu, although a relu after an addition is a pattern too.
// CHECK-LABEL: func @fusers_first
// CHECK: %[[SUM:.*]] = quantir.fused "conv2d_add"
// CHECK: nn.relu %[[SUM]]
module attributes {quantir.settings = #quantir.settings<backend_config = <"onednn">>} {
  func.func @fusers_first(%x: tensor<?x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %y: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
    %0 = nn.conv %x, %w {nn.call = "module", strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<?x4x8x8xf32>
    %1 = nn.add %y, %0 {nn.call = "function"} : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
    %2 = nn.relu %1 {nn.call = "function"} : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
    return %2 : tensor<?x4x8x8xf32>
  }
}

// -----

// The native table has no such fusion: the addition goes with the relu.
// CHECK-LABEL: func @native
// CHECK: nn.conv
// CHECK: quantir.fused "add_relu"
module attributes {quantir.settings = #quantir.settings<backend_config = <"native">>} {
  func.func @native(%x: tensor<?x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %y: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
    %0 = nn.conv %x, %w {nn.call = "module", strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<?x4x8x8xf32>
    %1 = nn.add %y, %0 {nn.call = "function"} : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
    %2 = nn.relu %1 {nn.call = "function"} : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
    return %2 : tensor<?x4x8x8xf32>
  }
}

// -----

// A module with a relu of either kind; no pattern has a function with a module's leaky relu.
// CHECK-LABEL: func @calls
// CHECK: quantir.fused "linear_relu"
// CHECK: nn.linear
// CHECK: nn.leaky_relu
module attributes {quantir.settings = #quantir.settings<backend_config = <"native">>} {
  func.func @calls(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.linear %x, %w {nn.call = "module"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %1 = nn.relu %0 {nn.call = "function"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = nn.linear %1, %w {nn.call = "function"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %3 = nn.leaky_relu %2 {nn.call = "module"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %3 : tensor<?x4xf32>
  }
}
