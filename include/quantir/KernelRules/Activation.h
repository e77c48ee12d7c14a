//===- Activation.h - What a kernel does to its result ----------*- C++ -*-===//

#ifndef QUANTIR_KERNELRULES_ACTIVATION_H
#define QUANTIR_KERNELRULES_ACTIVATION_H

#include "quantir/Base/generated/PlanEnums.h"

#include <algorithm>
#include <cmath>

namespace quantir::rules {

/// What a weighted or binary op does to its result, in real numbers.
struct ActivationInfo {
  plan::ActivationKind kind = plan::ActivationKind::None;
  float alpha = 0;
  float beta = 0;

  bool operator==(const ActivationInfo &) const = default;
  bool isNone() const { return kind == plan::ActivationKind::None; }
  float operator()(float x) const {
    switch (kind) {
    case plan::ActivationKind::Relu:
      return x < 0.0f ? 0.0f : x;
    case plan::ActivationKind::Clamp:
      return x < alpha ? alpha : x > beta ? beta : x;
    case plan::ActivationKind::LeakyRelu:
      return x > 0.0f ? x : alpha * x;
    case plan::ActivationKind::None:
      break;
    }
    return x;
  }

  /// What no result of an x with |x| <= most exceeds in magnitude.
  float largestOf(float most) const {
    switch (kind) {
    case plan::ActivationKind::Clamp: {
      const float bounds = std::max(std::abs(alpha), std::abs(beta));
      return alpha <= 0 && beta >= 0 ? std::min(bounds, most) : bounds;
    }
    case plan::ActivationKind::LeakyRelu:
      return most * std::max(1.0f, std::abs(alpha));
    case plan::ActivationKind::Relu:
    case plan::ActivationKind::None:
      break;
    }
    return most;
  }
};

} // namespace quantir::rules

#endif // QUANTIR_KERNELRULES_ACTIVATION_H
