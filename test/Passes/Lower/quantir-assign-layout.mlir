// RUN: qopt %s --quantir-assign-layout | FileCheck %s

!u = !quant.uniform<u8:f32, 5.000000e-01:128>
!v = !quant.uniform<u8:f32, 2.500000e-01>
!w = !quant.uniform<i8:f32, 2.500000e-01>

// The quantize reorders on the way in, the dequantize on the way out.
// CHECK-LABEL: func @casts(
// CHECK-NOT: kernel.reorder
// CHECK: kernel.quantize %{{.*}} : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!quant.uniform<u8:f32, 5.000000e-01:128>, #kernel.channels_last>
// CHECK: kernel.conv {{.*}}, #kernel.channels_last>, tensor<2x2x1x1x!quant.uniform<i8:f32, 2.500000e-01>>) -> tensor<1x2x4x4x!quant.uniform<u8:f32, 2.500000e-01>, #kernel.channels_last>
// CHECK: kernel.dequantize %{{.*}}, #kernel.channels_last> to tensor<1x2x4x4xf32>
func.func @casts(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1x!w>) -> tensor<1x2x4x4xf32> {
  %0 = kernel.quantize %x : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!u>
  %1 = kernel.conv %0, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4x!u>, tensor<2x2x1x1x!w>) -> tensor<1x2x4x4x!v>
  %2 = kernel.dequantize %1 : tensor<1x2x4x4x!v> to tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// Without casts there are reorders, one for each value.
