// RUN: qopt %s --quantir-annotate --split-input-file 2>/dev/null | FileCheck %s
// RUN: qopt %s --quantir-set-config=backend-config=native --quantir-annotate --split-input-file 2>/dev/null | FileCheck %s --check-prefix=NATIVE

// One scale for each output channel, wherever the weight has them.
// CHECK: #[[$UP:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.histogram, #quantir.per_channel_min_max<ch_axis = 1, {{[^>]*}}>], results
// CHECK-LABEL: func @transposed
// CHECK: nn.conv_transpose {{.*}}quantir.annotation = #[[$UP]]
func.func @transposed(%x: tensor<?x4x6xf32>) -> tensor<?x4x6xf32> {
  %w = arith.constant dense<1.0> : tensor<2x4x1xf32>
  %0 = nn.conv_transpose %x, %w {groups = 2 : i64, strides = array<i64: 1>, padding = array<i64: 0, 0>, output_padding = array<i64: 0>, dilations = array<i64: 1>} : (tensor<?x4x6xf32>, tensor<2x4x1xf32>) -> tensor<?x4x6xf32>
  return %0 : tensor<?x4x6xf32>
}

// -----

// A table that a layer has in integers is there as integers for an embedding, too. PyTorch stores it twice.
// CHECK-DAG: #[[$TABLE:annotation[0-9]*]] = #quantir.annotation<operands = [unit, #quantir.per_channel_min_max<{{[^>]*}}>], results = [unit]>
// CHECK-LABEL: func @tied
// CHECK: nn.embedding {{.*}} {quantir.annotation = #[[$TABLE]], quantir.float_reason =
// NATIVE-LABEL: func @tied
// NATIVE-NOT: nn.embedding {{.*}}quantir.annotation
func.func @tied(%x: tensor<?xi64>) -> tensor<?x8xf32> {
  %w = arith.constant dense<1.0> : tensor<8x4xf32>
  %0 = nn.embedding %x, %w : (tensor<?xi64>, tensor<8x4xf32>) -> tensor<?x4xf32>
  %1 = nn.linear %0, %w : (tensor<?x4xf32>, tensor<8x4xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

// An op that the mapping leaves in float has its weight in float.
#both = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
#none = #quantir.qconfig_mapping<global = #both, object_type = [<"nn.embedding" = none>]>
// CHECK-LABEL: func @not_tied
// CHECK: nn.embedding {{.*}} {quantir.float_reason = "the qconfig mapping says none
module attributes {quantir.settings = #quantir.settings<mapping = #none>} {
func.func @not_tied(%x: tensor<?xi64>) -> tensor<?x8xf32> {
  %w = arith.constant dense<1.0> : tensor<8x4xf32>
  %0 = nn.embedding %x, %w : (tensor<?xi64>, tensor<8x4xf32>) -> tensor<?x4xf32>
  %1 = nn.linear %0, %w : (tensor<?x4xf32>, tensor<8x4xf32>) -> tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}
}
