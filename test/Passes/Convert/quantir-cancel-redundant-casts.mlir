// RUN: qopt %s --quantir-cancel-redundant-casts | FileCheck %s

!q = !quant.uniform<u8:f32, 0.5:3>
!p = !quant.uniform<u8:f32, 0.25:3>

// CHECK-LABEL: func @same
// CHECK: %[[Q:.*]] = quant.qcast
// CHECK-NEXT: %[[D:.*]] = quant.dcast %[[Q]]
// CHECK-NEXT: return %[[D]], %[[D]]
func.func @same(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = quant.qcast %x : tensor<?x4xf32> to tensor<?x4x!q>
  %1 = quant.dcast %0 : tensor<?x4x!q> to tensor<?x4xf32>
  %2 = quant.qcast %1 : tensor<?x4xf32> to tensor<?x4x!q>
  %3 = quant.dcast %2 : tensor<?x4x!q> to tensor<?x4xf32>
  return %1, %3 : tensor<?x4xf32>, tensor<?x4xf32>
}

// CHECK-LABEL: func @kept
// CHECK: %[[Q:.*]] = quant.qcast
// CHECK-NEXT: %[[K:.*]] = quantir.keep %[[Q]]
// CHECK-NEXT: %[[D:.*]] = quant.dcast %[[K]]
// CHECK-NEXT: return %[[D]]
func.func @kept(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = quant.qcast %x : tensor<?x4xf32> to tensor<?x4x!q>
  %1 = quantir.keep %0 : tensor<?x4x!q>
  %2 = quant.dcast %1 : tensor<?x4x!q> to tensor<?x4xf32>
  %3 = quant.qcast %2 : tensor<?x4xf32> to tensor<?x4x!q>
  %4 = quantir.keep %3 : tensor<?x4x!q>
  %5 = quant.dcast %4 : tensor<?x4x!q> to tensor<?x4xf32>
  return %5 : tensor<?x4xf32>
}

// Another scale is another rounding.
// CHECK-LABEL: func @other_scale
// CHECK-COUNT-2: quant.qcast
func.func @other_scale(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = quant.qcast %x : tensor<?x4xf32> to tensor<?x4x!q>
  %1 = quant.dcast %0 : tensor<?x4x!q> to tensor<?x4xf32>
  %2 = quant.qcast %1 : tensor<?x4xf32> to tensor<?x4x!p>
  %3 = quant.dcast %2 : tensor<?x4x!p> to tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}
