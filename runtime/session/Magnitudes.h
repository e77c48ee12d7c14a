//===- Magnitudes.h - What ops keep of the size of values -------*- C++ -*-===//
//
// Kernels of floats that have to know whether a NaN can arise look at the values they read, which
// costs as much as a pass over them. What one of them has found out goes on to those behind it.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_SESSION_MAGNITUDES_H
#define QUANTIR_RUNTIME_SESSION_MAGNITUDES_H

#include "runtime/schema/plan_generated.h"

#include <span>

namespace quantir::runtime {

/// Whether of finite inputs `op` makes results of which magnitudeOfResult knows something. Not for
/// an op that makes infinities or NaN of numbers, nor for those with kernels that say it
/// themselves.
bool carriesMagnitude(const plan::Op &op);

/// What no element of the first result of such an op exceeds in magnitude, if those of its inputs
/// do not exceed `inputs`: Operand::magnitude. Infinity if that is not known. Allocates nothing.
float magnitudeOfResult(const plan::Op &op, std::span<const float> inputs);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_MAGNITUDES_H
