//===- Common.h - What the programs that time things share ------*- C++ -*-===//

#ifndef QUANTIR_BENCHMARKS_COMMON_H
#define QUANTIR_BENCHMARKS_COMMON_H

#include "quantir/Compiler.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <random>

namespace quantir::benchmarks {

[[noreturn]] inline void fail(const std::string &message) {
  fmt::print(stderr, "error: {}\n", message);
  std::exit(1);
}

template <typename T> T check(Result<T> result) {
  if (!result)
    fail(result.message());
  return *std::move(result);
}

inline void fillRandomly(std::span<const runtime::TensorView> tensors, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> values;
  for (const runtime::TensorView &tensor : tensors)
    if (tensor.dtype == DType::Float32)
      std::generate_n(static_cast<float *>(tensor.data), tensor.numElements(),
                      [&] { return values(random); });
}

/// `atLeast` samples of random numbers, or a whole batch where that is fixed and greater, so that
/// none is padded.
inline CalibrationProvider randomSamples(int64_t atLeast) {
  return [atLeast](const runtime::Plan &plan) -> Result<CalibrationData> {
    CalibrationData data;
    data.name = "random numbers";
    const int64_t batch = plan.inputs().empty() ? 1 : plan.inputs()[0].dims[0];
    data.samples = std::max(batch, atLeast);
    data.source = [](int64_t first, int64_t, std::span<const runtime::TensorView> inputs) {
      fillRandomly(inputs, uint32_t(first));
      return Status();
    };
    return data;
  };
}

} // namespace quantir::benchmarks

#endif // QUANTIR_BENCHMARKS_COMMON_H
