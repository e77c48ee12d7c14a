//===- ApplyCalibration.cpp - Statistics of a calibration run -------------===//

#include "quantir/passes/Prepare/Passes.h"

#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/Support/MemoryBuffer.h"

namespace quantir {
#define GEN_PASS_DEF_APPLYCALIBRATIONPASS
#include "quantir/passes/Prepare/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

/// Whether the observer has seen something: a constant, or an earlier calibration's data.
static bool hasState(ObserverOp observer) {
  std::optional<numerics::ObserverState> state = observer.getObserverState();
  return state && !state->empty();
}

LogicalResult quantir::applyCalibration(ModuleOp module, const numerics::CalibrationState &state) {
  numerics::ObserverSlots slots;
  for (ObserverOp observer : module.getOps<ObserverOp>()) {
    numerics::ObserverConfig config = observer.getSpec().getConfig();
    slots[observer.getSymName().str()] = {config, numerics::needsCalibration(config) &&
                                                      !hasState(observer)};
  }
  if (std::string error = numerics::checkObservers(state, slots); !error.empty())
    return module.emitError() << error;
  for (ObserverOp observer : module.getOps<ObserverOp>()) {
    auto entry = state.observers.find(observer.getSymName());
    if (entry != state.observers.end() && !entry->second.state.empty())
      observer.setObserverState(entry->second.state);
  }
  return success();
}

namespace {

class ApplyCalibrationPass : public quantir::impl::ApplyCalibrationPassBase<ApplyCalibrationPass> {
public:
  using ApplyCalibrationPassBase::ApplyCalibrationPassBase;

  void runOnOperation() override {
    if (failed(apply()))
      signalPassFailure();
  }

private:
  LogicalResult apply() {
    ModuleOp module = getOperation();
    if (file.empty())
      return module.emitError("expected the pass option file=<state.json>");
    auto buffer = llvm::MemoryBuffer::getFile(file);
    if (!buffer)
      return module.emitError() << "cannot read '" << file << "': " << buffer.getError().message();
    numerics::CalibrationState state;
    StringRef text = (*buffer)->getBuffer();
    if (std::string error = numerics::parseCalibrationState({text.data(), text.size()}, state);
        !error.empty())
      return module.emitError() << "'" << file << "': " << error;
    return applyCalibration(module, state);
  }
};

} // namespace
