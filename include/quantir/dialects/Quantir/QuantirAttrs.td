//===- QuantirAttrs.td - Quantization configuration --------*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_QUANTIR_ATTRS_TD
#define QUANTIR_DIALECTS_QUANTIR_ATTRS_TD

include "quantir/dialects/Quantir/QuantirDialect.td"
include "mlir/IR/EnumAttr.td"

class Quantir_Attr<string name, string attrMnemonic, list<Trait> traits = []> : AttrDef<Quantir_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Observers
//===----------------------------------------------------------------------===//

def Quantir_ObserverSpecAttr : AttrDef<Quantir_Dialect, "ObserverSpec"> {
  let summary = "an observer and its arguments";
  let description = [{
    What to do to a value so as to choose its scale and zero point. The mnemonic is the kind of the observer, the fields its
    arguments; one that has its default is not printed.

    ```mlir
    #quantir.histogram
    #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>
    #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric, ch_axis = 0>
    #quantir.fixed_qparams<scale = 0.00390625, zero_point = 0>
    ```

    The fields are those of the JSON form, in docs/QuantizationSpec.md.
  }];
  let parameters = (ins AttrParameter<"::quantir::numerics::ObserverConfig", "configuration",
                                      "const ::quantir::numerics::ObserverConfig &">:$config);
  let mnemonic = "observer";
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The same for a weight that has its output channels along `axis`, if it is asked for each channel, along axis 0, which is
    /// an observer's default.
    ObserverSpecAttr alongChannels(std::optional<int64_t> axis) const;
  }];
}

//===----------------------------------------------------------------------===//
// QConfig
//===----------------------------------------------------------------------===//

def Quantir_QConfigAttr : Quantir_Attr<"QConfig", "qconfig"> {
  let summary = "the observers of an op's activations and of its weight";
  let description = [{
    `activation` observes the activations that an op reads and makes, `weight` its weight. A missing one is left in float.

    ```mlir
    #quantir.qconfig<activation = #quantir.histogram, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
    ```
  }];
  let parameters = (ins OptionalParameter<"::quantir::ObserverSpecAttr">:$activation,
                        OptionalParameter<"::quantir::ObserverSpecAttr">:$weight);
}

def Quantir_QConfigRuleAttr : Quantir_Attr<"QConfigRule", "rule"> {
  let summary = "one setting of a QConfigMapping";
  let description = [{
    Which ops (`key`: an object type, a regular expression or a module path, as the list that the rule stands in says;
    `object_type` and `index` only in `module_name_object_type_order`) get which qconfig; `none` turns quantization off
    for them.

    ```mlir
    #quantir.rule<"nn.conv" = #qconfig>
    #quantir.rule<"layer1" "nn.conv" 0 = none>
    ```
  }];
  let parameters = (ins StringRefParameter<>:$key, StringRefParameter<>:$object_type, "int64_t":$index,
                        OptionalParameter<"::quantir::QConfigAttr">:$qconfig);
  let builders = [AttrBuilder<(ins "::llvm::StringRef":$key, "::quantir::QConfigAttr":$qconfig),
                              [{ return $_get($_ctxt, key, "", 0, qconfig); }]>];
}

def Quantir_QConfigMappingAttr : Quantir_Attr<"QConfigMapping", "qconfig_mapping"> {
  let summary = "which qconfig each op gets";
  let description = [{
    Levels from the weakest to the strongest: `global`, `object_type`, `module_name_regex` (the first that matches the
    beginning of the path wins), `module_name` (the path, else its parent, and so on), `module_name_object_type_order`
    (the index-th op of that type in that module). A level that names the op decides, also with `none`.

    ```mlir
    #quantir.qconfig_mapping<global = #qconfig, object_type = [<"nn.softmax" = none>], module_name = [<"layer1.0" = #other>]>
    ```
  }];
  let parameters = (ins OptionalParameter<"::quantir::QConfigAttr">:$global,
                        OptionalArrayRefParameter<"::quantir::QConfigRuleAttr">:$object_type,
                        OptionalArrayRefParameter<"::quantir::QConfigRuleAttr">:$module_name_regex,
                        OptionalArrayRefParameter<"::quantir::QConfigRuleAttr">:$module_name,
                        OptionalArrayRefParameter<"::quantir::QConfigRuleAttr">:$module_name_object_type_order);
}

