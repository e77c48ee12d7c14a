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
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto &settings = getAnalysis<Settings>();
    for (auto func : module.getOps<func::FuncOp>()) {
      if (!isTraceable(func))
        continue;
      FailureOr<const BackendPatterns *> backend = settings.patternsOf(func);
      QConfigMappingAttr mapping = settings.mappingOf(func);
      if (failed(backend) ||
          failed(QConfigQuantizer(mapping, settings.resolver(mapping), **backend).annotate(func)))
        return signalPassFailure();
      for (Operation &op : func.getBody().getOps()) {
        numAnnotated += op.hasAttr(QuantirDialect::annotationAttrName);
        numFloat += op.hasAttr(QuantirDialect::floatReasonAttrName);
      }
    }
  }
};

} // namespace
