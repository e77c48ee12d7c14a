// RUN: qopt %s --quantir-annotate --split-input-file --verify-diagnostics | FileCheck %s

// The dtype configs of a pattern are tried in order, and the reason why none accepts says what each wants and what it got.

#plain = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
#half = #quantir.qconfig<activation = #quantir.min_max<reduce_range = true>, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
#coarse = #quantir.qconfig<activation = #quantir.min_max<dtype = qint8, eps = 0.00048828125>>
#config = #quantir.backend_config<"mine", patterns = [
  <"nn.relu", dtypes = [<input = <qint8>, output = <qint8>>, <input = <quint8, quant_min = 0, quant_max = 127>, output = <quint8>>]>,
  <"nn.hardswish", dtypes = [<input = <qint8, scale_min = 0.000244140625>, output = <qint8>>]>]>
// CHECK-LABEL: func.func @constraints(
module attributes {quantir.settings = #quantir.settings<mapping = <
    global = #plain, module_name = [<"half" = #half>, <"coarse" = #coarse>]>, backend_config = #config>} {
  func.func @constraints(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // expected-remark@+1 {{left in float: backend config 'mine' does not accept the qconfig (global) for nn.relu: the activation must be qint8, but the qconfig has quint8; or the activation's range must be within [0, 127], but the observer has [0, 255]}}
    %0 = nn.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // CHECK: nn.relu {{.*}} {nn.path = "half", quantir.annotation
    %1 = nn.relu %0 {nn.path = "half"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // CHECK: nn.hardswish {{.*}} {nn.path = "coarse", quantir.annotation
    %2 = nn.hardswish %1 {nn.path = "coarse"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %2 : tensor<?x4xf32>
  }
}

// -----

// An exact scale is that of a fixed observer; a lower bound is held against eps.

#fine = #quantir.qconfig<activation = #quantir.min_max<dtype = qint8>>
#other = #quantir.qconfig<activation = #quantir.fixed_qparams<scale = 0.5, zero_point = 3>>
#right = #quantir.qconfig<activation = #quantir.fixed_qparams<scale = 0.25, zero_point = 3>>
#free = #quantir.qconfig<activation = #quantir.histogram>
#none = #quantir.qconfig<weight = #quantir.histogram>
#config = #quantir.backend_config<"mine", patterns = [
  <"nn.hardswish", dtypes = [<input = <qint8, scale_min = 0.000244140625>, output = <qint8>>]>,
  <"nn.relu", dtypes = [<input = <quint8, scale = 0.25, zero_point = 3>, output = <quint8>>]>]>
// CHECK-LABEL: func.func @exact(
module attributes {quantir.settings = #quantir.settings<mapping = <
    global = #fine, module_name = [<"other" = #other>, <"right" = #right>, <"free" = #free>]>, backend_config = #config>} {
  func.func @exact(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // expected-remark@+1 {{the activation's scale must be at least 2.441406e-04, but the observer's eps is 1.192093e-07}}
    %0 = nn.hardswish %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{the activation must have scale 2.500000e-01 and zero point 3, but the observer has 5.000000e-01 and 3}}
    %1 = nn.relu %0 {nn.path = "other"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{the activation must have scale 2.500000e-01 and zero point 3, but the observer (histogram) chooses its own}}
    %2 = nn.relu %1 {nn.path = "free"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // CHECK: nn.relu {{.*}} {nn.path = "right", quantir.annotation
    %3 = nn.relu %2 {nn.path = "right"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %3 : tensor<?x4xf32>
  }
}

// -----

// By PyTorch's rules only the weight of a function is held against the dtype configs, whose own pattern says where it is.

#u8weight = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max>
#w8 = #quantir.dtype_config<input = <quint8>, output = <quint8>, weight = <qint8>, bias = <float32>>
#config = #quantir.backend_config<"mine", rules = pytorch, patterns = [
  <"torch.nn.Linear", dtypes = [#w8]>, <"torch.nn.functional.linear", indices = [weight = 1, bias = 2], dtypes = [#w8]>]>
// CHECK-LABEL: func.func @weights(
module attributes {quantir.settings = #quantir.settings<mapping = <global = #u8weight>, backend_config = #config>} {
  func.func @weights(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    // A module whose weight no dtype config takes keeps it in float, between quantized activations.
    // CHECK: nn.linear {{.*}} {nn.call = "module", quantir.annotation
    // expected-remark@+1 {{its weight is left in float: no dtype config has quint8 activations with quint8 weights}}
    %0 = nn.linear %x, %w {nn.call = "module"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    // expected-remark@+1 {{the weight must be qint8, but the qconfig has quint8}}
    %1 = nn.linear %0, %w {nn.call = "function"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}

// -----

// An op has the entry of its PyTorch name: ReLU6 is not Hardtanh, and a method is not a function.

#q = #quantir.qconfig<activation = #quantir.min_max>
#a8 = #quantir.dtype_config<input = <quint8>, output = <quint8>>
#config = #quantir.backend_config<"mine", patterns = [
  <"torch.nn.ReLU6", dtypes = [#a8]>, <"torch.flatten", dtypes = [#a8]>]>
// CHECK-LABEL: func.func @names(
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q>, backend_config = #config>} {
  func.func @names(%x: tensor<?x4x4xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) {
    // CHECK: nn.clamp {{.*}} quantir.annotation
    %0 = nn.clamp %x {min = 0.0 : f32, max = 6.0 : f32} : (tensor<?x4x4xf32>) -> tensor<?x4x4xf32>
    // expected-remark@+1 {{left in float: backend config 'mine' has no pattern for nn.clamp}}
    %1 = nn.clamp %0 {min = 0.0 : f32, max = 5.0 : f32} : (tensor<?x4x4xf32>) -> tensor<?x4x4xf32>
    // CHECK: nn.flatten {{.*}} quantir.annotation
    %2 = nn.flatten %1 {start_axis = 1 : i64, end_axis = 2 : i64} : (tensor<?x4x4xf32>) -> tensor<?x16xf32>
    // expected-remark@+1 {{left in float: backend config 'mine' has no pattern for nn.flatten}}
    %3 = nn.flatten %1 {nn.target = "flatten", start_axis = 1 : i64, end_axis = 2 : i64} : (tensor<?x4x4xf32>) -> tensor<?x16xf32>
    return %2, %3 : tensor<?x16xf32>, tensor<?x16xf32>
  }
}

// -----

// An op of several results is a match by itself; within a match an op has one.

#q = #quantir.qconfig<activation = #quantir.min_max>
#a8 = #quantir.dtype_config<input = <quint8>, output = <quint8>>
#config = #quantir.backend_config<"mine", patterns = [<"nn.split", observation = share, dtypes = [#a8]>]>
// CHECK-LABEL: func.func @several_results(
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q>, backend_config = #config>} {
  func.func @several_results(%x: tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
    // CHECK: nn.split {{.*}}quantir.annotation
    %0:2 = nn.split %x {axis = 1 : i64, sizes = array<i64: 2, 2>} : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>)
    return %0#0, %0#1 : tensor<?x2xf32>, tensor<?x2xf32>
  }
}