// CHECK-LABEL: func @float(
// CHECK-SAME: %[[X:[^:]*]]:
// CHECK-NEXT: %[[R:.*]] = kernel.reorder %[[X]] : tensor<1x2x4x4xf32> to tensor<1x2x4x4xf32, #kernel.channels_last>
// CHECK-NEXT: %[[A:.*]] = kernel.conv %[[R]], %{{.*}} -> tensor<1x2x4x4xf32, #kernel.channels_last>
// CHECK-NEXT: %[[B:.*]] = kernel.binary add %[[A]], %[[R]]
// CHECK-NEXT: %[[C:.*]] = kernel.reorder %[[B]] : tensor<1x2x4x4xf32, #kernel.channels_last> to tensor<1x2x4x4xf32>
// CHECK-NEXT: return %[[C]]
func.func @float(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32> {
  %0 = kernel.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = kernel.binary add %0, %x : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// What is elementwise follows, and so does a broadcast operand of the same rank; one of lower rank stays row-major.
// CHECK-LABEL: func @follow(
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x2x4x4xf32>, %[[W:[^:]*]]: tensor<2x2x1x1xf32>, %[[Y:[^:]*]]: tensor<2x4x4xf32>
// CHECK: %[[C:.*]] = kernel.constant dense_resource<table> : tensor<1x2x1x4xf32> as tensor<1x2x1x4xf32, #kernel.channels_last>
// CHECK: %[[P:.*]] = kernel.pool max {{.*}} -> tensor<1x2x4x4xf32, #kernel.channels_last>
// CHECK: %[[S:.*]] = kernel.unary sigmoid %[[P]] {{.*}} -> tensor<1x2x4x4xf32, #kernel.channels_last>
// CHECK: %[[M:.*]] = kernel.binary mul %[[S]], %[[C]]
// CHECK: %[[A:.*]] = kernel.binary add %[[M]], %[[Y]] : (tensor<1x2x4x4xf32, #kernel.channels_last>, tensor<2x4x4xf32>)
// CHECK: %[[T:.*]] = kernel.transpose %[[A]] {{.*}} : (tensor<1x2x4x4xf32, #kernel.channels_last>) -> tensor<1x4x4x2xf32>
// CHECK: return %[[T]]
func.func @follow(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>, %y: tensor<2x4x4xf32>) -> tensor<1x4x4x2xf32> {
  %c = kernel.constant dense_resource<table> : tensor<1x2x1x4xf32>
  %0 = kernel.pool max %x {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %1 = kernel.unary sigmoid %0 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %2 = kernel.binary mul %1, %c : (tensor<1x2x4x4xf32>, tensor<1x2x1x4xf32>) -> tensor<1x2x4x4xf32>
  %3 = kernel.binary add %2, %y : (tensor<1x2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %4 = kernel.transpose %3 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x4x4x2xf32>
  return %4 : tensor<1x4x4x2xf32>
}

// [N, C, 1, 1] is the same bytes in both layouts.
// CHECK-LABEL: func @pool_flatten(
// CHECK: kernel.quantize
// CHECK-NEXT: kernel.adaptive_avg_pool {{.*}} -> tensor<?x2x1x1x!quant.uniform<u8:f32, 5.000000e-01:128>, #kernel.channels_last>
// CHECK-NEXT: kernel.reshape
// CHECK-NEXT: return
func.func @pool_flatten(%x: tensor<?x2x4x4xf32>) -> tensor<?x2x!u> {
  %0 = kernel.quantize %x : tensor<?x2x4x4xf32> to tensor<?x2x4x4x!u>
  %1 = kernel.adaptive_avg_pool %0 {output_size = array<i64: 1, 1>} : (tensor<?x2x4x4x!u>) -> tensor<?x2x1x1x!u>
  %2 = kernel.reshape %1 : (tensor<?x2x1x1x!u>) -> tensor<?x2x!u>
  return %2 : tensor<?x2x!u>
}

// [N, C, H, W] is not.
// CHECK-LABEL: func @flatten(
// CHECK: %[[A:.*]] = kernel.pool max
// CHECK-NEXT: %[[R:.*]] = kernel.reorder %[[A]] : tensor<?x2x2x2x!quant.uniform<u8:f32, 5.000000e-01:128>, #kernel.channels_last> to tensor<?x2x2x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT: kernel.reshape %[[R]]
func.func @flatten(%x: tensor<?x2x4x4xf32>) -> tensor<?x8x!u> {
  %0 = kernel.quantize %x : tensor<?x2x4x4xf32> to tensor<?x2x4x4x!u>
  %1 = kernel.pool max %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x4x4x!u>) -> tensor<?x2x2x2x!u>
  %2 = kernel.reshape %1 : (tensor<?x2x2x2x!u>) -> tensor<?x8x!u>
  return %2 : tensor<?x8x!u>
}

// Nothing spatial, nothing to do.
// CHECK-LABEL: func @sequence(
// CHECK-NOT: channels_last
// CHECK: return
func.func @sequence(%x: tensor<?x8x4xf32>, %w: tensor<4x4xf32>) -> tensor<?x8x4xf32> {
  %0 = kernel.quantize %x : tensor<?x8x4xf32> to tensor<?x8x4x!u>
  %1 = kernel.dequantize %0 : tensor<?x8x4x!u> to tensor<?x8x4xf32>
  %2 = kernel.matmul %1, %w : (tensor<?x8x4xf32>, tensor<4x4xf32>) -> tensor<?x8x4xf32>
  %3 = kernel.binary add %1, %2 : (tensor<?x8x4xf32>, tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  %4 = kernel.softmax %3 {axis = 2} : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  return %4 : tensor<?x8x4xf32>
}

// A float island between two convolutions is channels-last; one that leads to a row-major op is not, and its cast reorders.
// CHECK-LABEL: func @islands(
// CHECK-NOT: kernel.reorder
// CHECK: kernel.unary tanh %{{.*}} -> tensor<1x2x4x4xf32, #kernel.channels_last>
// CHECK: kernel.unary sigmoid %{{.*}} -> tensor<1x2x4x4xf32>
// CHECK: return
func.func @islands(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1x!w>) -> tensor<1x2x4x4xf32> {
  %0 = kernel.quantize %x : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!u>
  %1 = kernel.conv %0, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4x!u>, tensor<2x2x1x1x!w>) -> tensor<1x2x4x4x!u>
  %2 = kernel.dequantize %1 : tensor<1x2x4x4x!u> to tensor<1x2x4x4xf32>
  %3 = kernel.unary tanh %2 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %4 = kernel.quantize %3 : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!u>
  %5 = kernel.conv %4, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4x!u>, tensor<2x2x1x1x!w>) -> tensor<1x2x4x4x!u>
  %6 = kernel.dequantize %5 : tensor<1x2x4x4x!u> to tensor<1x2x4x4xf32>
  %7 = kernel.unary sigmoid %6 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %7 : tensor<1x2x4x4xf32>
}

// An image that comes in NHWC is transposed without moving a byte.
// CHECK-LABEL: func @nhwc(
// CHECK-NOT: kernel.reorder
// CHECK: kernel.transpose %{{.*}} : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32, #kernel.channels_last>
// CHECK: kernel.conv
func.func @nhwc(%x: tensor<1x4x4x2xf32>, %w: tensor<2x2x4x4xf32>) -> tensor<1x2xf32> {
  %0 = kernel.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = kernel.conv %0, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<2x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  %2 = kernel.mean %1 {axes = array<i64: 2, 3>} : (tensor<1x2x1x1xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// Other ops pass untouched.
// CHECK-LABEL: func @other(
// CHECK: arith.addi
func.func @other(%x: i32, %y: tensor<1x2x4x4xf32>) -> (i32, tensor<1x2x4x4xf32>) {
  %0 = arith.addi %x, %x : i32
  %1 = nn.relu %y : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %0, %1 : i32, tensor<1x2x4x4xf32>
}

{-#
  dialect_resources: {
    builtin: {
      table: "0x040000000000803F000000400000404000008040000080BF000000C0000040C0000080C0"
    }
  }
#-}
