//===- Passes.td - The pass that says how to quantize ------*- tablegen -*-===//

#ifndef QUANTIR_PASSES_CONFIGURE_PASSES_TD
#define QUANTIR_PASSES_CONFIGURE_PASSES_TD

include "mlir/Pass/PassBase.td"

def SetConfigPass : Pass<"quantir-set-config", "::mlir::ModuleOp"> {
  let summary = "say how a module is to be quantized, and by what executed";
  let description = [{
    Writes `quantir.settings`, which all other passes read, and from `config` what else the file says, such as custom configs.
    What no option names stays as the module has it; what it has not either becomes the default, so that the module says in
    full how it is quantized. Options that contradict the file are an error. A setting of a mapping that no op in the module
    matches is a warning that names the nearest ones that would.

    ```mlir
    module {
    // becomes, with mapping=x86 backend-config=native
    module attributes {quantir.settings = #quantir.settings<mapping = #qconfig_mapping, backend_config = <"native">, backend = "onednn">} {
    ```
  }];
  let options = [
    Option<"config", "config", "std::string", /*default=*/"",
           "a JSON file, as of 'quantir quantize --config'">,
    Option<"mapping", "mapping", "std::string", /*default=*/"",
           "a built-in qconfig mapping, such as x86 or get_default_qconfig_mapping('x86')">,
    Option<"backendConfig", "backend-config", "std::string", /*default=*/"",
           "a built-in backend config">,
    Option<"backend", "backend", "std::string", /*default=*/"",
           "the backend that is to execute the kernels">];
  let dependentDialects = ["::quantir::QuantirDialect"];
}

#endif // QUANTIR_PASSES_CONFIGURE_PASSES_TD
