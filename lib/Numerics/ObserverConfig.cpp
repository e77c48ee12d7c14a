//===- ObserverConfig.cpp - Names, defaults and checks of configurations --===//

#include "quantir/Base/Text.h"
#include "quantir/Numerics/Observer.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace quantir::numerics {

namespace {

struct KindInfo {
  std::string_view name;
  std::string_view torchName; ///< empty: PyTorch has none
};

/// In the order of ObserverKind.
constexpr std::array<KindInfo, 14> kinds = {{
    {"min_max", "MinMaxObserver"},
    {"moving_average_min_max", "MovingAverageMinMaxObserver"},
    {"per_channel_min_max", "PerChannelMinMaxObserver"},
    {"moving_average_per_channel_min_max", "MovingAveragePerChannelMinMaxObserver"},
    {"histogram", "HistogramObserver"},
    {"percentile", ""},
    {"entropy", ""},
    {"mse", ""},
    {"affine_min_max", "AffineQuantizedMinMaxObserver"},
    {"fixed_qparams", "FixedQParamsObserver"},
    {"placeholder", "PlaceholderObserver"},
    {"recording", "RecordingObserver"},
    {"noop", "NoopObserver"},
    {"reuse_input", "ReuseInputObserver"},
}};

constexpr auto kindNames = [] {
  std::array<std::string_view, kinds.size()> names;
  for (size_t i = 0; i < names.size(); ++i)
    names[i] = kinds[i].name;
  return names;
}();

/// In the order of FakeQuantize.
constexpr std::array<std::string_view, 3> fakeQuantizeNames = {"none", "module", "fused"};

constexpr int64_t maxBins = 1 << 20;

bool isHistogram(ObserverKind kind) {
  return kind == ObserverKind::Histogram || isGridHistogram(kind);
}

bool isMovingAverage(ObserverKind kind) {
  return kind == ObserverKind::MovingAverageMinMax ||
         kind == ObserverKind::MovingAveragePerChannelMinMax;
}

std::string formatRange(QuantRange range) {
  return "[" + std::to_string(range.min) + ", " + std::to_string(range.max) + "]";
}

/// The quantized range, for kinds that have one.
std::string validateRange(const ObserverConfig &config) {
  if (config.quantMin.has_value() != config.quantMax.has_value())
    return std::string("expected quant_min and quant_max together, but got only ") +
           (config.quantMin ? "quant_min" : "quant_max");
  if (!config.quantMin)
    return {};
  QuantRange given = {*config.quantMin, *config.quantMax}, storage = storageRange(config.dtype);
  if (given.min >= given.max)
    return "expected quant_min < quant_max, but got " + formatRange(given);
  if (given.min > 0 || given.max < 0)
    return "expected a range from quant_min to quant_max that includes 0, but got " +
           formatRange(given);
  if (given.min < storage.min || given.max > storage.max)
    return "expected quant_min and quant_max within " + formatRange(storage) + " (" +
           std::string(toText(config.dtype)) + "), but got " + formatRange(given);
  if (QuantRange range = config.range(); range.min >= range.max)
    return "expected a range that can be halved (reduce_range), but got " + formatRange(given);
  return {};
}

std::string validateEps(float eps) {
  if (!(eps >= std::numeric_limits<float>::min()) || std::isinf(eps))
    return "expected a positive, finite eps, but got " + formatFloat(eps);
  return {};
}

/// That each granularity has the sizes it needs, and no other.
std::string validateGranularity(const ObserverConfig &config) {
  const std::string granularity(toText(config.granularityKind));
  const bool perGroup = config.granularityKind == GranularityKind::PerGroup;
  if (perGroup ? config.groupSize < 1 : config.groupSize != 0)
    return "expected a group_size " + std::string(perGroup ? "above 0" : "of 0") +
           " with granularity " + granularity + ", but got " + std::to_string(config.groupSize);
  const bool perBlock = config.granularityKind == GranularityKind::PerBlock;
  if (perBlock == config.blockSize.empty())
    return std::string("expected ") + (perBlock ? "a" : "no") + " block_size with granularity " +
           granularity + ", but got " + std::to_string(config.blockSize.size()) + " sizes";
  for (int64_t size : config.blockSize)
    if (size < 1 && size != -1)
      return "expected a block_size of positive numbers or -1, but got " + std::to_string(size);
  if (config.isDynamic && config.granularityKind == GranularityKind::PerAxis)
    return "expected a granularity other than per_axis with is_dynamic, but got " + granularity;
  return {};
}

/// The settings of blocks, and that none is there that only other kinds have.
std::string validateAffine(const ObserverConfig &config) {
  if (!isQuantized(config.dtype))
    return "expected a quantized dtype for an affine_min_max observer, but got " +
           std::string(toText(config.dtype));
  if (config.scheme != QScheme::PerTensorAffine)
    return "expected mapping_type and granularity for an affine_min_max observer, but got "
           "qscheme " +
           std::string(toText(config.scheme));
  if (config.reduceRange)
    return "expected quant_min and quant_max for an affine_min_max observer, but got reduce_range";
  if (std::string error = validateGranularity(config); !error.empty())
    return error;
  if (std::string error = validateEps(config.eps); !error.empty())
    return error;
  if (std::string error = validateRange(config); !error.empty())
    return error;
  return validate(config.affineSpec());
}

/// That nothing is there that only affine_min_max has.
std::string validateNotAffine(const ObserverConfig &config) {
  const std::string name(toText(config.kind));
  if (isSubByte(config.dtype))
    return "expected quint4x2, qint4, an integer of 8, 16 or 32 bits or a float as the dtype of "
           "a " +
           name + " observer (affine_min_max takes any width), but got " +
           std::string(toText(config.dtype));
  const ObserverConfig usual;
  if (config.granularityKind != usual.granularityKind || config.groupSize != usual.groupSize ||
      config.blockSize != usual.blockSize || config.mappingType != usual.mappingType ||
      config.zeroPointDomain != usual.zeroPointDomain || config.preserveZero != usual.preserveZero)
    return "expected granularity, group_size, block_size, mapping_type, zero_point_domain and "
           "preserve_zero only for an affine_min_max observer, but got a " +
           name + " observer";
  return {};
}

std::string validateStatistics(const ObserverConfig &config) {
  std::string name(toText(config.kind));
  if (!isQuantized(config.dtype))
    return "expected a quantized dtype for a " + name + " observer, but got " +
           std::string(toText(config.dtype));
  if (isPerChannel(config.kind) != isPerChannel(config.scheme))
    return std::string("expected a ") + (isPerChannel(config.kind) ? "per_channel" : "per_tensor") +
           " qscheme for a " + name + " observer, but got " + std::string(toText(config.scheme));
  if (config.reduceRange && isSymmetric(config.scheme) &&
      (config.dtype == QDType::QUInt8 || config.dtype == QDType::UInt8))
    return "expected an affine qscheme or a signed dtype with reduce_range, but got " +
           std::string(toText(config.scheme)) + " " + std::string(toText(config.dtype));
  if (config.isDynamic && config.kind != ObserverKind::MovingAverageMinMax)
    return "expected is_dynamic only for moving_average_min_max (with averaging_constant 1), "
           "affine_min_max and placeholder, but got a " +
           name + " observer";
  if (config.isDynamic && config.averagingConstant != 1.0f)
    return "expected averaging_constant 1 with is_dynamic, but got " +
           formatFloat(config.averagingConstant);
  if (std::string error = validateEps(config.eps); !error.empty())
    return error;
  if (isMovingAverage(config.kind) &&
      !(config.averagingConstant > 0.0f && config.averagingConstant <= 1.0f))
    return "expected an averaging_constant above 0 and at most 1, but got " +
           formatFloat(config.averagingConstant);
  if (isPerChannel(config.kind) && config.chAxis < 0)
    return "expected a ch_axis that is not negative, but got " + std::to_string(config.chAxis);
  if (isHistogram(config.kind)) {
    // A grid has an edge at zero, so that values of both signs need two bins.
    const int least = isGridHistogram(config.kind) ? 2 : 1;
    if (config.bins < least || config.bins > maxBins)
      return "expected bins between " + std::to_string(least) + " and " + std::to_string(maxBins) +
             ", but got " + std::to_string(config.bins);
    if (!(config.percentile > 0.0f && config.percentile <= 100.0f))
      return "expected a percentile above 0 and at most 100, but got " +
             formatFloat(config.percentile);
    if (bitWidth(config.dtype) > 16 || isFloat8(config.dtype))
      return "expected an integer dtype of at most 16 bits for a " + name + " observer, but got " +
             std::string(toText(config.dtype));
  }
  return validateRange(config);
}

/// What stands in a fake-quantize has to have parameters.
std::string validateFakeQuantize(const ObserverConfig &config) {
  if (config.fakeQuantize == FakeQuantize::Fused && !isMovingAverage(config.kind))
    return "expected moving_average_min_max or moving_average_per_channel_min_max with "
           "fake_quantize 'fused', but got " +
           std::string(toText(config.kind));
  if (config.fakeQuantize == FakeQuantize::Module && config.kind >= ObserverKind::Placeholder)
    return "expected an observer with quantization parameters with fake_quantize 'module', but "
           "got " +
           std::string(toText(config.kind));
  return {};
}

std::string validateFixed(const ObserverConfig &config) {
  if (!isQuantized(config.dtype))
    return "expected a quantized dtype for a fixed_qparams observer, but got " +
           std::string(toText(config.dtype));
  if (isPerChannel(config.scheme))
    return "expected a per_tensor qscheme for a fixed_qparams observer, but got " +
           std::string(toText(config.scheme));
  if (config.isDynamic)
    return "expected a fixed_qparams observer without is_dynamic, but got it set";
  if (!(config.fixedScale >= std::numeric_limits<float>::min()) || std::isinf(config.fixedScale))
    return "expected a positive, finite scale, but got " + formatFloat(config.fixedScale);
  if (std::string error = validateRange(config); !error.empty())
    return error;
  QuantRange range = config.range();
  if (config.fixedZeroPoint < range.min || config.fixedZeroPoint > range.max)
    return "expected a zero_point within " + formatRange(range) + ", but got " +
           std::to_string(config.fixedZeroPoint);
  return {};
}

} // namespace

