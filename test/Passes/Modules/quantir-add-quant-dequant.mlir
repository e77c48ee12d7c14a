// RUN: qopt %s --quantir-add-quant-dequant | FileCheck %s

#q = #quantir.qconfig<activation = #quantir.min_max>
// One stub for a value that is read twice; ops without a qconfig stay as they are.
// CHECK-LABEL: func.func @main
// CHECK: %[[S:.*]] = quantir.quant_stub %arg0 {nn.path = "ff.quant", quantir.qconfig = #qconfig}
// CHECK-NEXT: %[[A:.*]] = nn.add %[[S]], %[[S]]
// CHECK-NEXT: %[[D:.*]] = quantir.dequant_stub %[[A]] {nn.path = "ff.dequant"}
// CHECK-NEXT: %[[T:.*]] = nn.tanh %[[D]]
// CHECK-NEXT: return %[[T]]
func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.add %x, %x {nn.path = "ff", quantir.qconfig = #q} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.tanh %0 {quantir.qconfig = "none"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}
