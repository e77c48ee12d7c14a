// RUN: qopt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{no attribute of the quantir dialect}}
quantir.observer @a #quantir.histogramm

// -----

// expected-error@+1 {{dtype}}
quantir.observer @a #quantir.histogram<dtype = quint9>

// -----

// expected-error@+1 {{averaging}}
quantir.observer @a #quantir.histogram<averging_constant = 0.1>

// -----

// expected-error@+1 {{expected quant_min < quant_max}}
quantir.observer @a #quantir.min_max<quant_min = 0, quant_max = 0>

// -----

// expected-error@+1 {{expected a group_size above 0 with granularity per_group, but got 0}}
quantir.observer @a #quantir.affine_min_max<granularity = per_group>

// -----

// expected-error@+1 {{block_size: expected an array of numbers, but got 3}}
quantir.observer @a #quantir.affine_min_max<granularity = per_block, block_size = 3>

// -----

// expected-error@+1 {{expected averaging_constant 1 with is_dynamic, but got 0.01}}
quantir.observer @a #quantir.moving_average_min_max<is_dynamic = true>

// -----

// expected-error@+1 {{expected a state with min_val and max_val}}
quantir.observer @a #quantir.min_max state {minimum = 1 : i64}

// -----

// expected-error@+1 {{expected a state with min_val and max_val}}
quantir.observer @a #quantir.min_max state {min_val = array<f32: 1.0>, max_val = array<f32: 1.0>, nan_count = 1 : i128}

// -----

// expected-error@+1 {{expected as many elements in min_val as in max_val}}
quantir.observer @a #quantir.min_max state {min_val = array<f32: 1.0>, max_val = array<f32: 1.0, 2.0>}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error@+1 {{expected @nothing to be a quantir.observer of the module}}
  %0 = quantir.observe %x, @nothing : tensor<2xf32>
  return
}

// -----

