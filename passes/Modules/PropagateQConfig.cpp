//===- PropagateQConfig.cpp - Give each module its qconfig ----------------===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"

#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/dialects/NN/NN.h"

namespace quantir {
#define GEN_PASS_DEF_PROPAGATEQCONFIGPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// Whether an op stands for a leaf module: one that computes, or a quant stub.
bool isLeafModule(Operation *op) {
  auto call = op->getAttrOfType<StringAttr>(nn::callAttrName);
  return isa<QuantizableOpInterface, QuantStubOp>(op) && !(call && call.getValue() == "function");
}

Operation *rootOf(Operation *op) {
  auto fused = dyn_cast<FusedOp>(op);
  return fused ? fused.getRootOp() : op;
}

/// The qconfigs of one function's modules.
class Propagation {
public:
  Propagation(QConfigMappingAttr mapping, func::FuncOp function)
      : mapping(mapping), function(function) {
    for (auto [place, rule] : llvm::enumerate(mapping.getObjectType())) {
      std::string type = canonicalObjectType(rule.getKey());
      placesOfTypes[type.empty() ? rule.getKey() : StringRef(type)] = place;
    }
    for (QConfigRuleAttr rule : mapping.getModuleName())
      byModule[rule.getKey()] = rule;
  }

  /// By PyTorch's `_propagate_qconfig_helper`; null for none.
  QConfigAttr qconfigOf(Operation *op) {
    StringRef path = pathWithin(function, modulePathOf(op));
    if (std::optional<QConfigAttr> named = byName(path))
      return *named;
    // The last rule that holds for one of its types.
    std::optional<size_t> last;
    for (StringRef type : objectTypesOf(rootOf(op)))
      if (auto place = placesOfTypes.find(type);
          place != placesOfTypes.end() && (!last || *last < place->getValue()))
        last = place->getValue();
    if (last)
      return mapping.getObjectType()[*last].getQconfig();
    return ofModule(parentModule(path));
  }

private:
  /// The qconfig of a module that contains others.
  QConfigAttr ofModule(StringRef path) {
    for (; !path.empty(); path = parentModule(path))
      if (std::optional<QConfigAttr> named = byName(path))
        return *named;
    if (Attribute own = function->getAttr(QuantirDialect::qconfigAttrName))
      return dyn_cast<QConfigAttr>(own);
    return mapping.getGlobal();
  }

  std::optional<QConfigAttr> byName(StringRef path) {
    QConfigRuleAttr rule = path.empty() ? QConfigRuleAttr() : byModule.lookup(path);
    return rule ? std::optional(rule.getQconfig()) : std::nullopt;
  }

  QConfigMappingAttr mapping;
  func::FuncOp function;
  llvm::StringMap<size_t> placesOfTypes; ///< of the last rule of a canonical type
  llvm::StringMap<QConfigRuleAttr> byModule;
};

class PropagateQConfigPass : public quantir::impl::PropagateQConfigPassBase<PropagateQConfigPass> {
public:
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && isTraceable(function) && failed(propagate(function)))
        return signalPassFailure();
  }

private:
  LogicalResult propagate(func::FuncOp function) {
    QConfigMappingAttr mapping = getAnalysis<Settings>().mappingOf(function);
    if (!mapping.getModuleNameRegex().empty() || !mapping.getModuleNameObjectTypeOrder().empty())
      return function.emitError("expected a qconfig mapping of global, object_type and module_name "
                                "alone: eager mode knows no "
                                "other settings");
    Propagation propagation(mapping, function);
    for (Operation &op : function.getBody().getOps())
      if (isLeafModule(&op) && !op.hasAttr(QuantirDialect::qconfigAttrName)) {
        QConfigAttr qconfig = propagation.qconfigOf(&op);
        op.setAttr(QuantirDialect::qconfigAttrName,
                   qconfig ? Attribute(qconfig) : StringAttr::get(&getContext(), "none"));
      }
    return success();
  }
};

} // namespace
