//===- ElementwiseRules.cpp - Rules of functions of one or two numbers -----===//

#include "Common.h"

#include "quantir/Shapes/KnownAxes.h"

#include <fmt/format.h>

#include <cmath>

namespace quantir::rules {

/// The parameters of the functions that have some.
static std::string checkParameters(const UnaryOptions &options) {
  const float alpha = options.alpha, beta = options.beta;
  if (std::isnan(alpha) || std::isnan(beta))
    return "expected alpha and beta to be numbers, but got nan";
  switch (options.kind) {
  case plan::UnaryKind::Clamp:
    if (alpha > beta)
      return fmt::format("expected clamp bounds in order, but got {} and {}", alpha, beta);
    break;
  case plan::UnaryKind::LeakyRelu:
  case plan::UnaryKind::Elu:
    if (!std::isfinite(alpha))
      return fmt::format("expected a finite slope, but got {}", alpha);
    break;
  case plan::UnaryKind::HardSigmoid:
    if (!std::isfinite(alpha) || !std::isfinite(beta))
      return fmt::format("expected finite coefficients, but got {} and {}", alpha, beta);
    break;
  case plan::UnaryKind::Pow:
    if (!std::isfinite(alpha))
      return fmt::format("expected a finite exponent, but got {}", alpha);
    break;
  default: // has none
    break;
  }
  return {};
}

std::string checkShapes(const UnaryOptions &options, const KernelOperands &o) {
  return firstOf(
      {checkKnown("function", options.kind), checkParameters(options), checkSameShape(o)});
}

std::string checkTypes(const UnaryOptions &, const KernelOperands &o, Forms forms) {
  return checkValues(o, 1, forms);
}

std::string checkShapes(const BinaryOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkKnown("operator", options.kind));
  QUANTIR_RETURN_IF_WRONG(checkActivation(options.activation));
  Dims dims;
  std::string error = shapes::inferBroadcast(o.input(0).dims, o.input(1).dims, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const BinaryOptions &, const KernelOperands &o, Forms forms) {
  return checkValues(o, 2, forms);
}

std::string checkShapes(const SoftmaxOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkAxis(options.axis, o.input(0).dims.size()));
  QUANTIR_RETURN_IF_WRONG(shapes::checkKnownAxes(o.input(0).dims, {&options.axis, 1}));
  return checkSameShape(o);
}

std::string checkTypes(const SoftmaxOptions &, const KernelOperands &o, Forms forms) {
  return checkValues(o, 1, forms);
}

} // namespace quantir::rules
