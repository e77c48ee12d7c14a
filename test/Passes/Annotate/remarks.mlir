// A remark says where, and does not print the op: with thousands of them that would print the model thousands of times.
// RUN: qopt %s --quantir-set-config=backend-config=xnnpack --quantir-annotate 2>&1 >/dev/null | FileCheck %s --implicit-check-not="see current operation"

// CHECK: remarks.mlir:[[#@LINE+2]]:8: remark: left in float: backend config 'xnnpack' has no pattern for nn.erf
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.erf %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
