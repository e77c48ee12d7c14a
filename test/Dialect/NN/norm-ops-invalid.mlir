// What verifiers and shape inference of norm-ops.mlir's ops refuse.
// RUN: qopt %s --split-input-file --verify-diagnostics

func.func @layer_norm_axis(%x: tensor<?x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{'nn.layer_norm' op expected an axis}}
  %y = nn.layer_norm %x, %w {axis = 2 : i64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @layer_norm_of_batch(%x: tensor<?x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{'nn.layer_norm' op expected axes of known size, but got axis 0 of [?x8]}}
  %y = nn.layer_norm %x, %w {axis = 0 : i64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @layer_norm_weight(%x: tensor<?x4x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{'nn.layer_norm' op expected a weight of shape [4x8], but got [8]}}
  %y = nn.layer_norm %x, %w {axis = 1 : i64} : (tensor<?x4x8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

func.func @layer_norm_epsilon(%x: tensor<?x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{'nn.layer_norm' op expected a finite epsilon that is not negative, but got -1.0}}
  %y = nn.layer_norm %x, %w {epsilon = -1.0 : f32} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @groups(%x: tensor<?x8x4xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{'nn.group_norm' op expected a number of groups that divides the 8 channels, but got 3}}
  %y = nn.group_norm %x, %w {groups = 3 : i64} : (tensor<?x8x4xf32>, tensor<8xf32>) -> tensor<?x8x4xf32>
  return
}

// -----

func.func @no_groups(%x: tensor<?x8x4xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{'nn.group_norm' op expected a number of groups that divides the 8 channels, but got 0}}
  %y = nn.group_norm %x, %w {groups = 0 : i64} : (tensor<?x8x4xf32>, tensor<8xf32>) -> tensor<?x8x4xf32>
  return
}

// -----

func.func @instance_norm_rank(%x: tensor<?x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{'nn.instance_norm' op expected an input of rank 3 or more, but got [?x8]}}
  %y = nn.instance_norm %x, %w : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @instance_norm_bias(%x: tensor<?x8x4xf32>, %w: tensor<8xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{'nn.instance_norm' op expected a bias of shape [8], but got [4]}}
  %y = nn.instance_norm %x, %w, %b : (tensor<?x8x4xf32>, tensor<8xf32>, tensor<4xf32>) -> tensor<?x8x4xf32>
  return
}

// -----

func.func @prelu_slope(%x: tensor<?x8xf32>, %w: tensor<4xf32>) {
  // expected-error @+1 {{'nn.prelu' op expected a slope of shape [1] or [8], but got [4]}}
  %y = nn.prelu %x, %w : (tensor<?x8xf32>, tensor<4xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @interpolate_mode(%x: tensor<?x3x4xf32>) {
  // expected-error @+1 {{expected string or keyword containing one of the following enum values for attribute 'mode' [nearest, linear]}}
  %y = nn.interpolate cubic asymmetric floor %x {sizes = array<i64: 8>} : (tensor<?x3x4xf32>) -> tensor<?x3x8xf32>
  return
}

// -----

func.func @interpolate_coordinates(%x: tensor<?x3x4xf32>) {
  // expected-error @+1 {{expected string or keyword containing one of the following enum values for attribute 'coordinates' [asymmetric, half_pixel, pytorch_half_pixel, align_corners]}}
  %y = nn.interpolate linear corners floor %x {sizes = array<i64: 8>} : (tensor<?x3x4xf32>) -> tensor<?x3x8xf32>
  return
}

// -----

func.func @interpolate_rounding(%x: tensor<?x3x4xf32>) {
  // expected-error @+1 {{expected string or keyword containing one of the following enum values for attribute 'rounding' [floor, ceil, round_prefer_floor, round_prefer_ceil]}}
  %y = nn.interpolate nearest asymmetric up %x {sizes = array<i64: 8>} : (tensor<?x3x4xf32>) -> tensor<?x3x8xf32>
  return
}

// -----

func.func @interpolate_rank(%x: tensor<?x3xf32>) {
  // expected-error @+1 {{'nn.interpolate' op expected an input of rank 3 or more, but got [?x3]}}
  %y = nn.interpolate nearest asymmetric floor %x {sizes = array<i64>} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @interpolate_sizes(%x: tensor<?x3x4xf32>) {
  // expected-error @+1 {{'nn.interpolate' op expected 1 sizes, but got 2}}
  %y = nn.interpolate nearest asymmetric floor %x {sizes = array<i64: 8, 8>} : (tensor<?x3x4xf32>) -> tensor<?x3x8xf32>
  return
}

// -----

func.func @interpolate_size(%x: tensor<?x3x4xf32>) {
  // expected-error @+1 {{'nn.interpolate' op expected sizes from 1 to 2147483647, but got 0}}
  %y = nn.interpolate nearest asymmetric floor %x {sizes = array<i64: 0>} : (tensor<?x3x4xf32>) -> tensor<?x3x8xf32>
  return
}

// -----

func.func @interpolate_scales(%x: tensor<?x3x4xf32>) {
  // expected-error @+1 {{'nn.interpolate' op expected scales that are positive numbers, but got 0}}
  %y = nn.interpolate nearest asymmetric floor %x {sizes = array<i64: 8>, scales = array<f32: 0.0>} : (tensor<?x3x4xf32>) -> tensor<?x3x8xf32>
  return
}

// -----

func.func @instance_norm_of_batch(%x: tensor<4x3x?xf32>, %w: tensor<3xf32>) {
  // expected-error @+1 {{'nn.instance_norm' op expected axes of known size, but got axis 2 of [4x3x?]}}
  %y = nn.instance_norm %x, %w : (tensor<4x3x?xf32>, tensor<3xf32>) -> tensor<4x3x?xf32>
  return
}

// -----

func.func @instance_norm_of_batch_as_channels(%x: tensor<4x?x3xf32>, %w: tensor<?xf32>) {
  // expected-error @+1 {{'nn.instance_norm' op expected axes of known size, but got axis 1 of [4x?x3]}}
  %y = nn.instance_norm %x, %w : (tensor<4x?x3xf32>, tensor<?xf32>) -> tensor<4x?x3xf32>
  return
}

// -----

func.func @group_norm_of_batch(%x: tensor<4x4x?xf32>, %w: tensor<4xf32>) {
  // expected-error @+1 {{'nn.group_norm' op expected axes of known size, but got axis 2 of [4x4x?]}}
  %y = nn.group_norm %x, %w {groups = 2 : i64} : (tensor<4x4x?xf32>, tensor<4xf32>) -> tensor<4x4x?xf32>
  return
}

// -----

// The marker of an unknown size is no number that groups could divide.
func.func @groups_of_batch(%x: tensor<4x?xf32>, %w: tensor<?xf32>) {
  // expected-error @+1 {{'nn.group_norm' op expected axes of known size, but got axis 1 of [4x?]}}
  %y = nn.group_norm %x, %w {groups = 1 : i64} : (tensor<4x?xf32>, tensor<?xf32>) -> tensor<4x?xf32>
  return
}

// -----

func.func @infinite_exponent(%x: tensor<4xf32>) {
  // expected-error @+1 {{'nn.pow' op expected a finite exponent, but got 0x7F800000 : f32}}
  %y = nn.pow %x {exponent = 0x7F800000 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return
}
