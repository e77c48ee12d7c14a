// Blocks that cannot be are refused when the observer is made; two observers are one only if they say the same.
// RUN: qopt %s -quantir-insert-observers -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-DAG: quantir.observer @act_0 #quantir.affine_min_max<granularity = per_token, is_dynamic = true>{{$}}
// CHECK-DAG: quantir.observer @act_1 #quantir.affine_min_max<is_dynamic = true>{{$}}
// CHECK-NOT: @act_2
func.func @two(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = [#quantir.affine_min_max<granularity = per_token, is_dynamic = true>], results = [unit]>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.tanh %x {quantir.annotation = #quantir.annotation<operands = [#quantir.affine_min_max<is_dynamic = true>], results = [unit]>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = nn.sigmoid %x {quantir.annotation = #quantir.annotation<operands = [#quantir.affine_min_max<is_dynamic = true>], results = [unit]>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0, %1, %2 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// expected-error@+1 {{cannot quantize this value in blocks: expected one block along the dimension of unknown size of [?x4], but got granularity per_row, whose blocks depend on it; use is_dynamic, per_tensor, or a block_size of -1 there}}
func.func @batch(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = [#quantir.affine_min_max<granularity = per_row>], results = [unit]>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

func.func @group(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error@+1 {{cannot quantize this value in blocks: expected a last dimension that group_size 3 divides, but got [1x4] (nearest: 4)}}
  %w = arith.constant dense<1.0> : tensor<1x4xf32>
  %0 = nn.mul %x, %w {quantir.annotation = #quantir.annotation<operands = [unit, #quantir.affine_min_max<granularity = per_group, group_size = 3>], results = [unit]>} : (tensor<?x4xf32>, tensor<1x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
