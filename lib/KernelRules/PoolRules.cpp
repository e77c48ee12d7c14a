//===- PoolRules.cpp - Rules of windows, means and resampling --------------===//

#include "Common.h"

#include "quantir/Shapes/Resample.h"

namespace quantir::rules {

std::string checkShapes(const PoolOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkKnown("kind of pooling", options.kind));
  const size_t spatial = options.kernel.size();
  const shapes::PoolGeometry geometry{options.kernel, orElse(options.strides, spatial, 1),
                                      orElse(options.padding, 2 * spatial, 0),
                                      orElse(options.dilations, spatial, 1), options.ceilMode};
  Dims dims;
  std::string error = shapes::inferPool(o.input(0).dims, geometry, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const PoolOptions &options, const KernelOperands &o, Forms forms) {
  QUANTIR_RETURN_IF_WRONG(checkValues(o, 1, forms));
  return options.kind == plan::PoolKind::Max ? checkMovable(o) : std::string();
}

std::string checkShapes(const AdaptiveAveragePoolOptions &options, const KernelOperands &o) {
  Dims dims;
  std::string error = shapes::inferAdaptivePool(o.input(0).dims, options.outputSize, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const AdaptiveAveragePoolOptions &, const KernelOperands &o, Forms forms) {
  return checkValues(o, 1, forms);
}

std::string checkShapes(const MeanOptions &options, const KernelOperands &o) {
  if (options.axes.empty())
    return expected("at least one axis", "none");
  for (int64_t axis : options.axes)
    QUANTIR_RETURN_IF_WRONG(checkAxis(axis, o.input(0).dims.size()));
  Dims dims;
  std::string error = shapes::inferMean(o.input(0).dims, options.axes, options.keepDims, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const MeanOptions &, const KernelOperands &o, Forms forms) {
  return checkValues(o, 1, forms);
}

/// What drops dimensions has a result of another rank, whose layout is its own.
LayoutRule layoutRuleOf(const MeanOptions &options) {
  return options.keepDims ? LayoutRule::Elementwise : LayoutRule::Any;
}

std::string checkShapes(const ResampleOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkKnown("mode", options.mode));
  QUANTIR_RETURN_IF_WRONG(checkKnown("mode of coordinates", options.coordinates));
  QUANTIR_RETURN_IF_WRONG(checkKnown("mode of rounding", options.rounding));
  Dims sizes = o.result().dims, dims;
  if (sizes.size() < 3)
    return expected("a result of rank 3 or more", shapes::formatDims(sizes));
  sizes.erase(sizes.begin(), sizes.begin() + 2);
  std::string error = shapes::inferResample(o.input(0).dims, sizes, options.scales, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const ResampleOptions &options, const KernelOperands &o, Forms forms) {
  QUANTIR_RETURN_IF_WRONG(checkValues(o, 1, forms));
  return options.mode == plan::ResampleMode::Nearest ? checkMovable(o) : std::string();
}

} // namespace quantir::rules
