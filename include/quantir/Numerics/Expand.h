//===- Expand.h - The shapes of expansions ----------------------*- C++ -*-===//

#ifndef QUANTIR_NUMERICS_EXPAND_H
#define QUANTIR_NUMERICS_EXPAND_H

#include <cstdint>

namespace quantir::numerics {

/// In the shape of an expansion (inferExpand): a dimension of 1, or a new one, is repeated for each
/// sample. It is the dynamic dimension of the result.
inline constexpr int64_t expandToBatch = -2;

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_EXPAND_H
