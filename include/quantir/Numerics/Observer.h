//===- Observer.h - Statistics of the values that pass a point --*- C++ -*-===//
//
// An observer sees the tensors at one place of a model during calibration, and then chooses the
// qparams for that place. Configuration (`ObserverConfig`) and state (`ObserverState`) are plain
// values, so that they can be attributes in the compiler, JSON in files and tables in a plan;
// ObserverJson.h has the JSON.
//
// Update rules and results are those of PyTorch's observers; docs/QuantizationSpec.md gives them
// and where, knowingly, ours differ:
//  - NaN is never swallowed: it is counted, and `calculateQParams` refuses;
//  - so is infinity, but by histograms, which drop it as PyTorch's do (and count it).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_OBSERVER_H
#define QUANTIR_NUMERICS_OBSERVER_H

#include "quantir/Numerics/Affine.h"

#include <memory>
#include <string>
#include <vector>

namespace quantir::numerics {

enum class ObserverKind : uint8_t {
  MinMax,              ///< range of everything seen
  MovingAverageMinMax, ///< exponential average of each tensor's range
  PerChannelMinMax,    ///< MinMax of every slice along an axis
  MovingAveragePerChannelMinMax,
  Histogram,    ///< PyTorch's histogram; the range is cut by its greedy search
  Percentile,   ///< histogram that adds up exactly; the range of a share of the values
  Entropy,      ///< the same histogram; the range of least Kullback-Leibler divergence
  Mse,          ///< the same histogram; the range of least squared quantization error
  AffineMinMax, ///< MinMax of every block of a tensor (Affine.h)
  FixedQParams, ///< known qparams, such as sigmoid's
  Placeholder,  ///< no statistics: only has a type (float16, or dynamic)
  Recording,    ///< no statistics: keeps the values themselves
  Noop,         ///< no statistics, no qparams
  ReuseInput,   ///< whatever observes the op's input
};

/// "min_max", "moving_average_min_max", "histogram", ...
std::string_view toText(ObserverKind kind);
/// Accepts what `toText` writes and PyTorch's class names, also with their module
/// ("HistogramObserver", "torch.ao.quantization.HistogramObserver").
[[nodiscard]] std::string parseText(std::string_view text, ObserverKind &out);

/// Whether the observer is part of a fake quantize of quantization-aware training, and of which of
/// PyTorch's. The qparams do not depend on it.
enum class FakeQuantize : uint8_t {
  None,
  Module, ///< FakeQuantize, FixedQParamsFakeQuantize
  Fused,  ///< FusedMovingAvgObsFakeQuantize: moving averages only
};

/// "none", "module", "fused".
std::string_view toText(FakeQuantize fakeQuantize);
/// Accepts what `toText` writes and PyTorch's class names ("FakeQuantize").
[[nodiscard]] std::string parseText(std::string_view text, FakeQuantize &out);

bool isPerChannel(ObserverKind kind);
/// Whether the observer has a histogram whose bins lie on a grid (GridHistogram.h).
bool isGridHistogram(ObserverKind kind);
/// Whether it matters to the observer in which order a tensor's values come.
bool dependsOnOrder(ObserverKind kind);
/// Whether the observer gathers a range from the data, so that calibration has to run. (A dynamic
/// AffineMinMax has parameters of its own for each tensor.)
struct ObserverConfig;
bool needsCalibration(const ObserverConfig &config);

struct ObserverConfig {
  ObserverKind kind = ObserverKind::MinMax;
  QDType dtype = QDType::QUInt8;
  QScheme scheme = QScheme::PerTensorAffine;
  std::optional<int32_t> quantMin; ///< both or none; none: the type's range
  std::optional<int32_t> quantMax;
  bool reduceRange = false;        ///< half the range, for kernels whose 16-bit sums would saturate
  float eps = 0x1p-23f;            ///< the least scale
  float averagingConstant = 0.01f; ///< moving averages: weight of the newest tensor
  int chAxis = 0;                  ///< per channel: the axis
  int bins = 2048;                 ///< histograms; Percentile, Entropy, Mse: at most so many
  float percentile = 99.99f;       ///< Percentile: how many percent of the values are in the range
  bool isDynamic = false;          ///< parameters are chosen at run time
  float fixedScale = 1.0f;         ///< FixedQParams
  int32_t fixedZeroPoint = 0;      ///< FixedQParams
  FakeQuantize fakeQuantize = FakeQuantize::None;

  /// AffineMinMax, which has these in the place of `scheme`; PerAxis uses `chAxis`.
  GranularityKind granularityKind = GranularityKind::PerTensor;
  int64_t groupSize = 0;
  std::vector<int64_t> blockSize;
  MappingType mappingType = MappingType::Symmetric;
  ZeroPointDomain zeroPointDomain = ZeroPointDomain::Int;
  bool preserveZero = true;

