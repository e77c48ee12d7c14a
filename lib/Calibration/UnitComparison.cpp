//===- UnitComparison.cpp - Where a quantized model departs from float ----===//
//
// Both models are run with all that their units give as outputs, one batch after the other.
//
//===----------------------------------------------------------------------===//

#include "UnitComparison.h"

#include "MeasuringModel.h"

#include "quantir/Numerics/Metrics.h"
#include "quantir/Numerics/Quantize.h"
#include "quantir/Support/StatusDiagnostics.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Convert/Passes.h"
#include "runtime/data/OutputReader.h"
#include "runtime/data/QuantizedInputs.h"
#include "runtime/plan/FixedBatch.h"

#include "mlir/IR/OwningOpRef.h"

#include <cmath>

using namespace mlir;
using namespace quantir;

namespace {

constexpr int64_t mostSamples = 16;
/// Of all values together, for one sample.
constexpr int64_t mostElements = int64_t(1) << 26;

SmallVector<QuantizableOpInterface> unitsOf(func::FuncOp func) {
  return llvm::to_vector(func.getBody().getOps<QuantizableOpInterface>());
}

bool isCast(Operation *op) {
  return isa_and_nonnull<quant::QuantizeCastOp, quant::DequantizeCastOp, KeepOp,
                         FakeQuantizeDynamicOp, FakeQuantizeAffineOp, RoundFloat16Op>(op);
}

/// What `value` was before it was quantized.
Value beforeCasts(Value value) {
  while (isCast(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

/// What the readers of `value` get: what it is quantized to, if it is; else itself.
Value afterCasts(Value value) {
  Value result = value;
  for (bool moved = true; moved;) {
    moved = false;
    for (Operation *user : result.getUsers())
      if (isCast(user)) {
        result = user->getResult(0);
        moved = true;
        break;
      }
  }
  return result;
}

/// The type that an operand was dequantized from; null if it was not, or has several scales.
quant::UniformQuantizedType uniformTypeOf(Value operand) {
  auto cast = operand.getDefiningOp<quant::DequantizeCastOp>();
  return cast ? dyn_cast<quant::UniformQuantizedType>(cast.getQuantizedType())
              : quant::UniformQuantizedType();
}

bool isFloatTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32();
}

/// Whether `value` has rows for each sample, in a model whose first input is `input`.
bool countsSamples(Value value, RankedTensorType input) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() == 0)
    return false;
  if (!input.hasStaticShape())
    return !type.hasStaticShape();
  return type.hasStaticShape() && type.getDimSize(0) % input.getDimSize(0) == 0;
}

int64_t elementsOf(Value value) {
  int64_t count = 1;
  for (int64_t dim : cast<RankedTensorType>(value.getType()).getShape())
    count *= ShapedType::isDynamic(dim) ? 1 : dim;
  return count;
}

/// `10 log10(signal / noise)`.
double decibels(double signal, double noise) {
  if (noise == 0)
    return numerics::perfectSqnr;
  if (signal == 0 || !std::isfinite(noise))
    return -numerics::perfectSqnr;
  return std::min(10 * std::log10(signal / noise), numerics::perfectSqnr);
}

/// One model, run with inner values as outputs.
struct Side {
  runtime::PlanPtr plan;
  std::unique_ptr<runtime::BatchRunner> runner;
  std::vector<runtime::OutputReader> readers;
  std::vector<std::vector<float>> values; ///< of each output, for the latest batch

  Status open(const runtime::ExecutionOptions &options, int64_t samples) {
    Result<std::vector<runtime::OutputReader>> created = createOutputReaders(*plan);
    if (!created)
      return created.status();
    readers = *std::move(created);
    runtime::ExecutionOptions execution = options;
    execution.batch = plan->hasDynamicBatch() ? 1 : 0;
    Result<std::unique_ptr<runtime::BatchRunner>> made = createRunner(plan, execution, samples);
    if (!made)
      return made.status();
    runner = *std::move(made);
    values.resize(readers.size());
    return Status();
  }

  Status run(int64_t start, int64_t count, const runtime::SampleSource &source) {
    auto shifted = [&](int64_t first, int64_t number, std::span<const runtime::TensorView> inputs) {
      return source(start + first, number, inputs);
    };
    auto sink = [&](int64_t, int64_t, std::span<const runtime::TensorView> views) {
      for (size_t i = 0; i < views.size(); ++i)
        values[i] = readers[i].read(views[i]);
      return Status();
    };
    return runner->run(count, quantizingSource(plan->inputs(), shifted), sink);
  }
};

/// A value of both models.
struct Tap {
  Value real, quantized;
  double signal = 0, noise = 0;
  int64_t count = 0;

