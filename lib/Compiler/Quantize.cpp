//===- Quantize.cpp - From a float model to an int8 plan ------------------===//

#include "quantir/Compiler.h"

#include "Compilation.h"
#include "OpRows.h"
#include "Preprocessing.h"
#include "Trust.h"

#include "lib/Calibration/BiasCorrection.h"
#include "quantir/Config/Settings.h"
#include "quantir/Pipeline/Pipelines.h"
#include "quantir/Runtime/Calibration.h"
#include "quantir/Target/Plan/Export.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Equalize/Passes.h"
#include "quantir/passes/Prepare/Passes.h"
#include "runtime/data/Compare.h"

#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

using namespace mlir;
using namespace quantir;
using runtime::PlanPtr;

namespace {

class Quantization : public Preparation {
public:
  Quantization(const std::string &path, const CalibrationProvider &provider,
               const QuantizeOptions &options)
      : Preparation(path, options.model, options.calibration, provider),
        correctBiases(options.correctBiases),
        dumper(std::make_shared<StageDumper>(options.dumpStages)) {}

  Result<QuantizedModel> run();

private:
  Status importForReport();
  Status compileFloat();
  Status loadData();
  Status calibrateModel();
  Status applyState();
  Status equalize();
  Status correct();
  Status convert();
  Status lower();
  Status compare();
  Status checkTrust();
  Status writeWithSummary();

  bool hasProvider() const { return bool(provider); }
  bool hasSamples() const { return data.samples > 0; }
  bool isEqualized() const { return bool(SettingsAttr::of(module()).getEqualization()); }
  bool correctsBiases() const { return correctBiases && hasSamples(); }

  /// How many samples are used: those that fill whole batches.
  int64_t usedSamples() const { return samplesInWholeBatches(*floatPlan, data.samples); }

  Status writePlan(const std::string &summary);

