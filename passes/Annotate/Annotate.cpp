//===- Annotate.cpp - Decide what is quantized ----------------------------===//

#include "quantir/passes/Annotate/Passes.h"

#include "Quantizer.h"

#include "quantir/Config/CustomConfig.h"

namespace quantir {
#define GEN_PASS_DEF_ANNOTATEPASS
#include "quantir/passes/Annotate/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

class AnnotatePass : public quantir::impl::AnnotatePassBase<AnnotatePass> {
public:
  using AnnotatePassBase::AnnotatePassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<BackendPatterns> backend = getBackendPatterns(module, backendConfig);
    FailureOr<QConfigMappingAttr> mapping = getMapping(module);
    if (failed(backend) || failed(mapping))
      return signalPassFailure();

    // What follows goes by the config's rules.
    if (!module->hasAttr(QuantirDialect::backendConfigAttrName))
      module->setAttr(QuantirDialect::backendConfigAttrName,
                      BackendConfigAttr::get(&getContext(), backend->name(), {}));
    QConfigResolvers resolvers;
    for (auto func : module.getOps<func::FuncOp>()) {
      if (!isTraceable(func))
        continue;
      FailureOr<BackendPatterns> ownBackend = getBackendPatternsOf(func, *backend);
      auto ownMapping =
          func->getAttrOfType<QConfigMappingAttr>(QuantirDialect::qconfigMappingAttrName);
      if (!ownMapping)
        ownMapping = *mapping;
      if (failed(ownBackend) ||
          failed(
              QConfigQuantizer(ownMapping, resolvers.of(ownMapping), *ownBackend).annotate(func)))
        return signalPassFailure();
      for (Operation &op : func.getBody().getOps()) {
        numAnnotated += op.hasAttr(QuantirDialect::annotationAttrName);
        numFloat += op.hasAttr(QuantirDialect::floatReasonAttrName);
      }
    }
  }

private:
  FailureOr<QConfigMappingAttr> getMapping(ModuleOp module) {
    if (auto attr =
            module->getAttrOfType<QConfigMappingAttr>(QuantirDialect::qconfigMappingAttrName)) {
      if (failed(checkSettings(attr, module, module.getLoc())))
        return failure();
      return attr;
    }
    if (qconfigMapping.empty())
      return module.emitError() << "expected the attribute "
                                << QuantirDialect::qconfigMappingAttrName
                                << " or the pass option qconfig-mapping";
    nlohmann::json name = qconfigMapping.getValue();
    return readQConfigMapping(JsonReader(name, module.getLoc()));
  }
};

} // namespace