std::string_view toText(ObserverKind kind) { return kinds[size_t(kind)].name; }

/// "HistogramObserver" of "torch.ao.quantization.observer.HistogramObserver".
static std::string_view withoutModule(std::string_view text) {
  return text.starts_with("torch.") ? text.substr(text.rfind('.') + 1) : text;
}

std::string parseText(std::string_view text, ObserverKind &out) {
  for (size_t i = 0; i < kinds.size(); ++i)
    if (text == kinds[i].name ||
        (!kinds[i].torchName.empty() && withoutModule(text) == kinds[i].torchName)) {
      out = ObserverKind(i);
      return {};
    }
  return unknownName(text, kindNames);
}

std::string_view toText(FakeQuantize fakeQuantize) {
  return fakeQuantizeNames[size_t(fakeQuantize)];
}

std::string parseText(std::string_view text, FakeQuantize &out) {
  std::string_view bare = withoutModule(text);
  auto found = std::find(fakeQuantizeNames.begin(), fakeQuantizeNames.end(), text);
  if (found != fakeQuantizeNames.end())
    out = FakeQuantize(found - fakeQuantizeNames.begin());
  else if (bare == "FakeQuantize" || bare == "FixedQParamsFakeQuantize")
    out = FakeQuantize::Module;
  else if (bare == "FusedMovingAvgObsFakeQuantize")
    out = FakeQuantize::Fused;
  else
    return unknownName(text, fakeQuantizeNames);
  return {};
}

