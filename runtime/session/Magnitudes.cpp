//===- Magnitudes.cpp - What ops keep of the size of values ---------------===//

#include "runtime/session/Magnitudes.h"

#include "runtime/plan/KernelSupport.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quantir::runtime {
namespace {

constexpr float unknown = std::numeric_limits<float>::infinity();
/// Above what rounding adds to a mean, however many elements it has, or to a function's value.
constexpr float margin = 1.25f;

float magnitudeOf(const plan::Unary &unary, float x) {
  const float alpha = unary.alpha(), beta = unary.beta();
  switch (unary.kind()) {
  case plan::UnaryKind::Relu:
    return x;
  case plan::UnaryKind::Clamp:
    return ActivationInfo{plan::ActivationKind::Clamp, alpha, beta}.largestOf(x);
  case plan::UnaryKind::LeakyRelu:
    return ActivationInfo{plan::ActivationKind::LeakyRelu, alpha, 0}.largestOf(x);
  case plan::UnaryKind::Sigmoid:
  case plan::UnaryKind::Tanh:
  case plan::UnaryKind::HardSigmoid:
  case plan::UnaryKind::Erf:
    return margin;
  case plan::UnaryKind::HardSwish:
  case plan::UnaryKind::Gelu:
  case plan::UnaryKind::GeluTanh:
    return margin * x;
  case plan::UnaryKind::Elu:
    return std::max(x, margin * std::abs(alpha));
  case plan::UnaryKind::Sqrt:
  case plan::UnaryKind::Pow:
    break;
  }
  return unknown;
}

float magnitudeOf(const plan::Binary &binary, float a, float b) {
  float result = unknown;
  if (binary.kind() == plan::BinaryKind::Add || binary.kind() == plan::BinaryKind::Sub)
    result = margin * (a + b);
  else if (binary.kind() == plan::BinaryKind::Mul)
    result = margin * (a * b);
  return activationOf(binary.activation()).largestOf(result);
}

} // namespace

float magnitudeOfResult(const plan::Op &op, std::span<const float> inputs) {
  const float most = inputs.empty() ? unknown : *std::max_element(inputs.begin(), inputs.end());
  if (!(most < unknown))
    return unknown;
  float result = unknown;
  switch (op.kind_type()) {
  case plan::OpKind::Reorder:
  case plan::OpKind::Reshape:
  case plan::OpKind::Transpose:
  case plan::OpKind::Slice:
  case plan::OpKind::Concat:
  case plan::OpKind::Expand:
    result = most;
    break;
  case plan::OpKind::Pad:
    result = std::max(most, std::abs(op.kind_as_Pad()->value()));
    break;
  case plan::OpKind::Pool:
  case plan::OpKind::AdaptiveAveragePool:
  case plan::OpKind::Mean:
  case plan::OpKind::Resample:
    result = margin * most;
    break;
  case plan::OpKind::Softmax:
    result = margin;
    break;
  case plan::OpKind::Unary:
    result = magnitudeOf(*op.kind_as_Unary(), most);
    break;
  case plan::OpKind::Binary:
    if (inputs.size() == 2)
      result = magnitudeOf(*op.kind_as_Binary(), inputs[0], inputs[1]);
    break;
  default:
    break;
  }
  return result < unknown ? result : unknown; // of NaN, too
}

} // namespace quantir::runtime
