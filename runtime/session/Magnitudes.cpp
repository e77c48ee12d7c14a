//===- Magnitudes.cpp - What ops keep of the size of values ---------------===//

#include "runtime/session/Magnitudes.h"

#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/KernelVisit.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quantir::runtime {
namespace {

using Inputs = std::span<const float>;

constexpr float unknown = std::numeric_limits<float>::infinity();
/// Above what rounding adds to a mean, however many elements it has, or to a function's value.
constexpr float margin = 1.25f;

float largest(Inputs inputs) { return *std::max_element(inputs.begin(), inputs.end()); }

float largestMean(Inputs inputs) { return margin * largest(inputs); }

bool isAllOf(const std::vector<int64_t> &list, int64_t value) {
  return std::all_of(list.begin(), list.end(), [=](int64_t entry) { return entry == value; });
}

float largestOf(const UnaryOptions &unary, float x) {
  switch (unary.kind) {
  case plan::UnaryKind::Relu:
    return x;
  case plan::UnaryKind::Clamp:
    return ActivationInfo{plan::ActivationKind::Clamp, unary.alpha, unary.beta}.largestOf(x);
  case plan::UnaryKind::LeakyRelu:
    return ActivationInfo{plan::ActivationKind::LeakyRelu, unary.alpha, 0}.largestOf(x);
  case plan::UnaryKind::Sigmoid:
  case plan::UnaryKind::Tanh:
  case plan::UnaryKind::HardSigmoid:
  case plan::UnaryKind::Erf:
    return margin;
  case plan::UnaryKind::HardSwish: // x * 6 / 6
    return x < std::numeric_limits<float>::max() / 8 ? margin * x : unknown;
  case plan::UnaryKind::Gelu:
  case plan::UnaryKind::GeluTanh:
    return margin * x;
  case plan::UnaryKind::Elu:
    return std::max(x, margin * std::abs(unary.alpha));
  case plan::UnaryKind::Sqrt:
  case plan::UnaryKind::Pow:
    break;
  }
  return unknown;
}

//===----------------------------------------------------------------------===//
// The rules; kernels that are missing here have none
//===----------------------------------------------------------------------===//

template <typename Options>
  requires(Options::info.moves || OneOf<Options, ReorderOptions>)
MagnitudeRule ruleOf(const Options &) {
  return largest;
}

template <OneOf<AdaptiveAveragePoolOptions, MeanOptions> Options>
MagnitudeRule ruleOf(const Options &) {
  return largestMean;
}

MagnitudeRule ruleOf(const PadOptions &pad) {
  return [value = std::abs(pad.value)](Inputs inputs) { return std::max(largest(inputs), value); };
}

MagnitudeRule ruleOf(const PoolOptions &pool) {
  // Apart from each other, the elements of a window may all be padding: then the maximum is
  // -infinity.
  if (pool.kind == plan::PoolKind::Max && !isAllOf(pool.dilations, 1) && !isAllOf(pool.padding, 0))
    return nullptr;
  return largestMean;
}

MagnitudeRule ruleOf(const ResampleOptions &resample) {
  // The reciprocal of the least scales is infinite.
  if (!std::all_of(resample.scales.begin(), resample.scales.end(),
                   [](float scale) { return scale > 1e-30f; }))
    return nullptr;
  return largestMean;
}

MagnitudeRule ruleOf(const SoftmaxOptions &) {
  return [](Inputs) { return margin; };
}

MagnitudeRule ruleOf(const UnaryOptions &unary) {
  return [unary](Inputs inputs) { return largestOf(unary, inputs[0]); };
}

MagnitudeRule ruleOf(const BinaryOptions &binary) {
  if (binary.kind == plan::BinaryKind::Div) // 0 / 0 is NaN, which no activation makes a number of
    return nullptr;
  return [binary](Inputs inputs) {
    const float a = inputs[0], b = inputs[1];
    return binary.activation.largestOf(margin *
                                       (binary.kind == plan::BinaryKind::Mul ? a * b : a + b));
  };
}

} // namespace

MagnitudeRule magnitudeRuleOf(const plan::Op &op) {
  MagnitudeRule rule = visitKind(op, [&]<typename Options>() -> MagnitudeRule {
    if constexpr (requires(const Options &options) { ruleOf(options); })
      return ruleOf(readOptions<Options>(op));
    else
      return nullptr;
  });
  if (!rule)
    return nullptr;
  return [rule = std::move(rule)](Inputs inputs) {
    if (inputs.empty() || !(largest(inputs) < unknown))
      return unknown;
    const float result = rule(inputs);
    return result < unknown ? result : unknown; // of NaN, too
  };
}

} // namespace quantir::runtime
