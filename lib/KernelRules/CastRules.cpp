//===- CastRules.cpp - Rules of ops that change an encoding ----------------===//

#include "Common.h"

#include "quantir/Numerics/Affine.h"
#include "quantir/Serialization/ObserverJson.h"

#include <fmt/format.h>

#include <span>

namespace quantir::rules {

std::string checkShapes(const QuantizeOptions &, const KernelOperands &o) {
  return checkSameShape(o);
}

std::string checkTypes(const QuantizeOptions &, const KernelOperands &o, Forms) {
  return firstOf({checkFloat("an input", o.input(0)), checkQuantized("a result", o.result())});
}

std::string checkShapes(const DequantizeOptions &, const KernelOperands &o) {
  return checkSameShape(o);
}

std::string checkTypes(const DequantizeOptions &, const KernelOperands &o, Forms) {
  return firstOf({checkQuantized("an input", o.input(0)), checkFloat("a result", o.result())});
}

std::string checkShapes(const RequantizeOptions &, const KernelOperands &o) {
  return checkSameShape(o);
}

std::string checkTypes(const RequantizeOptions &, const KernelOperands &o, Forms forms) {
  if (forms == Forms::All) {
    QUANTIR_RETURN_IF_WRONG(checkQuantized("an input", o.input(0)));
    QUANTIR_RETURN_IF_WRONG(checkQuantized("a result", o.result()));
    const int from = o.input(0).quant->axis, to = o.result().quant->axis;
    if (from >= 0 && to >= 0 && from != to)
      return fmt::format("expected one quantized axis, but got {} and {}", from, to);
    return {};
  }
  for (const KernelOperand *operand : {&o.input(0), &o.result()})
    if (!operand->isActivation())
      return expected("an input and a result of uint8 or int8 with one scale", describe(*operand));
  return {};
}

std::string checkShapes(const ReorderOptions &, const KernelOperands &o) {
  return checkSameShape(o);
}

std::string checkTypes(const ReorderOptions &, const KernelOperands &o, Forms forms) {
  // Copies of values that are quantized per channel, for one.
  return forms == Forms::All ? checkSameEncoding(o) : checkMovable(o);
}

std::string checkShapes(const FakeQuantizeDynamicOptions &options, const KernelOperands &o) {
  if (options.quantMin >= options.quantMax || options.quantMin < -128 || options.quantMax > 255)
    return fmt::format("expected quant_min < quant_max in [-128, 255], but got {} and {}",
                       options.quantMin, options.quantMax);
  return checkSameShape(o);
}

std::string checkTypes(const FakeQuantizeDynamicOptions &, const KernelOperands &o, Forms) {
  return checkFloats(o);
}

template <typename T> static std::span<const T> toSpan(const std::optional<std::vector<T>> &list) {
  return list ? std::span<const T>(*list) : std::span<const T>();
}

std::string readFakeQuantizeAffine(const FakeQuantizeAffineOptions &options, const Dims &dims,
                                   numerics::ObserverConfig &config,
                                   numerics::AffineQParams &params) {
  if (options.config.size() > maxOperands)
    return fmt::format("expected a config of at most {} bytes", maxOperands);
  QUANTIR_RETURN_IF_WRONG(numerics::parseJson(options.config, config, "config"));
  if (config.kind != numerics::ObserverKind::AffineMinMax)
    return fmt::format("config: expected an affine_min_max observer, but got {}",
                       numerics::toText(config.kind));
  if (!config.isDynamic)
    return numerics::makeAffineQParams(config, dims, toSpan(options.scales),
                                       toSpan(options.zeroPoints), toSpan(options.floatZeroPoints),
                                       params);
  if (options.scales || options.zeroPoints || options.floatZeroPoints)
    return "expected no scales and zero points with is_dynamic, but got some";
  std::vector<int64_t> size;
  return numerics::blockSizeOf(config.granularity(), dims, size);
}

std::string checkShapes(const FakeQuantizeAffineOptions &options, const KernelOperands &o) {
  numerics::ObserverConfig config;
  numerics::AffineQParams params;
  QUANTIR_RETURN_IF_WRONG(readFakeQuantizeAffine(options, o.input(0).dims, config, params));
  return checkSameShape(o);
}

std::string checkTypes(const FakeQuantizeAffineOptions &, const KernelOperands &o, Forms) {
  return checkFloats(o);
}

std::string checkShapes(const RoundFloat16Options &, const KernelOperands &o) {
  return checkSameShape(o);
}

std::string checkTypes(const RoundFloat16Options &, const KernelOperands &o, Forms) {
  return checkFloats(o);
}

std::string checkShapes(const ObserveOptions &, const KernelOperands &) { return {}; }

std::string checkTypes(const ObserveOptions &, const KernelOperands &o, Forms) {
  return checkFloats(o);
}

} // namespace quantir::rules
