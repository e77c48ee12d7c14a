//===- DTypeMatch.cpp - Does a backend take what a qconfig asks for? ------===//
//
// The constraints are those of PyTorch's DTypeWithConstraints: they are held against the observer's configuration, before
// anything was observed. `scale_min` is compared with the observer's eps, the least scale that it can choose.
//
//===----------------------------------------------------------------------===//

#include "DTypeMatch.h"

#include "llvm/Support/FormatVariadic.h"

using namespace quantir;
using llvm::formatv;
using mlir::FloatAttr;

namespace {

llvm::StringRef name(numerics::QDType dtype) { return numerics::toText(dtype); }

/// Holds one observer against one dtype spec; `what` names the operand or result.
std::string mismatch(DTypeSpecAttr spec, ObserverSpecAttr observer, llvm::StringRef what) {
  if (!spec)
    return "";
  if (!observer)
    return spec.getDtype() == numerics::QDType::Float32
               ? ""
               : formatv("the {0} must be {1}, but the qconfig leaves it in float", what,
                         name(spec.getDtype()))
                     .str();
  const numerics::ObserverConfig &config = observer.getConfig();
  if (config.dtype != spec.getDtype())
    return formatv("the {0} must be {1}, but the qconfig has {2}", what, name(spec.getDtype()),
                   name(config.dtype))
        .str();
  if (spec.getQuantMin() && spec.getQuantMax()) {
    numerics::QuantRange range = config.range();
    if (range.min < *spec.getQuantMin() || range.max > *spec.getQuantMax())
      return formatv("the {0}'s range must be within [{1}, {2}], but the observer has [{3}, {4}]",
                     what, *spec.getQuantMin(), *spec.getQuantMax(), range.min, range.max)
          .str();
  }
  if (FloatAttr least = spec.getScaleMin(); least && config.eps < least.getValueAsDouble())
    return formatv("the {0}'s scale must be at least {1:e}, but the observer's eps is {2:e}", what,
                   least.getValueAsDouble(), config.eps)
        .str();
  if (FloatAttr exact = spec.getScaleExact();
      exact &&
      (config.kind != numerics::ObserverKind::FixedQParams ||
       config.fixedScale != static_cast<float>(exact.getValueAsDouble()) ||
       config.fixedZeroPoint != *spec.getZeroPointExact()))
    return formatv("the {0} must have scale {1:e} and zero point {2}", what,
                   exact.getValueAsDouble(), *spec.getZeroPointExact())
        .str();
  return "";
}

} // namespace

std::string quantir::mismatch(DTypeConfigAttr config, QConfigAttr qconfig,
                              ObserverSpecAttr resultSpec, UnitShape unit) {
  ObserverSpecAttr activation = qconfig.getActivation();
  if (activation && activation.getConfig().isDynamic != config.getIsDynamic())
    return config.getIsDynamic() ? "the activation must be quantized dynamically"
                                 : "the activation must be quantized statically";
  if (std::string reason = ::mismatch(config.getInput(), activation, "activation"); !reason.empty())
    return reason;
  if (unit.hasWeight)
    if (std::string reason = ::mismatch(config.getWeight(), qconfig.getWeight(), "weight");
        !reason.empty())
      return reason;
  return ::mismatch(config.getOutput(), resultSpec, "result");
}
