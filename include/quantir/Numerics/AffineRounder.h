//===- AffineRounder.h - Rounding tensors of one shape to codes -*- C++ -*-===//
//
// quantize_affine and dequantize_affine in one, for a kernel that runs again and again.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_AFFINEROUNDER_H
#define QUANTIR_NUMERICS_AFFINEROUNDER_H

#include "quantir/Numerics/Blocks.h"

namespace quantir::numerics {

/// Rounds tensors of fixed dimensions to what the codes of their blocks stand for.
class AffineRounder {
public:
  /// With these parameters. Errors: as `validate`, blocks that do not divide `dims`.
  [[nodiscard]] std::string prepare(std::span<const int64_t> dims, AffineQParams known);

  /// With parameters that `run` chooses. Errors: as `validate` and `blockSizeOf`.
  [[nodiscard]] std::string prepareDynamic(std::span<const int64_t> dims,
                                           const Granularity &granularity, const AffineSpec &spec);

  /// `in` may be `out`. Allocates nothing. With dynamic parameters, returns whether all values are
  /// finite and so are their ranges; nothing is written else.
  [[nodiscard]] bool run(const float *in, float *out);

private:
  BlockView view;
  AffineQParams params;
  AffineSpec dynamic;
  std::vector<float> min, max; ///< of each block; empty: `params` are known
};

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_AFFINEROUNDER_H
