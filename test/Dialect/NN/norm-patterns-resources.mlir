// Numbers that stand in blobs, as torch-mlir writes them.
// RUN: qopt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func @gelu
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
// CHECK-NEXT: %[[Y:.*]] = nn.gelu %[[X]]
// CHECK-NEXT: return %[[Y]]
func.func @gelu(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %root = arith.constant dense_resource<root> : tensor<1xf32>
  %one = arith.constant dense_resource<ones> : tensor<8xf32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %0 = nn.div %x, %root : (tensor<?x8xf32>, tensor<1xf32>) -> tensor<?x8xf32>
  %1 = nn.erf %0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = nn.add %1, %one : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %3 = nn.mul %x, %2 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = nn.mul %3, %half : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  return %4 : tensor<?x8xf32>
}

// CHECK-LABEL: func @other_number
// CHECK: nn.div
// CHECK: nn.erf
func.func @other_number(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %two = arith.constant dense_resource<two> : tensor<1xf32>
  %0 = nn.div %x, %two : (tensor<?x8xf32>, tensor<1xf32>) -> tensor<?x8xf32>
  %1 = nn.erf %0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

{-#
  dialect_resources: { builtin: {
    root: "0x04000000F304B53F",
    two: "0x0400000000000040",
    ones: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F"
  } }
#-}
