// What stands in the plan, field by field.
// RUN: qtranslate --export-plan %s -o %t.plan
// RUN: %python %S/Inputs/dump-plan.py %S/../../../runtime/schema/plan.fbs %t.plan | FileCheck %s

!u = !quant.uniform<u8<0:127>:f32, 0.5:64>
!v = !quant.uniform<u8:f32, 0.25>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.25, 0.125}>

// CHECK: QTIRPLAN version 1
// CHECK: producer "quantir
// CHECK: model "small"
// CHECK: stage "prepared"
// CHECK: backend "onednn"
// CHECK: preprocessing {"mean": [0.5, 0.25], "std": [0.125, 1.0]}
module attributes {quantir.model = "small", quantir.stage = "prepared", kernel.backend = "onednn",
                   quantir.preprocessing = {mean = array<f32: 0.5, 0.25>, std = array<f32: 0.125, 1.0>}} {

quantir.observer @unused #quantir.histogram
quantir.observer @act_1 #quantir.min_max
quantir.observer @act_0 #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>

func.func public @main(%x: tensor<?x2x4x4xf32> {nn.name = "image"}, %y: tensor<3x2xf32>)
    -> (tensor<?x2x4x4x!v> {nn.name = "result"}, tensor<?x2x4x4x!v>, tensor<3x2xf32> {nn.name = "y"}, tensor<1x2x2x2xf32>) {
  // CHECK: tensor 0 {"name": "image", "dims": [-1, 2, 4, 4]}
  // CHECK: tensor 1 {"name": "input1", "dims": [3, 2]}

  // Constants are stored in their physical order, and equal bytes once.
  // CHECK: tensor 2 {"name": "constant", "dims": [1, 2, 2, 2], "layout": "ChannelsLast", "is_constant": true} = 0x0000803F0000A04000000040{{.*}}
  %c = kernel.constant dense<[[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]]> : tensor<1x2x2x2xf32> as tensor<1x2x2x2xf32, #kernel.channels_last>
  // CHECK: tensor 3 {"name": "conv.weight", "dtype": "Int8", "dims": [2, 2, 1, 1], "quant": {"scales": [0.5, 0.25], "zero_points": [0, 0], "axis": 0, "quant_min": -128, "quant_max": 127}, "is_constant": true, "constant_offset": 64} = 0x010203FF
  %w = kernel.constant dense_resource<conv.weight> : tensor<2x2x1x1xi8> as tensor<2x2x1x1x!w>
  // CHECK: tensor 4 {"name": "constant", "dtype": "Int32", "dims": [2], "quant": {"scales": [0.25, 0.125], "zero_points": [0, 0], "axis": 0, "quant_min": -2147483648, "quant_max": 2147483647}, "is_constant": true, "constant_offset": 128} = 0x01000000FEFFFFFF
  %b = kernel.constant dense<[1, -2]> : tensor<2xi32> as tensor<2x!b>
  // CHECK: tensor 5 {{.*}} "constant_offset": 64} = 0x010203FF
  %w2 = kernel.constant dense<[[[[1]], [[2]]], [[[3]], [[-1]]]]> : tensor<2x2x1x1xi8> as tensor<2x2x1x1x!w>

  // CHECK: tensor 6 {"name": "", "dtype": "UInt8", "dims": [-1, 2, 4, 4], "layout": "ChannelsLast", "quant": {"scales": [0.5], "zero_points": [64], "quant_max": 127}}
  %0 = kernel.quantize %x : tensor<?x2x4x4xf32> to tensor<?x2x4x4x!u, #kernel.channels_last>
  // CHECK: tensor 7 {"name": "layer.conv", "dtype": "UInt8"
  %1 = kernel.conv %0, %w bias(%b) {activation = #kernel.activation<clamp, 0.0, 6.0>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, nn.path = "layer.conv"}
    : (tensor<?x2x4x4x!u, #kernel.channels_last>, tensor<2x2x1x1x!w>, tensor<2x!b>) -> tensor<?x2x4x4x!v, #kernel.channels_last>
  // CHECK: tensor 8 {"name": "/node/Conv"
  %2 = kernel.conv %0, %w2 addend(%1) {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, backend = "reference"}
    : (tensor<?x2x4x4x!u, #kernel.channels_last>, tensor<2x2x1x1x!w>, tensor<?x2x4x4x!v, #kernel.channels_last>) -> tensor<?x2x4x4x!v, #kernel.channels_last> loc(fused["/node/Conv", "/node/Add"])
  // CHECK: tensor 9 {"name": "result", "dtype": "UInt8", "dims": [-1, 2, 4, 4], "quant"
  %3 = kernel.reorder %2 : tensor<?x2x4x4x!v, #kernel.channels_last> to tensor<?x2x4x4x!v>
  kernel.observe %x, @act_0 : tensor<?x2x4x4xf32>
  kernel.observe %y, @act_1 : tensor<3x2xf32>
  kernel.observe %y, @act_0 : tensor<3x2xf32>
  %4 = kernel.reorder %c : tensor<1x2x2x2xf32, #kernel.channels_last> to tensor<1x2x2x2xf32>

  // CHECK: op Quantize {"name": "", "kind": {}, "inputs": [0], "outputs": [6]}
  // CHECK: op Conv {"name": "layer.conv", "kind": {"strides": [1, 1], "padding": [0, 0, 0, 0], "dilations": [1, 1], "activation": {"kind": "Clamp", "beta": 6.0}}, "inputs": [6, 3, 4], "outputs": [7]}
  // CHECK: op Conv {"name": "/node/Conv", "kind": {"strides": [1, 1], "padding": [0, 0, 0, 0], "dilations": [1, 1]}, "inputs": [6, 5, -1, 7], "outputs": [8], "backend": "reference"}
  // CHECK: op Reorder {"name": "", "kind": {}, "inputs": [8], "outputs": [9]}
  // CHECK: op Observe {"name": "", "kind": {}, "inputs": [0], "outputs": []}
  // CHECK: op Observe {"name": "", "kind": {"observer": 1}, "inputs": [1], "outputs": []}
  // CHECK: op Observe {"name": "", "kind": {}, "inputs": [1], "outputs": []}
  // CHECK: op Reorder {"name": "", "kind": {}, "inputs": [2], "outputs": [10]}
  // A result has a tensor and a name of its own.
  // CHECK: op Reorder {"name": "output1", "kind": {}, "inputs": [9], "outputs": [11]}
  // CHECK: op Reorder {"name": "y", "kind": {}, "inputs": [1], "outputs": [12]}
  // CHECK: observer {"name": "act_0", "config": "{{.*}}qint8{{.*}}"}
  // CHECK: observer {"name": "act_1"
  // CHECK-NOT: unused
  // CHECK: inputs [0, 1] outputs [9, 11, 12, 10]
  // CHECK: constants 136 bytes
  return %3, %3, %y, %4 : tensor<?x2x4x4x!v>, tensor<?x2x4x4x!v>, tensor<3x2xf32>, tensor<1x2x2x2xf32>
}

}

{-#
  dialect_resources: {
    builtin: {
      conv.weight: "0x04000000010203FF"
    }
  }
#-}
