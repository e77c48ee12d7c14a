// RUN: qopt %s --quantir-annotate --quantir-prune-annotations 2>/dev/null | FileCheck %s
// RUN: echo 'func.func @alone() { return }' | qopt --no-implicit-module --pass-pipeline='func.func(quantir-prune-annotations)' | FileCheck %s --check-prefix=ALONE

// A function need not be in a module.
// ALONE: func.func @alone

// Nothing reads the logits as integers: the linear op gives float.
// CHECK-DAG: #[[$EQUALIZED:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.min_max, #quantir.min_max<dtype = qint8>], results = [unit], equalization = #quantir.per_channel_min_max<ch_axis = 1>>
// CHECK-DAG: #[[$LAST:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.{{[a-z_]*}}, #quantir.per_channel_min_max<{{.*}}>], results = [unit]>
// CHECK-LABEL: func @logits
// CHECK: nn.linear {{.*}} {quantir.annotation = #[[$LAST]]}
func.func @logits(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = arith.constant dense<1.0> : tensor<4x4xf32>
  %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// The result of a chain that only moves data after an op that computes is left in float from the op on.
// CHECK-LABEL: func @tail
// CHECK: nn.linear {{.*}} {quantir.annotation = #[[$LAST]]}
// CHECK: nn.reshape {{.*}}quantir.float_reason = "nothing reads its result as integers"
func.func @tail(%x: tensor<?x4xf32>) -> tensor<?x2x2xf32> {
  %w = arith.constant dense<1.0> : tensor<4x4xf32>
  %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = nn.reshape %0 {shape = array<i64: 0, 2, 2>} : (tensor<?x4xf32>) -> tensor<?x2x2xf32>
  return %1 : tensor<?x2x2xf32>
}

// Moving data between floats gains nothing from integers.
// CHECK-LABEL: func @island
// CHECK: nn.reshape {{.*}}quantir.float_reason = "no op beside it computes on integers"
// CHECK: nn.transpose {{.*}}quantir.float_reason = "no op beside it computes on integers"
func.func @island(%x: tensor<?x4xf32>) -> tensor<?x2x2xf32> {
  %0 = nn.reshape %x {shape = array<i64: 0, 2, 2>} : (tensor<?x4xf32>) -> tensor<?x2x2xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 0, 2, 1>} : (tensor<?x2x2xf32>) -> tensor<?x2x2xf32>
  %2 = nn.softmax %1 {axis = 1 : i64} : (tensor<?x2x2xf32>) -> tensor<?x2x2xf32>
  return %2 : tensor<?x2x2xf32>
}

// Before an op that computes, it moves a quarter of the bytes.
// CHECK-LABEL: func @head
// CHECK: nn.transpose {{.*}} quantir.annotation
func.func @head(%x: tensor<?x3x4xf32>) -> tensor<?x4x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<?x3x4xf32>) -> tensor<?x4x3xf32>
  %1 = nn.linear %0, %w : (tensor<?x4x3xf32>, tensor<2x3xf32>) -> tensor<?x4x2xf32>
  return %1 : tensor<?x4x2xf32>
}

// All that an op without a weight reads would have to be quantized first, for it alone.
// CHECK-LABEL: func @normalized_input
// CHECK: nn.mul {{.*}}quantir.float_reason = "nothing it reads is there as integers"
// CHECK: nn.add {{.*}}quantir.float_reason = "nothing it reads is there as integers"
// CHECK: nn.linear {{.*}} {quantir.annotation =
// CHECK: nn.mul {{.*}} {quantir.annotation =
// CHECK: nn.linear {{.*}} {quantir.annotation =
func.func @normalized_input(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = arith.constant dense<2.0> : tensor<4xf32>
  %w = arith.constant dense<1.0> : tensor<4x4xf32>
  %0 = nn.mul %x, %s : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %1 = nn.add %0, %s : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %2 = nn.linear %1, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %3 = nn.mul %2, %s : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %4 = nn.linear %3, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %4 : tensor<?x4xf32>
}

// What is taken back leaves the rest of an annotation as it was.
// CHECK-LABEL: func @equalized
// CHECK: nn.linear {{.*}} {quantir.annotation = #[[$EQUALIZED]]}
func.func @equalized(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = arith.constant dense<1.0> : tensor<4x4xf32>
  %0 = nn.linear %x, %w {quantir.annotation = #quantir.annotation<operands = [#quantir.min_max, #quantir.min_max<dtype = qint8>], results = [#quantir.min_max], equalization = #quantir.per_channel_min_max<ch_axis = 1>>} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK: func private @declared
func.func private @declared(tensor<?x4xf32>) -> tensor<?x4xf32>
