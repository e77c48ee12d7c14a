// RUN: qopt %s --quantir-annotate-equalization --split-input-file --verify-diagnostics | FileCheck %s

#a = #quantir.min_max
#w = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>
#eq = #quantir.qconfig<activation = #quantir.per_channel_min_max<ch_axis = 1>>
#layer = #quantir.annotation<operands = [#a, #w], results = [#a]>

// CHECK-DAG: #[[$EQ1:annotation[0-9]*]] = #quantir.annotation<{{.*}}, results = [#quantir.min_max], equalization = #quantir.per_channel_min_max<ch_axis = 1>>
// CHECK-DAG: #[[$EQ2:annotation[0-9]*]] = #quantir.annotation<{{.*}}, results = [#quantir.min_max], equalization = #quantir.per_channel_min_max<ch_axis = 2>>
// CHECK-DAG: #[[$NONE:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.min_max, {{[^,]*, [^,]*}}], results = [#quantir.min_max]>
module attributes {quantir.settings = #quantir.settings<equalization = <global = #eq, module_name = [<"plain" = none>]>>} {
  // The columns of a linear op are in the last dimension, those of a convolution in dimension 1.
  // CHECK-LABEL: func @axes
  // CHECK: nn.linear {{.*}}quantir.annotation = #[[$EQ2]]
  // CHECK: nn.conv {{.*}}quantir.annotation = #[[$EQ1]]
  // CHECK: nn.linear {{.*}}quantir.annotation = #[[$NONE]]
  func.func @axes(%x: tensor<?x4x2xf32>) -> tensor<?x3x2xf32> {
    %w0 = arith.constant dense<1.0> : tensor<2x2xf32>
    %w1 = arith.constant dense<2.0> : tensor<3x4x1xf32>
    %w2 = arith.constant dense<3.0> : tensor<2x2xf32>
    %0 = nn.linear %x, %w0 {quantir.annotation = #layer} : (tensor<?x4x2xf32>, tensor<2x2xf32>) -> tensor<?x4x2xf32>
    %1 = nn.conv %0, %w1 {quantir.annotation = #layer, strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x4x2xf32>, tensor<3x4x1xf32>) -> tensor<?x3x2xf32>
    %2 = nn.linear %1, %w2 {nn.path = "plain", quantir.annotation = #layer} : (tensor<?x3x2xf32>, tensor<2x2xf32>) -> tensor<?x3x2xf32>
    return %2 : tensor<?x3x2xf32>
  }

  // Both ops of a branch are left out, but for a reader that is not quantized.
  // CHECK-LABEL: func @branch
  // CHECK-COUNT-2: nn.linear {{.*}}quantir.annotation = #[[$NONE]]
  func.func @branch(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
    %w0 = arith.constant dense<1.0> : tensor<2x2xf32>
    %w1 = arith.constant dense<2.0> : tensor<2x2xf32>
    // expected-remark @+1 {{not equalized: it is on a branch: another op that has a qconfig reads its input}}
    %0 = nn.linear %x, %w0 {quantir.annotation = #layer} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    // expected-remark @+1 {{not equalized: it is on a branch}}
    %1 = nn.linear %x, %w1 {quantir.annotation = #layer} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
  }

  // CHECK-LABEL: func @not_possible
  // CHECK-COUNT-2: nn.linear {{.*}}quantir.annotation = #[[$NONE]]
  func.func @not_possible(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    %w = arith.constant dense<1.0> : tensor<2x2xf32>
    // expected-remark @+1 {{not equalized: its weight has other readers}}
    %0 = nn.linear %x, %w {quantir.annotation = #layer} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    // expected-remark @+1 {{not equalized: its weight has other readers}}
    %1 = nn.linear %0, %w {quantir.annotation = #layer} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    %v = arith.constant dense<2.0> : tensor<2x2xf32>
    // expected-remark @+1 {{not equalized: its input is not quantized with one scale that follows from a range}}
    %2 = nn.linear %1, %v {quantir.annotation = #quantir.annotation<operands = [#quantir.fixed_qparams<scale = 0.5>, #w], results = [#a]>} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    return %2 : tensor<?x2xf32>
  }
}

// -----

#a = #quantir.min_max
#eq = #quantir.qconfig<activation = #quantir.per_channel_min_max<ch_axis = 1>>
#none = #quantir.annotation<operands = [#a, #a], results = [#a]>
// CHECK: #[[$READERS:annotation[0-9]*]] = #quantir.annotation<{{.*}}equalization = #quantir.per_channel_min_max<ch_axis = 1>>
// A reader whose qconfig is none does not make a branch, nor does what the function returns.
module attributes {quantir.settings = #quantir.settings<mapping = <global = #quantir.qconfig<activation = #a>, object_type = [<"nn.tanh" = none>]>, equalization = <global = #eq>>} {
  // CHECK-LABEL: func @readers
  // CHECK: nn.linear {{.*}}quantir.annotation = #[[$READERS]]
  func.func @readers(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) {
    %w = arith.constant dense<1.0> : tensor<2x2xf32>
    %0 = nn.linear %x, %w {quantir.annotation = #none} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    %1 = nn.tanh %x : (tensor<?x2xf32>) -> tensor<?x2xf32>
    return %0, %1, %x : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>
  }
}

// -----

// expected-error @+1 {{expected a #quantir.per_channel_min_max as activation of each qconfig of the equalization of quantir.settings, but got #quantir.qconfig<activation = #quantir.min_max>}}
module attributes {quantir.settings = #quantir.settings<equalization = <global = #quantir.qconfig<activation = #quantir.min_max>>>} {
}

// -----

// Without a configuration nothing happens.
// CHECK-LABEL: func @unconfigured
// CHECK-NOT: equalization
func.func @unconfigured(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %0 = nn.linear %x, %w {quantir.annotation = #quantir.annotation<operands = [#quantir.min_max, unit], results = [unit]>} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
