// RUN: qopt %s --quantir-fuse --quantir-annotate --quantir-prune-annotations 2>/dev/null | FileCheck %s

// The sum of the last linear op stays float, so its residual does, and with that the sum that makes it, and that one's
// constant. The linear op between them rounds the residual for itself.
// CHECK-DAG: #[[$FLOATS:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.histogram, #quantir.per_channel_min_max<{{.*}}>, unit], results = [unit]>
// CHECK-DAG: #[[$ONE:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.histogram, #quantir.per_channel_min_max<{{.*}}>], results = [#quantir.histogram]>
// CHECK-DAG: #[[$SUM:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.histogram, #quantir.per_channel_min_max<{{.*}}>, #quantir.histogram], results = [#quantir.histogram]>
// CHECK-LABEL: func @stream
// CHECK: %[[SUM:.*]] = quantir.fused "linear_add"({{.*}}) attributes {quantir.annotation = #[[$FLOATS]]}
// CHECK: %[[Y:.*]] = nn.linear %[[SUM]], {{.*}} {quantir.annotation = #[[$ONE]]}
// CHECK: quantir.fused "linear_add"(%[[Y]], {{.*}}, %[[SUM]]) attributes {quantir.annotation = #[[$FLOATS]]}
func.func @stream(%x: tensor<?x8x4xf32>) -> tensor<?x8x4xf32> {
  %w = arith.constant dense<1.0> : tensor<4x4xf32>
  %position = arith.constant dense<1.0> : tensor<1x8x4xf32>
  %0 = nn.linear %x, %w : (tensor<?x8x4xf32>, tensor<4x4xf32>) -> tensor<?x8x4xf32>
  %1 = nn.add %0, %position : (tensor<?x8x4xf32>, tensor<1x8x4xf32>) -> tensor<?x8x4xf32>
  %2 = nn.linear %1, %w : (tensor<?x8x4xf32>, tensor<4x4xf32>) -> tensor<?x8x4xf32>
  %3 = nn.linear %2, %w : (tensor<?x8x4xf32>, tensor<4x4xf32>) -> tensor<?x8x4xf32>
  %4 = nn.add %1, %3 : (tensor<?x8x4xf32>, tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  return %4 : tensor<?x8x4xf32>
}

// A sum that is read as integers takes integers.
// CHECK-LABEL: func @integers
// CHECK: quantir.fused "linear_add"({{.*}}) attributes {quantir.annotation = #[[$SUM]]}
func.func @integers(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = arith.constant dense<1.0> : tensor<4x4xf32>
  %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = nn.linear %0, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %2 = nn.add %0, %1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = nn.linear %2, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}
