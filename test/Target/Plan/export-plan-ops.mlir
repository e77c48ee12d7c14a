// The attributes of each kind of op, and how many batches the leading dimension of each result has.
// RUN: qtranslate --export-plan %s -o %t.plan
// RUN: %python %S/Inputs/dump-plan.py %S/../../../runtime/schema/plan.fbs %t.plan | FileCheck %s
// RUN: %python %S/Inputs/dump-plan.py %S/../../../runtime/schema/plan.fbs %t.plan | FileCheck %s --check-prefix=DIMS

!u = !quant.uniform<u8:f32, 0.5>
!v = !quant.uniform<u8:f32, 0.25>

func.func @main(%x: tensor<?x2x8xf32>, %t: tensor<2x3x2xf32>, %m: tensor<4x8xf32>, %c: tensor<2xf32>) -> tensor<?xf32> {
  // CHECK: op ConvTranspose {"name": "", "kind": {"strides": [2], "padding": [1, 1], "output_padding": [1], "dilations": [1], "activation": {"kind": "Relu"}}, "inputs": [0, 1], "outputs": [4]}
  // DIMS: tensor 4 {"name": "", "dims": [-1, 3, 15]}
  %0 = kernel.conv_transpose %x, %t {strides = array<i64: 2>, padding = array<i64: 1, 1>, output_padding = array<i64: 1>, dilations = array<i64: 1>, activation = #kernel.activation<relu>} : (tensor<?x2x8xf32>, tensor<2x3x2xf32>) -> tensor<?x3x15xf32>
  // CHECK: op MatMul {"name": "", "kind": {"transpose_b": true, "activation": {"kind": "LeakyRelu", "alpha": 0.5}}, "inputs": [0, 2], "outputs": [5]}
  // DIMS: tensor 5 {"name": "", "dims": [-1, 2, 4]}
  %1 = kernel.matmul %x, %m {transpose_b, activation = #kernel.activation<leaky_relu, 0.5>} : (tensor<?x2x8xf32>, tensor<4x8xf32>) -> tensor<?x2x4xf32>
  // CHECK: op ChannelAffine {"name": "", "kind": {}, "inputs": [0, 3, 3], "outputs": [6]}
  %2 = kernel.channel_affine %x, %c, %c : (tensor<?x2x8xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x8xf32>
  // CHECK: op Unary {"name": "", "kind": {"kind": "HardSigmoid", "alpha": 0.25, "beta": 0.5}, "inputs": [6], "outputs": [7]}
  %3 = kernel.unary hardsigmoid %2 {alpha = 0.25 : f32, beta = 0.5 : f32} : (tensor<?x2x8xf32>) -> tensor<?x2x8xf32>
  // CHECK: op Binary {"name": "", "kind": {"kind": "Mul", "activation": {"kind": "Relu"}}, "inputs": [7, 6], "outputs": [8]}
  %4 = kernel.binary mul %3, %2 {activation = #kernel.activation<relu>} : (tensor<?x2x8xf32>, tensor<?x2x8xf32>) -> tensor<?x2x8xf32>
  // CHECK: op Softmax {"name": "", "kind": {"axis": 2}, "inputs": [8], "outputs": [9]}
  %5 = kernel.softmax %4 {axis = 2} : (tensor<?x2x8xf32>) -> tensor<?x2x8xf32>
  // CHECK: op Pool {"name": "", "kind": {"kind": "Average", "kernel": [2], "strides": [2], "padding": [0, 0], "dilations": [1], "ceil_mode": true, "count_include_pad": true}, "inputs": [9], "outputs": [10]}
  %6 = kernel.pool average %5 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>, ceil_mode, count_include_pad} : (tensor<?x2x8xf32>) -> tensor<?x2x4xf32>
  // CHECK: op AdaptiveAveragePool {"name": "", "kind": {"output_size": [2]}
  %7 = kernel.adaptive_avg_pool %6 {output_size = array<i64: 2>} : (tensor<?x2x4xf32>) -> tensor<?x2x2xf32>
  // CHECK: op Slice {"name": "", "kind": {"starts": [0, 1, 1], "steps": [1, 1, -1]}
  %8 = kernel.slice %7 {starts = array<i64: 0, 1, 1>, steps = array<i64: 1, 1, -1>} : (tensor<?x2x2xf32>) -> tensor<?x1x2xf32>
  // CHECK: op Concat {"name": "", "kind": {"axis": 1}, "inputs": [11, 12, 12], "outputs": [13]}
  %9 = kernel.concat %7, %8, %8 {axis = 1} : (tensor<?x2x2xf32>, tensor<?x1x2xf32>, tensor<?x1x2xf32>) -> tensor<?x4x2xf32>
  // CHECK: op Pad {"name": "", "kind": {"padding": [0, 0, 1, 0, 0, 1], "value": -1.0}
  %10 = kernel.pad %9 {padding = array<i64: 0, 0, 1, 0, 0, 1>, value = -1.0 : f32} : (tensor<?x4x2xf32>) -> tensor<?x4x4xf32>
  // CHECK: op Transpose {"name": "", "kind": {"permutation": [0, 2, 1]}
  // DIMS: tensor 15 {"name": "", "dims": [-1, 4, 4]}
  %11 = kernel.transpose %10 {permutation = array<i64: 0, 2, 1>} : (tensor<?x4x4xf32>) -> tensor<?x4x4xf32>
  // Four rows for each sample, and then one again.
  // CHECK: op Reshape {"name": "", "kind": {}
  // DIMS: tensor 16 {"name": "", "dims": [-4, 4]}
  %12 = kernel.reshape %11 : (tensor<?x4x4xf32>) -> tensor<?x4xf32>
  // CHECK: op Quantize
  // CHECK: op Requantize
  // CHECK: op Dequantize
  // DIMS: tensor 17 {{.*}} "dims": [-4, 4]
  %13 = kernel.quantize %12 : tensor<?x4xf32> to tensor<?x4x!u>
  %14 = kernel.requantize %13 : tensor<?x4x!u> to tensor<?x4x!v>
  %15 = kernel.dequantize %14 : tensor<?x4x!v> to tensor<?x4xf32>
  // DIMS: tensor 20 {{.*}} "dims": [-8, 2, 1]
  %16 = kernel.reshape %15 : (tensor<?x4xf32>) -> tensor<?x2x1xf32>
  // CHECK: op Expand
  %17 = kernel.expand %16 : (tensor<?x2x1xf32>) -> tensor<?x2x3xf32>
  // CHECK: op Mean {"name": "", "kind": {"axes": [1, 2]}
  // DIMS: {"name": "output0", "dims": [-8]}
  // DIMS: inputs
  %18 = kernel.mean %17 {axes = array<i64: 1, 2>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
  return %18 : tensor<?xf32>
}
