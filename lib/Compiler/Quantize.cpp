//===- Quantize.cpp - From a float model to an int8 plan ------------------===//

#include "quantir/Compiler.h"

#include "Diagnostics.h"
#include "FloatModel.h"
#include "OpRows.h"
#include "Preprocessing.h"
#include "StageDumper.h"
#include "Trust.h"

#include "lib/Calibration/BiasCorrection.h"
#include "lib/Calibration/Calibration.h"
#include "quantir/Config/Settings.h"
#include "quantir/Runtime/Calibration.h"
#include "quantir/Target/Plan/Export.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Equalize/Passes.h"
#include "runtime/data/Compare.h"
#include "runtime/data/ModelInputs.h"
#include "runtime/plan/FixedBatch.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

#include <chrono>

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

/// Adds the time since the last call, or since it was made, to a report.
class PhaseTimer {
public:
  explicit PhaseTimer(QuantizationReport &report) : report(report) {}
  void finish(const std::string &phase) {
    Clock::time_point now = Clock::now();
    report.seconds.emplace_back(phase, std::chrono::duration<double>(now - last).count());
    last = now;
  }

private:
  using Clock = std::chrono::steady_clock;
  QuantizationReport &report;
  Clock::time_point last = Clock::now();
};

/// The state of one quantize() call. Its steps run in the order in which they stand here.
class Quantization {
public:
  Quantization(const std::string &path, const QuantizeOptions &options)
      : path(path), options(options), dumper(std::make_shared<StageDumper>(options.dumpStages)),
        timer(result.report) {}

  Result<QuantizedModel> run(const CalibrationProvider &provider) {
    QUANTIR_RETURN_IF_ERROR(importModel());
    QUANTIR_RETURN_IF_ERROR(compileFloat());
    QUANTIR_RETURN_IF_ERROR(loadData(provider));
    QUANTIR_RETURN_IF_ERROR(prepare());
    QUANTIR_RETURN_IF_ERROR(calibrateModel());
    QUANTIR_RETURN_IF_ERROR(equalize());
    QUANTIR_RETURN_IF_ERROR(correct());
    QUANTIR_RETURN_IF_ERROR(convert());
    QUANTIR_RETURN_IF_ERROR(lower());
    result.writeStages = [dumper = dumper] { return dumper->write(); };
    return std::move(result);
  }

private:
  MLIRContext *context() { return model.context.get(); }

  /// Runs `build`'s pipeline on the model.
  template <typename Build> Status runPipeline(const std::string &what, Build build) {
    DiagnosticCollector diagnostics(context());
    PassManager pm(context());
    build(pm);
    if (failed(pm.run(*model.module)))
      return diagnostics.error(what);
    for (const std::string &warning : diagnostics.warnings())
      result.report.notes.push_back("warning: " + warning);
    return Status();
  }

  runtime::ExecutionOptions execution() const {
    runtime::ExecutionOptions execution;
    execution.threads = options.threads;
    execution.batch = options.batch;
    return execution;
  }

  runtime::Progress progress(const std::string &phase) const {
    if (!options.progress)
      return {};
    return [this, phase](int64_t done) { options.progress(phase, done, data.samples); };
  }

  /// How many samples of the data are used: those that fill whole batches.
  int64_t usedSamples() const {
    if (result.report.calibrationSamples > 0 && options.state.empty())
      return result.report.calibrationSamples;
    const int64_t batch = floatPlan->hasDynamicBatch() ? 1 : runtime::fixedBatchOf(*floatPlan);
    return data.samples > batch ? data.samples - data.samples % batch : data.samples;
  }

  Status importModel();
  Status compileFloat();
  Status loadData(const CalibrationProvider &provider);
  Status prepare();
  Status applyState();
  Status calibrateModel();
  Status equalize();
  Status correct();
  Status convert();
  Status lower();
  Result<PlanPtr> exportWithSummary(const std::string &summary);
  Status compare(PlanPtr quantized);
  Status checkTrust();

  const std::string &path;
  const QuantizeOptions &options;
  LoadedModule model;
  PlanPtr floatPlan;
  CalibrationData data;
  /// The calibrated model before its biases were corrected, and the reference model.
  OwningOpRef<ModuleOp> calibrated, reference;
  OpRows rows;
  QuantizedModel result;
  std::shared_ptr<StageDumper> dumper;
  PhaseTimer timer;
};