// expected-error@+1 {{expected one of the fields global, object_type, module_name_regex, module_name, module_name_object_type_order, but got 'globl'}}
module attributes {quantir.settings = #quantir.settings<mapping = <globl = none>>} {}

// -----

// expected-error@+1 {{expected a regular expression in module_name_regex, but got '('}}
module attributes {quantir.settings = #quantir.settings<mapping = <module_name_regex = [<"(" = none>]>>} {}

// -----

// expected-error@+1 {{expected an object type and an index only in module_name_object_type_order}}
module attributes {quantir.settings = #quantir.settings<mapping = <module_name = [<"a" "nn.conv" 0 = none>]>>} {}

// -----

// expected-error@+1 {{expected a module name, an object type and an index in module_name_object_type_order}}
module attributes {quantir.settings = #quantir.settings<mapping = <module_name_object_type_order = [<"a" = none>]>>} {}

// -----

// expected-error@+1 {{expected an op name, '*' or '=' at column 9 of pattern 'nn.relu()'}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.relu()", name = "r">]>>} {}

// -----

// expected-error@+1 {{expected the name of an op at column 9 of pattern 'nn.relu(nn.cnov)', but got 'nn.cnov'; did you mean 'nn.conv'?}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.relu(nn.cnov)">]>>} {}

// -----

// expected-error@+1 {{expected the root to be an op of pattern 'nn.relu(nn.conv)', but got 'nn.linear'}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.relu(nn.conv)", root = "nn.linear">]>>} {}

// -----

// expected-error@+1 {{expected each key of tensor_args once}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.add", tensor_args = [1 = share, 1 = different]>]>>} {}

// -----

// expected-error@+1 {{expected input, weight or bias, but got 'scale'}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.add", indices = [scale = 1]>]>>} {}

// -----

// expected-error@+1 {{expected pytorch or quantir, but got 'tensorflow'}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", rules = tensorflow>>} {}

// -----

// expected-error@+1 {{expected a rule (observe_shared, prune, fixed_from_qconfig, reuse_by_kind, scalars_share, module_weights_at_convert, fusers_first, correct_biases, standalone_from_module, check_fused_types, float_addends, equalize_as_fx, join_by_first, pytorch_eps, tie_weights), but got 'observe'}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"native", overrides = [observe = false]>>} {}

// -----

// expected-error@+1 {{expected each rule once in overrides, but got 'prune' twice}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"native", overrides = [prune = false, prune = true]>>} {}

// -----

// expected-error@+1 {{expected patterns: a built-in config has rules of its own, which 'overrides' can set otherwise}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"quantir", rules = pytorch>>} {}

// -----

// expected-error@+1 {{expected one of the fields rules, overrides, patterns, but got 'pattern'}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", pattern = []>>} {}

// -----

// expected-error@+1 {{expected scale_min of at most scale_max, but got}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.relu", dtypes = [<input = <quint8, scale_min = 0.5, scale_max = 0.25>>]>]>>} {}

// -----

// expected-error@+1 {{expected different, share or not_observed, but got 'sometimes'}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.relu", observation = sometimes>]>>} {}

// -----

// expected-error@+1 {{expected quant_min below quant_max, but got 5 and 5}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.relu", dtypes = [<input = <quint8, quant_min = 5, quant_max = 5>>]>]>>} {}

// -----

// expected-error@+1 {{expected scale and zero_point together}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.relu", dtypes = [<input = <quint8, scale = 0.5>>]>]>>} {}

// -----

// expected-error@+1 {{expected quantir.stage to be "float", "prepared", "reference" or "lowered", but got "done"}}
module attributes {quantir.stage = "done"} {}

// -----

// expected-error@+1 {{expected every std of quantir.preprocessing to be above 0}}
module attributes {quantir.preprocessing = {mean = array<f32: 0.5>, std = array<f32: 0.0>}} {}

// -----

// expected-error@+1 {{attribute 'quantir.colour' is not one of the quantir dialect}}
module attributes {quantir.colour = "red"} {}

// -----

func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error@+1 {{expected quantir.annotation to have 1 operands and 1 results, but got 0 and 1}}
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = [], results = [unit]>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error@+1 {{expected an observer, #quantir.shared, #quantir.derived, #quantir.upstream, #quantir.joined or unit, but got "x"}}
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = ["x"], results = [unit]>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error@+1 {{expected #quantir.joined<#quantir.min_max> only for results}}
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = [#quantir.joined<#quantir.min_max>], results = [unit]>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error@+1 {{expected #quantir.derived<operand 0 operand 0> only for operands}}
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = [unit], results = [#quantir.derived<operand 0 operand 0>]>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error@+1 {{expected a shared spec to name one of 1 operands, but got #quantir.shared<operand 7>}}
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = [unit], results = [#quantir.shared<operand 7>]>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error@+1 {{expected the block's arguments to have the types of the operands}}
  %0 = quantir.fused "relu"(%x) {
  ^bb0(%a: tensor<2x3xf32>):
    %1 = nn.relu %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
    quantir.yield %1 : tensor<2x3xf32>
  } : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

quantir.observer @a #quantir.min_max
func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = quantir.fused "relu"(%x) {
  ^bb0(%a: tensor<2x2xf32>):
    // expected-error@+1 {{must not be inside quantir.fused}}
    %1 = quantir.observe %a, @a : tensor<2x2xf32>
    quantir.yield %1 : tensor<2x2xf32>
  } : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

func.func @equalization(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error@+1 {{expected a #quantir.per_channel_min_max for equalization, but got #quantir.min_max}}
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = [unit], results = [unit], equalization = #quantir.min_max>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// expected-error@+1 {{expected #quantir.qconfig_mapping}}
module attributes {quantir.settings = #quantir.settings<equalization = "all">} {}

// -----

// expected-error@+1 {{expected no field 'observer': #quantir.histogram is the observer}}
quantir.observer @a #quantir.histogram<observer = min_max>

// -----

// expected-error@+1 {{field 'bins' is given twice}}
quantir.observer @b #quantir.histogram<bins = 3, bins = 5>

// -----

// expected-error@+1 {{field 'activation' is given twice}}
module attributes {a = #quantir.qconfig<activation = #quantir.min_max, activation = #quantir.histogram>} {}

// -----

// expected-error@+1 {{field 'quant_min' is given twice}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.relu", dtypes = [<input = <quint8, quant_min = 0, quant_min = 7>>]>]>>} {}

// -----

// expected-error@+1 {{field 'name' is given twice}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.conv", name = "x", name = "y">]>>} {}

// -----

// expected-error@+1 {{field 'rules' is given twice}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", rules = pytorch, rules = quantir>>} {}

// -----

// expected-error@+1 {{expected quantir.annotation on an op with operands or results}}
module attributes {quantir.annotation = #quantir.annotation<operands = [], results = []>} {}

// -----

// Nested alternatives: two to the power of 23 patterns.
// expected-error@+1 {{expected a pattern that stands for at most 1024 patterns without '|', but got more: 'nn.add|nn.sub(nn.add|nn.sub(}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub(nn.add|nn.sub))))))))))))))))))))))">]>>} {}

// -----

// expected-error@+1 {{expected a pattern of at most 64 ops and values, but got 65: 'nn.cat(*, *,}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"b", patterns = [<"nn.cat(*, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *, *)">]>>} {}

// -----

func.func @fused_of_nothing(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error@+1 {{expected a result that an op in the body makes}}
  %0 = quantir.fused "relu"(%x) {
  ^bb0(%a: tensor<2x2xf32>):
    %1 = nn.relu %a : (tensor<2x2xf32>) -> tensor<2x2xf32>
    quantir.yield %a : tensor<2x2xf32>
  } : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// expected-error@+1 {{expected one of the fields mapping, backend_config, equalization, backend, but got 'config'}}
module attributes {quantir.settings = #quantir.settings<config = <"native">>} {}

// -----

// expected-error@+1 {{expected the name of a backend, but got ""}}
module attributes {quantir.settings = #quantir.settings<backend = "">} {}

// -----

// expected-error@+1 {{expected quantir.settings to be mapping and backend_config alone on a function, but got #quantir.settings<backend = "native">}}
func.func @own_backend() attributes {quantir.settings = #quantir.settings<backend = "native">} { return }

// -----

func.func @settings_of_op(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{expected quantir.settings on a module or a function, but got it on 'nn.relu'}}
  %0 = nn.relu %x {quantir.settings = #quantir.settings<backend_config = <"native">>} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error@+1 {{expected quantir.settings to be a #quantir.settings, but got #quantir.backend_config<"native">}}
module attributes {quantir.settings = #quantir.backend_config<"native">} {}

// -----

// expected-error@+1 {{attribute 'quantir.qconfig_mapping' is not one of the quantir dialect; it is the field 'mapping' of quantir.settings: #quantir.settings<mapping = ...>}}
module attributes {quantir.qconfig_mapping = #quantir.qconfig_mapping<>} {}
