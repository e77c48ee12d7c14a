//===- OutputReader.h - Outputs as real numbers -----------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_DATA_OUTPUTREADER_H
#define QUANTIR_RUNTIME_DATA_OUTPUTREADER_H

#include "quantir/Runtime/Plan.h"

#include <vector>

namespace quantir::runtime {

/// Reads the elements of one output as float32, whatever it is stored as.
class OutputReader {
public:
  static Result<OutputReader> create(const TensorInfo &info);

  /// As many elements as `view` has, to `to`.
  void read(const TensorView &view, float *to) const;
  std::vector<float> read(const TensorView &view) const;

private:
  float scale = 1;
  int64_t zeroPoint = 0;
};

/// One reader for each output of a plan.
Result<std::vector<OutputReader>> createOutputReaders(const Plan &plan);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_OUTPUTREADER_H
