//===- ChecksNorm.cpp - Rules of normalizations and resampling -------------===//

#include "quantir/Shapes/KnownAxes.h"
#include "quantir/Shapes/Resample.h"
#include "runtime/plan/OpChecks.h"

#include <fmt/format.h>

#include <cmath>

namespace quantir::runtime {
namespace {

/// Parameters that stay float32, row-major and of dims `dims`; an absent one is right.
Status expectParameter(std::string_view what, const Operand *operand,
                       const std::vector<int64_t> &dims) {
  if (!operand)
    return {};
  if (!isFloat(*operand))
    return Status::invalidModel(
        fmt::format("expected {} of float32, but got {}", what, describeType(*operand)));
  QUANTIR_RETURN_IF_ERROR(expectRowMajor(what, *operand));
  return expectDims(what, *operand, dims);
}

Status checkNorm(const OpOperands &o, float epsilon, const std::vector<int64_t> &dims) {
  if (!std::isfinite(epsilon) || epsilon < 0)
    return Status::invalidModel(
        fmt::format("expected a finite epsilon that is not negative, but got {}", epsilon));
  QUANTIR_RETURN_IF_ERROR(expectParameter("a weight", o.optional(1), dims));
  QUANTIR_RETURN_IF_ERROR(expectParameter("a bias", o.optional(2), dims));
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectResultOf(o.input(0), o.output()));
  return expectDims("a result", o.output(), o.input(0).dims);
}

Status expectRank2(const Operand &x) {
  if (x.dims.size() >= 2)
    return {};
  return Status::invalidModel(
      fmt::format("expected an input of at least 2 dims, but got {}", formatDims(x.dims)));
}

} // namespace

Status checkLayerNorm(const LayerNormOptions &options, const OpOperands &o) {
  const std::vector<int64_t> &dims = o.input(0).dims;
  if (options.axis < 0 || static_cast<size_t>(options.axis) >= dims.size())
    return Status::invalidModel(fmt::format(
        "expected an axis of at least 0 and below {}, but got {}", dims.size(), options.axis));
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::checkKnownFrom(dims, options.axis)));
  return checkNorm(o, options.epsilon, {dims.begin() + options.axis, dims.end()});
}

Status checkGroupNorm(const GroupNormOptions &options, const OpOperands &o) {
  QUANTIR_RETURN_IF_ERROR(expectRank2(o.input(0)));
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::checkKnownFrom(o.input(0).dims, 1)));
  int64_t channels = o.input(0).dims[1];
  if (options.groups < 1 || channels % options.groups != 0)
    return Status::invalidModel(
        fmt::format("expected a number of groups that divides the {} channels, but got {}",
                    channels, options.groups));
  return checkNorm(o, options.epsilon, {channels});
}

Status checkPRelu(const PReluOptions &, const OpOperands &o) {
  const Operand &x = o.input(0), &slope = o.input(1);
  std::vector<int64_t> dims = {1};
  if (slope.dims != dims) {
    QUANTIR_RETURN_IF_ERROR(expectRank2(x));
    dims = {x.dims[1]};
  }
  QUANTIR_RETURN_IF_ERROR(expectParameter("a slope", &slope, dims));
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", x));
  QUANTIR_RETURN_IF_ERROR(expectResultOf(x, o.output()));
  return expectDims("a result", o.output(), x.dims);
}

Status checkResample(const ResampleOptions &options, const OpOperands &o) {
  if (options.mode > plan::ResampleMode::MAX || options.coordinates > plan::CoordinateMode::MAX ||
      options.rounding > plan::NearestRounding::MAX)
    return Status::invalidModel(fmt::format("expected known modes, but got numbers {}, {} and {}",
                                            int(options.mode), int(options.coordinates),
                                            int(options.rounding)));
  const std::vector<int64_t> &result = o.output().dims;
  if (result.size() < 3)
    return Status::invalidModel(
        fmt::format("expected a result of at least 3 dims, but got {}", formatDims(result)));
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::inferResample(
      o.input(0).dims, {result.begin() + 2, result.end()}, options.scales, dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", o.input(0)));
  return options.mode == plan::ResampleMode::Nearest ? expectMovable(o.input(0), o.output())
                                                     : expectResultOf(o.input(0), o.output());
}

} // namespace quantir::runtime
