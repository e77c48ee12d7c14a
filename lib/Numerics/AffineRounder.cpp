//===- AffineRounder.cpp - Rounding tensors of one shape to codes ---------===//

#include "quantir/Numerics/AffineRounder.h"

namespace quantir::numerics {

std::string AffineRounder::prepare(std::span<const int64_t> dims, AffineQParams known) {
  if (std::string error = validate(known); !error.empty())
    return error;
  if (std::string error = viewOf(known.blocks, dims, view); !error.empty())
    return error;
  params = std::move(known);
  min.clear();
  return {};
}

std::string AffineRounder::prepareDynamic(std::span<const int64_t> dims,
                                          const Granularity &granularity, const AffineSpec &spec) {
  if (std::string error = validate(spec); !error.empty())
    return error;
  if (std::string error = blockView(granularity, dims, view); !error.empty())
    return error;
  dynamic = spec;
  min.resize(size_t(view.numBlocks()));
  max.resize(min.size());
  params.scale.reserve(min.size());
  params.zeroPoint.reserve(min.size());
  params.floatZeroPoint.reserve(min.size());
  return {};
}

bool AffineRounder::run(const float *in, float *out) {
  if (!min.empty() && (!scanBlocks(in, view, min.data(), max.data()) ||
                       !chooseAffineQParams(min, max, dynamic, params).empty()))
    return false;
  fakeQuantizeBlocks(in, view, params, out);
  return true;
}

} // namespace quantir::numerics
