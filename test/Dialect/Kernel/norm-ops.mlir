// Normalizations, PReLU and resampling, in the custom and the generic form and through bytecode.
// RUN: qopt %s --verify-roundtrip | FileCheck %s
// RUN: qopt %s --mlir-print-op-generic | qopt | FileCheck %s
// RUN: qopt %s --emit-bytecode | qopt | FileCheck %s

!u = !quant.uniform<u8:f32, 0.5:128>

// CHECK-LABEL: func @norms
func.func @norms(%x: tensor<?x8x4xf32>, %q: tensor<?x8x4x!u>, %w: tensor<4xf32>, %c: tensor<8xf32>) {
  // CHECK: kernel.layer_norm %{{.*}}, %{{.*}} {axis = 2 : i64, epsilon = 9.99999974E-6 : f32} : (tensor<?x8x4xf32>, tensor<4xf32>)
  %0 = kernel.layer_norm %x, %w {axis = 2, epsilon = 1.0e-5 : f32} : (tensor<?x8x4xf32>, tensor<4xf32>) -> tensor<?x8x4xf32>
  // CHECK: kernel.layer_norm %{{.*}}, %{{.*}}, %{{.*}} {axis = 2 : i64
  %1 = kernel.layer_norm %q, %w, %w {axis = 2, epsilon = 1.0e-5 : f32} : (tensor<?x8x4x!u>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x8x4x!u>
  // CHECK: kernel.group_norm %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 0.000000e+00 : f32, groups = 2 : i64}
  %2 = kernel.group_norm %q, %c, %c {groups = 2, epsilon = 0.0 : f32} : (tensor<?x8x4x!u>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4x!u>
  // CHECK: kernel.prelu %{{.*}}, %{{.*}} : (tensor<?x8x4xf32>, tensor<8xf32>)
  %3 = kernel.prelu %x, %c : (tensor<?x8x4xf32>, tensor<8xf32>) -> tensor<?x8x4xf32>
  // CHECK: kernel.resample nearest asymmetric floor %{{.*}} {scales = array<f32: 2.000000e+00>} : (tensor<?x8x4x!quant.uniform<u8:f32, 5.000000e-01:128>>)
  %4 = kernel.resample nearest asymmetric floor %q {scales = array<f32: 2.0>} : (tensor<?x8x4x!u>) -> tensor<?x8x8x!u>
  // CHECK: kernel.resample linear align_corners round_prefer_ceil %{{.*}} {scales = array<f32>}
  %5 = kernel.resample linear align_corners round_prefer_ceil %x {scales = array<f32>} : (tensor<?x8x4xf32>) -> tensor<?x8x7xf32>
  // CHECK: kernel.unary gelu_tanh
  %6 = kernel.unary gelu_tanh %x : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  return
}
