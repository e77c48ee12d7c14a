//===- ApplyCalibration.cpp - Statistics of a calibration run -------------===//

#include "quantir/passes/Prepare/Passes.h"

#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Prepare/ObserverPlaces.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

namespace quantir {
#define GEN_PASS_DEF_APPLYCALIBRATIONPASS
#include "quantir/passes/Prepare/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;
using numerics::CalibrationState;

/// Whether the observer has seen something: a constant, or an earlier calibration's data.
static bool hasState(ObserverOp observer) {
  std::optional<numerics::ObserverState> state = observer.getObserverState();
  return state && !state->empty();
}

/// The constants of the observers that see nothing else.
static llvm::StringMap<Value> collectConstants(ModuleOp module) {
  llvm::StringMap<Value> constants;
  llvm::StringSet<> others;
  for (auto func : module.getOps<func::FuncOp>())
    func.walk([&](ObserveOp observe) {
      if (nn::isConstant(observe.getInput()))
        constants[observe.getObserver()] = observe.getInput();
      else
        others.insert(observe.getObserver());
    });
  for (const auto &entry : others)
    constants.erase(entry.first());
  return constants;
}

/// Shows the constant to an observer that has been trained with it, as PyTorch's convert does; one
/// that is not enabled only has to accept it. Returns what is wrong with the state.
static std::string loadTrained(numerics::Observer &observer, const CalibrationState::Entry &entry,
                               Value constant) {
  if (std::string error = observer.load(entry.state); !error.empty())
    return error;
  std::optional<SmallVector<float>> values = nn::getConstantFloats(constant);
  if (!values)
    return "cannot read the constant that it is for";
  observer.observe(values->data(), cast<RankedTensorType>(constant.getType()).getShape());
  if (std::string error = observer.error(); !error.empty())
    return error;
  return entry.isEnabled ? "" : observer.load(entry.state);
}

/// Gives the observer what a state file says of it.
static LogicalResult applyEntry(ObserverOp observer, const CalibrationState::Entry &entry,
                                Value constant) {
  std::string error;
  numerics::ObserverState state = entry.state;
  if (constant || !entry.tellsConfig) {
    std::unique_ptr<numerics::Observer> statistics =
        numerics::createObserver(observer.getSpec().getConfig());
    error = constant ? loadTrained(*statistics, entry, constant) : statistics->load(state);
    error = error.empty() ? statistics->error() : error;
    state = statistics->state();
  }
  if (!error.empty())
    return observer->getParentOfType<ModuleOp>().emitError()
           << "observers." << observer.getSymName() << ".state: " << error;
  observer.setObserverState(state);
  return success();
}

LogicalResult quantir::applyCalibration(ModuleOp module, const CalibrationState &given) {
  CalibrationState state = given;
  if (failed(resolveObserverPlaces(module, state)))
    return failure();
  numerics::ObserverSlots slots;
  for (ObserverOp observer : module.getOps<ObserverOp>()) {
    numerics::ObserverConfig config = observer.getSpec().getConfig();
    slots[observer.getSymName().str()] = {config, numerics::needsCalibration(config) &&
                                                      !hasState(observer)};
  }
  if (std::string error = numerics::checkObservers(state, slots); !error.empty())
    return module.emitError() << error;
  llvm::StringMap<Value> constants = collectConstants(module);
  for (ObserverOp observer : module.getOps<ObserverOp>()) {
    auto entry = state.observers.find(observer.getSymName());
    if (entry != state.observers.end() && !entry->second.state.empty() &&
        failed(applyEntry(observer, entry->second, constants.lookup(observer.getSymName()))))
      return failure();
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
    llvm::sys::fs::file_status status;
    if (!llvm::sys::fs::status(file, status) &&
        status.type() == llvm::sys::fs::file_type::character_file) // it may have no end
      return module.emitError() << "cannot read '" << file << "': it is a device";
    auto buffer = llvm::MemoryBuffer::getFile(file);
    if (!buffer)
      return module.emitError() << "cannot read '" << file << "': " << buffer.getError().message();
    CalibrationState state;
    StringRef text = (*buffer)->getBuffer();
    if (std::string error = numerics::parseCalibrationState({text.data(), text.size()}, state);
        !error.empty())
      return module.emitError() << "'" << file << "': " << error;
    return applyCalibration(module, state);
  }
};

} // namespace
