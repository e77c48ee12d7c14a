//===- Quantize.cpp - From a float model to an int8 plan ------------------===//

#include "quantir/Compiler.h"

#include "Compilation.h"
#include "Preprocessing.h"
#include "Trust.h"

#include "lib/Calibration/BiasCorrection.h"
#include "quantir/Config/Settings.h"
#include "quantir/Pipeline/Pipelines.h"
#include "quantir/Runtime/Calibration.h"
#include "quantir/Target/Plan/Export.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Equalize/Passes.h"
#include "runtime/data/Compare.h"
#include "runtime/data/ModelInputs.h"

#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

using namespace mlir;
using namespace quantir;
using runtime::PlanPtr;

CalibrationProvider quantir::calibrationFile(const std::string &path) {
  return [path](const runtime::Plan &model) -> Result<CalibrationData> {
    Result<runtime::ModelInputs> inputs =
        runtime::ModelInputs::load(path, model, model.preprocessing());
    if (!inputs)
      return inputs.status();
    auto shared = std::make_shared<runtime::ModelInputs>(*std::move(inputs));
    CalibrationData data;
    data.name = path;
    data.samples = shared->samples();
    data.notes = shared->notes();
    data.source = [shared, source = shared->calibrationSource()](
                      int64_t first, int64_t count, std::span<const runtime::TensorView> views) {
      return source(first, count, views);
    };
    return data;
  };
}

