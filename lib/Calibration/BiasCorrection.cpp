//===- BiasCorrection.cpp - Biases that make up for rounded weights -------===//
//
// The measuring model is the float model with, beside each op to be corrected, the same op on the
// rounding errors of its weights, and the mean of that as an output.
//
//===----------------------------------------------------------------------===//

#include "BiasCorrection.h"

#include "MeasuringModel.h"

#include "quantir/Config/ObserverLoader.h"
#include "quantir/Numerics/Quantize.h"
#include "quantir/Support/StatusDiagnostics.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "runtime/data/OutputReader.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OwningOpRef.h"

#include <cmath>

using namespace mlir;
using namespace quantir;

namespace {

/// An op whose bias can be corrected.
struct Target {
  Operation *unit;     ///< the annotated op: `root`, or the quantir.fused around it
  Operation *root;     ///< the op with the weight
  OpOperand *bias;     ///< of `unit`
  Value activation;    ///< what `root` reads, as an operand of `unit`
  Value weight;        ///< the constant
  ObserverOp observer; ///< of the weight
  int64_t channelAxis; ///< of the result of `root`
};

OpOperand *operandWithRole(QuantizableOpInterface op, OperandRole role) {
  for (OpOperand &operand : op->getOpOperands())
    if (op.getOperandRole(operand.getOperandNumber()) == role)
      return &operand;
  return nullptr;
}

/// The value outside of `unit` that `value`, an operand of its root, is; null if it is made inside.
Value outsideOf(Operation *unit, Operation *root, Value value) {
  if (unit == root)
    return value;
  auto argument = dyn_cast<BlockArgument>(value);
  return argument ? unit->getOperand(argument.getArgNumber()) : Value();
}

/// Whether each sample has rows of its own along the first axis, one or several. All other axes
/// must be static, since the mean over them is an op of the measuring model.
bool hasSampleAxis(RankedTensorType result, func::FuncOp func) {
  if (result.getRank() < 2 || func.getNumArguments() == 0 ||
      llvm::any_of(result.getShape().drop_front(), ShapedType::isDynamic))
    return false;
  auto input = dyn_cast<RankedTensorType>(func.getArgumentTypes()[0]);
  if (!input || input.getRank() == 0 || input.isDynamicDim(0) != result.isDynamicDim(0))
    return false;
  return result.isDynamicDim(0) || result.getDimSize(0) % input.getDimSize(0) == 0;
}

std::optional<Target> targetOf(Operation *unit, func::FuncOp func, SymbolTable &symbols) {
  auto quantizable = dyn_cast<QuantizableOpInterface>(unit);
  if (!quantizable || !unit->hasAttr(QuantirDialect::annotationAttrName))
    return std::nullopt;
  auto fused = dyn_cast<FusedOp>(unit);
  Target target;
  target.unit = unit;
  target.root = fused ? fused.getRootOp() : unit;
  auto root = dyn_cast<QuantizableOpInterface>(target.root);
  target.bias = operandWithRole(quantizable, OperandRole::Bias);
  if (!root || !target.bias || !nn::getConstantFloats(target.bias->get()))
    return std::nullopt;
  OpOperand *activation = operandWithRole(root, OperandRole::Activation);
  OpOperand *weight = operandWithRole(root, OperandRole::Weight);
  if (!activation || !weight || !operandWithRole(root, OperandRole::Bias))
    return std::nullopt;
  target.activation = outsideOf(unit, target.root, activation->get());
  Value quantized = outsideOf(unit, target.root, weight->get());
  auto observe = quantized ? quantized.getDefiningOp<ObserveOp>() : ObserveOp();
  if (!target.activation || !observe || !nn::getConstantFloats(observe.getInput()))
    return std::nullopt;
  target.weight = observe.getInput();
  target.observer = symbols.lookup<ObserverOp>(observe.getObserver());
  auto result = dyn_cast<RankedTensorType>(target.root->getResult(0).getType());
  if (!target.observer || !result || !hasSampleAxis(result, func))
    return std::nullopt;
  std::optional<int64_t> channelAxis = root.getResultChannelAxis();
  auto channels = cast<RankedTensorType>(target.bias->get().getType());
  if (!channelAxis || *channelAxis == 0 || channels.getRank() != 1 ||
      channels.getDimSize(0) != result.getDimSize(*channelAxis))
    return std::nullopt;
  target.channelAxis = *channelAxis;
  return target;
}

SmallVector<Target> findTargets(func::FuncOp func) {
  SymbolTable symbols(func->getParentOfType<ModuleOp>());
  SmallVector<Target> targets;
  for (Operation &op : func.getBody().getOps())
    if (std::optional<Target> target = targetOf(&op, func, symbols))
      targets.push_back(*target);
  return targets;
}

template <typename T>
std::string roundTo(ArrayRef<int64_t> shape, const numerics::QParams &params,
                    SmallVectorImpl<float> &values) {
  std::vector<T> codes(values.size());
  std::string error = numerics::quantize<T>(values.data(), shape, params, codes.data());
  return error.empty() ? numerics::dequantize<T>(codes.data(), shape, params, values.data())
                       : error;
}

/// Rounds a weight to what the parameters that its observer chooses can represent.
std::string roundAs(const numerics::Observer &observer, ArrayRef<int64_t> shape,
                    SmallVectorImpl<float> &values) {
  if (observer.config().kind == numerics::ObserverKind::AffineMinMax) {
    numerics::AffineQParams params;
    std::string error = observer.calculateAffineQParams(params);
    return error.empty() ? numerics::fakeQuantizeAffine(values.data(), shape, params, values.data())
                         : error;
  }
  numerics::QParams params;
  if (std::string error = observer.calculateQParams(params); !error.empty())
    return error;
  if (params.dtype == numerics::QDType::QInt8)
    return roundTo<int8_t>(shape, params, values);
  if (params.dtype == numerics::QDType::QUInt8)
    return roundTo<uint8_t>(shape, params, values);
  return "not a type of 8 bits";
}

/// What rounding takes away from the weight, `w - q(w)`; nothing if it is not known here.
std::optional<SmallVector<float>> roundingError(const Target &target,
                                                const ObserverLoader &loader) {
  std::string unknown;
  std::unique_ptr<numerics::Observer> observer = loader.load(target.observer, unknown);
  if (!observer)
    return std::nullopt;
  SmallVector<float> error = *nn::getConstantFloats(target.weight);
  SmallVector<float> rounded = error;
  ArrayRef<int64_t> shape = cast<RankedTensorType>(target.weight.getType()).getShape();
  if (!roundAs(*observer, shape, rounded).empty())
    return std::nullopt;
  for (auto [e, r] : llvm::zip(error, rounded))
    e -= r;
  return error;
}

/// The mean of the result of `target`'s root on `error` as its weight, for each row of the first
/// axis and each channel: [rows, channels].
Value measure(OpBuilder &builder, const Target &target, ArrayRef<float> error) {
  Location loc = target.root->getLoc();
  builder.setInsertionPoint(target.unit);
  auto weightType = cast<RankedTensorType>(target.weight.getType());
  auto biasType = cast<RankedTensorType>(target.bias->get().getType());
  SmallVector<float> zeros(biasType.getNumElements(), 0.0f);
  auto root = cast<QuantizableOpInterface>(target.root);
  IRMapping mapping;
  mapping.map(operandWithRole(root, OperandRole::Activation)->get(), target.activation);
  mapping.map(operandWithRole(root, OperandRole::Weight)->get(),
              nn::createConstant(builder, loc, weightType.getShape(), error));
  mapping.map(operandWithRole(root, OperandRole::Bias)->get(),
              nn::createConstant(builder, loc, biasType.getShape(), zeros));
  Operation *shadow = builder.clone(*target.root, mapping);
  shadow->removeAttr(QuantirDialect::annotationAttrName);

  SmallVector<int64_t> axes;
  for (int64_t axis = 1, rank = cast<RankedTensorType>(shadow->getResult(0).getType()).getRank();
       axis < rank; ++axis)
    if (axis != target.channelAxis)
      axes.push_back(axis);
  if (axes.empty())
    return shadow->getResult(0);
  auto mean = nn::createChecked<nn::MeanOp>(
      builder, loc, shadow->getResult(0),
      builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(axes)));
  return mean ? Value(mean->getResult(0)) : Value();
}