  void add(ArrayRef<float> reference, ArrayRef<float> actual) {
    for (auto [r, a] : llvm::zip_equal(reference, actual)) {
      if (!std::isfinite(r))
        continue;
      signal += double(r) * r;
      noise += (double(r) - a) * (double(r) - a);
      ++count;
    }
  }
  std::optional<double> sqnr() const {
    return count ? std::optional(decibels(signal, noise)) : std::nullopt;
  }
};

/// The codes that values of a tap are rounded to, where a unit reads them.
struct Reading {
  size_t tap;
  UnitInput *input; ///< gets the result
  int64_t outside = 0;
};

/// The codes that the result of a unit is rounded to.
struct Rounding {
  size_t tap;
  UnitComparison *unit; ///< gets the result
  float scale;
  double min, max; ///< the codes, from the zero point on
  double noise = 0;

  void add(ArrayRef<float> values) {
    for (float value : values) {
      if (!std::isfinite(value))
        continue;
      double code = std::clamp(std::nearbyint(double(value) / scale), min, max);
      noise += (value - code * scale) * (value - code * scale);
    }
  }
};

class Comparer {
public:
  Comparer(func::FuncOp real, func::FuncOp quantized) : real(real), quantized(quantized) {}

  /// Makes the lists of what is compared; false if the models do not have the same units.
  bool pair();
  /// Makes the values that are compared the outputs of both functions.
  void returnTaps();
  Status run(Side &realSide, Side &quantizedSide, int64_t samples,
             const runtime::SampleSource &source);
  ModelComparison finish();

private:
  std::optional<size_t> tap(Value realValue, Value quantizedValue);
  void describeInputs(QuantizableOpInterface op, UnitComparison &unit,
                      const llvm::DenseMap<Value, size_t> &producers);
  void compareWeights(QuantizableOpInterface realOp, QuantizableOpInterface op,
                      UnitComparison &unit);

  func::FuncOp real, quantized;
  RankedTensorType input;
  int64_t elements = 0;
  std::vector<Tap> taps;
  std::vector<std::optional<size_t>> tapOfUnit;
  llvm::DenseMap<Value, std::optional<size_t>> tapOfValue; ///< by the value before casts
  std::vector<Reading> readings;
  std::vector<Rounding> roundings;
  ModelComparison result;
};

std::optional<size_t> Comparer::tap(Value realValue, Value quantizedValue) {
  if (!isFloatTensor(realValue) || !isFloatTensor(quantizedValue) ||
      realValue.getType() != quantizedValue.getType() || !countsSamples(realValue, input) ||
      elements + elementsOf(realValue) > mostElements)
    return std::nullopt;
  elements += elementsOf(realValue);
  taps.push_back({realValue, quantizedValue});
  return taps.size() - 1;
}

void Comparer::describeInputs(QuantizableOpInterface op, UnitComparison &unit,
                              const llvm::DenseMap<Value, size_t> &producers) {
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    if (op.getOperandRole(index) != OperandRole::Activation)
      continue;
    UnitInput &added = unit.inputs.emplace_back();
    Value value = beforeCasts(operand);
    if (auto producer = producers.find(value); producer != producers.end())
      added.producer = producer->second;
    // An op that only moves or clips may read what is cut off behind it.
    auto type = uniformTypeOf(operand);
    if (!type || op.commutesWithQuantization())
      continue;
    added.step = type.getScale();
    added.min = (type.getStorageTypeMin() - type.getZeroPoint()) * type.getScale();
    added.max = (type.getStorageTypeMax() - type.getZeroPoint()) * type.getScale();
  }
}

template <typename Code>
static std::optional<SmallVector<float>> dequantized(ArrayRef<char> raw, ArrayRef<int64_t> shape,
                                                     const numerics::QParams &params) {
  SmallVector<float> values(raw.size() / sizeof(Code));
  std::string error = numerics::dequantize(reinterpret_cast<const Code *>(raw.data()), shape,
                                           params, values.data());
  return error.empty() ? std::optional(std::move(values)) : std::nullopt;
}

