// By PyTorch's rules modules are fused only if object_type says the same for all their types.

// RUN: qopt %s --split-input-file --verify-diagnostics --quantir-fuse --quantir-annotate | FileCheck %s

#q = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8>>
module attributes {quantir.settings = #quantir.settings<mapping = <object_type = [<"torch.nn.Linear" = #q>]>, backend_config = <"native">>} {
  func.func @one_of_two(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    // expected-error@-1 {{cannot fuse torch.nn.Linear and torch.nn.ReLU: expected object_type to have the same qconfig for both, or none for either}}
    %1 = nn.relu %0 {nn.call = "function"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}

// -----

// The same for both.
#q = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8>>
// CHECK-LABEL: func.func @same(
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q, object_type = [<"nn.Linear" = #q>, <"torch.nn.ReLU" = #q>]>, backend_config = <"native">>} {
  func.func @same(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    // CHECK: quantir.fused {{.*}}quantir.annotation
    %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %1 = nn.relu %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}

// -----

// The rule is one that can be set otherwise.
#q = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8>>
// CHECK-LABEL: func.func @unchecked(
module attributes {quantir.settings = #quantir.settings<mapping = <object_type = [<"torch.nn.Linear" = #q>]>, backend_config = <"native", overrides = [check_fused_types = false]>>} {
  func.func @unchecked(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    // CHECK: quantir.fused {{.*}}quantir.annotation
    %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %1 = nn.relu %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}
