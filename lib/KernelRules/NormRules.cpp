//===- NormRules.cpp - Rules of normalizations and slopes ------------------===//

#include "Common.h"

#include "quantir/Shapes/KnownAxes.h"

#include <fmt/format.h>

#include <cmath>

namespace quantir::rules {

/// Right if it is absent.
static std::string checkParameter(std::string_view what, const KernelOperand *operand,
                                  const Dims &dims) {
  return operand ? checkDims(what, *operand, dims) : std::string();
}

static std::string checkNorm(const KernelOperands &o, float epsilon, const Dims &dims) {
  if (!std::isfinite(epsilon) || epsilon < 0)
    return fmt::format("expected a finite epsilon that is not negative, but got {}", epsilon);
  return firstOf({checkParameter("a weight", o.optional(1), dims),
                  checkParameter("a bias", o.optional(2), dims), checkSameShape(o)});
}

/// An input of data, then parameters of float32.
static std::string checkParameterTypes(const KernelOperands &o, Forms forms) {
  for (size_t i = 1; i < o.inputs.size(); ++i)
    if (const KernelOperand *parameter = o.optional(i))
      QUANTIR_RETURN_IF_WRONG(checkFloat("parameters", *parameter));
  return checkValues(o, 1, forms);
}

std::string checkShapes(const LayerNormOptions &options, const KernelOperands &o) {
  const Dims &dims = o.input(0).dims;
  QUANTIR_RETURN_IF_WRONG(checkAxis(options.axis, dims.size()));
  QUANTIR_RETURN_IF_WRONG(shapes::checkKnownFrom(dims, options.axis));
  return checkNorm(o, options.epsilon, {dims.begin() + options.axis, dims.end()});
}

std::string checkTypes(const LayerNormOptions &, const KernelOperands &o, Forms forms) {
  return checkParameterTypes(o, forms);
}

std::string checkShapes(const GroupNormOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkRank2(o.input(0)));
  QUANTIR_RETURN_IF_WRONG(shapes::checkKnownFrom(o.input(0).dims, 1));
  const int64_t channels = o.input(0).dims[1];
  if (options.groups < 1 || channels % options.groups != 0)
    return fmt::format("expected a number of groups that divides the {} channels, but got {}",
                       channels, options.groups);
  return checkNorm(o, options.epsilon, {channels});
}

std::string checkTypes(const GroupNormOptions &, const KernelOperands &o, Forms forms) {
  return checkParameterTypes(o, forms);
}

std::string checkShapes(const PReluOptions &, const KernelOperands &o) {
  const KernelOperand &slope = o.input(1);
  if (slope.dims != Dims{1}) {
    QUANTIR_RETURN_IF_WRONG(checkRank2(o.input(0)));
    QUANTIR_RETURN_IF_WRONG(checkDims("a slope", slope, {o.input(0).dims[1]}));
  }
  return checkSameShape(o);
}

std::string checkTypes(const PReluOptions &, const KernelOperands &o, Forms forms) {
  return checkParameterTypes(o, forms);
}

} // namespace quantir::rules
