//===- Weighted.cpp - What convolutions and matrix products share ---------===//

#include "runtime/kernels/onednn/Weighted.h"

#include "runtime/kernels/Price.h"
#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/threads/Team.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>

using dnnl::memory;

namespace quantir::runtime::onednn {

static bool isByte(DType dtype) { return dtype == DType::UInt8 || dtype == DType::Int8; }

Buffer WeightedOp::buffer(size_t index) const { return inputBuffer(*spec, index); }

std::vector<float> WeightedOp::channelScales() const {
  const float inputScale = scaleOf(*input->quant);
  std::vector<float> scales(channels);
  for (int64_t c = 0; c < channels; ++c)
    scales[c] = inputScale * scaleOf(*weight->quant, c);
  return scales;
}

std::vector<float> WeightedOp::channelBias() const {
  if (!bias)
    return {};
  std::vector<float> values(channels);
  if (bias->dtype == DType::Float32) {
    std::memcpy(values.data(), bias->constant, channels * sizeof(float));
    return values;
  }
  const auto *codes = static_cast<const int32_t *>(bias->constant);
  const std::vector<float> scales = channelScales();
  for (int64_t c = 0; c < channels; ++c)
    values[c] = float(codes[c]) * scales[c];
  return values;
}

/// Whether no sum leaves int32, with or without the zero points taken off. It is known at once of
/// short sums, and of long ones by constant weights.
static bool fitsAccumulator(const WeightedOp &op) {
  constexpr int64_t limit = std::numeric_limits<int32_t>::max(), largestCode = 255;
  if (op.terms <= limit / (largestCode * largestCode))
    return true;
  if (!op.weight->constant || op.weight->numElements() != op.terms * op.channels)
    return false;
  std::vector<int64_t> sums(op.channels);
  const auto add = [&](const auto *codes) {
    const int64_t stride = op.weight->strides[op.channelAxis];
    for (int64_t i = 0, n = op.weight->numElements(); i < n; ++i) {
      const int64_t c = i / stride % op.channels, code = codes[i];
      sums[c] += std::max(std::abs(code), std::abs(code - zeroPointOf(*op.weight->quant, c)));
    }
  };
  if (op.weight->dtype == DType::UInt8)
    add(static_cast<const uint8_t *>(op.weight->constant));
  else
    add(static_cast<const int8_t *>(op.weight->constant));
  return *std::max_element(sums.begin(), sums.end()) <= limit / largestCode;
}

bool isSupported(const WeightedOp &op) {
  for (const Operand *operand : {op.input, op.weight, op.output, op.addend})
    if (operand && (operand->numElements() == 0 || operand->dtype == DType::Int32))
      return false;
  if (op.addend && (op.addend->dims != op.output->dims || op.addend->strides != op.output->strides))
    return false;
  if (op.bias && op.bias->numElements() != op.channels)
    return false;
  if (!op.isInteger())
    return op.weight->dtype == DType::Float32 && op.output->dtype == DType::Float32 &&
           (!op.addend || op.addend->dtype == DType::Float32) &&
           (!op.bias || op.bias->dtype == DType::Float32);
  if (!isByte(op.weight->dtype) || !op.input->quant->perTensor())
    return false;
  const QuantInfo &weight = *op.weight->quant;
  if (!weight.perTensor() && (weight.axis != int(op.channelAxis) ||
                              std::any_of(weight.zeroPoints.begin(), weight.zeroPoints.end(),
                                          [](int32_t z) { return z; })))
    return false;
  if (op.bias && op.bias->dtype == DType::Int32 && !op.bias->constant)
    return false;
  for (const Operand *operand : {op.output, op.addend})
    if (operand && operand->quant && !operand->quant->perTensor())
      return false;
  return fitsAccumulator(op);
}

static bool allFinite(const float *values, int64_t count) {
  return std::all_of(values, values + count, [](float v) { return std::isfinite(v); });
}

/// Whether v, the sum with its bias and addend, can be NaN or infinite.
static bool mayBeNaN(const WeightedOp &op) {
  if (!op.isInteger() || (op.addend && op.addend->dtype == DType::Float32))
    return true;
  const std::vector<float> scales = op.channelScales();
  if (!allFinite(scales.data(), op.channels))
    return true;
  if (!op.bias || op.bias->dtype != DType::Float32)
    return false;
  return !op.bias->constant ||
         !allFinite(static_cast<const float *>(op.bias->constant), op.channels);
}

Division::Division(const WeightedOp &op) : whole(op), first(op) {
  // A leaky ReLU of slope 0 is a ReLU.
  const bool cutsOff =
      op.activation.kind == plan::ActivationKind::Relu ||
      op.activation.kind == plan::ActivationKind::Clamp ||
      (op.activation.kind == plan::ActivationKind::LeakyRelu && op.activation.alpha == 0);
  isDivided = (cutsOff || op.output->dtype != DType::Float32) && mayBeNaN(op);
  if (!isDivided)
    return;
  value = *op.output;
  value.dtype = DType::Float32;
  value.quant = nullptr;
  first.output = &value;
  first.activation = {};
  first.addsInPlace = op.addsInPlace && op.output->dtype == DType::Float32;
}

Buffer Division::primitiveResult(Buffer result, PipelineBuilder &builder) const {
  if (first.output->dtype == whole.output->dtype)
    return result;
  return builder.scratch(value.numElements() * sizeof(float));
}

void Division::addRest(Buffer from, Buffer to, PipelineBuilder &builder) const {
  if (!isDivided)
    return;
  builder.addLoop([=, activation = LoopActivation::of(whole.activation),
                   result = Encoding::of(*whole.output),
                   count = value.numElements()](const RunContext &context) {
    const auto *x = static_cast<const float *>(from.resolve(context));
    auto *y = static_cast<std::byte *>(to.resolve(context));
    parallelFor(count, 1, [=](int64_t begin, int64_t end) {
      if (result.isFloat())
        return activate(x + begin, reinterpret_cast<float *>(y) + begin, end - begin, activation);
      constexpr int64_t part = 512;
      float values[part];
      for (int64_t i = begin; i < end; i += part) {
        const int64_t n = std::min(part, end - i);
        activate(x + i, values, n, activation);
        quantize(values, y + i, n, result, ZeroPointAdd::BeforeRounding);
      }
    });
  });
}

std::optional<FiniteCheck> FiniteCheck::of(const WeightedOp &op) {
  if (op.isInteger() || !op.weight->constant)
    return std::nullopt;
  const auto *weights = static_cast<const float *>(op.weight->constant);
  const int64_t count = op.weight->numElements(), stride = op.weight->strides[op.channelAxis];
  std::vector<double> sums(op.channels);
  for (int64_t i = 0; i < count; ++i)
    sums[i / stride % op.channels] += std::abs(double(weights[i]));
  if (!std::all_of(sums.begin(), sums.end(), [](double sum) { return std::isfinite(sum); }))
    return std::nullopt;
  FiniteCheck check;
  const auto add = [&](const Operand *operand, size_t index, double factor) {
    if (!operand)
      return;
    const int64_t count = operand->numElements();
    if (operand->constant)
      check.ofConstants +=
          factor * largestMagnitude(static_cast<const float *>(operand->constant), count);
    else
      check.parts.push_back({op.buffer(index), count, factor, operand->magnitude});
  };
  add(op.input, WeightedOp::inputIndex, *std::max_element(sums.begin(), sums.end()));
  add(op.bias, WeightedOp::biasIndex, 1);
  add(op.addend, WeightedOp::addendIndex, 1);
  check.rounding += double(op.terms + 2) * std::numeric_limits<float>::epsilon();
  check.activation = op.activation;
  check.magnitude = op.output->magnitude;
  return check;
}

/// Of the values of an operand. They are looked at by all threads.
static float largestOf(const float *x, int64_t count) {
  std::atomic<float> largest = 0;
  parallelFor(count, 1, [&](int64_t begin, int64_t end) {
    const float here = largestMagnitude(x + begin, end - begin);
    for (float seen = largest; seen < here && !largest.compare_exchange_weak(seen, here);) {
    }
  });
  return largest;
}

/// Whether no sum of terms that add up to `most` in magnitude can overflow.
bool FiniteCheck::holds(double most) const {
  constexpr double greatest = std::numeric_limits<float>::max();
  const bool isFinite = most <= greatest / 2; // not of NaN
  if (magnitude)
    *magnitude = isFinite ? activation.largestOf(float(std::min(most * rounding, greatest)))
                          : std::numeric_limits<float>::infinity();
  return isFinite;
}

bool FiniteCheck::isKnown() const {
  double most = ofConstants;
  for (const Part &part : parts)
    most += part.magnitude ? double(*part.magnitude) * part.factor
                           : std::numeric_limits<double>::infinity();
  return holds(most);
}

bool FiniteCheck::operator()(const RunContext &context) const {
  if (isKnown())
    return true;
  double most = ofConstants;
  for (const Part &part : parts) {
    const float largest =
        largestOf(static_cast<const float *>(part.values.resolve(context)), part.count);
    if (part.magnitude)
      *part.magnitude = largest;
    most += double(largest) * part.factor;
  }
  return holds(most);
}

void addMagnitude(const WeightedOp &op, PipelineBuilder &builder) {
  if (!op.output->magnitude)
    return;
  if (std::optional<FiniteCheck> check = FiniteCheck::of(op))
    builder.addLoop([check = *std::move(check)](const RunContext &) { (void)check.isKnown(); });
}

namespace {

class ChoiceStage final : public Stage {
public:
  ChoiceStage(FiniteCheck check, std::vector<std::unique_ptr<Stage>> whole,
              std::vector<std::unique_ptr<Stage>> divided)
      : check(std::move(check)), whole(std::move(whole)), divided(std::move(divided)) {}