/// The numbers of a weight as the reference module has it.
static std::optional<SmallVector<float>> roundedWeight(Value weight) {
  if (std::optional<SmallVector<float>> values = nn::getConstantFloats(weight))
    return values;
  auto dequantize = weight.getDefiningOp<quant::DequantizeCastOp>();
  auto storage = dequantize ? dequantize.getInput().getDefiningOp<quant::StorageCastOp>() : nullptr;
  auto constant = storage ? storage.getInput().getDefiningOp<arith::ConstantOp>() : nullptr;
  auto elements = constant ? dyn_cast<ElementsAttr>(constant.getValue()) : ElementsAttr();
  if (!elements)
    return std::nullopt;
  FailureOr<numerics::QParams> params = getQParams(dequantize.getQuantizedType());
  if (failed(params))
    return std::nullopt;
  SmallVector<char> copy;
  std::optional<ArrayRef<char>> raw = nn::getRawData(elements, copy);
  ArrayRef<int64_t> shape = cast<RankedTensorType>(weight.getType()).getShape();
  if (!raw || elements.getElementType().getIntOrFloatBitWidth() != 8)
    return std::nullopt;
  return dequantize.getQuantizedType().isSigned() ? dequantized<int8_t>(*raw, shape, *params)
                                                  : dequantized<uint8_t>(*raw, shape, *params);
}

void Comparer::compareWeights(QuantizableOpInterface realOp, QuantizableOpInterface op,
                              UnitComparison &unit) {
  Value realWeight = realOp.getWeightOperand(), weight = op.getWeightOperand();
  if (!realWeight || !weight)
    return;
  std::optional<SmallVector<float>> numbers = nn::getConstantFloats(realWeight);
  std::optional<SmallVector<float>> rounded = roundedWeight(weight);
  if (!numbers || !rounded || numbers->size() != rounded->size())
    return;
  Tap difference;
  difference.add(*numbers, *rounded);
  unit.weightSqnrDb = difference.sqnr();
}

bool Comparer::pair() {
  SmallVector<QuantizableOpInterface> realUnits = unitsOf(real), units = unitsOf(quantized);
  if (real.getNumArguments() == 0 || real.getNumArguments() != quantized.getNumArguments() ||
      realUnits.size() != units.size())
    return false;
  input = dyn_cast<RankedTensorType>(real.getArgumentTypes()[0]);
  if (!input || input.getRank() == 0)
    return false;
  for (auto [a, b] : llvm::zip_equal(realUnits, units))
    if (a->getName() != b->getName() || a->getNumResults() != b->getNumResults() ||
        a->getNumOperands() != b->getNumOperands())
      return false;

  for (auto [a, b] : llvm::zip_equal(real.getArguments(), quantized.getArguments()))
    tapOfValue[b] = tap(a, afterCasts(b));
  llvm::DenseMap<Value, size_t> producers;
  for (auto [index, op] : llvm::enumerate(units)) {
    Value value = op->getNumResults() ? op->getResult(0) : Value();
    std::optional<size_t> made =
        value ? tap(realUnits[index]->getResult(0), afterCasts(value)) : std::nullopt;
    tapOfUnit.push_back(made);
    if (value)
      tapOfValue[value] = made;
    for (Value other : op->getResults())
      producers[other] = index;
  }
  for (auto [index, op] : llvm::enumerate(units)) {
    UnitComparison &unit = result.units.emplace_back();
    unit.op = op;
    describeInputs(op, unit, producers);
    compareWeights(realUnits[index], op, unit);
  }
  for (auto [unit, op] : llvm::zip_equal(result.units, units)) {
    auto input = unit.inputs.begin();
    for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
      if (op.getOperandRole(index) != OperandRole::Activation)
        continue;
      if (std::optional<size_t> read = tapOfValue.lookup(beforeCasts(operand)))
        readings.push_back({*read, &*input});
      ++input;
    }
  }
  for (auto [unit, index] : llvm::zip_equal(result.units, tapOfUnit))
    if (auto type = index ? uniformTypeOf(taps[*index].quantized) : nullptr) {
      const double zero = type.getZeroPoint();
      roundings.push_back({*index, &unit, float(type.getScale()), type.getStorageTypeMin() - zero,
                           type.getStorageTypeMax() - zero});
    }

  for (Value output : quantized.getBody().front().getTerminator()->getOperands()) {
    std::optional<size_t> &producer = result.outputProducers.emplace_back();
    if (auto found = producers.find(beforeCasts(output)); found != producers.end())
      producer = found->second;
  }
  return !taps.empty();
}