namespace {

/// Reads the model and writes down what is to be done with it.
Status importForReport(Compilation &c) {
  QUANTIR_RETURN_IF_ERROR(importModel(c));
  ModuleOp module = c.module();
  QuantizationReport &report = c.report;
  report.source = c.path;
  report.config = c.model->config;
  report.preprocessing = getPreprocessing(module);
  if (auto name = module->getAttrOfType<StringAttr>(QuantirDialect::modelAttrName))
    report.model = name.str();
  // MLIR's strings may hold any bytes.
  auto text = [](const nlohmann::json &json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  const SettingsAttr settings = SettingsAttr::of(module);
  report.backend = settings.getBackend().str();
  report.qconfigMapping = text(toJson(settings.getMapping()));
  report.backendConfig = text(toJson(settings.getBackendConfig()));
  DiagnosticCollector diagnostics(c.context());
  FailureOr<QuantizationRules> rules = Settings(module).rules();
  if (failed(rules))
    return diagnostics.error("configuring '" + c.path + "'", StatusCode::InvalidArgument);
  c.correctBiases &= rules->correctBiases;
  return Status();
}

/// Compiles the model as it is.
Status compileFloat(Compilation &c) {
  DiagnosticCollector diagnostics(c.context());
  OwningOpRef<ModuleOp> copy = c.module().clone();
  FailureOr<PlanPtr> plan = failure();
  if (!isFloat(c) || succeeded(simplifyFloat(*copy)))
    plan = compileInMemory(*copy);
  if (failed(plan))
    return diagnostics.error("compiling '" + c.path + "'");
  c.floatPlan = *plan;
  c.report.floatBytes = c.floatPlan->fileSize();
  return Status();
}

bool hasProvider(const Compilation &c) { return bool(*c.provider); }
bool hasSamples(const Compilation &c) { return c.data.samples > 0; }

Status loadData(Compilation &c) {
  Result<CalibrationData> loaded = (*c.provider)(*c.floatPlan);
  if (!loaded)
    return loaded.status();
  c.data = *std::move(loaded);
  if (c.data.samples <= 0)
    return Status::invalidData("the calibration data hold no samples; give at least one");
  c.report.calibrationData = c.data.name;
  llvm::append_range(c.report.notes, c.data.notes);
  return Status();
}

/// Gives the observers what an earlier calibration saw.
Status applyState(Compilation &c) {
  const std::string &path = c.calibration->state;
  Result<numerics::CalibrationState> state = runtime::loadCalibrationState(path);
  if (!state)
    return state.status();
  DiagnosticCollector diagnostics(c.context());
  if (failed(applyCalibration(c.module(), *state)))
    return diagnostics.error("calibrating", StatusCode::InvalidData).withContext("'" + path + "'");
  c.report.calibrationData = path;
  c.report.calibrationSamples = state->samples;
  if (c.correctBiases && !hasSamples(c))
    c.report.notes.push_back("biases are not corrected, which takes calibration data");
  return Status();
}

/// Runs the prepared model on the data and gives its observers what they saw.
Status calibrateModel(Compilation &c) {
  if (!c.calibration->state.empty())
    return applyState(c);
  DiagnosticCollector diagnostics(c.context());
  FailureOr<PlanPtr> plan = compileInMemory(c.module());
  if (failed(plan))
    return diagnostics.error("compiling the prepared model");
  FailureOr<CalibrationResult> calibration =
      calibrate(*plan, c.data.samples, c.data.source, c.calibrationRun(), c.progress("calibrating"),
                UnknownLoc::get(c.context()));
  if (failed(calibration) || failed(applyCalibration(c.module(), calibration->state)))
    return diagnostics.error("calibrating");
  c.report.calibrationSamples = calibration->samples;
  c.report.calibrationBatch = calibration->batch;
  if (calibration->batch > 1)
    c.noteUnused(c.data.samples - calibration->samples, calibration->batch);
  return Status();
}

bool isEqualized(const Compilation &c) {
  return bool(SettingsAttr::of(c.module()).getEqualization());
}

/// Scales columns, before biases are corrected for the weights that this makes.
Status equalize(Compilation &c) {
  return c.runPasses("equalizing", [](OpPassManager &pm) { pm.addPass(createEqualizePass()); });
}

bool correctsBiases(const Compilation &c) { return c.correctBiases && hasSamples(c); }

/// Corrects biases. A model that cannot be measured keeps its biases, and the report says so.
Status correct(Compilation &c) {
  QuantizationReport &report = c.report;
  c.calibrated = c.module().clone();
  DiagnosticCollector diagnostics(c.context());
  FailureOr<BiasCorrection> correction = correctBiases(
      c.module(), c.usedSamples(), c.data.source, c.execution(), c.progress("correcting biases"));
  if (succeeded(correction))
    report.correctedBiases = correction->corrected;
  else
    report.notes.push_back(diagnostics.error("biases are not corrected").message());
  return Status();
}

Status convert(Compilation &c) {
  if (!c.calibrated)
    c.calibrated = c.module().clone();
  QUANTIR_RETURN_IF_ERROR(
      c.runPasses("converting", [](OpPassManager &pm) { buildConvertPipeline(pm); }));
  c.rows.collect(c.module());
  c.reference = c.module().clone();
  return Status();
}

/// Writes the plan, with a summary for `inspect`.
Status writePlan(Compilation &c, const std::string &summary) {
  DiagnosticCollector diagnostics(c.context());
  FailureOr<std::vector<uint8_t>> bytes = exportPlan(c.module(), summary);
  if (failed(bytes))
    return diagnostics.error("writing the plan of '" + c.path + "'");
  c.plan = *std::move(bytes);
  return Status();
}

/// Makes the kernels, and a plan to be measured.
Status lower(Compilation &c) {
  QUANTIR_RETURN_IF_ERROR(
      c.runPasses("lowering", [](OpPassManager &pm) { buildLowerPipeline(pm, {}); }));
  c.rows.checkKernels(c.module());
  c.report.ops = c.rows.get();
  return writePlan(c, "");
}

/// Measures the plan against the float model.
Status compare(Compilation &c) {
  Result<PlanPtr> quantized = runtime::Plan::fromBuffer(c.plan);
  if (!quantized)
    return quantized.status();
  Result<std::vector<runtime::OutputComparison>> comparisons =
      runtime::compareOutputs(c.floatPlan, *quantized, c.usedSamples(), c.data.source,
                              c.execution(), c.progress("comparing with float"));
  if (!comparisons)
    return comparisons.status();
  c.report.comparedSamples = c.usedSamples();
  for (const runtime::OutputComparison &output : *comparisons) {
    c.report.outputs.push_back({output.name, output.sqnrDb, output.agreement, output.totalSqnrDb,
                                output.isConstant, output.isConstantInReference,
                                output.isZeroInReference});
    if (output.notFinite != 0)
      c.report.notes.push_back(fmt::format(
          "the float model gives infinities or NaN in output '{}' for {} of {} samples, which its "
          "SQNR leaves out",
          output.name, output.notFinite, c.usedSamples()));
  }
  return Status();
}

/// Looks at each unit, and warns of what cannot be trusted. What cannot be measured is a note.
Status checkTrust(Compilation &c) {
  DiagnosticCollector diagnostics(c.context());
  QuantizationReport &report = c.report;
  FailureOr<ModelComparison> comparison =
      compareUnits(*c.calibrated, *c.reference, c.usedSamples(), c.data.source, c.execution());
  if (failed(comparison)) {
    report.notes.push_back(diagnostics.error("the units are not compared with float").message());
    comparison = ModelComparison();
  } else {
    c.rows.setErrors(*comparison);
    report.ops = c.rows.get();
  }
  report.doubts = findDoubts(report, *comparison, c.rows.ofEntry(report.ops));
  for (const std::string &doubt : report.doubts)
    report.notes.push_back("warning: " + doubt);
  return Status();
}

/// Once more, with what was found out. Loading the plan verifies it.
Status writeWithSummary(Compilation &c) {
  QUANTIR_RETURN_IF_ERROR(writePlan(c, c.report.toSummaryJson()));
  c.report.planBytes = c.plan.size();
  return runtime::Plan::fromBuffer(c.plan).status();
}

constexpr Stage quantizeStages[] = {
    {"import", importForReport, nullptr, "float"},
    {"compile float", compileFloat},
    {"load data", loadData, hasProvider},
    {"prepare", prepareModel, isFloat, "prepared"},
    {"calibrate", calibrateModel},
    {"equalize", equalize, isEqualized},
    {"correct biases", correct, correctsBiases, "calibrated"},
    {"convert", convert, nullptr, "reference"},
    {"lower", lower, nullptr, "lowered"},
    {"compare with float", compare, hasSamples},
    {"check units", checkTrust, hasSamples},
    {"write plan", writeWithSummary},
};

} // namespace

Result<QuantizedModel> quantir::quantize(const std::string &path,
                                         const CalibrationProvider &calibration,
                                         const QuantizeOptions &options) {
  if (!calibration && options.calibration.state.empty())
    return Status::invalidArgument(
        "expected samples to calibrate on, or the state of a calibration");
  Compilation compilation(path);
  compilation.model = &options.model;
  compilation.calibration = &options.calibration;
  compilation.provider = &calibration;
  compilation.correctBiases = options.correctBiases;
  compilation.dumper = std::make_shared<StageDumper>(options.dumpStages);
  QUANTIR_RETURN_IF_ERROR(compilation.dumper->open());
  QUANTIR_RETURN_IF_ERROR(runStages(compilation, quantizeStages));
  return QuantizedModel{std::move(compilation.plan), std::move(compilation.report),
                        [dumper = compilation.dumper] { return dumper->write(); }};
}