  void run(const RunContext &context) override {
    for (const auto &stage : check(context) ? whole : divided)
      stage->run(context);
  }

private:
  FiniteCheck check;
  std::vector<std::unique_ptr<Stage>> whole, divided;
};

} // namespace

void addChoice(FiniteCheck check, std::vector<std::unique_ptr<Stage>> whole,
               std::vector<std::unique_ptr<Stage>> divided, PipelineBuilder &builder) {
  builder.add(
      std::make_unique<ChoiceStage>(std::move(check), std::move(whole), std::move(divided)));
}

int Kernels::addendInPlace(const KernelSpec &spec) {
  constexpr size_t index = WeightedOp::addendIndex;
  for (size_t i = 0; i < spec.inputs.size(); ++i)
    if (i != index && spec.inputs[i] == optionalInput(spec, index))
      return -1;
  return inPlaceIfAlike(spec, index);
}

/// Whether integers are multiplied by instructions that add up products exactly, four at a time.
static bool hasExactIntegerDot() {
#if defined(__x86_64__) || defined(__i386__)
  static const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
  switch (isa) {
  case dnnl::cpu_isa::isa_default:
  case dnnl::cpu_isa::sse41:
  case dnnl::cpu_isa::avx:
  case dnnl::cpu_isa::avx2:
  case dnnl::cpu_isa::avx512_core:
    return false;
  default:
    return true;
  }
#else
  return true;
#endif
}

double Kernels::priceOf(const KernelSpec &spec, bool throughFloat) {
  const bool isInteger = spec.inputs[0]->dtype != DType::Float32;
  const Work work = workOf(spec);
  Rates rates = {0.25, 0.05};
  if (throughFloat) // a pass before, and one behind
    rates = {0.4, 0.055};
  else if (isInteger)
    rates = {0.2, hasExactIntegerDot() ? 0.0125 : 0.025};
  return priceOfVectors(work, rates, spec.threads);
}

bool multipliesExactly(const Operand &input, const Operand &weight) {
  if (input.dtype == DType::Float32 || hasExactIntegerDot())
    return true;
  if (input.dtype != DType::UInt8 || weight.dtype != DType::Int8 || !weight.constant)
    return false;
  // Which two products are added depends on the primitive: take the two largest weights of one sign
  // there are.
  int largest[2] = {0, 0}, least[2] = {0, 0};
  const auto *codes = static_cast<const int8_t *>(weight.constant);
  for (int64_t i = 0, n = weight.numElements(); i < n; ++i) {
    const int w = codes[i];
    if (w > largest[1])
      largest[1] = w, std::sort(largest, largest + 2, std::greater<>());
    else if (w < least[1])
      least[1] = w, std::sort(least, least + 2);
  }
  const int maxCode = std::min(input.quant->quantMax, 255);
  return maxCode * (largest[0] + largest[1]) <= 32767 && maxCode * (least[0] + least[1]) >= -32768;
}

void Fusion::bindTo(PrimitiveStage &stage) const {
  for (const Argument &argument : arguments)
    stage.bind(argument.index, argument.desc, argument.buffer);
}

static void appendActivation(dnnl::post_ops &ops, const ActivationInfo &activation) {
  switch (activation.kind) {
  case plan::ActivationKind::Relu:
    ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0, 0);
    break;
  case plan::ActivationKind::Clamp:
    ops.append_eltwise(dnnl::algorithm::eltwise_clip, activation.alpha, activation.beta);
    break;
  case plan::ActivationKind::LeakyRelu:
    ops.append_eltwise(dnnl::algorithm::eltwise_relu, activation.alpha, 0);
    break;
  case plan::ActivationKind::None:
    break;
  }
}