//===----------------------------------------------------------------------===//
// BackendConfig
//===----------------------------------------------------------------------===//

def Quantir_ObservationType : I32EnumAttr<"ObservationType", "how the result of a pattern is observed", [
    I32EnumAttrCase<"Different", 0, "different">, I32EnumAttrCase<"Share", 1, "share">,
    I32EnumAttrCase<"NotObserved", 2, "not_observed">]> {
  let cppNamespace = "::quantir";
}

def Quantir_Rules : I32EnumAttr<"Rules", "whose rules of quantization hold", [
    I32EnumAttrCase<"Quantir", 0, "quantir">, I32EnumAttrCase<"PyTorch", 1, "pytorch">]> {
  let cppNamespace = "::quantir";
}

def Quantir_Rule : I32EnumAttr<"Rule", "a rule that Quantir and PyTorch see differently", [
    I32EnumAttrCase<"ObserveShared", 0, "observe_shared">, I32EnumAttrCase<"Prune", 1, "prune">,
    I32EnumAttrCase<"FixedFromQConfig", 2, "fixed_from_qconfig">, I32EnumAttrCase<"ReuseByKind", 3, "reuse_by_kind">,
    I32EnumAttrCase<"ScalarsShare", 4, "scalars_share">,
    I32EnumAttrCase<"ModuleWeightsAtConvert", 5, "module_weights_at_convert">,
    I32EnumAttrCase<"FusersFirst", 6, "fusers_first">, I32EnumAttrCase<"CorrectBiases", 7, "correct_biases">,
    I32EnumAttrCase<"StandaloneFromModule", 8, "standalone_from_module">,
    I32EnumAttrCase<"CheckFusedTypes", 9, "check_fused_types">, I32EnumAttrCase<"FloatAddends", 10, "float_addends">,
    I32EnumAttrCase<"EqualizeAsFX", 11, "equalize_as_fx">, I32EnumAttrCase<"JoinByFirst", 12, "join_by_first">,
    I32EnumAttrCase<"PyTorchEps", 13, "pytorch_eps">, I32EnumAttrCase<"TieWeights", 14, "tie_weights">]> {
  let cppNamespace = "::quantir";
}

def Quantir_DTypeSpecAttr : Quantir_Attr<"DTypeSpec", "dtype"> {
  let summary = "a dtype that a backend takes, with its constraints";
  let description = [{
    `quant_min` is the least and `quant_max` the greatest bound that an observer's range may have; `scale_min` is the
    least its `eps` may be; `scale` and `zero_point` ask for exactly those. `scale_max` is kept, but nothing is held against
    it, as in PyTorch: an observer's configuration does not bound its scale from above.

    ```mlir
    #quantir.dtype<quint8>
    #quantir.dtype<qint8, quant_min = -127, quant_max = 127, scale_min = 0.000244140625>
    #quantir.dtype<quint8, scale = 0.00390625, zero_point = 0>
    ```
  }];
  let parameters = (ins "::quantir::numerics::QDType":$dtype,
                        OptionalParameter<"::std::optional<int64_t>">:$quant_min,
                        OptionalParameter<"::std::optional<int64_t>">:$quant_max,
                        OptionalParameter<"::mlir::FloatAttr", "f64">:$scale_min,
                        OptionalParameter<"::mlir::FloatAttr", "f64">:$scale_max,
                        OptionalParameter<"::mlir::FloatAttr", "f64">:$scale_exact,
                        OptionalParameter<"::std::optional<int64_t>">:$zero_point_exact);
  let builders = [AttrBuilder<(ins "::quantir::numerics::QDType":$dtype), [{
    return $_get($_ctxt, dtype, std::nullopt, std::nullopt, ::mlir::FloatAttr(), ::mlir::FloatAttr(),
                 ::mlir::FloatAttr(), std::nullopt);
  }]>];
}

