//===- GoldenCase.h - One recorded run of a PyTorch observer ----*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_NUMERICS_GOLDENCASE_H
#define QUANTIR_TEST_UNIT_NUMERICS_GOLDENCASE_H

#include "quantir/Numerics/Observer.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace quantir::test {

struct Tensor {
  std::vector<int64_t> dims;
  std::vector<float> values;
};

/// What a PyTorch observer was fed and what became of it.
struct ObserverGolden {
  std::string id;
  numerics::ObserverConfig config;
  int32_t quantMin = 0, quantMax = 0; ///< the range in force
  std::vector<Tensor> batches;
  std::vector<float> minTrace, maxTrace; ///< after each batch, a row of channels each
  std::vector<float> histogram;          ///< at the end; empty for others than histograms
  std::vector<float> scale;
  std::vector<float> zeroPoint; ///< real only for float qparams
};

/// An observer as PyTorch constructs it: class name and keyword arguments.
numerics::ObserverConfig configOf(const std::string &className, const nlohmann::json &arguments);

/// Runs our observer over the batches and compares everything, to the last bit.
void checkObserver(const ObserverGolden &golden);

} // namespace quantir::test

#endif // QUANTIR_TEST_UNIT_NUMERICS_GOLDENCASE_H
