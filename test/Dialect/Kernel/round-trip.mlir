// Every op, in the custom and the generic form and through bytecode.
// RUN: qopt %s --verify-roundtrip | FileCheck %s
// RUN: qopt %s --mlir-print-op-generic | qopt | FileCheck %s
// RUN: qopt %s --emit-bytecode | qopt | FileCheck %s

// A per-axis type with many scales is printed once.
// CHECK: !i8_per_axis = !quant.uniform<i8:f32:0, {1.000000e-01,2.000000e-01,3.000000e-01,4.000000e-01,5.000000e-01}>
!u = !quant.uniform<u8:f32, 1.000000e-01:128>
!v = !quant.uniform<u8:f32, 2.000000e-01>
!s = !quant.uniform<i8:f32, 1.000000e-01:-3>
!w2 = !quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>
!w5 = !quant.uniform<i8:f32:0, {1.000000e-01,2.000000e-01,3.000000e-01,4.000000e-01,5.000000e-01}>

// CHECK: module attributes {kernel.backend = "onednn"}
module attributes {kernel.backend = "onednn"} {

// CHECK-LABEL: func @constants()
func.func @constants() {
  // CHECK: kernel.constant dense<[5.000000e-01, -1.000000e+00]> : tensor<2xf32>{{$}}
  %0 = kernel.constant dense<[0.5, -1.0]> : tensor<2xf32>
  // CHECK: kernel.constant dense_resource<weight> : tensor<2x1x1x2xi8> as tensor<2x1x1x2x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>>
  %1 = kernel.constant dense_resource<weight> : tensor<2x1x1x2xi8> as tensor<2x1x1x2x!w2>
  // CHECK: kernel.constant dense<1> : tensor<5x1xi8> as tensor<5x1x!i8_per_axis>
  %2 = kernel.constant dense<1> : tensor<5x1xi8> as tensor<5x1x!w5>
  // CHECK: kernel.constant dense<3.000000e+00> : tensor<1x2x2x2xf32> as tensor<1x2x2x2xf32, #kernel.channels_last>
  %3 = kernel.constant dense<3.0> : tensor<1x2x2x2xf32> as tensor<1x2x2x2xf32, #kernel.channels_last>
  return
}

// CHECK-LABEL: func @casts(
func.func @casts(%x: tensor<?x3x8x8xf32>) {
  // CHECK: kernel.quantize %{{.*}} : tensor<?x3x8x8xf32> to tensor<?x3x8x8x!quant.uniform<u8:f32, 1.000000e-01:128>, #kernel.channels_last>
  %0 = kernel.quantize %x : tensor<?x3x8x8xf32> to tensor<?x3x8x8x!u, #kernel.channels_last>
  // CHECK: kernel.requantize
  %1 = kernel.requantize %0 : tensor<?x3x8x8x!u, #kernel.channels_last> to tensor<?x3x8x8x!v, #kernel.channels_last>
  // CHECK: kernel.reorder
  %2 = kernel.reorder %1 : tensor<?x3x8x8x!v, #kernel.channels_last> to tensor<?x3x8x8x!v>
  // CHECK: kernel.dequantize %{{.*}} {backend = "reference"}
  %3 = kernel.dequantize %2 {backend = "reference"} : tensor<?x3x8x8x!v> to tensor<?x3x8x8xf32>
  return
}

// CHECK-LABEL: func @conv(
func.func @conv(%x: tensor<?x2x4x4x!u>, %w: tensor<2x2x1x1x!w2>, %b: tensor<2xf32>, %z: tensor<?x2x4x4x!v>) {
  // CHECK: kernel.conv %{{.*}}, %{{.*}} bias(%{{.*}}) addend(%{{.*}}) {activation = #kernel.activation<relu>, dilations = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (
  %0 = kernel.conv %x, %w bias(%b) addend(%z) {activation = #kernel.activation<relu>, dilations = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
    : (tensor<?x2x4x4x!u>, tensor<2x2x1x1x!w2>, tensor<2xf32>, tensor<?x2x4x4x!v>) -> tensor<?x2x4x4x!u>
  // CHECK: kernel.conv %{{.*}}, %{{.*}} addend(%{{.*}}) {activation = #kernel.activation<clamp, 0.000000e+00, 6.000000e+00>
  %1 = kernel.conv %x, %w addend(%z) {activation = #kernel.activation<clamp, 0.0, 6.0>, dilations = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
    : (tensor<?x2x4x4x!u>, tensor<2x2x1x1x!w2>, tensor<?x2x4x4x!v>) -> tensor<?x2x4x4xf32>
  // CHECK: kernel.conv %{{.*}}, %{{.*}} {activation = #kernel.activation<leaky_relu, {{.*}}>, dilations = array<i64: 1, 1>
  %2 = kernel.conv %x, %w {activation = #kernel.activation<leaky_relu, 0.01>, dilations = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
    : (tensor<?x2x4x4x!u>, tensor<2x2x1x1x!w2>) -> tensor<?x2x4x4x!s>
  return
}

// CHECK-LABEL: func @integer_bias(
func.func @integer_bias(%x: tensor<?x2x4x!quant.uniform<u8:f32, 0.5:1>>, %w: tensor<2x1x1x!w2>, %b: tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.125}>>) {
  // CHECK: kernel.conv %{{.*}}, %{{.*}} bias(%{{.*}}) {dilations = array<i64: 1>, groups = 2 : i64
  %0 = kernel.conv %x, %w bias(%b) {dilations = array<i64: 1>, groups = 2, padding = array<i64: 0, 0>, strides = array<i64: 1>}
    : (tensor<?x2x4x!quant.uniform<u8:f32, 0.5:1>>, tensor<2x1x1x!w2>, tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.125}>>) -> tensor<?x2x4x!s>
  return
}

// CHECK-LABEL: func @weighted(
func.func @weighted(%x: tensor<?x2x4xf32>, %t: tensor<2x3x2xf32>, %m: tensor<5x4xf32>, %b: tensor<5xf32>, %c: tensor<2xf32>) {
  // CHECK: kernel.conv_transpose %{{.*}}, %{{.*}} {dilations = array<i64: 1>, output_padding = array<i64: 0>, padding = array<i64: 0, 0>, strides = array<i64: 2>}
  %0 = kernel.conv_transpose %x, %t {strides = array<i64: 2>, padding = array<i64: 0, 0>, output_padding = array<i64: 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x3x2xf32>) -> tensor<?x3x8xf32>
  // CHECK: kernel.matmul %{{.*}}, %{{.*}} bias(%{{.*}}) {transpose_b}
  %1 = kernel.matmul %x, %m bias(%b) {transpose_b} : (tensor<?x2x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<?x2x5xf32>
  // CHECK: kernel.matmul %{{.*}}, %{{.*}} : (
  %2 = kernel.matmul %1, %m : (tensor<?x2x5xf32>, tensor<5x4xf32>) -> tensor<?x2x4xf32>
  // CHECK: kernel.channel_affine %{{.*}}, %{{.*}}, %{{.*}} {activation = #kernel.activation<relu>}
  %3 = kernel.channel_affine %x, %c, %c {activation = #kernel.activation<relu>} : (tensor<?x2x4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x4xf32>
  return
}

// CHECK-LABEL: func @matmul_integer(
func.func @matmul_integer(%x: tensor<?x4x!u>, %w: tensor<5x4x!w5>, %y: tensor<4x6x!v>) {
  // CHECK: kernel.matmul %{{.*}}, %{{.*}} {transpose_b} : (tensor<?x4x!quant.uniform<u8:f32, 1.000000e-01:128>>, tensor<5x4x!i8_per_axis>)
  %0 = kernel.matmul %x, %w {transpose_b} : (tensor<?x4x!u>, tensor<5x4x!w5>) -> tensor<?x5x!u>
  // CHECK: kernel.matmul
  %1 = kernel.matmul %x, %y : (tensor<?x4x!u>, tensor<4x6x!v>) -> tensor<?x6xf32>
  return
}

// CHECK-LABEL: func @elementwise(
func.func @elementwise(%x: tensor<?x2x4x4xf32>, %q: tensor<?x2x4x4x!u>, %c: tensor<2x1x1x!v>) {
  // CHECK: kernel.unary relu %{{.*}} : (
  %0 = kernel.unary relu %x : (tensor<?x2x4x4xf32>) -> tensor<?x2x4x4xf32>
  // CHECK: kernel.unary clamp %{{.*}} {alpha = -1.000000e+00 : f32, beta = 1.000000e+00 : f32}
  %1 = kernel.unary clamp %x {alpha = -1.0 : f32, beta = 1.0 : f32} : (tensor<?x2x4x4xf32>) -> tensor<?x2x4x4xf32>
  // CHECK: kernel.unary hardswish
  %2 = kernel.unary hardswish %q : (tensor<?x2x4x4x!u>) -> tensor<?x2x4x4x!s>
  // CHECK: kernel.binary add %{{.*}}, %{{.*}} {activation = #kernel.activation<relu>}
  %3 = kernel.binary add %q, %c {activation = #kernel.activation<relu>} : (tensor<?x2x4x4x!u>, tensor<2x1x1x!v>) -> tensor<?x2x4x4x!s>
  // CHECK: kernel.softmax %{{.*}} {axis = 1 : i64}
  %4 = kernel.softmax %x {axis = 1} : (tensor<?x2x4x4xf32>) -> tensor<?x2x4x4xf32>
  return
}

// CHECK-LABEL: func @pools(
func.func @pools(%x: tensor<?x2x4x4x!u, #kernel.channels_last>) {
  // CHECK: kernel.pool max %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
  %0 = kernel.pool max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x4x4x!u, #kernel.channels_last>) -> tensor<?x2x2x2x!u, #kernel.channels_last>
  // CHECK: kernel.pool average %{{.*}} {ceil_mode, count_include_pad,
  %1 = kernel.pool average %x {ceil_mode, count_include_pad, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x4x4x!u, #kernel.channels_last>) -> tensor<?x2x2x2x!v, #kernel.channels_last>
  // CHECK: kernel.adaptive_avg_pool
  %2 = kernel.adaptive_avg_pool %x {output_size = array<i64: 1, 1>} : (tensor<?x2x4x4x!u, #kernel.channels_last>) -> tensor<?x2x1x1x!u>
  // CHECK: kernel.mean %{{.*}} {axes = array<i64: 2, 3>, keep_dims}
  %3 = kernel.mean %x {axes = array<i64: 2, 3>, keep_dims} : (tensor<?x2x4x4x!u, #kernel.channels_last>) -> tensor<?x2x1x1x!v>
  return
}

// CHECK-LABEL: func @movement(
func.func @movement(%x: tensor<?x2x4x4x!u>, %y: tensor<?x1x4xf32>) {
  // CHECK: kernel.reshape
  %0 = kernel.reshape %x : (tensor<?x2x4x4x!u>) -> tensor<?x32x!u>
  // CHECK: kernel.transpose %{{.*}} {permutation = array<i64: 0, 2, 3, 1>}
  %1 = kernel.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<?x2x4x4x!u>) -> tensor<?x4x4x2x!u>
  // CHECK: kernel.slice %{{.*}} {starts = array<i64: 0, 1, 0, 3>, steps = array<i64: 1, 1, 2, -1>}
  %2 = kernel.slice %x {starts = array<i64: 0, 1, 0, 3>, steps = array<i64: 1, 1, 2, -1>} : (tensor<?x2x4x4x!u>) -> tensor<?x1x2x4x!u>
  // CHECK: kernel.concat %{{.*}}, %{{.*}} {axis = 1 : i64}
  %3 = kernel.concat %x, %x {axis = 1} : (tensor<?x2x4x4x!u>, tensor<?x2x4x4x!u>) -> tensor<?x4x4x4x!u>
  // CHECK: kernel.pad %{{.*}} {padding = array<i64: 0, 0, 1, 1, 0, 0, 1, 1>, value = -1.000000e+00 : f32}
  %4 = kernel.pad %x {padding = array<i64: 0, 0, 1, 1, 0, 0, 1, 1>, value = -1.0 : f32} : (tensor<?x2x4x4x!u>) -> tensor<?x2x6x6x!u>
  // CHECK: kernel.expand
  %5 = kernel.expand %y : (tensor<?x1x4xf32>) -> tensor<?x3x4xf32>
  return
}

quantir.observer @act_0 #quantir.min_max

// CHECK-LABEL: func @observe(
func.func @observe(%x: tensor<?x2x4x4xf32, #kernel.channels_last>) {
  // CHECK: kernel.observe %{{.*}}, @act_0 : tensor<?x2x4x4xf32, #kernel.channels_last>
  kernel.observe %x, @act_0 : tensor<?x2x4x4xf32, #kernel.channels_last>
  return
}

}

{-#
  dialect_resources: {
    builtin: {
      weight: "0x04000000010203FF"
    }
  }
#-}

// CHECK-LABEL: @sequences
func.func @sequences(%i: tensor<?x7xi64>, %w: tensor<20x4xf32>, %x: tensor<8x?x4xf32>, %wi: tensor<24x4xf32>,
                     %wh: tensor<24x6xf32>, %b: tensor<24xf32>, %n: tensor<9xi64>, %o: tensor<?xi32>) {
  // CHECK: kernel.embedding %{{.*}}, %{{.*}} : (tensor<?x7xi64>, tensor<20x4xf32>) -> tensor<?x7x4xf32>
  %0 = kernel.embedding %i, %w : (tensor<?x7xi64>, tensor<20x4xf32>) -> tensor<?x7x4xf32>
  // CHECK: kernel.embedding_bag mean %{{.*}}, %{{.*}}, %{{.*}} : (tensor<9xi64>, tensor<?xi32>, tensor<20x4xf32>) -> tensor<?x4xf32>
  %bags = kernel.embedding_bag mean %n, %o, %w : (tensor<9xi64>, tensor<?xi32>, tensor<20x4xf32>) -> tensor<?x4xf32>
  // CHECK: kernel.lstm {{.*}} -> (tensor<8x?x6xf32>, tensor<1x?x6xf32>, tensor<1x?x6xf32>)
  %1:3 = kernel.lstm %x, %wi, %wh, %b
      : (tensor<8x?x4xf32>, tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>)
      -> (tensor<8x?x6xf32>, tensor<1x?x6xf32>, tensor<1x?x6xf32>)
  // CHECK: kernel.fake_quantize_dynamic %{{.*}} {quant_max = 127 : i32, quant_min = 0 : i32} : tensor<8x?x4xf32> to tensor<8x?x4xf32>
  %2 = kernel.fake_quantize_dynamic %x {quant_min = 0 : i32, quant_max = 127 : i32} : tensor<8x?x4xf32> to tensor<8x?x4xf32>
  // CHECK: kernel.round_float16 %{{.*}} : tensor<8x?x4xf32> to tensor<8x?x4xf32>
  %3 = kernel.round_float16 %x : tensor<8x?x4xf32> to tensor<8x?x4xf32>
  return
}