def Quantir_DTypeConfigAttr : Quantir_Attr<"DTypeConfig", "dtype_config"> {
  let summary = "one combination of dtypes that a backend runs a pattern with";
  let description = [{
    A missing field accepts anything. `is_dynamic` is about the input, whose parameters are then computed while the model runs.

    ```mlir
    #quantir.dtype_config<input = <quint8>, output = <quint8>, weight = <qint8>, bias = <float32>>
    ```
  }];
  let parameters = (ins OptionalParameter<"::quantir::DTypeSpecAttr">:$input,
                        OptionalParameter<"::quantir::DTypeSpecAttr">:$output,
                        OptionalParameter<"::quantir::DTypeSpecAttr">:$weight,
                        OptionalParameter<"::quantir::DTypeSpecAttr">:$bias,
                        DefaultValuedParameter<"bool", "false">:$is_dynamic);
}

def Quantir_BackendPatternAttr : Quantir_Attr<"BackendPattern", "backend_pattern"> {
  let summary = "ops that a backend runs as one, and how";
  let description = [{
    `pattern` is written from the last op to the first, an op's operands in parentheses: `nn.relu(nn.conv)`,
    `torch.nn.ReLU(operator.add(torch.nn.Conv2d, *))`. Ops go by their names in the IR or by PyTorch's names of modules,
    functions and methods. `*` is any value, `=` any value of the type of the op's result; `a|b` is either op; operands that
    are not written may be anything.

    | field | default | meaning |
    | --- | --- | --- |
    | `name` | made from the pattern | the name of the `quantir.fused` that a match of more than one op becomes |
    | `observation` | `different` | `share`: the result has the scale and zero point of its first activation |
    | `tensor_args` | none | an observation for matches whose root has so many operands that are no scalars |
    | `root` | see below | the op whose operands the dtype configs are about, by one of its names in the pattern |
    | `indices` | none | which operands of a function's call are its `input`, `weight` and `bias` |
    | `dtypes` | none | in the order in which they are tried |
    | `fuser` | false | PyTorch fuses the match before it looks for others |
    | `root_module`, `qat_module`, `reference_module`, `fused_module` | none | names of PyTorch's classes |

    The root is by default where the way from the last op ends that follows each op's last operand written as an op. The values `*` and `=` of a match are its extra inputs.

    ```mlir
    #quantir.backend_pattern<"nn.relu(nn.conv)", name = "conv_relu", dtypes = [#w8]>
    #quantir.backend_pattern<"torch.add", tensor_args = [0 = different, 1 = share], dtypes = [#a8]>
    ```
  }];
  let parameters = (ins StringRefParameter<>:$pattern, StringRefParameter<>:$name,
                        "::quantir::ObservationType":$observation,
                        OptionalArrayRefParameter<"::std::pair<unsigned, ::quantir::ObservationType>">:$tensor_args,
                        StringRefParameter<>:$root,
                        OptionalArrayRefParameter<"::std::pair<::quantir::OperandRole, unsigned>">:$indices,
                        OptionalArrayRefParameter<"::quantir::DTypeConfigAttr">:$dtypes,
                        DefaultValuedParameter<"bool", "false">:$fuser,
                        StringRefParameter<>:$root_module, StringRefParameter<>:$qat_module,
                        StringRefParameter<>:$reference_module, StringRefParameter<>:$fused_module);
  let extraClassDeclaration = [{
    /// The observation of a match whose root has `count` operands that are tensors, not scalars.
    ::quantir::ObservationType getObservation(unsigned count) const;

    /// The operand with this role in the call of a function; nothing if the pattern does not say.
    ::std::optional<unsigned> getIndex(::quantir::OperandRole role) const;
  }];
}