/// Codes outside [quantMin, quantMax], when that is less than the type holds, are cut off as real
/// numbers.
static void appendRange(dnnl::post_ops &ops, const Encoding &to) {
  const int32_t least = to.dtype == DType::UInt8 ? 0 : -128;
  if (to.min <= least && to.max >= least + 255)
    return;
  ops.append_eltwise(dnnl::algorithm::eltwise_clip, float(to.min - to.zeroPoint) * to.scale,
                     float(to.max - to.zeroPoint) * to.scale);
}

Fusion fuse(const WeightedOp &op, int weightScaleMask, const memory::desc &result,
            PipelineBuilder &builder) {
  Fusion fusion;
  dnnl::primitive_attr &attr = fusion.attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto addVector = [&](int kind, int argument, auto values) {
    using T = typename decltype(values)::value_type;
    const auto type = std::is_same_v<T, float> ? memory::data_type::f32 : memory::data_type::s32;
    fusion.arguments.push_back(
        {kind | argument, vectorDesc(int64_t(values.size()), type), builder.constant(values)});
  };
  const auto addScales = [&](int argument, int mask, std::vector<float> scales) {
    attr.set_scales_mask(argument, mask);
    addVector(DNNL_ARG_ATTR_SCALES, argument, std::move(scales));
  };
  const auto addZeroPoint = [&](int argument, int32_t zeroPoint) {
    if (zeroPoint == 0)
      return;
    attr.set_zero_points_mask(argument, 0);
    addVector(DNNL_ARG_ATTR_ZERO_POINTS, argument, std::vector<int32_t>{zeroPoint});
  };

  dnnl::post_ops ops;
  const Encoding to = Encoding::of(*op.output);
  if (op.isInteger()) {
    addScales(DNNL_ARG_SRC, 0, {scaleOf(*op.input->quant)});
    addZeroPoint(DNNL_ARG_SRC, zeroPointOf(*op.input->quant));
    if (op.weight->quant->perTensor()) {
      addScales(DNNL_ARG_WEIGHTS, 0, {scaleOf(*op.weight->quant)});
    } else {
      std::vector<float> scales(op.channels);
      for (int64_t c = 0; c < op.channels; ++c)
        scales[c] = scaleOf(*op.weight->quant, c);
      addScales(DNNL_ARG_WEIGHTS, weightScaleMask, std::move(scales));
    }
    addZeroPoint(DNNL_ARG_WEIGHTS, zeroPointOf(*op.weight->quant));
    if (!to.isFloat()) {
      addScales(DNNL_ARG_DST, 0, {to.scale});
      addZeroPoint(DNNL_ARG_DST, to.zeroPoint);
    }
  }
  if (op.addend) {
    const Encoding addend = Encoding::of(*op.addend);
    if (op.addsInPlace || !addend.isFloat()) {
      // An integer addend of a float result is made float by the copy.
      fusion.copiesAddend = !op.addsInPlace;
      if (to.isFloat())
        ops.append_sum();
      else
        ops.append_sum(addend.scale, addend.zeroPoint, dataType(addend.dtype));
    } else {
      const memory::desc desc(result.get_dims(), memory::data_type::f32, result.get_strides());
      ops.append_binary(dnnl::algorithm::binary_add, desc);
      fusion.arguments.push_back({DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, desc,
                                  op.buffer(WeightedOp::addendIndex)});
    }
  }
  appendActivation(ops, op.activation);
  if (!to.isFloat())
    appendRange(ops, to);
  attr.set_post_ops(ops);
  return fusion;
}

