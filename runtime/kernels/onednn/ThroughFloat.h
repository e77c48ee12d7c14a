//===- ThroughFloat.h - Integer products by float primitives ----*- C++ -*-===//
//
// Where oneDNN has no integer primitive for an op (weights with a zero point), or none that is
// exact (Weighted.h), codes less their zero points are multiplied as float32 numbers. A sum is
// exact as long as it stays below 2^24 in magnitude, partial sums included; beyond, it is off by
// parts in 10^7, which moves a code by one where it lies that near to a half.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_THROUGHFLOAT_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_THROUGHFLOAT_H

#include "runtime/kernels/onednn/Weighted.h"

namespace quantir::runtime::onednn {

/// values[i] = codes[i] - zero point, all in the order of the operand's memory.
void centreAll(const Operand &operand, const void *codes, float *values);

/// The same by a stage.
Buffer addCentring(const Operand &operand, Buffer codes, PipelineBuilder &builder);

/// A stage that finishes sums [rows, channels] into the result of `op`: scales, bias, addend,
/// activation, requantization.
void addFinish(const WeightedOp &op, Buffer sums, PipelineBuilder &builder);

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_THROUGHFLOAT_H