  bool correctBiases;                  ///< whether the caller wants it, and the rules
  std::shared_ptr<StageDumper> dumper; ///< lives on in QuantizedModel::writeStages
  runtime::PlanPtr floatPlan;          ///< what the quantized model is measured against
  /// The calibrated module before its biases were corrected, and the reference module.
  OwningOpRef<ModuleOp> calibrated, reference;
  OpRows rows;
  QuantizationReport report;
  std::vector<uint8_t> plan;
};

/// Reads the model and writes down what is to be done with it.
Status Quantization::importForReport() {
  QUANTIR_RETURN_IF_ERROR(importModel());
  report.source = path;
  report.config = modelOptions.config;
  report.preprocessing = getPreprocessing(module());
  if (auto name = module()->getAttrOfType<StringAttr>(QuantirDialect::modelAttrName))
    report.model = name.str();
  // MLIR's strings may hold any bytes.
  auto text = [](const nlohmann::json &json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  const SettingsAttr settings = SettingsAttr::of(module());
  report.backend = settings.getBackend().str();
  report.qconfigMapping = text(toJson(settings.getMapping()));
  report.backendConfig = text(toJson(settings.getBackendConfig()));
  DiagnosticCollector diagnostics(context());
  FailureOr<QuantizationRules> rules = Settings(module()).rules();
  if (failed(rules))
    return diagnostics.error("configuring '" + path + "'", StatusCode::InvalidArgument);
  correctBiases &= rules->correctBiases;
  return Status();
}

/// Compiles the model as it is.
Status Quantization::compileFloat() {
  DiagnosticCollector diagnostics(context());
  OwningOpRef<ModuleOp> copy = module().clone();
  FailureOr<PlanPtr> compiled = failure();
  if (!isFloat() || succeeded(simplifyFloat(*copy)))
    compiled = compileInMemory(*copy);
  if (failed(compiled))
    return diagnostics.error("compiling '" + path + "'");
  floatPlan = *compiled;
  report.floatBytes = floatPlan->fileSize();
  return Status();
}

Status Quantization::loadData() {
  QUANTIR_RETURN_IF_ERROR(loadSamplesFor(*floatPlan));
  report.calibrationData = data.name;
  return Status();
}

/// Gives the observers what an earlier calibration saw.
Status Quantization::applyState() {
  const std::string &file = calibrationOptions.state;
  Result<numerics::CalibrationState> state = runtime::loadCalibrationState(file);
  if (!state)
    return state.status();
  DiagnosticCollector diagnostics(context());
  if (failed(applyCalibration(module(), *state)))
    return diagnostics.error("calibrating", StatusCode::InvalidData).withContext("'" + file + "'");
  report.calibrationData = file;
  report.calibrationSamples = state->samples;
  if (correctBiases && !hasSamples())
    notes.emplace_back("biases are not corrected, which takes calibration data");
  return Status();
}

/// Runs the prepared model on the data and gives its observers what they saw.
Status Quantization::calibrateModel() {
  if (hasState())
    return applyState();
  DiagnosticCollector diagnostics(context());
  FailureOr<PlanPtr> prepared = compileInMemory(module());
  if (failed(prepared))
    return diagnostics.error("compiling the prepared model");
  FailureOr<CalibrationResult> calibration =
      calibrate(module(), *prepared, data, calibrationRun(), progress("calibrating"),
                UnknownLoc::get(context()));
  if (failed(calibration))
    return diagnostics.error("calibrating");
  report.calibrationSamples = calibration->samples;
  report.calibrationBatch = calibration->batch;
  llvm::append_range(notes, calibration->notes);
  return Status();
}

/// Scales columns, before biases are corrected for the weights that this makes.
Status Quantization::equalize() {
  return runPasses("equalizing", [](OpPassManager &pm) { pm.addPass(createEqualizePass()); });
}

/// Corrects biases. A model that cannot be measured keeps its biases, and the report says so.
Status Quantization::correct() {
  calibrated = module().clone();
  DiagnosticCollector diagnostics(context());
  Settings settings(module());
  FailureOr<BiasCorrection> correction = quantir::correctBiases(
      module(), settings, usedSamples(), data.source, execution(), progress("correcting biases"));
  if (succeeded(correction))
    report.correctedBiases = correction->corrected;
  else
    notes.push_back(diagnostics.error("biases are not corrected").message());
  return Status();
}

Status Quantization::convert() {
  if (!calibrated)
    calibrated = module().clone();
  QUANTIR_RETURN_IF_ERROR(
      runPasses("converting", [](OpPassManager &pm) { buildConvertPipeline(pm); }));
  rows.collect(module());
  reference = module().clone();
  return Status();
}

/// Writes the plan, with a summary for `inspect`.
Status Quantization::writePlan(const std::string &summary) {
  DiagnosticCollector diagnostics(context());
  FailureOr<std::vector<uint8_t>> bytes = exportPlan(module(), summary);
  if (failed(bytes))
    return diagnostics.error("writing the plan of '" + path + "'");
  plan = *std::move(bytes);
  return Status();
}

/// Makes the kernels, and a plan to be measured.
Status Quantization::lower() {
  QUANTIR_RETURN_IF_ERROR(
      runPasses("lowering", [](OpPassManager &pm) { buildLowerPipeline(pm, {}); }));
  rows.checkKernels(module());
  report.ops = rows.get();
  return writePlan("");
}

/// Measures the plan against the float model.
Status Quantization::compare() {
  Result<PlanPtr> quantized = runtime::Plan::fromBuffer(plan, path);
  if (!quantized)
    return quantized.status();
  Result<std::vector<runtime::OutputComparison>> comparisons =
      runtime::compareOutputs(floatPlan, *quantized, usedSamples(), data.source, execution(),
                              progress("comparing with float"));
  if (!comparisons)
    return comparisons.status();
  report.comparedSamples = usedSamples();
  for (const runtime::OutputComparison &output : *comparisons) {
    report.outputs.push_back({output.name, output.sqnrDb, output.agreement, output.totalSqnrDb,
                              output.isConstant, output.isConstantInReference,
                              output.isZeroInReference});
    if (output.notFinite != 0)
      notes.push_back(fmt::format(
          "the float model gives infinities or NaN in output '{}' for {} of {} samples, which its "
          "SQNR leaves out",
          output.name, output.notFinite, usedSamples()));
  }
  return Status();
}

/// Looks at each unit, and warns of what cannot be trusted. What cannot be measured is a note.
Status Quantization::checkTrust() {
  DiagnosticCollector diagnostics(context());
  FailureOr<ModelComparison> comparison =
      compareUnits(*calibrated, *reference, usedSamples(), data.source, execution());
  if (failed(comparison)) {
    notes.push_back(diagnostics.error("the units are not compared with float").message());
    comparison = ModelComparison();
  } else {
    rows.setErrors(*comparison);
    report.ops = rows.get();
  }
  report.trustWarnings = findTrustWarnings(report, *comparison, rows.ofEntry(report.ops));
  for (const std::string &warning : report.trustWarnings)
    notes.push_back("warning: " + warning);
  return Status();
}

/// Once more, with what was found out. Loading the plan verifies it.
Status Quantization::writeWithSummary() {
  QUANTIR_RETURN_IF_ERROR(writePlan(report.toSummaryJson()));
  report.planBytes = plan.size();
  return runtime::Plan::fromBuffer(plan, path).status();
}

Result<QuantizedModel> Quantization::run() {
  using Q = Quantization;
  static constexpr Step<Q> steps[] = {
      {"import", &Q::importForReport, nullptr, "float"},
      {"compile float", &Q::compileFloat},
      {"load data", &Q::loadData, &Q::hasProvider},
      {"prepare", &Q::prepare, &Q::isFloat, "prepared"},
      {"calibrate", &Q::calibrateModel},
      {"equalize", &Q::equalize, &Q::isEqualized},
      {"correct biases", &Q::correct, &Q::correctsBiases, "calibrated"},
      {"convert", &Q::convert, nullptr, "reference"},
      {"lower", &Q::lower, nullptr, "lowered"},
      {"compare with float", &Q::compare, &Q::hasSamples},
      {"check units", &Q::checkTrust, &Q::hasSamples},
      {"write plan", &Q::writeWithSummary},
  };
  QUANTIR_RETURN_IF_ERROR(dumper->open());
  QUANTIR_RETURN_IF_ERROR(
      runSteps<Q>(*this, steps, [&](const Step<Q> &step, std::optional<double> seconds) {
        if (seconds)
          report.seconds.emplace_back(step.name, *seconds);
        return step.dumpedAs.empty() ? Status() : dumper->dump(module(), step.dumpedAs.str());
      }));
  report.notes = std::move(notes);
  return QuantizedModel{std::move(plan), std::move(report),
                        [dumper = dumper] { return dumper->write(); }};
}

} // namespace

Result<QuantizedModel> quantir::quantize(const std::string &path,
                                         const CalibrationProvider &calibration,
                                         const QuantizeOptions &options) {
  if (!calibration && options.calibration.state.empty())
    return Status::invalidArgument(
        "expected samples to calibrate on, or the state of a calibration");
  return Quantization(path, calibration, options).run();
}
