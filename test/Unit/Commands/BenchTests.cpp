//===- BenchTests.cpp - The numbers of a benchmark ------------------------===//

#include "runtime/commands/Bench.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace quantir;
using namespace quantir::runtime;
using Catch::Approx;

TEST_CASE("percentiles interpolate between runs") {
  BenchResult result;
  CHECK(result.percentileMs(50) == 0);
  result.runsMs = {3};
  CHECK(result.percentileMs(0) == 3);
  CHECK(result.percentileMs(90) == 3);
  result.runsMs = {1, 2, 3, 4};
  CHECK(result.percentileMs(50) == Approx(2.5));
  CHECK(result.percentileMs(0) == 1);
  CHECK(result.percentileMs(100) == 4);
  CHECK(result.percentileMs(90) == Approx(3.7));
}

TEST_CASE("throughput counts samples, not runs") {
  BenchResult result;
  CHECK(result.samplesPerSecond() == 0);
  result.batch = 8;
  result.runsMs = {500, 500};
  result.totalSeconds = 1;
  CHECK(result.samplesPerSecond() == Approx(16));
  CHECK(result.meanMs() == Approx(500));
}