/// Runs the measuring model; the means over all rows of each of its outputs, which are [rows,
/// channels].
Status run(const runtime::PlanPtr &plan, int64_t samples, const runtime::SampleSource &source,
           const runtime::ExecutionOptions &options, const runtime::Progress &progress,
           std::vector<std::vector<double>> &means) {
  Result<std::vector<runtime::OutputReader>> readers = createOutputReaders(*plan);
  if (!readers)
    return readers.status();
  Result<std::unique_ptr<runtime::BatchRunner>> runner = createRunner(plan, options, samples);
  if (!runner)
    return runner.status();
  std::vector<double> rows(plan->outputs().size());
  auto sink = [&](int64_t first, int64_t count, std::span<const runtime::TensorView> outputs) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      std::vector<float> values = (*readers)[i].read(outputs[i]);
      const size_t channels = outputs[i].dims.back();
      means[i].resize(channels);
      for (size_t row = 0; row < values.size(); row += channels) {
        auto own = std::span(values).subspan(row, channels);
        // An infinity among a sample's inputs says nothing about the other samples.
        if (!llvm::all_of(own, [](float value) { return std::isfinite(value); }))
          continue;
        for (auto [sum, value] : llvm::zip_equal(means[i], own))
          sum += value;
        rows[i] += 1;
      }
    }
    if (progress)
      progress(first + count);
    return Status();
  };
  means.assign(plan->outputs().size(), {});
  if (Status status = (*runner)->run(samples, source, sink); !status)
    return status;
  for (auto [sums, count] : llvm::zip_equal(means, rows))
    for (double &sum : sums)
      sum /= count;
  return Status();
}

