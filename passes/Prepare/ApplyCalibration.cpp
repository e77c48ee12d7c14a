//===- ApplyCalibration.cpp - Statistics of a calibration run -------------===//

#include "quantir/passes/Prepare/Passes.h"

#include "quantir/Numerics/ObserverJson.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/Support/MemoryBuffer.h"

#include <nlohmann/json.hpp>

namespace quantir {
#define GEN_PASS_DEF_APPLYCALIBRATIONPASS
#include "quantir/passes/Prepare/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

LogicalResult quantir::applyCalibration(ModuleOp module, const CalibrationStatistics &statistics) {
  SymbolTable symbols(module);
  for (const auto &[name, state] : statistics) {
    auto observer = symbols.lookup<ObserverOp>(name);
    if (!observer)
      return module.emitError() << "the calibration statistics have an observer '" << name
                                << "' that the module has not; calibrate this module's own plan";
    std::unique_ptr<numerics::Observer> check = numerics::createObserver(observer.getSpec().getConfig());
    if (std::string error = check->load(state); !error.empty())
      return observer.emitError() << "the statistics do not fit: " << error;
    observer.setObserverState(state);
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
      return module.emitError("expected the pass option file=<statistics.json>");
    auto buffer = llvm::MemoryBuffer::getFile(file);
    if (!buffer)
      return module.emitError() << "cannot read '" << file << "': " << buffer.getError().message();
    nlohmann::json json = nlohmann::json::parse((*buffer)->getBufferStart(), (*buffer)->getBufferEnd(),
                                                nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded())
      return module.emitError() << "'" << file << "' is not valid JSON";
    auto observers = json.is_object() ? json.find("observers") : json.end();
    if (observers == json.end() || !observers->is_object())
      return module.emitError() << "'" << file << "': observers: expected an object; "
                                << "the file must come from qrun --calibrate";
    CalibrationStatistics statistics;
    SymbolTable symbols(module);
    for (const auto &[name, entry] : observers->items()) {
      std::string path = "observers." + name;
      if (!entry.is_object() || !entry.contains("state"))
        return module.emitError() << "'" << file << "': " << path << ": expected an object with 'state'";
      if (auto observer = symbols.lookup<ObserverOp>(name); observer && entry.contains("config")) {
        numerics::ObserverConfig config;
        if (std::string error = numerics::fromJson(entry["config"], config, path + ".config");
            !error.empty())
          return module.emitError() << "'" << file << "': " << error;
        if (config != observer.getSpec().getConfig())
          return observer.emitError() << "'" << file << "' has statistics of another observer for it: "
                                      << entry["config"].dump();
      }
      if (std::string error = numerics::fromJson(entry["state"], statistics[name], path + ".state");
          !error.empty())
        return module.emitError() << "'" << file << "': " << error;
    }
    return applyCalibration(module, statistics);
  }
};

} // namespace
