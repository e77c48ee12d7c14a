// RUN: qopt %s --quantir-set-config --quantir-annotate --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-DAG: #[[$LINEAR:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.{{[a-z_]*}}, #quantir.per_channel_min_max<{{[^>]*}}>, unit], results = [#quantir.{{[a-z_]*}}]>
// CHECK-DAG: #[[$SHARE:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.{{[a-z_]*}}], results = [#quantir.shared<operand 0>]>
// CHECK-DAG: #[[$FIXED:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.{{[a-z_]*}}], results = [#quantir.fixed_qparams<scale = 3.90625e-03>]>
// CHECK-DAG: #[[$CAT:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.{{[a-z_]*}}, #quantir.{{[a-z_]*}}], results = [#quantir.joined<#quantir.{{[a-z_]*}}>]>
// CHECK-LABEL: func @net
func.func @net(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %w = arith.constant dense<1.0> : tensor<4x4xf32>
  %b = arith.constant dense<1.0> : tensor<4xf32>
  // CHECK: nn.linear {{.*}} {quantir.annotation = #[[$LINEAR]]}
  %0 = nn.linear %x, %w, %b : (tensor<?x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  // CHECK: nn.sigmoid {{.*}} {quantir.annotation = #[[$FIXED]]}
  %1 = nn.sigmoid %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  // CHECK: nn.reshape {{.*}} {quantir.annotation = #[[$SHARE]]
  %2 = nn.reshape %1 {shape = array<i64: 0, 4>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  // CHECK: nn.cat {{.*}} {axis = 1 : i64, quantir.annotation = #[[$CAT]]}
  %3 = nn.cat %1, %2 {axis = 1 : i64} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  // CHECK: nn.softmax {{.*}} quantir.float_reason = "backend config 'quantir' has no pattern for nn.softmax"
  // expected-remark@+1 {{left in float: backend config 'quantir' has no pattern for nn.softmax}}
  %4 = nn.softmax %3 {axis = 1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %4 : tensor<?x8xf32>
}

// -----

#act = #quantir.min_max
#weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>
#q = #quantir.qconfig<activation = #act, weight = #weight>
#s8weight = #quantir.qconfig<activation = #act, weight = #act>
#mapping = #quantir.qconfig_mapping<
  global = #q, object_type = [<"nn.relu" = none>], module_name_regex = [<"b\\d" = none>],
  module_name = [<"a.skip" = none>], module_name_object_type_order = [<"a" "nn.linear" 1 = #s8weight>]>
// CHECK-LABEL: func @precedence
module attributes {quantir.settings = #quantir.settings<mapping = #mapping>} {
  func.func @precedence(%x: tensor<?x4xf32>, %v: tensor<4x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    // CHECK: nn.linear {{.*}} {nn.path = "a.first", quantir.annotation
    %0 = nn.linear %x, %w {nn.path = "a.first"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{backend config 'quantir' does not accept the qconfig (module_name_object_type_order 'a') for nn.linear: the weight must be qint8, but the qconfig has quint8; or the activation must be qint8, but the qconfig has quint8}}
    %1 = nn.linear %0, %w {nn.path = "a.second"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{the qconfig mapping says none (module_name 'a.skip')}}
    %2 = nn.linear %1, %w {nn.path = "a.skip.inner"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{the qconfig mapping says none (module_name_regex 'b\d')}}
    %3 = nn.linear %2, %w {nn.path = "b2.x"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{the qconfig mapping says none (object_type 'nn.relu')}}
    %4 = nn.relu %3 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{its weight is not a constant}}
    %5 = nn.linear %4, %v : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    return %5 : tensor<?x4xf32>
  }
}

// -----

// Constraints of a backend: the remark has the values. A bias of 32 bits has the scales of the other two.
#q = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
#narrow = #quantir.backend_config<"narrow", patterns = [
  <"nn.linear", dtypes = [<input = <quint8>, output = <quint8>, weight = <qint8, quant_min = -127, quant_max = 127>>]>,
  <"nn.conv", dtypes = [<input = <quint8>, output = <quint8>, weight = <qint8>, bias = <qint32>>]>,
  <"nn.relu", dtypes = [<input = <quint8, scale_min = 0.000244140625>, output = <quint8>>]>]>
// CHECK: #[[$BIAS:annotation[0-9]*]] = #quantir.annotation<operands = [#quantir.min_max, #quantir.min_max<{{.*}}>, #quantir.derived<operand 0 operand 1>], results = [#quantir.min_max]>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q>, backend_config = #narrow>} {
  func.func @constraints(%x: tensor<?x1x4xf32>, %y: tensor<?x4xf32>) -> (tensor<?x1x4xf32>, tensor<?x4xf32>) {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %k = arith.constant dense<1.0> : tensor<1x1x1xf32>
    %b = arith.constant dense<1.0> : tensor<1xf32>
    // CHECK: nn.conv {{.*}}quantir.annotation = #[[$BIAS]]
    %0 = nn.conv %x, %k, %b {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x1x4xf32>, tensor<1x1x1xf32>, tensor<1xf32>) -> tensor<?x1x4xf32>
    // expected-remark@+1 {{the weight's range must be within [-127, 127], but the observer has [-128, 127]}}
    %1 = nn.linear %y, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{the activation's scale must be at least 2.441406e-04, but the observer's eps is 1.192093e-07}}
    %2 = nn.relu %1 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0, %2 : tensor<?x1x4xf32>, tensor<?x4xf32>
  }
}

// -----

// Types in PyTorch's spelling tell the calls of modules from those of functions. A setting that matches nothing is a warning; one
// that stands in PyTorch's default mapping is none.
#q = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
#reuse = #quantir.qconfig<activation = #quantir.reuse_input, weight = #quantir.noop>
#mapping = #quantir.qconfig_mapping<global = #q,
  object_type = [<"reshape" = #reuse>, <"torch.nn.GRU" = none>, <"F.relu" = none>],
  module_name = [<"b" = none>]>
// expected-warning@+2 {{object_type[1]: this setting matches nothing: the model has no op of type 'torch.nn.GRU'; it has 'torch.nn.ReLU', 'torch.nn.functional.relu'}}
// expected-warning@+1 {{module_name[0]: this setting matches nothing: the model has no module 'b'; it has 'act'}}
module attributes {quantir.settings = #quantir.settings<mapping = #mapping>} {
  func.func @settings(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // CHECK: nn.relu {{.*}} {nn.call = "module", nn.path = "act", quantir.annotation
    %0 = nn.relu %x {nn.call = "module", nn.path = "act"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{the qconfig mapping says none (object_type 'F.relu')}}
    %1 = nn.relu %0 {nn.call = "function"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}