void addAddendCopy(const WeightedOp &op, Buffer to, PipelineBuilder &builder) {
  const Encoding from = Encoding::of(*op.addend);
  const bool toFloat = op.output->dtype == DType::Float32 && !from.isFloat();
  const size_t size = sizeOf(from.dtype), resultSize = sizeOf(op.output->dtype);
  builder.addLoop([=, count = op.addend->numElements(),
                   source = op.buffer(WeightedOp::addendIndex)](const RunContext &context) {
    const auto *x = static_cast<const std::byte *>(source.resolve(context));
    auto *y = static_cast<std::byte *>(to.resolve(context));
    parallelFor(count, 1, [=](int64_t begin, int64_t end) {
      if (toFloat)
        dequantize(x + begin * size, reinterpret_cast<float *>(y + begin * resultSize), end - begin,
                   from);
      else
        std::memcpy(y + begin * size, x + begin * size, (end - begin) * size);
    });
  });
}

std::optional<Buffer> biasBuffer(const WeightedOp &op, PipelineBuilder &builder) {
  if (!op.bias)
    return std::nullopt;
  if (op.bias->dtype == DType::Float32)
    return op.buffer(WeightedOp::biasIndex);
  return builder.constant(op.channelBias());
}

} // namespace quantir::runtime::onednn