def Quantir_BackendConfigAttr : Quantir_Attr<"BackendConfig", "backend_config"> {
  let summary = "what a backend can run";
  let description = [{
    A built-in config is its name alone; written out, it has its patterns, of which a later one takes the place of an earlier
    one of the same pattern. Which patterns a name stands for is data, in lib/Config. `rules` is how the quantizer reads them:
    as PyTorch does, or, by default, as Quantir does; those of a built-in config are its own. `overrides` sets single rules
    otherwise; docs/Accuracy.md lists them.

    ```mlir
    #quantir.backend_config<"quantir">
    #quantir.backend_config<"native", overrides = [observe_shared = false]>
    #quantir.backend_config<"mine", patterns = [<"nn.conv", dtypes = [#w8]>]>
    #quantir.backend_config<"mine", rules = pytorch, patterns = [<"torch.nn.Conv2d", dtypes = [#w8]>]>
    ```
  }];
  let parameters = (ins StringRefParameter<>:$name, "::quantir::Rules":$rules,
                        OptionalArrayRefParameter<"std::pair<::quantir::Rule, bool>">:$overrides,
                        OptionalArrayRefParameter<"::quantir::BackendPatternAttr">:$patterns);
  let builders = [AttrBuilder<(ins "::llvm::StringRef":$name, "::llvm::ArrayRef<BackendPatternAttr>":$patterns),
                              [{ return $_get($_ctxt, name, Rules::Quantir, ::llvm::ArrayRef<std::pair<Rule, bool>>(), patterns); }]>];
}

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

def Quantir_SettingsAttr : Quantir_Attr<"Settings", "settings"> {
  let summary = "how a module is to be quantized, and by what it is executed";
  let description = [{
    Which op gets which qconfig (`mapping`), what may be quantized, and by which rules (`backend_config`), for which ops the
    columns of input and weight are equalized (`equalization`, whose qconfigs have the observers of their ranges), and whose
    kernels execute the model (`backend`). A field that is missing has its default: the mapping and the backend config of
    Quantir's own, no equalization, `"onednn"`. `quantir-set-config` writes it.

    On a function that is quantized on its own, `mapping` and `backend_config` hold in it; what is missing is the module's.

    ```mlir
    module attributes {quantir.settings = #quantir.settings<mapping = #qconfig_mapping, backend_config = <"native">, backend = "onednn">}
    ```
  }];
  let parameters = (ins OptionalParameter<"::quantir::QConfigMappingAttr">:$mapping,
                        OptionalParameter<"::quantir::BackendConfigAttr">:$backend_config,
                        OptionalParameter<"::quantir::QConfigMappingAttr">:$equalization,
                        OptionalParameter<"::mlir::StringAttr">:$backend);
  let extraClassDeclaration = [{
    /// Those of a module or a function; without any fields, if it has none.
    static SettingsAttr of(::mlir::Operation *op);
  }];
}

//===----------------------------------------------------------------------===//
// Annotation
//===----------------------------------------------------------------------===//

def Quantir_EdgeKind : I32EnumAttr<"EdgeKind", "an operand or a result", [
    I32EnumAttrCase<"Operand", 0, "operand">, I32EnumAttrCase<"Result", 1, "result">]> {
  let cppNamespace = "::quantir";
}

def Quantir_SharedSpecAttr : AttrDef<Quantir_Dialect, "SharedSpec"> {
  let summary = "quantize with the observer of another edge of the same op";
  let description = [{`#quantir.shared<operand 0>`.}];
  let mnemonic = "shared";
  let parameters = (ins EnumParameter<Quantir_EdgeKind>:$kind, "unsigned":$index);
  let assemblyFormat = "`<` $kind $index `>`";
}

