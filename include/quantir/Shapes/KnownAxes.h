//===- KnownAxes.h - Axes along which elements are taken together -*- C++ -*-===//

#ifndef QUANTIR_SHAPES_KNOWNAXES_H
#define QUANTIR_SHAPES_KNOWNAXES_H

#include "quantir/Shapes/Shapes.h"

namespace quantir::shapes {

/// Checks that an op which combines the elements along `axes` (0 <= axis < rank) knows their
/// number: along a dynamic axis, the result for a sample would depend on the other samples.
[[nodiscard]] std::string checkKnownAxes(const Dims &dims, std::span<const int64_t> axes);

/// The same for the axes from `axis` to the last.
[[nodiscard]] std::string checkKnownFrom(const Dims &dims, int64_t axis);

} // namespace quantir::shapes

#endif // QUANTIR_SHAPES_KNOWNAXES_H
