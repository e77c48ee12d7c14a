//===- QuantirDialect.cpp - The quantization dialect ----------------------===//

#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace quantir;

#include "quantir/dialects/Quantir/QuantirDialect.cpp.inc"

namespace {

/// Gives the attributes that a module repeats a name: `#qconfig`, `#w8`, `#annotation`.
struct QuantirAsmInterface : public OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Attribute attr, raw_ostream &os) const override {
    if (isa<QConfigAttr>(attr))
      os << "qconfig";
    else if (isa<QConfigMappingAttr>(attr))
      os << "qconfig_mapping";
    else if (auto config = dyn_cast<BackendConfigAttr>(attr);
             config && !config.getPatterns().empty())
      os << "backend_config";
    else if (isa<AnnotationAttr>(attr))
      os << "annotation";
    else
      return AliasResult::NoAlias;
    return AliasResult::OverridableAlias;
  }

  /// Per-axis types have one scale per channel: printed once, under a name.
  AliasResult getAlias(Type type, raw_ostream &os) const override {
    auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
    if (!perAxis || perAxis.getScales().size() <= 4)
      return AliasResult::NoAlias;
    os << (perAxis.isSigned() ? "i" : "u") << perAxis.getStorageTypeIntegralWidth() << "_per_axis";
    return AliasResult::OverridableAlias;
  }
};

LogicalResult verifyPreprocessing(Operation *op, Attribute value) {
  auto dict = dyn_cast<DictionaryAttr>(value);
  auto mean = dict ? dict.getAs<DenseF32ArrayAttr>("mean") : nullptr;
  auto std = dict ? dict.getAs<DenseF32ArrayAttr>("std") : nullptr;
  if (!mean || !std || mean.empty() || std.empty())
    return op->emitError() << "expected " << QuantirDialect::preprocessingAttrName
                           << " to be {mean = array<f32: ...>, std = array<f32: ...>}, but got "
                           << value;
  if (llvm::any_of(std.asArrayRef(), [](float v) { return !(v > 0); }))
    return op->emitError() << "expected every std of " << QuantirDialect::preprocessingAttrName
                           << " to be above 0";
  return success();
}

} // namespace

void QuantirDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "quantir/dialects/Quantir/QuantirOps.cpp.inc"
      >();
  addInterfaces<QuantirAsmInterface>();
}

LogicalResult QuantirDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  Attribute value = attribute.getValue();
  auto expect = [&](bool isRight, StringRef what) -> LogicalResult {
    if (isRight)
      return success();
    return op->emitError() << "expected " << name << " to be " << what << ", but got " << value;
  };
  if (name == stageAttrName) {
    auto stage = dyn_cast<StringAttr>(value);
    return expect(stage && llvm::is_contained({"float", "prepared", "reference", "lowered"},
                                              stage.getValue()),
                  "\"float\", \"prepared\", \"reference\" or \"lowered\"");
  }
  if (llvm::is_contained({modelAttrName, floatReasonAttrName, modulePathAttrName,
                          moduleClassAttrName, customModuleAttrName},
                         name))
    return expect(isa<StringAttr>(value), "a string");
  if (name == standaloneAttrName || name == nonTraceableAttrName)
    return expect(isa<UnitAttr>(value), "unit");
  if (name == prepareCustomConfigAttrName)
    return expect(isa<PrepareCustomConfigAttr>(value), "a #quantir.prepare_custom_config");
  if (name == convertCustomConfigAttrName)
    return expect(isa<ConvertCustomConfigAttr>(value), "a #quantir.convert_custom_config");
  if (name == fuseCustomConfigAttrName)
    return expect(isa<FuseCustomConfigAttr>(value), "a #quantir.fuse_custom_config");
  if (name == qconfigAttrName) {
    auto none = dyn_cast<StringAttr>(value);
    return expect(isa<QConfigAttr>(value) || (none && none.getValue() == "none"),
                  "a #quantir.qconfig or \"none\"");
  }
  if (name == settingsAttrName) {
    auto settings = dyn_cast<SettingsAttr>(value);
    if (failed(expect(static_cast<bool>(settings), "a #quantir.settings")))
      return failure();
    if (isa<ModuleOp>(op))
      return success();
    if (!isa<FunctionOpInterface>(op))
      return op->emitError() << "expected " << name << " on a module or a function, but got it on '"
                             << op->getName() << "'";
    return expect(!settings.getEqualization() && !settings.getBackend(),
                  "mapping and backend_config alone on a function");
  }
  if (name == preprocessingAttrName)
    return verifyPreprocessing(op, value);
  if (name == annotationAttrName) {
    auto annotation = dyn_cast<AnnotationAttr>(value);
    if (failed(expect(static_cast<bool>(annotation), "a #quantir.annotation")))
      return failure();
    if (op->getNumOperands() + op->getNumResults() == 0)
      return op->emitError() << "expected " << name << " on an op with operands or results";
    if (annotation.getOperands().size() != op->getNumOperands() ||
        annotation.getResults().size() != op->getNumResults())
      return op->emitError() << "expected " << name << " to have " << op->getNumOperands()
                             << " operands and " << op->getNumResults() << " results, but got "
                             << annotation.getOperands().size() << " and "
                             << annotation.getResults().size();
    return success();
  }
  InFlightDiagnostic error = op->emitError()
                             << "attribute '" << name << "' is not one of the quantir dialect";
  // Attributes of their own, before 0.2.
  constexpr std::pair<StringLiteral, StringLiteral> movedFields[] = {
      {"quantir.qconfig_mapping", "mapping"},
      {"quantir.backend_config", "backend_config"},
      {"quantir.equalization_config", "equalization"}};
  for (auto [old, field] : movedFields)
    if (name == old)
      error << "; it is the field '" << field << "' of " << settingsAttrName
            << ": #quantir.settings<" << field << " = ...>";
  return error;
}