  /// An observer of that kind with PyTorch's defaults: a per-channel scheme for per-channel kinds,
  /// float32 for Placeholder, float16 for Noop, int8 for AffineMinMax.
  static ObserverConfig of(ObserverKind kind);

  /// Empty, or what is wrong: "expected quant_min < quant_max, but got 5 and 5".
  [[nodiscard]] std::string validate() const;

  /// The range in force. (AffineMinMax: the type's, as in torchao, where none is given.)
  QuantRange range() const;

  Granularity granularity() const { return {granularityKind, chAxis, groupSize, blockSize}; }
  AffineSpec affineSpec() const {
    return {mappingType, zeroPointDomain, preserveZero, dtype, range(), eps};
  }

  bool operator==(const ObserverConfig &) const = default;
};

/// The parameters of a tensor of dimensions `dims` (-1: unknown) from their numbers, as a model
/// holds them, for the blocks and the type that an AffineMinMax `config` says. Errors: as
/// `blocksOf` and `validate`.
[[nodiscard]] std::string
makeAffineQParams(const ObserverConfig &config, std::span<const int64_t> dims,
                  std::span<const float> scale, std::span<const int32_t> zeroPoint,
                  std::span<const float> floatZeroPoint, AffineQParams &out);

/// Everything an observer has gathered. Empty vectors: nothing observed yet.
struct ObserverState {
  std::vector<float> minVal; ///< one entry, or one per channel or block
  std::vector<float> maxVal;
  std::vector<float> histogram; ///< Histogram: counts over [minVal, maxVal]
  std::vector<int64_t>
      counts; ///< Percentile, Entropy, Mse: counts on gridFor(minVal, maxVal, bins)
  std::vector<int64_t> blocks; ///< AffineMinMax: how many in each dimension, but for PerTensor
  int64_t samples = 0;         ///< tensors observed (not counting empty ones)
  int64_t nanCount = 0;        ///< values that were NaN
  int64_t infCount = 0;        ///< values that were infinite

  bool empty() const { return minVal.empty(); }
  bool operator==(const ObserverState &) const = default;
};

/// A tensor that a Recording observer kept.
struct RecordedTensor {
  std::vector<int64_t> dims;
  std::vector<float> values; ///< row-major
  bool operator==(const RecordedTensor &) const = default;
};

class Observer {
public:
  virtual ~Observer() = default;

  const ObserverConfig &config() const { return settings; }

  /// Takes note of one tensor, dense and row-major in its logical order. (An observer that is not
  /// per channel does not care about the order.) Empty tensors are ignored. What goes wrong is kept
  /// for `error()`.
  void observe(const float *data, std::span<const int64_t> dims);

  /// Why the statistics are not usable, or empty: NaN seen, a tensor without the channel axis, a
  /// channel count that changed, a range that is not finite.
  std::string error() const;

  /// The parameters for what was seen. Fails with `error()`, when nothing was observed, and for
  /// kinds that have no parameters.
  [[nodiscard]] std::string calculateQParams(QParams &out) const;

  /// The same for AffineMinMax, whose parameters a QParams holds only when they are of a whole
  /// tensor or of channels, and not in the float domain.
  [[nodiscard]] std::string calculateAffineQParams(AffineQParams &out) const;

  const ObserverState &state() const { return statistics; }

  /// What a Recording observer was shown, call by call, until `reset`: a copy of each tensor, so
  /// the memory grows with the data. Not part of the state: it is neither saved with it nor merged.
  std::span<const RecordedTensor> recorded() const { return recordings; }

  /// Replaces the state; fails, changing nothing, when it does not fit the configuration.
  [[nodiscard]] std::string load(ObserverState state);

  /// Adds what another observer of the same configuration saw.
  ///  - Exact for min-max kinds, per channel too, and for Percentile, Entropy and Mse: the state is
  ///    the same bits however the tensors are split and in whatever order the parts are merged.
  ///  - Histogram: the other's counts are added as one more tensor's would be. Exact over the same
  ///    range; otherwise a count moves by less than a bin of the wider range.
  ///  - Moving averages: the mean of both ends, weighted with the number of tensors; between the
  ///    two, but not what the tensors one after the other would give.
  [[nodiscard]] std::string merge(const ObserverState &other);

  /// Forgets everything.
  void reset();

protected:
  explicit Observer(ObserverConfig config) : settings(std::move(config)) {}

  /// Called with at least one element and valid dimensions; `count` is their product.
  virtual void update(const float *data, std::span<const int64_t> dims, int64_t count) = 0;
  /// Called with a state that has values.
  virtual std::string choose(QParams &out) const = 0;
  virtual std::string chooseAffine(AffineQParams &out) const;
  virtual std::string combine(const ObserverState &other) = 0;

  ObserverConfig settings;
  ObserverState statistics;
  std::vector<RecordedTensor> recordings;
  std::string failure; ///< the first structural error
};

/// Null when `config.validate()` has something to say.
std::unique_ptr<Observer> createObserver(const ObserverConfig &config);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_OBSERVER_H
