//===- CustomConfigAttrs.cpp - What is done to whole modules --------------===//

#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace quantir;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

namespace {

template <typename Element>
LogicalResult verifyList(EmitError emitError, StringRef field, ArrayAttr list, StringRef what) {
  if (!list)
    return success();
  for (auto [index, element] : llvm::enumerate(list))
    if (!isa<Element>(element))
      return emitError() << field << "[" << index << "]: expected " << what << ", but got "
                         << element;
  return success();
}

LogicalResult verifyNames(EmitError emitError, StringRef field, ArrayAttr list) {
  return verifyList<StringAttr>(emitError, field, list, "a string");
}

LogicalResult verifyStandalone(EmitError emitError, StringRef field, ArrayAttr list) {
  return verifyList<StandaloneModuleAttr>(emitError, field, list, "a #quantir.standalone_module");
}

/// {static = {name = "other", ...}, dynamic = {...}, weight_only = {...}}
LogicalResult verifySwaps(EmitError emitError, StringRef field, DictionaryAttr kinds) {
  if (!kinds)
    return success();
  for (NamedAttribute kind : kinds) {
    if (!llvm::is_contained({"static", "dynamic", "weight_only"}, kind.getName().getValue()))
      return emitError() << field << ": expected static, dynamic or weight_only, but got "
                         << kind.getName().getValue();
    auto swaps = dyn_cast<DictionaryAttr>(kind.getValue());
    if (!swaps)
      return emitError() << field << "." << kind.getName().getValue()
                         << ": expected a dictionary, but got " << kind.getValue();
    for (NamedAttribute swap : swaps)
      if (!isa<StringAttr>(swap.getValue()))
        return emitError() << field << "." << kind.getName().getValue() << "."
                           << swap.getName().getValue() << ": expected a string, but got "
                           << swap.getValue();
  }
  return success();
}

LogicalResult verifyIndices(EmitError emitError, StringRef field, DenseI64ArrayAttr indices) {
  if (!indices)
    return success();
  llvm::SmallSet<int64_t, 4> seen;
  for (auto [position, index] : llvm::enumerate(indices.asArrayRef()))
    if (index < 0 || !seen.insert(index).second)
      return emitError() << field << "[" << position << "]: expected "
                         << (index < 0 ? "an index of at least 0" : "each index once")
                         << ", but got " << index;
  return success();
}

bool isFixed(Attribute attr) {
  auto spec = dyn_cast<ObserverSpecAttr>(attr);
  return spec && spec.getConfig().kind == numerics::ObserverKind::FixedQParams;
}

} // namespace

LogicalResult StandaloneModuleAttr::verify(EmitError emitError, StringRef module,
                                           QConfigMappingAttr, PrepareCustomConfigAttr,
                                           BackendConfigAttr) {
  if (module.empty())
    return emitError() << "module: expected a path or a class, but got \"\"";
  return success();
}

LogicalResult PrepareCustomConfigAttr::verify(EmitError emitError, ArrayAttr standaloneNames,
                                              ArrayAttr standaloneClasses,
                                              DictionaryAttr floatToObserved,
                                              ArrayAttr nonTraceableNames,
                                              ArrayAttr nonTraceableClasses,
                                              DenseI64ArrayAttr inputs, DenseI64ArrayAttr outputs,
                                              ArrayAttr inputQParams, ArrayAttr preserved) {
  if (failed(verifyStandalone(emitError, "standalone_module_name", standaloneNames)) ||
      failed(verifyStandalone(emitError, "standalone_module_class", standaloneClasses)) ||
      failed(verifySwaps(emitError, "float_to_observed_custom_module_class", floatToObserved)) ||
      failed(verifyNames(emitError, "non_traceable_module_name", nonTraceableNames)) ||
      failed(verifyNames(emitError, "non_traceable_module_class", nonTraceableClasses)) ||
      failed(verifyIndices(emitError, "input_quantized_idxs", inputs)) ||
      failed(verifyIndices(emitError, "output_quantized_idxs", outputs)) ||
      failed(verifyNames(emitError, "preserved_attributes", preserved)))
    return failure();
  if (!inputQParams)
    return success();
  if (inputQParams.size() != static_cast<size_t>(inputs ? inputs.size() : 0))
    return emitError() << "input_qparams: expected one entry for each of input_quantized_idxs, "
                       << (inputs ? inputs.size() : 0) << ", but got " << inputQParams.size();
  for (auto [index, attr] : llvm::enumerate(inputQParams))
    if (!isFixed(attr))
      return emitError() << "input_qparams[" << index
                         << "]: expected a #quantir.fixed_qparams, but got " << attr;
  return success();
}

LogicalResult ConvertCustomConfigAttr::verify(EmitError emitError,
                                              DictionaryAttr observedToQuantized,
                                              ArrayAttr preserved) {
  if (failed(
          verifySwaps(emitError, "observed_to_quantized_custom_module_class", observedToQuantized)))
    return failure();
  return verifyNames(emitError, "preserved_attributes", preserved);
}

LogicalResult FuseCustomConfigAttr::verify(EmitError emitError, ArrayAttr preserved) {
  return verifyNames(emitError, "preserved_attributes", preserved);
}
