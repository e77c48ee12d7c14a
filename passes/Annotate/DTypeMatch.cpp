//===- DTypeMatch.cpp - Does a backend take what a qconfig asks for? ------===//
//
// The constraints are those of PyTorch's DTypeWithConstraints: they are held against the observer's
// configuration, before anything was observed. `scale_min` is compared with the observer's eps, the
// least scale that it can choose.
//
//===----------------------------------------------------------------------===//

#include "DTypeMatch.h"

#include "quantir/Vocabulary/ObjectTypes.h"

#include "llvm/Support/FormatVariadic.h"

using namespace quantir;
using llvm::formatv;
using mlir::FloatAttr;
using numerics::ObserverConfig;
using numerics::ObserverKind;
using numerics::QDType;

namespace {

llvm::StringRef name(QDType dtype) { return numerics::toText(dtype); }

/// What the observer makes of values: a float type if it does not quantize them, or there is none.
QDType dtypeOf(ObserverSpecAttr observer) {
  return observer ? observer.getConfig().dtype : QDType::Float32;
}

bool isDynamic(ObserverSpecAttr observer) { return observer && observer.getConfig().isDynamic; }

/// float16_static_qconfig and float16_dynamic_qconfig: nothing in them chooses a scale.
bool isFloat16(QConfigAttr qconfig) {
  auto isPlaceholder = [](ObserverSpecAttr observer) {
    return observer && observer.getConfig().kind == ObserverKind::Placeholder &&
           observer.getConfig().dtype == QDType::Float16;
  };
  return isPlaceholder(qconfig.getActivation()) && isPlaceholder(qconfig.getWeight());
}

std::string mismatchOfRange(DTypeSpecAttr spec, const ObserverConfig &config,
                            llvm::StringRef what) {
  if (!spec.getQuantMin() || !spec.getQuantMax())
    return "";
  int64_t min = *spec.getQuantMin(), max = *spec.getQuantMax();
  if (config.kind == ObserverKind::Placeholder && !config.quantMin)
    return formatv("the {0}'s range must be within [{1}, {2}], but the observer has none", what,
                   min, max);
  numerics::QuantRange range = config.range();
  if (range.min >= min && range.max <= max)
    return "";
  return formatv("the {0}'s range must be within [{1}, {2}], but the observer has [{3}, {4}]", what,
                 min, max, range.min, range.max);
}

std::string mismatchOfScaleMin(DTypeSpecAttr spec, const ObserverConfig &config,
                               llvm::StringRef what) {
  FloatAttr least = spec.getScaleMin();
  if (!least)
    return "";
  if (config.kind == ObserverKind::FixedQParams)
    return formatv("the {0}'s scale must be at least {1:e}, but the observer's is fixed and has no "
                   "eps",
                   what, least.getValueAsDouble());
  if (config.eps >= least.getValueAsDouble())
    return "";
  return formatv("the {0}'s scale must be at least {1:e}, but the observer's eps is {2:e}", what,
                 least.getValueAsDouble(), config.eps);
}

std::string mismatchOfExactScale(DTypeSpecAttr spec, const ObserverConfig &config,
                                 llvm::StringRef what) {
  FloatAttr exact = spec.getScaleExact();
  if (!exact)
    return "";
  bool fixed = config.kind == ObserverKind::FixedQParams;
  if (fixed && config.fixedScale == static_cast<float>(exact.getValueAsDouble()) &&
      config.fixedZeroPoint == *spec.getZeroPointExact())
    return "";
  std::string wanted = formatv("the {0} must have scale {1:e} and zero point {2}", what,
                               exact.getValueAsDouble(), *spec.getZeroPointExact());
  if (fixed)
    return formatv("{0}, but the observer has {1:e} and {2}", wanted, config.fixedScale,
                   config.fixedZeroPoint);
  return formatv("{0}, but the observer ({1}) chooses its own", wanted,
                 llvm::StringRef(numerics::toText(config.kind)));
}

/// Holds one observer against one dtype spec; `what` names the operand or result.
std::string mismatch(DTypeSpecAttr spec, ObserverSpecAttr observer, QConfigAttr qconfig,
                     llvm::StringRef what) {
  if (!spec)
    return "";
  if (!observer)
    return spec.getDtype() == QDType::Float32
               ? ""
               : formatv("the {0} must be {1}, but the qconfig leaves it in float", what,
                         name(spec.getDtype()))
                     .str();
  const ObserverConfig &config = observer.getConfig();
  if (config.dtype != spec.getDtype())
    return formatv("the {0} must be {1}, but the qconfig has {2}", what, name(spec.getDtype()),
                   name(config.dtype));
  if (std::string reason = mismatchOfRange(spec, config, what); !reason.empty())
    return reason;
  if (std::string reason = mismatchOfScaleMin(spec, config, what); !reason.empty())
    return reason;
  return isFloat16(qconfig) ? "" : mismatchOfExactScale(spec, config, what);
}

/// The result of an op whose activation is quantized while it runs is float.
std::string mismatchOfResult(DTypeSpecAttr spec, ObserverSpecAttr activation,
                             ObserverSpecAttr result, QConfigAttr qconfig) {
  if (!spec || !isDynamic(activation))
    return ::mismatch(spec, result, qconfig, "result");
  if (spec.getDtype() == QDType::Float32)
    return "";
  return formatv("the result must be {0}, but that of a dynamic op is float32",
                 name(spec.getDtype()));
}

/// A bias is observed by nobody: it is float32, or float16 in a unit that is all float16.
QDType biasDType(QConfigAttr qconfig) {
  bool allHalf = dtypeOf(qconfig.getActivation()) == QDType::Float16 &&
                 dtypeOf(qconfig.getWeight()) == QDType::Float16 &&
                 !isDynamic(qconfig.getActivation());
  return allHalf ? QDType::Float16 : QDType::Float32;
}

} // namespace

