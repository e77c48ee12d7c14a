// Normalizations, activations and interpolation: float kernels, and integer kernels between casts.
// RUN: qopt %s --quantir-lower | FileCheck %s

!u = !quant.uniform<u8:f32, 0.5:128>
!v = !quant.uniform<u8:f32, 0.25>

// CHECK-LABEL: func @float
func.func @float(%x: tensor<?x8x4x4xf32>, %w: tensor<8xf32>, %l: tensor<4xf32>) -> tensor<?x8x8x8xf32> {
  // CHECK: kernel.layer_norm %{{.*}}, %{{.*}}, %{{.*}} {axis = 3 : i64, epsilon = 9.99999974E-6 : f32}
  %0 = nn.layer_norm %x, %l, %l : (tensor<?x8x4x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.group_norm %{{.*}}, %{{.*}} {epsilon = 9.99999974E-6 : f32, groups = 4 : i64}
  %1 = nn.group_norm %0, %w {groups = 4 : i64} : (tensor<?x8x4x4xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
  // An instance normalization has as many groups as channels.
  // CHECK: kernel.group_norm %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 9.99999974E-6 : f32, groups = 8 : i64}
  %2 = nn.instance_norm %1, %w, %w : (tensor<?x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.unary elu %{{.*}} {alpha = 5.000000e-01 : f32}
  %3 = nn.elu %2 {alpha = 0.5 : f32} : (tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.unary gelu %
  %4 = nn.gelu %3 : (tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.unary gelu_tanh %
  %5 = nn.gelu %4 {approximate = true} : (tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.prelu
  %6 = nn.prelu %5, %w : (tensor<?x8x4x4xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.unary erf
  %7 = nn.erf %6 : (tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.unary sqrt
  %8 = nn.sqrt %7 : (tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.unary pow %{{.*}} {alpha = 1.500000e+00 : f32}
  %p = nn.pow %8 {exponent = 1.5 : f32} : (tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  // CHECK: kernel.resample linear half_pixel floor %{{.*}} {scales = array<f32: 2.000000e+00, 2.000000e+00>}
  %9 = nn.interpolate linear half_pixel floor %p {sizes = array<i64: 8, 8>, scales = array<f32: 2.0, 2.0>} : (tensor<?x8x4x4xf32>) -> tensor<?x8x8x8xf32>
  return %9 : tensor<?x8x8x8xf32>
}

// CHECK-LABEL: func @integer
// CHECK-SAME: %[[X:.*]]: tensor<?x8x4x4x!quant
func.func @integer(%x: tensor<?x8x4x4x!u>, %w: tensor<8xf32>, %l: tensor<4xf32>) -> tensor<?x8x8x8x!v> {
  // CHECK: %[[A:.*]] = kernel.layer_norm %[[X]], {{.*}} -> tensor<?x8x4x4x!quant.uniform<u8:f32, 2.500000e-01>>
  %0 = quant.dcast %x : tensor<?x8x4x4x!u> to tensor<?x8x4x4xf32>
  %1 = nn.layer_norm %0, %l, %l : (tensor<?x8x4x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x8x4x4xf32>
  %2 = quant.qcast %1 : tensor<?x8x4x4xf32> to tensor<?x8x4x4x!v>
  // CHECK: %[[B:.*]] = kernel.group_norm %[[A]], {{.*}} -> tensor<?x8x4x4x!quant.uniform<u8:f32, 5.000000e-01:128>>
  %3 = quant.dcast %2 : tensor<?x8x4x4x!v> to tensor<?x8x4x4xf32>
  %4 = nn.instance_norm %3, %w : (tensor<?x8x4x4xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
  %5 = quant.qcast %4 : tensor<?x8x4x4xf32> to tensor<?x8x4x4x!u>
  // CHECK: %[[C:.*]] = kernel.unary gelu %[[B]] {{.*}} -> tensor<?x8x4x4x!quant.uniform<u8:f32, 2.500000e-01>>
  %6 = quant.dcast %5 : tensor<?x8x4x4x!u> to tensor<?x8x4x4xf32>
  %7 = nn.gelu %6 : (tensor<?x8x4x4xf32>) -> tensor<?x8x4x4xf32>
  %8 = quant.qcast %7 : tensor<?x8x4x4xf32> to tensor<?x8x4x4x!v>
  // CHECK: kernel.resample nearest asymmetric floor %[[C]] {{.*}} -> tensor<?x8x8x8x!quant.uniform<u8:f32, 2.500000e-01>>
  // CHECK-NEXT: return
  %9 = quant.dcast %8 : tensor<?x8x4x4x!v> to tensor<?x8x4x4xf32>
  %10 = nn.interpolate nearest asymmetric floor %9 {sizes = array<i64: 8, 8>} : (tensor<?x8x4x4xf32>) -> tensor<?x8x8x8xf32>
  %11 = quant.qcast %10 : tensor<?x8x8x8xf32> to tensor<?x8x8x8x!v>
  return %11 : tensor<?x8x8x8x!v>
}