bool isPerChannel(ObserverKind kind) {
  return kind == ObserverKind::PerChannelMinMax ||
         kind == ObserverKind::MovingAveragePerChannelMinMax;
}

bool isGridHistogram(ObserverKind kind) {
  return kind == ObserverKind::Percentile || kind == ObserverKind::Entropy ||
         kind == ObserverKind::Mse;
}

bool dependsOnOrder(ObserverKind kind) {
  return !isHistogram(kind) && kind != ObserverKind::MinMax &&
         kind != ObserverKind::MovingAverageMinMax;
}

bool needsCalibration(const ObserverConfig &config) {
  return config.kind < ObserverKind::FixedQParams &&
         !(config.kind == ObserverKind::AffineMinMax && config.isDynamic);
}

ObserverConfig ObserverConfig::of(ObserverKind kind) {
  ObserverConfig config;
  config.kind = kind;
  if (isPerChannel(kind))
    config.scheme = QScheme::PerChannelAffine;
  if (kind == ObserverKind::AffineMinMax)
    config.dtype = QDType::Int8;
  if (kind == ObserverKind::Placeholder)
    config.dtype = QDType::Float32;
  if (kind == ObserverKind::Noop)
    config.dtype = QDType::Float16;
  return config;
}

QuantRange ObserverConfig::range() const {
  if (kind == ObserverKind::AffineMinMax && !quantMin && !quantMax)
    return storageRange(dtype);
  return effectiveRange(dtype, quantMin, quantMax, reduceRange);
}

std::string ObserverConfig::validate() const {
  if (std::string error = validateFakeQuantize(*this); !error.empty())
    return error;
  if (kind == ObserverKind::AffineMinMax)
    return validateAffine(*this);
  if (std::string error = validateNotAffine(*this); !error.empty())
    return error;
  if (needsCalibration(*this))
    return validateStatistics(*this);
  if (kind == ObserverKind::FixedQParams)
    return validateFixed(*this);
  if (isQuantized(dtype))
    return validateRange(*this);
  if (quantMin || quantMax)
    return "expected no quant_min and quant_max for " + std::string(toText(dtype)) +
           ", but got them";
  return {};
}

} // namespace quantir::numerics