/// Reads the model and puts what is to be done into its attributes.
Status Quantization::importModel() {
  QUANTIR_RETURN_IF_ERROR(dumper->open());
  Result<LoadedModule> loaded = loadFloatModel(path, options, result.report.notes);
  if (!loaded)
    return loaded.status();
  model = *std::move(loaded);
  ModuleOp module = *model.module;

  QuantizationReport &report = result.report;
  report.source = path;
  report.config = options.config;
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
  timer.finish("import");
  return dumper->dump(module, "float");
}

/// The model as it is, which the quantized one is measured against.
Status Quantization::compileFloat() {
  DiagnosticCollector diagnostics(context());
  OwningOpRef<ModuleOp> copy = model.module->clone();
  PassManager pm(context());
  buildFloatPipeline(pm);
  FailureOr<PlanPtr> plan = failure();
  if (stageOf(*copy) != "float" || succeeded(pm.run(*copy)))
    plan = compileInMemory(*copy);
  if (failed(plan))
    return diagnostics.error("compiling '" + path + "'");
  floatPlan = *plan;
  result.report.floatBytes = floatPlan->fileSize();
  timer.finish("compile float");
  return Status();
}

Status Quantization::loadData(const CalibrationProvider &provider) {
  if (!provider)
    return Status();
  Result<CalibrationData> loaded = provider(*floatPlan);
  if (!loaded)
    return loaded.status();
  data = *std::move(loaded);
  if (data.samples <= 0)
    return Status::invalidData("the calibration data hold no samples; give at least one");
  result.report.calibrationData = data.name;
  llvm::append_range(result.report.notes, data.notes);
  timer.finish("load data");
  return Status();
}

/// Fuses, annotates and inserts observers.
Status Quantization::prepare() {
  QUANTIR_RETURN_IF_ERROR(prepareModel(model, path));
  timer.finish("prepare");
  return dumper->dump(*model.module, "prepared");
}

/// Gives the observers what an earlier calibration saw.
Status Quantization::applyState() {
  Result<numerics::CalibrationState> state = runtime::loadCalibrationState(options.state);
  if (!state)
    return state.status();
  DiagnosticCollector diagnostics(context());
  if (failed(applyCalibration(*model.module, *state)))
    return diagnostics.error("calibrating", StatusCode::InvalidData)
        .withContext("'" + options.state + "'");
  result.report.calibrationData = options.state;
  result.report.calibrationSamples = state->samples;
  timer.finish("calibrate");
  return dumper->dump(*model.module, "calibrated");
}

/// Runs the prepared model on the data and gives its observers what they saw.
Status Quantization::calibrateModel() {
  if (!options.state.empty())
    return applyState();
  DiagnosticCollector diagnostics(context());
  FailureOr<PlanPtr> plan = compileInMemory(*model.module);
  if (failed(plan))
    return diagnostics.error("compiling the prepared model");
  FailureOr<CalibrationResult> calibration =
      calibrate(*plan, data.samples, data.source, {execution(), {}, {}, options.workers},
                progress("calibrating"), UnknownLoc::get(context()));
  if (failed(calibration) || failed(applyCalibration(*model.module, calibration->state)))
    return diagnostics.error("calibrating");
  QuantizationReport &report = result.report;
  report.calibrationSamples = calibration->samples;
  report.calibrationBatch = calibration->batch;
  if (int64_t unused = data.samples - calibration->samples; unused > 0 && calibration->batch > 1)
    report.notes.push_back("the model's batch is fixed at " + std::to_string(calibration->batch) +
                           ": the last " + std::to_string(unused) +
                           " samples do not fill one and are left out");
  timer.finish("calibrate");
  return Status();
}

/// Does what an equalization_config asks for, before biases are corrected for the weights it makes.
Status Quantization::equalize() {
  return runPipeline("equalizing '" + path + "'",
                     [](OpPassManager &pm) { pm.addPass(createEqualizePass()); });
}

/// Corrects biases, unless the backend config's rules say not to. A model that cannot
/// be measured keeps its biases, and the report says so.
Status Quantization::correct() {
  calibrated = model.module->clone();
  DiagnosticCollector diagnostics(context());
  FailureOr<QuantizationRules> rules = Settings(*model.module).rules();
  if (failed(rules))
    return diagnostics.error("reading the backend config of '" + path + "'",
                             StatusCode::InvalidArgument);
  const bool corrects = options.correctBiases && rules->correctBiases;
  if (corrects && data.samples == 0)
    result.report.notes.push_back("biases are not corrected, which takes calibration data");
  if (corrects && data.samples > 0) {
    QuantizationReport &report = result.report;
    FailureOr<BiasCorrection> correction = correctBiases(
        *model.module, usedSamples(), data.source, execution(), progress("correcting biases"));
    if (succeeded(correction))
      report.correctedBiases = correction->corrected;
    else
      report.notes.push_back(diagnostics.error("biases are not corrected").message());
    timer.finish("correct biases");
  }
  return dumper->dump(*model.module, "calibrated");
}

