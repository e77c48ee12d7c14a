// What verifiers of norm-ops.mlir's ops refuse.
// RUN: qopt %s --split-input-file --verify-diagnostics

func.func @axis(%x: tensor<?x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{expected an axis of at least 0 and below 2, but got -1}}
  %0 = kernel.layer_norm %x, %w {axis = -1, epsilon = 0.0 : f32} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @weight(%x: tensor<?x8xf32>, %w: tensor<4xf32>) {
  // expected-error @+1 {{expected a weight of shape [8], but got [4]}}
  %0 = kernel.layer_norm %x, %w {axis = 1, epsilon = 0.0 : f32} : (tensor<?x8xf32>, tensor<4xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @epsilon(%x: tensor<?x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{expected a finite epsilon that is not negative}}
  %0 = kernel.group_norm %x, %w {groups = 2, epsilon = -1.0 : f32} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @groups(%x: tensor<?x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{expected a number of groups that divides the 8 channels, but got 3}}
  %0 = kernel.group_norm %x, %w {groups = 3, epsilon = 0.0 : f32} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @parameter_type(%x: tensor<?x8xf32>, %w: tensor<8x!quant.uniform<u8:f32, 0.5>>) {
  // expected-error @+1 {{expected parameters of float32}}
  %0 = kernel.prelu %x, %w : (tensor<?x8xf32>, tensor<8x!quant.uniform<u8:f32, 0.5>>) -> tensor<?x8xf32>
  return
}

// -----

func.func @slope(%x: tensor<?x8xf32>, %w: tensor<2xf32>) {
  // expected-error @+1 {{expected a slope of shape [8], but got [2]}}
  %0 = kernel.prelu %x, %w : (tensor<?x8xf32>, tensor<2xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @nearest_moves(%x: tensor<?x8x4x!quant.uniform<u8:f32, 0.5>>) {
  // expected-error @+1 {{kernel.resample}}
  %0 = kernel.resample nearest asymmetric floor %x {scales = array<f32>} : (tensor<?x8x4x!quant.uniform<u8:f32, 0.5>>) -> tensor<?x8x8x!quant.uniform<u8:f32, 0.25>>
  return
}

// -----

func.func @scales(%x: tensor<?x8x4xf32>) {
  // expected-error @+1 {{expected 1 scales or none, but got 2}}
  %0 = kernel.resample nearest asymmetric floor %x {scales = array<f32: 1.0, 2.0>} : (tensor<?x8x4xf32>) -> tensor<?x8x8xf32>
  return
}

// -----

func.func @layer_norm_of_batch(%x: tensor<4x?xf32>, %w: tensor<?xf32>) {
  // expected-error @+1 {{expected axes of known size, but got axis 1 of [4x?]}}
  %0 = kernel.layer_norm %x, %w {axis = 1, epsilon = 0.0 : f32} : (tensor<4x?xf32>, tensor<?xf32>) -> tensor<4x?xf32>
  return
}

// -----

func.func @group_norm_of_batch(%x: tensor<4x4x?xf32>, %w: tensor<4xf32>) {
  // expected-error @+1 {{expected axes of known size, but got axis 2 of [4x4x?]}}
  %0 = kernel.group_norm %x, %w {groups = 2, epsilon = 0.0 : f32} : (tensor<4x4x?xf32>, tensor<4xf32>) -> tensor<4x4x?xf32>
  return
}

// -----

func.func @softmax_of_batch(%x: tensor<4x?xf32>) {
  // expected-error @+1 {{expected axes of known size, but got axis 1 of [4x?]}}
  %0 = kernel.softmax %x {axis = 1 : i64} : (tensor<4x?xf32>) -> tensor<4x?xf32>
  return
}

// -----

func.func @mean_of_batch(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected axes of known size, but got axis 0 of [?x4]}}
  %0 = kernel.mean %x {axes = array<i64: 0>} : (tensor<?x4xf32>) -> tensor<4xf32>
  return
}
