// RUN: qopt %s "--pass-pipeline=builtin.module(func.func(quantir-merge-constants))" | FileCheck %s

// CHECK-LABEL: func @equal_bytes
// CHECK-DAG: %[[A:.*]] = arith.constant dense_resource<a> : tensor<2xf32>
// CHECK-DAG: %[[C:.*]] = arith.constant dense_resource<c> : tensor<2xf32>
// CHECK-DAG: %[[D:.*]] = arith.constant dense_resource<a> : tensor<1x2xf32>
// CHECK-NOT: arith.constant
// CHECK: return %[[A]], %[[A]], %[[A]], %[[C]], %[[D]]
func.func @equal_bytes() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<1x2xf32>) {
  %a = arith.constant dense_resource<a> : tensor<2xf32>
  %b = arith.constant dense_resource<b> : tensor<2xf32>
  %e = arith.constant dense<1.0> : tensor<2xf32>
  %c = arith.constant dense_resource<c> : tensor<2xf32>
  %d = arith.constant dense_resource<a> : tensor<1x2xf32>
  return %a, %b, %e, %c, %d : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<1x2xf32>
}

// CHECK: func private @declared
func.func private @declared()

{-#
  dialect_resources: {
    builtin: {
      a: "0x040000000000803f0000803f",
      b: "0x040000000000803f0000803f",
      c: "0x040000000000803f00000040"
    }
  }
#-}
