//===- Magnitudes.h - What ops keep of the size of values -------*- C++ -*-===//
//
// Kernels of floats that have to know whether a NaN can arise look at the values they read, which
// costs as much as a pass over them. What one of them has found out goes on to those behind it.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_SESSION_MAGNITUDES_H
#define QUANTIR_RUNTIME_SESSION_MAGNITUDES_H

#include "runtime/schema/plan_generated.h"

#include <functional>
#include <span>

namespace quantir::runtime {

/// What no element of an op's first result exceeds in magnitude, if those of its inputs do not
/// exceed `inputs`: Operand::magnitude. Infinity if that is not known. Allocates nothing.
using MagnitudeRule = std::function<float(std::span<const float> inputs)>;

/// The rule of an op; null if it can make infinities or NaN of any finite inputs, or if its kernels
/// say themselves what is known of its results.
MagnitudeRule magnitudeRuleOf(const plan::Op &op);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_MAGNITUDES_H