Status Quantization::convert() {
  QUANTIR_RETURN_IF_ERROR(runPipeline("converting '" + path + "'",
                                      [](OpPassManager &pm) { buildConvertPipeline(pm); }));
  rows.collect(*model.module);
  reference = model.module->clone();
  timer.finish("convert");
  return dumper->dump(*model.module, "reference");
}

/// Makes the kernels and the plan, and measures the plan against the float model.
Status Quantization::lower() {
  QUANTIR_RETURN_IF_ERROR(runPipeline("lowering '" + path + "'",
                                      [](OpPassManager &pm) { buildLowerPipeline(pm, {}); }));
  rows.checkKernels(*model.module);
  result.report.ops = rows.get();
  QUANTIR_RETURN_IF_ERROR(dumper->dump(*model.module, "lowered"));
  Result<PlanPtr> plan = exportWithSummary("");
  if (!plan)
    return plan.status();
  timer.finish("lower");
  QUANTIR_RETURN_IF_ERROR(compare(*plan));
  timer.finish("compare with float");
  QUANTIR_RETURN_IF_ERROR(checkTrust());

  // Once more, with what was found out.
  Result<PlanPtr> last = exportWithSummary(result.report.toSummaryJson());
  result.report.planBytes = result.plan.size();
  return last ? Status() : last.status();
}

Result<PlanPtr> Quantization::exportWithSummary(const std::string &summary) {
  DiagnosticCollector diagnostics(context());
  FailureOr<std::vector<uint8_t>> bytes = exportPlan(*model.module, summary);
  if (failed(bytes))
    return diagnostics.error("writing the plan of '" + path + "'");
  result.plan = *std::move(bytes);
  return runtime::Plan::fromBuffer(result.plan);
}

Status Quantization::compare(PlanPtr quantized) {
  if (data.samples == 0)
    return Status();
  Result<std::vector<runtime::OutputComparison>> comparisons =
      runtime::compareOutputs(floatPlan, std::move(quantized), usedSamples(), data.source,
                              execution(), progress("comparing with float"));
  if (!comparisons)
    return comparisons.status();
  result.report.comparedSamples = usedSamples();
  for (const runtime::OutputComparison &output : *comparisons) {
    result.report.outputs.push_back({output.name, output.sqnrDb, output.agreement,
                                     output.totalSqnrDb, output.isConstant,
                                     output.isConstantInReference, output.isZeroInReference});
    if (output.notFinite != 0)
      result.report.notes.push_back(fmt::format(
          "the float model gives infinities or NaN in output '{}' for {} of {} samples, which its "
          "SQNR leaves out",
          output.name, output.notFinite, usedSamples()));
  }
  return Status();
}

/// Looks at each unit, and warns of what cannot be trusted. What cannot be measured is a note.
Status Quantization::checkTrust() {
  if (data.samples == 0)
    return Status();
  DiagnosticCollector diagnostics(context());
  QuantizationReport &report = result.report;
  FailureOr<ModelComparison> comparison =
      compareUnits(*calibrated, *reference, usedSamples(), data.source, execution());
  if (failed(comparison)) {
    report.notes.push_back(diagnostics.error("the units are not compared with float").message());
    comparison = ModelComparison();
  } else {
    rows.setErrors(*comparison);
    report.ops = rows.get();
  }
  report.doubts = findDoubts(report, *comparison, rows.ofEntry(report.ops));
  for (const std::string &doubt : report.doubts)
    report.notes.push_back("warning: " + doubt);
  timer.finish("check units");
  return Status();
}

} // namespace

Result<QuantizedModel> quantir::quantize(const std::string &path,
                                         const CalibrationProvider &calibration,
                                         const QuantizeOptions &options) {
  if (!calibration && options.state.empty())
    return Status::invalidArgument(
        "expected samples to calibrate on, or the state of a calibration");
  return Quantization(path, options).run(calibration);
}
