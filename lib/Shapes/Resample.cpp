//===- Resample.cpp - Where resampled values come from ---------------------===//

#include "quantir/Shapes/Resample.h"
#include "quantir/Base/Text.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quantir::shapes {

std::string inferResample(const Dims &input, const Dims &sizes, std::span<const float> scales,
                          Dims &out) {
  if (input.size() < 3)
    return "expected an input of rank 3 or more, but got " + formatDims(input);
  size_t spatial = input.size() - 2;
  if (sizes.size() != spatial)
    return "expected " + std::to_string(spatial) + " sizes, but got " +
           std::to_string(sizes.size());
  if (!scales.empty() && scales.size() != spatial)
    return "expected " + std::to_string(spatial) + " scales or none, but got " +
           std::to_string(scales.size());
  for (int64_t size : sizes)
    if (size < 1 || size > INT32_MAX)
      return "expected sizes from 1 to 2147483647, but got " + std::to_string(size);
  for (float scale : scales)
    if (!(scale > 0) || !std::isfinite(scale))
      return "expected scales that are positive numbers, but got " + formatFloat(scale);
  Dims result = {input[0], input[1]};
  result.insert(result.end(), sizes.begin(), sizes.end());
  if (std::string error = checkDims(result); !error.empty())
    return error;
  out = std::move(result);
  return {};
}

/// The input's position for each of the result's. Where it is rounded to an index, a model's scale
/// divides, as in ONNX: 21 / 7 is 3, and 21 * (1 / 7) more than that.
static std::vector<float> positions(const ResampleAxis &axis, CoordinateMode coordinates,
                                    ResampleMode mode) {
  const auto in = static_cast<float>(axis.inputSize), out = static_cast<float>(axis.outputSize);
  const bool corners = coordinates == CoordinateMode::AlignCorners;
  std::vector<float> result(axis.outputSize);
  if (axis.outputSize == 1 && (corners || coordinates == CoordinateMode::PytorchHalfPixel))
    return result;
  const bool divides = mode == ResampleMode::Nearest && (corners || axis.scale != 0);
  const float numerator = corners ? in - 1 : 1.0f;
  const float denominator = corners ? out - 1 : axis.scale;
  const float step = corners           ? (in - 1) / (out - 1)
                     : axis.scale != 0 ? static_cast<float>(1.0 / static_cast<double>(axis.scale))
                                       : in / out;
  const float half = coordinates == CoordinateMode::Asymmetric || corners ? 0.0f : 0.5f;
  for (int64_t y = 0; y < axis.outputSize; ++y) {
    const float shifted = static_cast<float>(y) + half;
    result[y] = (divides ? shifted * numerator / denominator : step * shifted) - half;
  }
  return result;
}

static float roundPosition(float x, NearestRounding rounding) {
  switch (rounding) {
  case NearestRounding::Floor:
    return std::floor(x);
  case NearestRounding::Ceil:
    return std::ceil(x);
  case NearestRounding::RoundPreferFloor:
    if (x - std::floor(x) == 0.5f)
      return std::floor(x);
    break;
  case NearestRounding::RoundPreferCeil:
    break;
  }
  return std::round(x); // negative halves are clamped to 0 either way
}

/// The index, with the border's element going on beyond it.
static int64_t clampIndex(float x, int64_t size) {
  if (!(x > 0))
    return 0;
  return x < static_cast<float>(size) ? std::min(static_cast<int64_t>(x), size - 1) : size - 1;
}

std::vector<int64_t> nearestIndices(const ResampleAxis &axis, CoordinateMode coordinates,
                                    NearestRounding rounding) {
  std::vector<int64_t> indices;
  // y * (in - 1) would be rounded above 2^24.
  if (axis.inputSize == axis.outputSize &&
      (axis.scale == 0 || axis.scale == 1 || coordinates == CoordinateMode::AlignCorners)) {
    indices.resize(axis.inputSize);
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
  }
  for (float x : positions(axis, coordinates, ResampleMode::Nearest))
    indices.push_back(clampIndex(roundPosition(x, rounding), axis.inputSize));
  return indices;
}

std::vector<LinearTap> linearTaps(const ResampleAxis &axis, CoordinateMode coordinates) {
  std::vector<LinearTap> taps;
  for (float x : positions(axis, coordinates, ResampleMode::Linear)) {
    LinearTap tap;
    tap.low = clampIndex(std::floor(x), axis.inputSize);
    tap.high = std::min(tap.low + 1, axis.inputSize - 1);
    tap.weight = std::clamp(x - static_cast<float>(tap.low), 0.0f, 1.0f);
    taps.push_back(tap);
  }
  return taps;
}

} // namespace quantir::shapes
