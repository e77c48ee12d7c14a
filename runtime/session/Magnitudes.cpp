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
  case plan::UnaryKind::HardSwish: // x * 6 / 6
    return x < std::numeric_limits<float>::max() / 8 ? margin * x : unknown;
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
  const ActivationInfo activation = activationOf(binary.activation());
  switch (binary.kind()) {
  case plan::BinaryKind::Add:
  case plan::BinaryKind::Sub:
    return activation.largestOf(margin * (a + b));
  case plan::BinaryKind::Mul:
    return activation.largestOf(margin * (a * b));
  case plan::BinaryKind::Div:
    break;
  }
  return unknown;
}

bool isAllOf(const std::vector<int64_t> &list, int64_t value) {
  return std::all_of(list.begin(), list.end(), [=](int64_t entry) { return entry == value; });
}

} // namespace

bool carriesMagnitude(const plan::Op &op) {
  switch (op.kind_type()) {
  case plan::OpKind::Reorder:
  case plan::OpKind::Reshape:
  case plan::OpKind::Transpose:
  case plan::OpKind::Slice:
  case plan::OpKind::Concat:
  case plan::OpKind::Expand:
  case plan::OpKind::Pad:
  case plan::OpKind::AdaptiveAveragePool:
  case plan::OpKind::Mean:
  case plan::OpKind::Softmax:
  case plan::OpKind::Unary:
    return true;
  case plan::OpKind::Binary: // 0 / 0 is NaN, which no activation makes a number of
    return op.kind_as_Binary()->kind() != plan::BinaryKind::Div;
  case plan::OpKind::Pool: {
    // Apart from each other, the elements of a window may all be padding: then the maximum is
    // -infinity.
    const plan::Pool &pool = *op.kind_as_Pool();
    return pool.kind() != plan::PoolKind::Max || isAllOf(toVector(pool.dilations()), 1) ||
           isAllOf(toVector(pool.padding()), 0);
  }
  case plan::OpKind::Resample: {
    // The reciprocal of the least scales is infinite.
    const auto *scales = op.kind_as_Resample()->scales();
    return !scales ||
           std::all_of(scales->begin(), scales->end(), [](float scale) { return scale > 1e-30f; });
  }
  default:
    return false;
  }
}

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
  case plan::OpKind::Resample:
  case plan::OpKind::AdaptiveAveragePool:
  case plan::OpKind::Mean:
    result = margin * most;
    break;
  case plan::OpKind::Softmax:
    result = margin;
    break;
  case plan::OpKind::Unary:
    result = magnitudeOf(*op.kind_as_Unary(), most);
    break;
  case plan::OpKind::Binary:
    result = magnitudeOf(*op.kind_as_Binary(), inputs[0], inputs[1]);
    break;
  default:
    break;
  }
  return result < unknown ? result : unknown; // of NaN, too
}

} // namespace quantir::runtime
