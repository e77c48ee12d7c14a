//===- Views.h - Ops that only move elements --------------------*- C++ -*-===//
//
// Where the elements of their results come from; and whether these lie in the input's memory just
// as the result wants them, so that nothing has to be moved.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_VIEWS_H
#define QUANTIR_RUNTIME_PLAN_VIEWS_H

#include "runtime/plan/Operand.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace quantir::runtime {

/// Element i of the result is the input's element at start + sum(i * strides), in elements of its
/// memory.
struct ElementMap {
  int64_t start = 0;
  std::vector<int64_t> strides;
};

/// Of a Slice, Transpose, Expand or Reorder; nothing for other ops.
std::optional<ElementMap> elementMapOf(const KernelSpec &spec);

/// Whether the elements stand in memory in the order of their indices.
bool isInRowMajorOrder(const Operand &operand);

/// At which element of the input's memory the result of a Slice, Transpose, Expand, Reorder or
/// Reshape begins that lies there as its strides say; nothing if there is none.
std::optional<int64_t> viewStart(const KernelSpec &spec);

/// At which elements of a Concat's result its inputs begin if all of them lie there as their own
/// strides say, in the result's encoding; else empty.
std::vector<int64_t> partStarts(const KernelSpec &spec);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_VIEWS_H
