//===- QuantirDialect.td - The quantization dialect --------*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_QUANTIR_DIALECT_TD
#define QUANTIR_DIALECTS_QUANTIR_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def Quantir_Dialect : Dialect {
  let name = "quantir";
  let cppNamespace = "::quantir";
  let summary = "How a model is to be quantized, and what was seen while calibrating";
  let description = [{
    The dialect carries a quantization through its stages. Configuration is attributes: what is observed and how
    (`#quantir.qconfig`, `#quantir.qconfig_mapping`, observers such as `#quantir.histogram`), and what a backend may run
    (`#quantir.backend_config`); `#quantir.settings` holds it all. `#quantir.annotation` on an op is the result of applying them: what to do with each of its
    operands and results. `quantir.fused` groups the ops that are quantized as one; `quantir.observer` and
    `quantir.observe` collect statistics.

    Attributes of a module: `quantir.stage` (`"float"`, `"prepared"`, `"reference"` or `"lowered"`), `quantir.model`,
    `quantir.settings`, and `quantir.preprocessing`, a dictionary with `mean` and `std` (`array<f32>`, one value for each
    channel), which says that uint8 images become the input as `(x / 255 - mean) / std`. On an op, `quantir.float_reason` says
    why it was left in float.

    A function may be a module of the model that is called: `quantir.module_path` is then its path and
    `quantir.module_class` its class. The unit attribute `quantir.standalone` says that it is quantized on its own, with the
    function's own `quantir.settings` and `quantir.prepare_custom_config`;
    `quantir.non_traceable`, that nothing in it is touched; `quantir.custom_module`, with the name of its class, that it is
    replaced as a whole. `quantir.prepare_custom_config`, `quantir.convert_custom_config` and `quantir.fuse_custom_config` of
    the module hold for it all. `quantir.qconfig`, on an op or a function, is eager mode's: a `#quantir.qconfig`, or `"none"`.
  }];
  let useDefaultAttributePrinterParser = 0;
  let hasOperationAttrVerify = 1;
  let dependentDialects = ["::mlir::quant::QuantDialect"];
  let extraClassDeclaration = [{
    /// Parses and prints what ODS generates and, under the name of each kind of observer, `ObserverSpecAttr`.
    ::mlir::Attribute parseAttribute(::mlir::DialectAsmParser &parser, ::mlir::Type type) const override;
    void printAttribute(::mlir::Attribute attr, ::mlir::DialectAsmPrinter &printer) const override;

    static constexpr ::llvm::StringLiteral stageAttrName = "quantir.stage";
    static constexpr ::llvm::StringLiteral modelAttrName = "quantir.model";
    static constexpr ::llvm::StringLiteral settingsAttrName = "quantir.settings";
    static constexpr ::llvm::StringLiteral preprocessingAttrName = "quantir.preprocessing";
    static constexpr ::llvm::StringLiteral annotationAttrName = "quantir.annotation";
    static constexpr ::llvm::StringLiteral floatReasonAttrName = "quantir.float_reason";
    static constexpr ::llvm::StringLiteral prepareCustomConfigAttrName = "quantir.prepare_custom_config";
    static constexpr ::llvm::StringLiteral convertCustomConfigAttrName = "quantir.convert_custom_config";
    static constexpr ::llvm::StringLiteral fuseCustomConfigAttrName = "quantir.fuse_custom_config";
    static constexpr ::llvm::StringLiteral modulePathAttrName = "quantir.module_path";
    static constexpr ::llvm::StringLiteral moduleClassAttrName = "quantir.module_class";
    static constexpr ::llvm::StringLiteral standaloneAttrName = "quantir.standalone";
    static constexpr ::llvm::StringLiteral nonTraceableAttrName = "quantir.non_traceable";
    static constexpr ::llvm::StringLiteral customModuleAttrName = "quantir.custom_module";
    static constexpr ::llvm::StringLiteral qconfigAttrName = "quantir.qconfig";

    void registerAttributes();
  }];
}

#endif // QUANTIR_DIALECTS_QUANTIR_DIALECT_TD
