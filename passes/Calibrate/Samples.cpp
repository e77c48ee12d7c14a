//===- Samples.cpp - Samples for the module of a pass ---------------------===//

#include "Samples.h"

#include "quantir/Support/StatusDiagnostics.h"

using namespace mlir;
using namespace quantir;

FailureOr<ModuleSamples> quantir::loadSamples(ModuleOp module, const std::string &file) {
  if (file.empty())
    return emitError(module.getLoc()) << "expected the pass option data=<samples.npy>";
  FailureOr<runtime::PlanPtr> plan = compileInMemory(module);
  if (failed(plan))
    return failure();
  Result<CalibrationData> data = loadSamples(calibrationFile(file), **plan);
  if (!data)
    return emitStatus(module.getLoc(), data.status());
  return ModuleSamples{*plan, *std::move(data)};
}

void quantir::emitNotes(ModuleOp module, ArrayRef<std::string> notes) {
  for (const std::string &note : notes)
    emitRemark(module.getLoc()) << note;
}