void Comparer::returnTaps() {
  SmallVector<Value> realValues, quantizedValues;
  for (const Tap &tap : taps) {
    realValues.push_back(tap.real);
    quantizedValues.push_back(tap.quantized);
  }
  returnOnly(real, realValues);
  returnOnly(quantized, quantizedValues);
}

Status Comparer::run(Side &realSide, Side &quantizedSide, int64_t samples,
                     const runtime::SampleSource &source) {
  const int64_t batch = realSide.runner->batch();
  for (int64_t first = 0; first < samples; first += batch) {
    const int64_t count = std::min(batch, samples - first);
    QUANTIR_RETURN_IF_ERROR(realSide.run(first, count, source));
    QUANTIR_RETURN_IF_ERROR(quantizedSide.run(first, count, source));
    for (size_t i = 0; i < taps.size(); ++i)
      taps[i].add(realSide.values[i], quantizedSide.values[i]);
    for (Rounding &rounding : roundings)
      rounding.add(realSide.values[rounding.tap]);
    for (Reading &reading : readings)
      if (const UnitInput &input = *reading.input; input.step > 0)
        for (float value : realSide.values[reading.tap])
          reading.outside += std::isfinite(value) && (value < input.min - input.step / 2 ||
                                                      value > input.max + input.step / 2);
  }
  return Status();
}

ModelComparison Comparer::finish() {
  for (auto [unit, index] : llvm::zip_equal(result.units, tapOfUnit))
    if (index)
      unit.sqnrDb = taps[*index].sqnr();
  for (const Rounding &rounding : roundings)
    if (const Tap &tap = taps[rounding.tap]; tap.count)
      rounding.unit->roundingSqnrDb = decibels(tap.signal, rounding.noise);
  for (const Reading &reading : readings) {
    const Tap &tap = taps[reading.tap];
    reading.input->sqnrDb = tap.sqnr();
    if (tap.count == 0)
      continue;
    reading.input->outside = double(reading.outside) / double(tap.count);
    reading.input->magnitude = std::sqrt(tap.signal / double(tap.count));
  }
  return std::move(result);
}

} // namespace

FailureOr<ModelComparison> quantir::compareUnits(ModuleOp calibrated, ModuleOp reference,
                                                 int64_t samples,
                                                 const runtime::SampleSource &source,
                                                 const runtime::ExecutionOptions &options) {
  OwningOpRef<ModuleOp> realModel = calibrated.clone();
  removeObservers(*realModel);
  OwningOpRef<ModuleOp> quantizedModel = reference.clone();
  func::FuncOp real = entryOf(*realModel), quantized = entryOf(*quantizedModel);
  if (!real || !quantized)
    return calibrated.emitError("expected one public function");
  Comparer comparer(real, quantized);
  if (!comparer.pair())
    return ModelComparison();
  comparer.returnTaps();
  FailureOr<runtime::PlanPtr> realPlan = compileInMemory(*realModel);
  FailureOr<runtime::PlanPtr> quantizedPlan = compileInMemory(*quantizedModel);
  if (failed(realPlan) || failed(quantizedPlan))
    return failure();
  Side realSide, quantizedSide;
  realSide.plan = *realPlan;
  quantizedSide.plan = *quantizedPlan;
  const CountedSamples counted = samplesFor(**realPlan, calibrated, samples, source);
  if (counted.samples == 0)
    return ModelComparison();
  const int64_t batch = (*realPlan)->hasDynamicBatch() ? 1 : runtime::fixedBatchOf(**realPlan);
  const int64_t used = std::min(counted.samples, std::max(batch, mostSamples / batch * batch));
  for (Side *side : {&realSide, &quantizedSide})
    if (Status status = side->open(options, used); !status)
      return emitStatus(calibrated.getLoc(), status);
  if (Status status = comparer.run(realSide, quantizedSide, used, counted.source); !status)
    return emitStatus(calibrated.getLoc(), status);
  ModelComparison comparison = comparer.finish();
  // The copies go; what the caller has stays.
  SmallVector<QuantizableOpInterface> units = unitsOf(entryOf(reference));
  for (auto [unit, op] : llvm::zip_equal(comparison.units, units))
    unit.op = op;
  return comparison;
}
