//===- PlanLists.h - Lists and optional parts of a plan ---------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SCHEMA_PLANLISTS_H
#define QUANTIR_RUNTIME_SCHEMA_PLANLISTS_H

#include "quantir/KernelRules/Activation.h"
#include "runtime/schema/KernelTables.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace quantir::plan {

/// An absent list is an empty one. All lists of 64-bit numbers are read by this: FlatBuffers'
/// verifier does not ask that they are aligned.
inline std::vector<int64_t> toVector(const flatbuffers::Vector<int64_t> *list) {
  std::vector<int64_t> values(list ? list->size() : 0);
  if (!values.empty())
    std::memcpy(values.data(), list->Data(), values.size() * sizeof(int64_t));
  return values;
}

/// The same of smaller numbers, which the verifier does see to.
template <typename T> std::vector<T> toVector(const flatbuffers::Vector<T> *list) {
  return list ? std::vector<T>(list->begin(), list->end()) : std::vector<T>();
}

/// Nothing for an absent list.
template <typename T>
std::optional<std::vector<T>> optionalVector(const flatbuffers::Vector<T> *list) {
  return list ? std::optional(toVector(list)) : std::nullopt;
}

/// Absent text is empty.
inline std::string textOf(const flatbuffers::String *text) {
  return text ? text->str() : std::string();
}

inline rules::ActivationInfo activationOf(const Activation *activation) {
  return activation
             ? rules::ActivationInfo{activation->kind(), activation->alpha(), activation->beta()}
             : rules::ActivationInfo();
}

template <typename T>
flatbuffers::Offset<flatbuffers::Vector<T>> writeList(flatbuffers::FlatBufferBuilder &builder,
                                                      const std::vector<T> &list) {
  return builder.CreateVector(list);
}

template <typename T>
flatbuffers::Offset<flatbuffers::Vector<T>> writeList(flatbuffers::FlatBufferBuilder &builder,
                                                      const std::optional<std::vector<T>> &list) {
  return list ? builder.CreateVector(*list) : flatbuffers::Offset<flatbuffers::Vector<T>>();
}

inline flatbuffers::Offset<Activation> writeActivation(flatbuffers::FlatBufferBuilder &builder,
                                                       const rules::ActivationInfo &activation) {
  if (activation.isNone())
    return 0;
  return CreateActivation(builder, activation.kind, activation.alpha, activation.beta);
}

template <typename Table> KernelTable makeTable(flatbuffers::Offset<Table> table) {
  return {OpKindTraits<Table>::enum_value, table.Union()};
}

} // namespace quantir::plan

#endif // QUANTIR_RUNTIME_SCHEMA_PLANLISTS_H
