//===- Expand.h - The shapes of expansions ----------------------*- C++ -*-===//

#ifndef QUANTIR_SHAPES_EXPAND_H
#define QUANTIR_SHAPES_EXPAND_H

#include <cstdint>

namespace quantir::shapes {

/// In the shape of an expansion (inferExpand): a dimension of 1, or a new one, is repeated for each
/// sample. It is the dynamic dimension of the result.
inline constexpr int64_t expandToBatch = -2;

} // namespace quantir::shapes

#endif // QUANTIR_SHAPES_EXPAND_H
