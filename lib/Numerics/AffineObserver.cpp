//===- AffineObserver.cpp - Least and greatest value of blocks ------------===//

#include "quantir/Numerics/Observers.h"

#include "quantir/Numerics/Blocks.h"

#include <algorithm>

namespace quantir::numerics {

namespace {

class AffineObserver : public Observer {
public:
  explicit AffineObserver(const ObserverConfig &config) : Observer(config) {}

protected:
  void update(const float *data, std::span<const int64_t> dims, int64_t count) override {
    BlockView view;
    std::string text = blockView(settings.granularity(), dims, view);
    if (text.empty() && !statistics.empty() && view.blocks != statistics.blocks)
      text = "expected " + formatBlocks(statistics.blocks) + " blocks as before, but got " +
             formatBlocks(view.blocks);
    if (!text.empty()) {
      if (failure.empty())
        failure = text;
      return;
    }
    std::vector<float> low(view.numBlocks()), high(low.size());
    if (!scanBlocks(data, view, low.data(), high.data())) {
      NonFiniteCount nonFinite = countNonFinite(data, count);
      statistics.nanCount += nonFinite.nan;
      statistics.infCount += nonFinite.inf;
      if (nonFinite.nan > 0) // the parameters are refused anyway: keep a range that means something
        return;
    }
    if (statistics.empty()) {
      statistics.blocks = view.blocks; // what may throw comes first
      statistics.minVal = std::move(low);
      statistics.maxVal = std::move(high);
    } else {
      include(low, high);
    }
  }

  std::string choose(QParams &out) const override {
    const bool perAxis = settings.granularityKind == GranularityKind::PerAxis;
    if ((!perAxis && settings.granularityKind != GranularityKind::PerTensor) ||
        settings.zeroPointDomain == ZeroPointDomain::Float)
      return "expected granularity per_tensor or per_axis and zero_point_domain int or none, but "
             "got " +
             std::string(toText(settings.granularityKind)) + " and " +
             std::string(toText(settings.zeroPointDomain)) +
             ": there are no such parameters for a whole tensor or for channels";
    AffineQParams affine;
    if (std::string text = chooseAffine(affine); !text.empty())
      return text;
    const int rank = int(statistics.blocks.size());
    out = {};
    out.scale = affine.scale;
    out.zeroPoint = affine.zeroPoint;
    out.zeroPoint.resize(affine.scale.size());
    out.axis = perAxis ? settings.chAxis + (settings.chAxis < 0 ? rank : 0) : -1;
    out.quantMin = affine.range.min;
    out.quantMax = affine.range.max;
    out.dtype = affine.dtype;
    return {};
  }

  std::string chooseAffine(AffineQParams &out) const override {
    std::string text =
        chooseAffineQParams(statistics.minVal, statistics.maxVal, settings.affineSpec(), out);
    if (text.empty())
      out.blocks = statistics.blocks;
    return text;
  }

  std::string combine(const ObserverState &other) override {
    if (other.blocks != statistics.blocks)
      return "expected " + formatBlocks(statistics.blocks) + " blocks, but got " +
             formatBlocks(other.blocks);
    include(other.minVal, other.maxVal);
    return {};
  }

private:
  static std::string formatBlocks(const std::vector<int64_t> &blocks) {
    std::string text;
    for (int64_t count : blocks)
      text += (text.empty() ? "" : "x") + std::to_string(count);
    return "[" + text + "]";
  }

  void include(std::span<const float> min, std::span<const float> max) {
    for (size_t i = 0; i < min.size(); ++i) {
      statistics.minVal[i] = std::min(statistics.minVal[i], min[i]);
      statistics.maxVal[i] = std::max(statistics.maxVal[i], max[i]);
    }
  }
};

} // namespace

std::string makeAffineQParams(const ObserverConfig &config, std::span<const int64_t> dims,
                              std::span<const float> scale, std::span<const int32_t> zeroPoint,
                              std::span<const float> floatZeroPoint, AffineQParams &out) {
  AffineQParams params;
  if (std::string error = blocksOf(config.granularity(), dims, params.blocks); !error.empty())
    return error;
  params.scale.assign(scale.begin(), scale.end());
  params.zeroPoint.assign(zeroPoint.begin(), zeroPoint.end());
  params.floatZeroPoint.assign(floatZeroPoint.begin(), floatZeroPoint.end());
  params.domain = config.zeroPointDomain;
  params.dtype = config.dtype;
  params.range = config.range();
  if (std::string error = validate(params); !error.empty())
    return error;
  out = std::move(params);
  return {};
}

std::unique_ptr<Observer> createAffineObserver(const ObserverConfig &config) {
  return std::make_unique<AffineObserver>(config);
}

} // namespace quantir::numerics
