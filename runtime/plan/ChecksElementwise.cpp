//===- ChecksElementwise.cpp - Rules of elementwise ops and reductions -----===//

#include "quantir/Shapes/KnownAxes.h"
#include "runtime/plan/OpChecks.h"

#include <fmt/format.h>

#include <cmath>

namespace quantir::runtime {

/// `axis` counts from the front; plans do not use negative axes.
static Status expectAxis(int64_t axis, size_t rank) {
  if (axis >= 0 && static_cast<size_t>(axis) < rank)
    return {};
  return Status::invalidModel(
      fmt::format("expected an axis of at least 0 and below {}, but got {}", rank, axis));
}

Status checkUnary(const UnaryOptions &options, const OpOperands &o) {
  float alpha = options.alpha, beta = options.beta;
  switch (options.kind) {
  case plan::UnaryKind::Clamp:
    if (!(alpha <= beta))
      return Status::invalidModel(
          fmt::format("expected clamp bounds in order, but got {} and {}", alpha, beta));
    break;
  case plan::UnaryKind::LeakyRelu:
  case plan::UnaryKind::Elu:
    if (!std::isfinite(alpha))
      return Status::invalidModel(fmt::format("expected a finite slope, but got {}", alpha));
    break;
  case plan::UnaryKind::HardSigmoid:
    if (!std::isfinite(alpha) || !std::isfinite(beta))
      return Status::invalidModel(
          fmt::format("expected finite coefficients, but got {} and {}", alpha, beta));
    break;
  case plan::UnaryKind::Pow:
    if (!std::isfinite(alpha))
      return Status::invalidModel(fmt::format("expected a finite exponent, but got {}", alpha));
    break;
  case plan::UnaryKind::Relu:
  case plan::UnaryKind::Sigmoid:
  case plan::UnaryKind::Tanh:
  case plan::UnaryKind::HardSwish:
  case plan::UnaryKind::Gelu:
  case plan::UnaryKind::GeluTanh:
  case plan::UnaryKind::Erf:
  case plan::UnaryKind::Sqrt:
    break;
  default:
    return Status::invalidModel(
        fmt::format("expected a known function, but got number {}", int(options.kind)));
  }
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectResultOf(o.input(0), o.output()));
  return expectDims("a result", o.output(), o.input(0).dims);
}

Status checkBinary(const BinaryOptions &options, const OpOperands &o) {
  if (options.kind > plan::BinaryKind::MAX)
    return Status::invalidModel(
        fmt::format("expected a known operator, but got number {}", int(options.kind)));
  QUANTIR_RETURN_IF_ERROR(checkActivation(options.activation));
  QUANTIR_RETURN_IF_ERROR(expectValue("the left operand", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectValue("the right operand", o.input(1)));
  if (isFloat(o.input(0)) != isFloat(o.input(1)))
    return Status::invalidModel(
        fmt::format("expected operands that are both float32 or both integers, but "
                    "got {} and {}",
                    describeType(o.input(0)), describeType(o.input(1))));
  QUANTIR_RETURN_IF_ERROR(expectResultOf(o.input(0), o.output()));
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(
      shapeStatus(shapes::inferBroadcast(o.input(0).dims, o.input(1).dims, dims)));
  return expectDims("a result", o.output(), dims);
}

Status checkSoftmax(const SoftmaxOptions &options, const OpOperands &o) {
  const int64_t axis = options.axis;
  QUANTIR_RETURN_IF_ERROR(expectAxis(axis, o.input(0).dims.size()));
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::checkKnownAxes(o.input(0).dims, {&axis, 1})));
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectResultOf(o.input(0), o.output()));
  return expectDims("a result", o.output(), o.input(0).dims);
}

Status checkPool(const PoolOptions &options, const OpOperands &o) {
  if (options.kind > plan::PoolKind::MAX)
    return Status::invalidModel(
        fmt::format("expected a known kind of pooling, but got number {}", int(options.kind)));
  std::vector<int64_t> dims;
  std::vector<int64_t> kernel = options.kernel;
  size_t spatial = kernel.size();
  shapes::PoolGeometry geometry{kernel, orElse(options.strides, spatial, 1),
                                orElse(options.padding, 2 * spatial, 0),
                                orElse(options.dilations, spatial, 1), options.ceilMode};
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::inferPool(o.input(0).dims, geometry, dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", o.input(0)));
  if (options.kind == plan::PoolKind::Max)
    return expectMovable(o.input(0), o.output());
  return expectResultOf(o.input(0), o.output());
}

Status checkAdaptiveAveragePool(const AdaptiveAveragePoolOptions &options, const OpOperands &o) {
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(
      shapeStatus(shapes::inferAdaptivePool(o.input(0).dims, options.outputSize, dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", o.input(0)));
  return expectResultOf(o.input(0), o.output());
}

Status checkMean(const MeanOptions &options, const OpOperands &o) {
  std::vector<int64_t> axes = options.axes;
  if (axes.empty())
    return Status::invalidModel("expected at least one axis, but got none");
  for (int64_t axis : axes)
    QUANTIR_RETURN_IF_ERROR(expectAxis(axis, o.input(0).dims.size()));
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(
      shapeStatus(shapes::inferMean(o.input(0).dims, axes, options.keepDims, dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", o.input(0)));
  return expectResultOf(o.input(0), o.output());
}

} // namespace quantir::runtime
