//===- Decomposed.cpp - Quantizing tokens and groups ----------------------===//

#include "Decomposed.h"

#include "quantir/Base/Text.h"
#include "quantir/Numerics/Rounding.h"
#include "quantir/Numerics/Scan.h"

namespace quantir::numerics {

namespace {

constexpr QuantRange int8Range = {-128, 127};

/// Checks that `size` values are whole runs.
std::string countRuns(size_t size, int64_t length, size_t &out) {
  if (length < 1 || size % size_t(length) != 0)
    return "expected a number of values that runs of " + std::to_string(length) +
           " make up, but got " + std::to_string(size);
  out = size / size_t(length);
  return {};
}

std::string checkRuns(size_t size, int64_t length, const RunQParams &params, size_t &runs) {
  if (std::string error = countRuns(size, length, runs); !error.empty())
    return error;
  if (params.scale.size() != runs || params.zeroPoint.size() != runs)
    return "expected " + std::to_string(runs) + " scales and zero points, but got " +
           std::to_string(params.scale.size()) + " and " + std::to_string(params.zeroPoint.size());
  return {};
}

/// Calls choose(extent, scale, zeroPoint) for each run.
template <typename Choose>
std::string chooseRuns(std::span<const float> data, int64_t length, RunQParams &out,
                       Choose choose) {
  size_t runs;
  if (std::string error = countRuns(data.size(), length, runs); !error.empty())
    return error;
  RunQParams result;
  result.scale.resize(runs);
  result.zeroPoint.resize(runs);
  for (size_t i = 0; i < runs; ++i) {
    Extent extent = scanExtent(data.data() + i * size_t(length), length);
    if (!extent.finite)
      return "expected finite values, but got [" + formatFloat(extent.min) + ", " +
             formatFloat(extent.max) + "] or NaN in run " + std::to_string(i);
    choose(extent, result.scale[i], result.zeroPoint[i]);
  }
  out = std::move(result);
  return {};
}

} // namespace

std::string chooseRunsSymmetric(std::span<const float> data, int64_t length, RunQParams &out) {
  return chooseRuns(data, length, out, [](const Extent &extent, float &scale, float &zeroPoint) {
    scale = std::max(std::max(-extent.min, extent.max), 1e-5f) / float(int8Range.max);
    zeroPoint = 0;
  });
}

std::string chooseRunsAsymmetric(std::span<const float> data, int64_t length, RunQParams &out) {
  return chooseRuns(data, length, out, [](const Extent &extent, float &scale, float &zeroPoint) {
    const float low = std::min(extent.min, 0.0f), high = std::max(extent.max, 0.0f);
    const float qmin = float(int8Range.min), qmax = float(int8Range.max);
    scale = std::max((high - low) / (qmax - qmin), 0x1p-23f);
    const float first = low / scale, last = high / scale;
    const float zero = (qmin + first) + (qmax + last) > 0 ? qmin - first : qmax - last;
    zeroPoint = float(roundToEven(std::clamp(zero, qmin, qmax)));
  });
}

std::string quantizeRuns(std::span<const float> data, int64_t length, const RunQParams &params,
                         QuantRange range, int8_t *out) {
  size_t runs;
  if (std::string error = checkRuns(data.size(), length, params, runs); !error.empty())
    return error;
  if (range.min < int8Range.min || range.max > int8Range.max || range.min >= range.max)
    return "expected quant_min < quant_max within [-128, 127], but got [" +
           std::to_string(range.min) + ", " + std::to_string(range.max) + "]";
  for (size_t run = 0, i = 0; run < runs; ++run) {
    const float inverse = 1.0f / params.scale[run], zeroPoint = params.zeroPoint[run];
    for (int64_t k = 0; k < length; ++k, ++i)
      out[i] = int8_t(saturate(data[i] * inverse + zeroPoint, range));
  }
  return {};
}

std::string dequantizeRuns(std::span<const int8_t> data, int64_t length, const RunQParams &params,
                           float *out) {
  size_t runs;
  if (std::string error = checkRuns(data.size(), length, params, runs); !error.empty())
    return error;
  for (size_t run = 0, i = 0; run < runs; ++run)
    for (int64_t k = 0; k < length; ++k, ++i)
      out[i] = (float(data[i]) - params.zeroPoint[run]) * params.scale[run];
  return {};
}

} // namespace quantir::numerics
