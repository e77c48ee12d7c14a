// RUN: split-file %s %t
// RUN: qopt %t/bare.mlir --quantir-set-config | FileCheck %s --check-prefix=DEFAULT
// RUN: qopt %t/bare.mlir "--quantir-set-config=mapping=get_default_qconfig_mapping('x86') backend-config=native backend=reference" | FileCheck %s --check-prefix=NAMED
// RUN: qopt %t/bare.mlir "--quantir-set-config=config=%t/config.json backend-config=native" 2>%t/warnings | FileCheck %s --check-prefix=FILE
// RUN: FileCheck %s --check-prefix=WARNING --input-file=%t/warnings
// RUN: qopt %t/own.mlir --quantir-set-config | FileCheck %s --check-prefix=OWN
// RUN: qopt %t/own.mlir --quantir-set-config=backend-config=x86 | FileCheck %s --check-prefix=OVER
// RUN: qopt %t/kernels.mlir --quantir-set-config --quantir-lower | FileCheck %s --check-prefix=KERNELS
// RUN: qopt %t/unmatched.mlir --quantir-prepare 2>&1 | FileCheck %s --check-prefix=ONCE
// RUN: qopt %t/unmatched.mlir --quantir-set-config --quantir-prepare 2>&1 | FileCheck %s --check-prefix=ONCE
// RUN: qopt %t/bare.mlir --quantir-set-config=config=%t/config.json --quantir-prepare 2>&1 | FileCheck %s --check-prefix=ONCE-OF-FILE
// RUN: qopt %t/folded.mlir --quantir-prepare 2>&1 | FileCheck %s --check-prefix=FOLDED --implicit-check-not=warning
// RUN: qopt %t/function.mlir --quantir-prepare 2>&1 | FileCheck %s --check-prefix=FUNCTION --implicit-check-not=warning

// KERNELS: module attributes {kernel.backend = "native", quantir.settings = #quantir.settings<{{.*}}, backend = "native">}

// ONCE-COUNT-2: this setting matches nothing
// ONCE-NOT: this setting matches nothing

// ONCE-OF-FILE: config.json{{.*}}: warning: qconfig_mapping.module_name[0]: this setting matches nothing
// ONCE-OF-FILE-NOT: this setting matches nothing

// The module that a setting is for may be folded away in a prepared model.
// FOLDED: module attributes

// What a function's own mapping names is looked for in that function.
// FUNCTION: function.mlir:4:{{.*}}: warning: module_name[1]: this setting matches nothing: the model has no module 'b'; it has 'a'

// What nobody says is the default, written out.
// DEFAULT: #[[M:qconfig_mapping]] = #quantir.qconfig_mapping<global = #qconfig
// DEFAULT: module attributes {quantir.settings = #quantir.settings<mapping = #[[M]], backend_config = <"quantir">, backend = "onednn">}

// NAMED: #qconfig_mapping = #quantir.qconfig_mapping<global = #{{.*}}"torch.nn.ConvTranspose1d"
// NAMED: quantir.settings = #quantir.settings<mapping = #qconfig_mapping, backend_config = <"native">, backend = "reference">

// The file has custom configs, too, and an option that says the same as the file is none too many.
// FILE: module attributes {
// FILE-SAME: quantir.prepare_custom_config = #quantir.prepare_custom_config<non_traceable_module_name = ["tail"]>
// FILE-SAME: quantir.settings = #quantir.settings<mapping = #{{.*}}, backend_config = <"native">, equalization = #{{.*}}, backend = "onednn">
// WARNING: config.json{{.*}}: warning: qconfig_mapping.module_name[0]

// What the module says stays, unless an option says otherwise.
// OWN: quantir.settings = #quantir.settings<mapping = #{{.*}}, backend_config = <"native">, backend = "reference">
// OVER: quantir.settings = #quantir.settings<mapping = #{{.*}}, backend_config = <"x86">, backend = "reference">

// RUN: not qopt %t/bare.mlir --quantir-set-config=backend-config=nativ 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not qopt %t/bare.mlir --quantir-set-config=mapping=x68 2>&1 | FileCheck %s --check-prefix=MAPPING
// RUN: not qopt %t/bare.mlir "--quantir-set-config=config=%t/config.json backend-config=x86" 2>&1 | FileCheck %s --check-prefix=CONFIGS
// RUN: not qopt %t/bare.mlir "--quantir-set-config=config=%t/config.json mapping=x86" 2>&1 | FileCheck %s --check-prefix=MAPPINGS
// RUN: not qopt %t/bare.mlir --quantir-set-config=config=%t/absent.json 2>&1 | FileCheck %s --check-prefix=ABSENT

// UNKNOWN: error: no built-in backend config is called 'nativ'; expected one of {{.*}}native
// MAPPING: error: no qconfig mapping is called 'x68'
// CONFIGS: error: the backend config 'x86' contradicts backend_config of '{{.*}}config.json', which is 'native'; leave one of them out
// MAPPINGS: error: the qconfig mapping 'x86' contradicts that of '{{.*}}config.json'; leave one of them out
// ABSENT: error: cannot open '{{.*}}absent.json'

//--- bare.mlir
module {}

//--- own.mlir
#q = #quantir.qconfig<activation = #quantir.min_max>
module attributes {quantir.settings = #quantir.settings<backend = "reference", mapping = <global = #q>, backend_config = <"native">>} {}

//--- kernels.mlir
module attributes {kernel.backend = "native"} {}

//--- unmatched.mlir
#eq = #quantir.qconfig<activation = #quantir.per_channel_min_max<ch_axis = 1>>
module attributes {quantir.settings = #quantir.settings<mapping = <module_name = [<"b" = none>]>, equalization = <global = #eq, module_name = [<"c" = none>]>>} {
  func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}

//--- folded.mlir
#eq = #quantir.qconfig<activation = #quantir.per_channel_min_max<ch_axis = 1>>
module attributes {quantir.stage = "prepared", quantir.settings = #quantir.settings<mapping = <module_name = [<"bn" = none>]>, equalization = <global = #eq, module_name = [<"bn" = none>]>>} {
  func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}

//--- function.mlir
#q = #quantir.qconfig<activation = #quantir.min_max>
#own = #quantir.settings<mapping = <global = #q, module_name = [<"a" = none>, <"b" = none>]>>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q>>} {
  func.func private @standalone(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.standalone, quantir.settings = #own} {
    %0 = nn.relu %x {nn.path = "a"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
  func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.relu %x {nn.path = "b"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = call @standalone(%0) : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}

//--- config.json
{"qconfig_mapping": {"": "quantir_default", "module_name": [["head", null]]}, "backend_config": "native",
 "equalization_config": {"": "default_equalization_qconfig"},
 "prepare_custom_config": {"non_traceable_module_name": ["tail"]}}
