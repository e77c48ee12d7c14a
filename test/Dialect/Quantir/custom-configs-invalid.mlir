// RUN: qopt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{module: expected a path or a class, but got ""}}
#a = #quantir.standalone_module<module = "">

// -----

// expected-error@+1 {{standalone_module_name[0]: expected a #quantir.standalone_module, but got "block"}}
#a = #quantir.prepare_custom_config<standalone_module_name = ["block"]>

// -----

// expected-error@+1 {{non_traceable_module_class[1]: expected a string, but got 3}}
#a = #quantir.prepare_custom_config<non_traceable_module_class = ["a", 3]>

// -----

// expected-error@+1 {{float_to_observed_custom_module_class: expected static, dynamic or weight_only, but got fast}}
#a = #quantir.prepare_custom_config<float_to_observed_custom_module_class = {fast = {}}>

// -----

// expected-error@+1 {{float_to_observed_custom_module_class.static.a: expected a string, but got 1}}
#a = #quantir.prepare_custom_config<float_to_observed_custom_module_class = {static = {a = 1}}>

// -----

// expected-error@+1 {{input_quantized_idxs[0]: expected an index of at least 0, but got -1}}
#a = #quantir.prepare_custom_config<input_quantized_idxs = [-1]>

// -----

// expected-error@+1 {{output_quantized_idxs[1]: expected each index once, but got 2}}
#a = #quantir.prepare_custom_config<output_quantized_idxs = [2, 2]>

// -----

// expected-error@+1 {{input_qparams: expected one entry for each of input_quantized_idxs, 1, but got 0}}
#a = #quantir.prepare_custom_config<input_quantized_idxs = [0], input_qparams = []>

// -----

// expected-error@+1 {{input_qparams[0]: expected a #quantir.fixed_qparams, but got #quantir.min_max}}
#a = #quantir.prepare_custom_config<input_quantized_idxs = [0], input_qparams = [#quantir.min_max]>

// -----

// expected-error@+1 {{observed_to_quantized_custom_module_class.static: expected a dictionary, but got 1}}
#a = #quantir.convert_custom_config<observed_to_quantized_custom_module_class = {static = 1}>

// -----

// expected-error@+1 {{expected quantir.prepare_custom_config to be a #quantir.prepare_custom_config, but got 1}}
module attributes {quantir.prepare_custom_config = 1} {
}

// -----

// expected-error@+1 {{expected quantir.qconfig to be a #quantir.qconfig or "none", but got "some"}}
func.func private @f() attributes {quantir.qconfig = "some"}

// -----

// expected-error@+1 {{expected quantir.standalone to be unit, but got 1}}
func.func private @f() attributes {quantir.standalone = 1}

// -----

// expected-error@+1 {{expected quantir.module_path to be a string, but got 1}}
func.func private @f() attributes {quantir.module_path = 1}
