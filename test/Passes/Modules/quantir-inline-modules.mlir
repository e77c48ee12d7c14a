// RUN: qopt %s --quantir-inline-modules --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: %[[A:.*]] = nn.relu %[[X]]
// CHECK-NEXT: %[[B:.*]] = nn.tanh %[[A]]
// CHECK-NEXT: %[[C:.*]] = nn.relu %[[B]]
// CHECK-NEXT: %[[D:.*]] = nn.tanh %[[C]]
// CHECK-NEXT: return %[[D]], %[[X]]
// CHECK-NOT: func.func
func.func @main(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = call @block(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = call @block(%0) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = call @same(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1, %2 : tensor<?x4xf32>, tensor<?x4xf32>
}
func.func private @block(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = call @leaf(%0) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}
func.func private @leaf(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.tanh %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
func.func private @same(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}

// -----

// expected-error@+1 {{expected no function that calls itself}}
func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = call @again(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
func.func private @again(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = call @main(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error@+1 {{expected to call a function with a body of one block}}
  %0 = call @elsewhere(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
func.func private @elsewhere(tensor<?x4xf32>) -> tensor<?x4xf32>
