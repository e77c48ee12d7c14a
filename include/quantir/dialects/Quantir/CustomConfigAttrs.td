//===- CustomConfigAttrs.td - What is done to whole modules ----*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_QUANTIR_CUSTOMCONFIGATTRS_TD
#define QUANTIR_DIALECTS_QUANTIR_CUSTOMCONFIGATTRS_TD

include "quantir/dialects/Quantir/QuantirDialect.td"

class Quantir_CustomConfigAttr<string name, string attrMnemonic> : AttrDef<Quantir_Dialect, name> {
  let mnemonic = attrMnemonic;
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Quantir_StandaloneModuleAttr : Quantir_CustomConfigAttr<"StandaloneModule", "standalone_module"> {
  let summary = "a module that is quantized on its own, and with what";
  let description = [{
    `module` is a path, or a class, as the list that the entry stands in says. What is missing is as in the model around it,
    the custom config excepted, which is then empty.

    ```mlir
    #quantir.standalone_module<module = "block", qconfig_mapping = <global = #qconfig>>
    ```
  }];
  let parameters = (ins StringRefParameter<>:$module,
                        OptionalParameter<"::quantir::QConfigMappingAttr">:$qconfig_mapping,
                        OptionalParameter<"::quantir::PrepareCustomConfigAttr">:$prepare_custom_config,
                        OptionalParameter<"::quantir::BackendConfigAttr">:$backend_config);
}

def Quantir_PrepareCustomConfigAttr
    : Quantir_CustomConfigAttr<"PrepareCustomConfig", "prepare_custom_config"> {
  let summary = "what is done to whole modules, and to a function's inputs and outputs, before calibration";
  let description = [{
    The fields are PyTorch's. Lists of standalone modules hold `#quantir.standalone_module`; other lists hold strings.
    `float_to_observed_custom_module_class` has a dictionary for each of `static`, `dynamic` and `weight_only`, from the
    symbol of a float function to that of its observed form.

    `input_qparams`, which PyTorch has not, gives the inputs of `input_quantized_idxs`, in this order, the scale and zero
    point that the caller quantizes with, as `#quantir.fixed_qparams`.

    ```mlir
    #quantir.prepare_custom_config<
      standalone_module_name = [#quantir.standalone_module<module = "block">],
      float_to_observed_custom_module_class = {static = {cell = "observed_cell"}},
      input_quantized_idxs = [0], input_qparams = [#quantir.fixed_qparams<scale = 3.0e-02, zero_point = 120>]>
    ```
  }];
  let parameters = (ins OptionalParameter<"::mlir::ArrayAttr">:$standalone_module_name,
                        OptionalParameter<"::mlir::ArrayAttr">:$standalone_module_class,
                        OptionalParameter<"::mlir::DictionaryAttr">:$float_to_observed_custom_module_class,
                        OptionalParameter<"::mlir::ArrayAttr">:$non_traceable_module_name,
                        OptionalParameter<"::mlir::ArrayAttr">:$non_traceable_module_class,
                        OptionalParameter<"::mlir::DenseI64ArrayAttr">:$input_quantized_idxs,
                        OptionalParameter<"::mlir::DenseI64ArrayAttr">:$output_quantized_idxs,
                        OptionalParameter<"::mlir::ArrayAttr">:$input_qparams,
                        OptionalParameter<"::mlir::ArrayAttr">:$preserved_attributes);
}

def Quantir_ConvertCustomConfigAttr
    : Quantir_CustomConfigAttr<"ConvertCustomConfig", "convert_custom_config"> {
  let summary = "what is done to whole modules after calibration";
  let description = [{
    `observed_to_quantized_custom_module_class` has a dictionary for each of `static`, `dynamic` and `weight_only`, from the
    symbol of an observed function to that of its quantized form.

    ```mlir
    #quantir.convert_custom_config<
      observed_to_quantized_custom_module_class = {static = {observed_cell = "quantized_cell"}}>
    ```
  }];
  let parameters = (ins OptionalParameter<"::mlir::DictionaryAttr">:$observed_to_quantized_custom_module_class,
                        OptionalParameter<"::mlir::ArrayAttr">:$preserved_attributes);
}

def Quantir_FuseCustomConfigAttr : Quantir_CustomConfigAttr<"FuseCustomConfig", "fuse_custom_config"> {
  let summary = "PyTorch's FuseCustomConfig";
  let description = [{
    ```mlir
    #quantir.fuse_custom_config<preserved_attributes = ["classes"]>
    ```
  }];
  let parameters = (ins OptionalParameter<"::mlir::ArrayAttr">:$preserved_attributes);
}

#endif // QUANTIR_DIALECTS_QUANTIR_CUSTOMCONFIGATTRS_TD
