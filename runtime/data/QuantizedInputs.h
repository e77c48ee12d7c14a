//===- QuantizedInputs.h - Float data for quantized inputs ------*- C++ -*-===//
//
// A plan may take its inputs quantized: then the caller quantizes. These are the caller's part for
// data files, which hold real numbers.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_DATA_QUANTIZEDINPUTS_H
#define QUANTIR_RUNTIME_DATA_QUANTIZEDINPUTS_H

#include "quantir/Runtime/Batched.h"

namespace quantir::runtime {

/// The inputs of a plan as data are given for them: those that it takes quantized, as float32.
std::vector<TensorInfo> dataInputs(std::span<const TensorInfo> inputs);

/// A source of what a plan with these inputs takes, from one of dataInputs: values are quantized to
/// clamp(rne(x * (1 / scale)) + zero point). `source` itself if no input is quantized per tensor.
SampleSource quantizingSource(std::span<const TensorInfo> inputs, SampleSource source);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_QUANTIZEDINPUTS_H
