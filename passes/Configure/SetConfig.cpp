//===- SetConfig.cpp - Say how a module is to be quantized ----------------===//

#include "quantir/passes/Configure/Passes.h"

#include "quantir/Config/CheckSettings.h"

namespace quantir {
#define GEN_PASS_DEF_SETCONFIGPASS
#include "quantir/passes/Configure/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

class SetConfigPass : public quantir::impl::SetConfigPassBase<SetConfigPass> {
public:
  using SetConfigPassBase::SetConfigPassBase;

  void runOnOperation() override {
    SettingsRequest request{config, mapping, {}, backend};
    if (!backendConfig.empty())
      request.backendConfig = backendConfig;
    if (failed(setSettings(getOperation(), request, getAnalysis<SettingsCheck>())))
      signalPassFailure();
  }
};

} // namespace
