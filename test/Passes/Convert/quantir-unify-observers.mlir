// RUN: qopt %s --quantir-unify-observers --split-input-file | FileCheck %s
// RUN: not qopt %s --quantir-unify-observers --quantir-convert-observers --split-input-file 2>&1 | FileCheck %s --check-prefix=FLOATS
// FLOATS: has no state

#range = #quantir.min_max
#keep = #quantir.annotation<operands = [#range, #range], results = [#quantir.joined<#range>]>

// 1.9 of 2.0: one scale serves both. 1.0 of 2.0: half of the precision would be lost.
// CHECK-NOT: @like
// CHECK: quantir.observer @unlike
// CHECK: quantir.observer @joined
// CHECK-LABEL: func @cat
// CHECK: %[[A:.*]] = quantir.observe %arg0, @joined passive
// CHECK: %[[B:.*]] = quantir.observe %arg1, @unlike :
// CHECK: nn.cat %[[A]], %[[B]]
// CHECK: quantir.observe %{{.*}}, @joined :
// CHECK: quantir.observe %arg0, @joined passive
quantir.observer @like #range state {max_val = array<f32: 1.9>, min_val = array<f32: -1.0>, samples = 1 : i64}
quantir.observer @unlike #range state {max_val = array<f32: 1.0>, min_val = array<f32: -1.0>, samples = 1 : i64}
quantir.observer @joined #range state {max_val = array<f32: 2.0>, min_val = array<f32: -1.0>, samples = 1 : i64}
func.func @cat(%x: tensor<?x2xf32>, %y: tensor<?x3xf32>) -> tensor<?x5xf32> {
  %0 = quantir.observe %x, @like : tensor<?x2xf32>
  %1 = quantir.observe %y, @unlike : tensor<?x3xf32>
  %2 = nn.cat %0, %1 {axis = 1 : i64, quantir.annotation = #keep} : (tensor<?x2xf32>, tensor<?x3xf32>) -> tensor<?x5xf32>
  %3 = quantir.observe %2, @joined : tensor<?x5xf32>
  %4 = quantir.observe %x, @like : tensor<?x2xf32>
  return %3 : tensor<?x5xf32>
}

// -----

#range = #quantir.min_max
#keep = #quantir.annotation<operands = [#range, #range], results = [#quantir.joined<#range>]>

// In a chain each step is small, but not all of them together.
// CHECK-DAG: quantir.observer @first
// CHECK-DAG: quantir.observer @second
// CHECK-DAG: quantir.observer @third
// CHECK-LABEL: func @chain
// CHECK: quantir.observe %arg0, @second passive
// CHECK: quantir.observe %{{.*}}, @second :
// CHECK: quantir.observe %{{.*}}, @third :
quantir.observer @zeroth #range state {max_val = array<f32: 1.0>, min_val = array<f32: 0.0>, samples = 1 : i64}
quantir.observer @first #range state {max_val = array<f32: 0.1>, min_val = array<f32: 0.0>, samples = 1 : i64}
quantir.observer @second #range state {max_val = array<f32: 1.2>, min_val = array<f32: 0.0>, samples = 1 : i64}
quantir.observer @third #range state {max_val = array<f32: 1.44>, min_val = array<f32: 0.0>, samples = 1 : i64}
func.func @chain(%x: tensor<?x2xf32>, %y: tensor<?x3xf32>) -> tensor<?x8xf32> {
  %0 = quantir.observe %x, @zeroth : tensor<?x2xf32>
  %1 = quantir.observe %y, @first : tensor<?x3xf32>
  %2 = nn.cat %0, %1 {axis = 1 : i64, quantir.annotation = #keep} : (tensor<?x2xf32>, tensor<?x3xf32>) -> tensor<?x5xf32>
  %3 = quantir.observe %2, @second : tensor<?x5xf32>
  %4 = nn.cat %3, %1 {axis = 1 : i64, quantir.annotation = #keep} : (tensor<?x5xf32>, tensor<?x3xf32>) -> tensor<?x8xf32>
  %5 = quantir.observe %4, @third : tensor<?x8xf32>
  return %5 : tensor<?x8xf32>
}

// -----

#range = #quantir.min_max
#keep = #quantir.annotation<operands = [#range], results = [#quantir.joined<#range>]>

// Without statistics nothing is decided.
// CHECK: quantir.observer @a
// CHECK: quantir.observer @b
quantir.observer @a #range
quantir.observer @b #range
func.func @pad(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %0 = quantir.observe %x, @a : tensor<?x2xf32>
  %1 = nn.pad %0 {padding = array<i64: 0, 1, 0, 0>, value = 3.0 : f32, quantir.annotation = #keep} : (tensor<?x2xf32>) -> tensor<?x3xf32>
  %2 = quantir.observe %1, @b : tensor<?x3xf32>
  return %2 : tensor<?x3xf32>
}
