//===- ChecksConvert.cpp - Rules of ops that change an encoding ------------===//

#include "runtime/plan/OpChecks.h"

#include <fmt/format.h>

namespace quantir::runtime {

static Status expectFloat(std::string_view what, const Operand &operand) {
  if (isFloat(operand))
    return {};
  return Status::invalidModel(
      fmt::format("expected {} to be float32, but got {}", what, describeType(operand)));
}

static Status expectQuantized(std::string_view what, const Operand &operand) {
  if (!isFloat(operand) && operand.quant)
    return {};
  return Status::invalidModel(fmt::format("expected {} to be an integer with a scale, but got {}",
                                          what, describeType(operand)));
}

Status checkQuantize(const QuantizeOptions &, const OpOperands &o) {
  QUANTIR_RETURN_IF_ERROR(expectFloat("the input", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectQuantized("the result", o.output()));
  return expectDims("a result", o.output(), o.input(0).dims);
}

Status checkDequantize(const DequantizeOptions &, const OpOperands &o) {
  QUANTIR_RETURN_IF_ERROR(expectQuantized("the input", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectFloat("the result", o.output()));
  return expectDims("a result", o.output(), o.input(0).dims);
}

Status checkRequantize(const RequantizeOptions &, const OpOperands &o) {
  QUANTIR_RETURN_IF_ERROR(expectQuantized("the input", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectQuantized("the result", o.output()));
  int from = o.input(0).quant->axis, to = o.output().quant->axis;
  if (from >= 0 && to >= 0 && from != to)
    return Status::invalidModel(
        fmt::format("expected one quantized axis, but got {} and {}", from, to));
  return expectDims("a result", o.output(), o.input(0).dims);
}

Status checkReorder(const ReorderOptions &, const OpOperands &o) {
  if (!sameEncoding(o.input(0), o.output()))
    return Status::invalidModel(
        fmt::format("expected the result to have the type and scales of the input, "
                    "but got {} and {}",
                    describeType(o.output()), describeType(o.input(0))));
  return expectDims("a result", o.output(), o.input(0).dims);
}

Status checkFakeQuantizeDynamic(const FakeQuantizeDynamicOptions &options, const OpOperands &o) {
  if (options.quantMin >= options.quantMax || options.quantMin < -128 || options.quantMax > 255)
    return Status::invalidModel(
        fmt::format("expected quant_min < quant_max in [-128, 255], but got {} "
                    "and {}",
                    options.quantMin, options.quantMax));
  return checkRoundFloat16({}, o);
}

Status checkFakeQuantizeAffine(const FakeQuantizeAffineOptions &options, const OpOperands &o) {
  numerics::ObserverConfig config;
  numerics::AffineQParams params;
  QUANTIR_RETURN_IF_ERROR(readFakeQuantizeAffine(options, o.input(0).dims, config, params));
  if (o.input(0).layout != Layout::RowMajor)
    return Status::invalidModel("expected a row-major input");
  return checkRoundFloat16({}, o);
}

Status checkRoundFloat16(const RoundFloat16Options &, const OpOperands &o) {
  QUANTIR_RETURN_IF_ERROR(expectFloat("the input", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectFloat("the result", o.output()));
  if (o.input(0).layout != o.output().layout)
    return Status::invalidModel("expected an input and a result of one layout");
  return expectDims("a result", o.output(), o.input(0).dims);
}

Status checkObserve(const ObserveOptions &options, const OpOperands &o) {
  QUANTIR_RETURN_IF_ERROR(expectFloat("the input", o.input(0)));
  size_t count = o.graph.observers() ? o.graph.observers()->size() : 0;
  uint32_t index = options.observer;
  if (index >= count)
    return Status::invalidModel(
        fmt::format("expected an observer below {}, but got {}", count, index));
  return {};
}

} // namespace quantir::runtime