def Quantir_JoinedSpecAttr : AttrDef<Quantir_Dialect, "JoinedSpec"> {
  let summary = "observe what an op makes of several values, each of which may keep its own scale";
  let description = [{
    `#quantir.joined<#quantir.histogram>`, for the result of an op that only moves elements, but those of several values or
    some of its own: a concatenation, a padding with a number. The op on integers wants one scale for all of them. An operand
    that nothing else reads takes the observer of the result; another one keeps its own, and is quantized once more where the
    values are joined, unless `quantir-unify-observers` finds that the scales are about the same. Values of ops with a known
    range keep that if all have the same.
  }];
  let mnemonic = "joined";
  let parameters = (ins "::quantir::ObserverSpecAttr":$spec);
  let assemblyFormat = "`<` qualified($spec) `>`";
}

def Quantir_DerivedSpecAttr : AttrDef<Quantir_Dialect, "DerivedSpec"> {
  let summary = "quantize with the product of two operands' scales and zero point 0";
  let description = [{For a bias: `#quantir.derived<operand 0 operand 1>`, stored as qint32.}];
  let mnemonic = "derived";
  let parameters = (ins "unsigned":$activation, "unsigned":$weight);
  let assemblyFormat = "`<` `operand` $activation `operand` $weight `>`";
}

def Quantir_UpstreamSpecAttr : AttrDef<Quantir_Dialect, "UpstreamSpec"> {
  let summary = "quantize with the observer that is next upstream";
  let description = [{
    For a result: of the observers of the op's first operand, of that of its maker, and so on, the first one that there is;
    if there is none, the result is not quantized. This is what PyTorch's `ReuseInputObserver` asks for.
  }];
  let mnemonic = "upstream";
}

def Quantir_AnnotationAttr : Quantir_Attr<"Annotation", "annotation"> {
  let summary = "what is done with each operand and result of an op";
  let description = [{
    One entry for each operand and each result: an observer, `#quantir.shared`, `#quantir.derived` (operands),
    `#quantir.upstream` or `#quantir.joined` (results), or `unit` for a value that is left as it is. Every pass after annotation
    reads nothing else.

    `equalization` is for an op with a weight whose columns share their ranges with those of the first activation
    (`quantir-equalize`): the observer of the activation's columns.

    ```mlir
    #quantir.annotation<operands = [#quantir.histogram, #quantir.per_channel_min_max<...>, unit], results = [#quantir.histogram]>
    #quantir.annotation<operands = [#quantir.min_max, #quantir.min_max<...>], results = [unit],
                        equalization = #quantir.per_channel_min_max<ch_axis = 1>>
    ```
  }];
  let parameters = (ins "::mlir::ArrayAttr":$operands, "::mlir::ArrayAttr":$results,
                        OptionalParameter<"::quantir::ObserverSpecAttr">:$equalization);
  let builders = [AttrBuilder<(ins "::mlir::ArrayAttr":$operands, "::mlir::ArrayAttr":$results),
                              [{ return $_get($_ctxt, operands, results, ::quantir::ObserverSpecAttr()); }]>];
  let extraClassDeclaration = [{
    /// The observer that an edge is quantized with, following `shared` and `joined`; null if there is none of its own.
    ::quantir::ObserverSpecAttr observerOfOperand(unsigned index) const { return observerOf(getOperands()[index]); }
    ::quantir::ObserverSpecAttr observerOfResult(unsigned index) const { return observerOf(getResults()[index]); }

    /// The same with one entry replaced.
    AnnotationAttr withOperand(unsigned index, ::mlir::Attribute spec) const;
    AnnotationAttr withResult(unsigned index, ::mlir::Attribute spec) const;

  private:
    ::quantir::ObserverSpecAttr observerOf(::mlir::Attribute spec) const;

  public:
  }];
}

#endif // QUANTIR_DIALECTS_QUANTIR_ATTRS_TD
