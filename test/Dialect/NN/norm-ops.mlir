// The normalizations, activations and interpolations, in the custom and the generic form and through bytecode.
// RUN: qopt %s --verify-roundtrip | FileCheck %s
// RUN: qopt %s --mlir-print-op-generic | qopt | FileCheck %s
// RUN: qopt %s --emit-bytecode | qopt | FileCheck %s

// CHECK-LABEL: func @layer_norm
func.func @layer_norm(%x: tensor<?x8x32xf32>, %w: tensor<32xf32>, %m: tensor<8x32xf32>) {
  // CHECK: nn.layer_norm %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x8x32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<?x8x32xf32>
  %0 = nn.layer_norm %x, %w, %w : (tensor<?x8x32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<?x8x32xf32>
  // CHECK: nn.layer_norm %{{.*}}, %{{.*}} {axis = 1 : i64, epsilon = 1.000000e-03 : f32}
  %1 = nn.layer_norm %x, %m {axis = 1 : i64, epsilon = 1.0e-3 : f32} : (tensor<?x8x32xf32>, tensor<8x32xf32>) -> tensor<?x8x32xf32>
  return
}

// CHECK-LABEL: func @channel_norms
func.func @channel_norms(%x: tensor<?x8x4x4xf32>, %v: tensor<?x8xf32>, %w: tensor<8xf32>) {
  // CHECK: nn.group_norm %{{.*}}, %{{.*}}, %{{.*}} {groups = 2 : i64}
  %0 = nn.group_norm %x, %w, %w {groups = 2 : i64} : (tensor<?x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: nn.group_norm %{{.*}}, %{{.*}} {epsilon = 0.000000e+00 : f32, groups = 8 : i64} : (tensor<?x8xf32>, tensor<8xf32>)
  %1 = nn.group_norm %v, %w {groups = 8 : i64, epsilon = 0.0 : f32} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  // CHECK: nn.instance_norm %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x8x4x4xf32>
  %2 = nn.instance_norm %x, %w, %w : (tensor<?x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
  return
}

// CHECK-LABEL: func @activations
func.func @activations(%x: tensor<?x8x4xf32>, %w: tensor<8xf32>, %one: tensor<1xf32>, %v: tensor<5xf32>) {
  // CHECK: nn.elu %{{.*}} {alpha = 5.000000e-01 : f32}
  %0 = nn.elu %x {alpha = 0.5 : f32} : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  // CHECK: nn.gelu %{{[^{]*}} : (tensor
  %1 = nn.gelu %x : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  // CHECK: nn.gelu %{{.*}} {approximate = true}
  %2 = nn.gelu %x {approximate = true} : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  // CHECK: nn.erf
  %3 = nn.erf %x : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  // CHECK: nn.sqrt
  %4 = nn.sqrt %x : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  // CHECK: nn.pow %{{.*}} {exponent = -5.000000e-01 : f32}
  %pow = nn.pow %x {exponent = -0.5 : f32} : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  // CHECK: nn.prelu %{{.*}}, %{{.*}} : (tensor<?x8x4xf32>, tensor<8xf32>)
  %5 = nn.prelu %x, %w : (tensor<?x8x4xf32>, tensor<8xf32>) -> tensor<?x8x4xf32>
  // CHECK: nn.prelu %{{.*}}, %{{.*}} : (tensor<5xf32>, tensor<1xf32>)
  %6 = nn.prelu %v, %one : (tensor<5xf32>, tensor<1xf32>) -> tensor<5xf32>
  return
}

// CHECK-LABEL: func @interpolate
func.func @interpolate(%x: tensor<?x3x4x4xf32>, %l: tensor<2x3x4xf32>) {
  // CHECK: nn.interpolate nearest asymmetric floor %{{.*}} {scales = array<f32: 2.000000e+00, 1.500000e+00>, sizes = array<i64: 8, 6>}
  %0 = nn.interpolate nearest asymmetric floor %x {sizes = array<i64: 8, 6>, scales = array<f32: 2.0, 1.5>} : (tensor<?x3x4x4xf32>) -> tensor<?x3x8x6xf32>
  // CHECK: nn.interpolate linear align_corners floor %{{.*}} {sizes = array<i64: 7>}
  %1 = nn.interpolate linear align_corners floor %l {sizes = array<i64: 7>} : (tensor<2x3x4xf32>) -> tensor<2x3x7xf32>
  return
}
