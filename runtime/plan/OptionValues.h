//===- OptionValues.h - What options of ops are made of ---------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_PLAN_OPTIONVALUES_H
#define QUANTIR_RUNTIME_PLAN_OPTIONVALUES_H

#include "runtime/schema/plan_generated.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace quantir::runtime {

/// An absent list is an empty one. All lists of 64-bit numbers are read by this: FlatBuffers'
/// verifier does not ask that they are aligned.
std::vector<int64_t> toVector(const flatbuffers::Vector<int64_t> *list);

/// The same of smaller numbers, which the verifier does see to.
template <typename T> std::vector<T> toVector(const flatbuffers::Vector<T> *list) {
  return list ? std::vector<T>(list->begin(), list->end()) : std::vector<T>();
}

/// Nothing for an absent list.
template <typename T>
std::optional<std::vector<T>> optionalVector(const flatbuffers::Vector<T> *list) {
  return list ? std::optional(toVector(list)) : std::nullopt;
}

/// The list or, if it is empty, `fallback` for each of `count` entries.
std::vector<int64_t> orElse(std::vector<int64_t> list, size_t count, int64_t fallback);

/// Absent text is empty.
inline std::string_view textOf(const flatbuffers::String *text) {
  return text ? text->string_view() : std::string_view();
}

/// What a weighted or binary op does to its result, in real numbers.
struct ActivationInfo {
  plan::ActivationKind kind = plan::ActivationKind::None;
  float alpha = 0;
  float beta = 0;

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
ActivationInfo activationOf(const plan::Activation *activation);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_OPTIONVALUES_H