UnitShape quantir::getUnitShape(QuantizableOpInterface unit, const BackendPatterns &backend) {
  if (!backend.rules().moduleWeightsAtConvert)
    return {unit.getWeightOperand() != nullptr, unit.getBiasOperand() != nullptr};
  mlir::Operation *root = backend.rootOf(unit);
  const BackendPatterns::Entry *own = backend.find(root);
  if (!own || !isFunctionType(own->tree.names.front()))
    return {};
  // The ops have only tensors as operands, in the order of the call: weight and bias follow the
  // input.
  return {own->attr.getIndex(OperandRole::Weight) && root->getNumOperands() > 1,
          own->attr.getIndex(OperandRole::Bias) && root->getNumOperands() > 2};
}

std::string quantir::mismatch(DTypeConfigAttr config, QConfigAttr qconfig,
                              ObserverSpecAttr resultSpec, UnitShape unit) {
  ObserverSpecAttr activation = qconfig.getActivation();
  if (config.getInput() && isDynamic(activation) != config.getIsDynamic())
    return config.getIsDynamic() ? "the activation must be quantized dynamically"
                                 : "the activation must be quantized statically";
  if (std::string reason = ::mismatch(config.getInput(), activation, qconfig, "activation");
      !reason.empty())
    return reason;
  if (unit.hasWeight)
    if (std::string reason = ::mismatch(config.getWeight(), qconfig.getWeight(), qconfig, "weight");
        !reason.empty())
      return reason;
  // A qint32 bias is derived from the other operands.
  if (DTypeSpecAttr bias = config.getBias(); unit.hasBias && bias &&
                                             bias.getDtype() != QDType::QInt32 &&
                                             bias.getDtype() != biasDType(qconfig))
    return formatv("the bias must be {0}, but the qconfig makes it {1}", name(bias.getDtype()),
                   name(biasDType(qconfig)));
  return mismatchOfResult(config.getOutput(), activation, resultSpec, qconfig);
}

std::string quantir::convertMismatch(llvm::ArrayRef<DTypeConfigAttr> configs, QConfigAttr qconfig) {
  QDType activation = dtypeOf(qconfig.getActivation()), weight = dtypeOf(qconfig.getWeight());
  bool dynamic = isDynamic(qconfig.getActivation());
  auto wanted = [](DTypeSpecAttr spec) { return spec ? spec.getDtype() : QDType::Float32; };
  bool accepted = llvm::any_of(configs, [&](DTypeConfigAttr config) {
    if (wanted(config.getInput()) != activation || wanted(config.getWeight()) != weight)
      return false;
    if (config.getIsDynamic())
      return dynamic && wanted(config.getOutput()) == QDType::Float32;
    return wanted(config.getOutput()) == activation &&
           wanted(config.getBias()) == biasDType(qconfig);
  });
  if (accepted)
    return "";
  return formatv("no dtype config has {0} activations{1} with {2} weights", name(activation),
                 dynamic ? " (dynamic)" : "", name(weight));
}