/// Adds `mean` to the bias of `target`; false if no sample had finite inputs.
bool addToBias(const Target &target, ArrayRef<double> mean) {
  Value old = target.bias->get();
  SmallVector<float> values = *nn::getConstantFloats(old);
  if (!llvm::all_of(mean, [](double m) { return std::isfinite(m); }))
    return false;
  for (auto [value, m] : llvm::zip_equal(values, mean))
    value = static_cast<float>(value + m);
  OpBuilder builder(target.unit);
  target.bias->set(nn::createConstant(builder, old.getLoc(),
                                      cast<RankedTensorType>(old.getType()).getShape(), values,
                                      nn::getNameHint(nn::getConstantElements(old))));
  if (old.use_empty())
    old.getDefiningOp()->erase();
  return true;
}

} // namespace

FailureOr<BiasCorrection> quantir::correctBiases(ModuleOp calibrated, Settings &settings,
                                                 int64_t samples,
                                                 const runtime::SampleSource &source,
                                                 const runtime::ExecutionOptions &options,
                                                 const runtime::Progress &progress) {
  func::FuncOp entry = entryOf(calibrated);
  if (!entry)
    return calibrated.emitError("expected one public function");
  FailureOr<ObserverLoader> loader = ObserverLoader::create(calibrated, settings);
  if (failed(loader))
    return failure();
  SmallVector<Target> targets = findTargets(entry);

  OwningOpRef<ModuleOp> model = calibrated.clone();
  func::FuncOp func = entryOf(*model);
  OpBuilder builder(func.getContext());
  SmallVector<Target> measured;
  SmallVector<Value> outputs;
  for (auto [target, copy] : llvm::zip_equal(targets, findTargets(func)))
    if (std::optional<SmallVector<float>> error = roundingError(target, *loader))
      if (Value mean = measure(builder, copy, *error)) {
        measured.push_back(target);
        outputs.push_back(mean);
      }
  BiasCorrection correction;
  if (measured.empty())
    return correction;
  returnOnly(func, outputs);
  removeObservers(*model);
  FailureOr<runtime::PlanPtr> plan = compileInMemory(*model);
  if (failed(plan))
    return failure();
  const CountedSamples counted = samplesFor(**plan, calibrated, samples, source);
  if (counted.samples == 0)
    return correction;
  auto report = [&](int64_t done) { progress(done * samples / counted.samples); };
  runtime::ExecutionOptions execution = options;
  if (!(*plan)->hasDynamicBatch())
    execution.batch = 0; // that of the measuring model may be another than the model's
  std::vector<std::vector<double>> means;
  if (Status status = run(*plan, counted.samples, counted.source, execution,
                          progress ? runtime::Progress(report) : progress, means);
      !status)
    return emitStatus(calibrated.getLoc(), status);
  for (auto [target, mean] : llvm::zip_equal(measured, means))
    correction.corrected += addToBias(target, mean);
  correction.samples = samples;
  return correction;
}
