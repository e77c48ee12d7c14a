//===- Metrics.cpp - How far a result is from its reference ---------------===//

#include "quantir/Numerics/Metrics.h"

#include <algorithm>
#include <cmath>

namespace quantir::numerics {

namespace {

/// Sums in float64 over the common length.
struct Sums {
  double reference = 0, actual = 0, difference = 0, product = 0;
  size_t count = 0;

  Sums(std::span<const float> a, std::span<const float> b) : count(std::min(a.size(), b.size())) {
    for (size_t i = 0; i < count; ++i) {
      double x = a[i], y = b[i];
      reference += x * x;
      actual += y * y;
      difference += (x - y) * (x - y);
      product += x * y;
    }
  }
};

} // namespace

/// NaN counts as the worst.
static double decibelsOf(double reference, double difference) {
  if (difference == 0)
    return perfectSqnr;
  const double decibels = 10 * std::log10(reference / difference);
  return decibels > -perfectSqnr ? std::min(decibels, perfectSqnr) : -perfectSqnr;
}

bool SqnrMeter::add(std::span<const float> expected, std::span<const float> actual,
                    int64_t samples) {
  if (samples < 1 || expected.empty() || expected.size() != actual.size() ||
      expected.size() % size_t(samples) != 0)
    return false;
  const size_t length = expected.size() / size_t(samples);
  for (size_t begin = 0; begin < expected.size(); begin += length) {
    double signal = 0, noise = 0;
    bool isFinite = true;
    for (size_t i = begin; i < begin + length; ++i) {
      const double x = expected[i], y = actual[i];
      if (!std::isfinite(x)) {
        isFinite = false;
        differs |= x != y && !(std::isnan(x) && std::isnan(y));
        continue;
      }
      signal += x * x;
      noise += (x - y) * (x - y);
    }
    differs |= noise != 0;
    numNotFinite += !isFinite;
    reference += signal;
    difference += noise;
    if (signal == 0)
      continue;
    sumOfRows += decibelsOf(signal, noise);
    ++numRows;
  }
  return true;
}

double SqnrMeter::mean() const {
  if (numRows == 0)
    return differs ? -perfectSqnr : perfectSqnr;
  return sumOfRows / double(numRows);
}

double SqnrMeter::total() const { return decibelsOf(reference, difference); }

std::optional<double> sqnr(std::span<const float> reference, std::span<const float> actual,
                           int64_t samples) {
  SqnrMeter meter;
  return meter.add(reference, actual, samples) ? std::optional(meter.mean()) : std::nullopt;
}

double maxAbsDifference(std::span<const float> reference, std::span<const float> actual) {
  double result = 0;
  for (size_t i = 0; i < std::min(reference.size(), actual.size()); ++i) {
    // Equal infinities do not differ.
    double difference =
        reference[i] == actual[i] ? 0 : std::fabs(double(reference[i]) - double(actual[i]));
    if (std::isnan(difference))
      return difference;
    result = std::max(result, difference);
  }
  return result;
}

double meanSquaredError(std::span<const float> reference, std::span<const float> actual) {
  Sums sums(reference, actual);
  return sums.count ? sums.difference / double(sums.count) : 0;
}

double normalizedL2(std::span<const float> reference, std::span<const float> actual) {
  Sums sums(reference, actual);
  return std::sqrt(sums.difference / sums.reference);
}

double cosineSimilarity(std::span<const float> reference, std::span<const float> actual) {
  Sums sums(reference, actual);
  return sums.product / std::sqrt(sums.reference * sums.actual);
}

std::vector<int64_t> argmaxPerSample(std::span<const float> values, int64_t samples) {
  if (samples < 1)
    return {};
  const size_t row = values.size() / size_t(samples);
  std::vector<int64_t> result(samples, 0);
  for (int64_t s = 0; s < samples; ++s) {
    float best = -INFINITY;
    for (size_t i = 0; i < row; ++i)
      if (float v = values[s * row + i]; v > best) {
        best = v;
        result[s] = int64_t(i);
      }
  }
  return result;
}

int64_t countTop1(std::span<const float> logits, std::span<const int64_t> labels) {
  std::vector<int64_t> found = argmaxPerSample(logits, int64_t(labels.size()));
  int64_t right = 0;
  for (size_t s = 0; s < found.size(); ++s)
    right += found[s] == labels[s];
  return right;
}

int64_t countAgreeing(std::span<const float> reference, std::span<const float> actual,
                      int64_t samples) {
  return countTop1(actual, argmaxPerSample(reference, samples));
}

} // namespace quantir::numerics
