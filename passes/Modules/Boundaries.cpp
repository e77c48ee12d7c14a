//===- Boundaries.cpp - Where functions meet ------------------------------===//

#include "Boundaries.h"

#include "quantir/dialects/NN/NN.h"

using namespace mlir;
using namespace quantir;

namespace {

FailureOr<SmallVector<unsigned>> checkIndices(func::FuncOp function, DenseI64ArrayAttr indices,
                                              StringRef key, StringRef what, unsigned count) {
  SmallVector<unsigned> result;
  if (!indices || indices.empty())
    return result;
  if (!function.getBody().hasOneBlock())
    return function.emitError() << "prepare_custom_config." << key
                                << ": expected a function of one block";
  for (auto [position, index] : llvm::enumerate(indices.asArrayRef())) {
    if (index >= count)
      return function.emitError() << "prepare_custom_config." << key << "[" << position
                                  << "]: expected an index below " << count << ", the number of "
                                  << what << ", but got " << index;
    result.push_back(index);
  }
  return result;
}

} // namespace

FailureOr<SmallVector<unsigned>> quantir::quantizedInputs(func::FuncOp function) {
  PrepareCustomConfigAttr config =
      isTraceable(function) ? boundaryConfigOf(function) : PrepareCustomConfigAttr();
  if (!config || function.isExternal())
    return SmallVector<unsigned>();
  return checkIndices(function, config.getInputQuantizedIdxs(), "input_quantized_idxs", "inputs",
                      function.getNumArguments());
}

FailureOr<SmallVector<unsigned>> quantir::quantizedOutputs(func::FuncOp function) {
  PrepareCustomConfigAttr config =
      isTraceable(function) ? boundaryConfigOf(function) : PrepareCustomConfigAttr();
  if (!config || function.isExternal())
    return SmallVector<unsigned>();
  return checkIndices(function, config.getOutputQuantizedIdxs(), "output_quantized_idxs", "outputs",
                      function.getNumResults());
}

SmallVector<func::CallOp> quantir::callsOf(func::FuncOp function) {
  SmallVector<func::CallOp> calls;
  std::optional<SymbolTable::UseRange> uses =
      SymbolTable::getSymbolUses(function, function->getParentOp());
  if (!uses)
    return calls;
  for (SymbolTable::SymbolUse use : *uses)
    if (auto call = dyn_cast<func::CallOp>(use.getUser()))
      calls.push_back(call);
  return calls;
}

StringRef quantir::modulePathOf(Operation *op) {
  auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName);
  return path ? path.getValue() : StringRef();
}

FailureOr<QConfigMappingAttr> quantir::mappingOf(func::FuncOp function, StringRef fallback) {
  if (auto mapping =
          configurationOf<QConfigMappingAttr>(function, QuantirDialect::qconfigMappingAttrName))
    return mapping;
  if (fallback.empty())
    return function.emitError() << "expected the attribute "
                                << QuantirDialect::qconfigMappingAttrName
                                << " or the pass option qconfig-mapping";
  nlohmann::json name = fallback;
  return readQConfigMapping(JsonReader(name, function.getLoc()));
}

QConfigAttr quantir::qconfigOfModule(QConfigMappingAttr mapping, func::FuncOp function,
                                     StringRef path, StringRef moduleClass) {
  OpIdentity identity;
  identity.objectTypes = {moduleClass};
  identity.indices = {0};
  identity.modulePath = pathWithin(function, path);
  return resolveQConfig(mapping, identity).qconfig;
}

QConfigAttr quantir::qconfigOfCall(QConfigMappingAttr mapping, func::FuncOp caller,
                                   func::CallOp call, func::FuncOp callee) {
  auto moduleClass = callee->getAttrOfType<StringAttr>(QuantirDialect::customModuleAttrName);
  if (!moduleClass)
    moduleClass = callee->getAttrOfType<StringAttr>(QuantirDialect::moduleClassAttrName);
  return qconfigOfModule(mapping, caller, modulePathOf(call),
                         moduleClass ? moduleClass.getValue() : "");
}
