//===- ObserverMergeTests.cpp - Statistics gathered apart -----------------===//

#include "quantir/Numerics/Observer.h"
#include "quantir/Serialization/ObserverJson.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace quantir;
using namespace quantir::numerics;

namespace {

constexpr int64_t channels = 5;

std::unique_ptr<Observer> make(ObserverKind kind) {
  ObserverConfig config = ObserverConfig::of(kind);
  config.chAxis = isPerChannel(kind) ? 1 : 0;
  return createObserver(config);
}

/// Rows of `channels` values each, whose magnitudes differ widely from row to row.
std::vector<float> rows(int64_t count, std::mt19937 &random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count * channels);
  for (int64_t r = 0; r < count; ++r) {
    float scale = std::exp(2 * normal(random));
    for (int64_t c = 0; c < channels; ++c)
      values[r * channels + c] = random() % 5 ? normal(random) * scale : 0.0f;
  }
  return values;
}

void observe(Observer &observer, std::span<const float> values) {
  const int64_t dims[] = {int64_t(values.size()) / channels, channels};
  observer.observe(values.data(), dims);
}

double total(const std::vector<float> &counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

} // namespace

TEST_CASE("any split merged in any order is the same bits", "[merge]") {
  for (ObserverKind kind : {ObserverKind::MinMax, ObserverKind::PerChannelMinMax,
                            ObserverKind::Percentile, ObserverKind::Entropy, ObserverKind::Mse}) {
    INFO(toText(kind));
    for (unsigned seed = 1; seed <= 25; ++seed) {
      INFO("seed " << seed);
      std::mt19937 random(seed);
      const int64_t count = 2 + random() % 200;
      std::vector<float> values = rows(count, random);
      auto whole = make(kind);
      observe(*whole, values);

      // Parts of rows, dealt to a few observers, some of which may see nothing.
      std::vector<std::unique_ptr<Observer>> observers;
      for (int i = 0; i < 4; ++i)
        observers.push_back(make(kind));
      int64_t tensors = 0;
      for (int64_t row = 0; row < count;) {
        int64_t size = std::min<int64_t>(count - row, 1 + random() % 40);
        observe(*observers[random() % 4],
                std::span(values).subspan(row * channels, size * channels));
        row += size;
        ++tensors;
      }
      std::shuffle(observers.begin(), observers.end(), random);
      // A balanced tree on one half of the seeds, one after the other on the rest.
      if (seed % 2) {
        REQUIRE(observers[2]->merge(observers[3]->state()) == "");
        REQUIRE(observers[0]->merge(observers[1]->state()) == "");
        REQUIRE(observers[0]->merge(observers[2]->state()) == "");
      } else {
        for (int i = 1; i < 4; ++i) {
          // Through a file, as between machines.
          ObserverState state;
          REQUIRE(fromJson(nlohmann::json::parse(toJson(observers[i]->state()).dump()), state) ==
                  "");
          REQUIRE(observers[0]->merge(state) == "");
        }
      }
      ObserverState merged = observers[0]->state();
      CHECK(merged.samples == tensors);
      merged.samples = 1;
      CHECK(merged == whole->state());
      CHECK(toJson(merged).dump() == toJson(whole->state()).dump());
      QParams a, b;
      REQUIRE(whole->calculateQParams(a) == "");
      REQUIRE(observers[0]->calculateQParams(b) == "");
      CHECK(a == b);
    }
  }
}

TEST_CASE("merging with an observer that saw nothing changes nothing", "[merge]") {
  std::mt19937 random(1);
  for (int i = 0; i < int(ObserverKind::FixedQParams); ++i) {
    INFO(toText(ObserverKind(i)));
    auto observer = make(ObserverKind(i)), nothing = make(ObserverKind(i));
    observe(*observer, rows(20, random));
    const ObserverState before = observer->state();
    CHECK(observer->merge(nothing->state()) == "");
    CHECK(observer->state() == before);
    CHECK(nothing->merge(before) == "");
    CHECK(nothing->state() == before);
  }
}

TEST_CASE("counts of non-finite values are added", "[merge]") {
  auto left = make(ObserverKind::Mse), right = make(ObserverKind::Mse);
  observe(*left, std::vector<float>{1, 2, INFINITY, 3, 4});
  observe(*right, std::vector<float>{NAN, 2, -INFINITY, 3, INFINITY});
  CHECK(left->merge(right->state()) == "");
  CHECK(left->state().infCount == 3);
  CHECK(left->state().nanCount == 1);
  CHECK(left->error() == "expected numbers, but got NaN 1 time");
}

TEST_CASE("counts that nobody can have counted are refused", "[merge]") {
  constexpr int64_t most = int64_t(1) << 53;
  auto observer = make(ObserverKind::MinMax);
  for (int64_t ObserverState::*member :
       {&ObserverState::samples, &ObserverState::nanCount, &ObserverState::infCount}) {
    ObserverState state;
    for (int64_t count : {int64_t(-1), most + 1, INT64_MAX}) {
      state.*member = count;
      CHECK(observer->load(state) == "expected counts that are not negative, and at most 2^53, but "
                                     "got " +
                                         std::to_string(count));
    }
    state.*member = most;
    CHECK(observer->load(state) == "");
    CHECK(observer->merge(state) ==
          "expected counts of at most 2^53 together, but got " + std::to_string(2 * most));
    CHECK(observer->state() == state);
  }
  auto grid = make(ObserverKind::Mse);
  observe(*grid, std::vector<float>{1, 2, 3, 4, 5});
  ObserverState state = grid->state();
  state.counts.front() = most - 4;
  REQUIRE(grid->load(state) == "");
  CHECK_FALSE(grid->merge(state) == "");
  CHECK(grid->state() == state);
}

TEST_CASE("PyTorch's histograms are merged as tensors are added", "[merge]") {
  std::mt19937 random(3);
  std::vector<float> x = rows(200, random), y = rows(400, random);
  auto left = make(ObserverKind::Histogram), right = make(ObserverKind::Histogram),
       same = make(ObserverKind::Histogram);
  observe(*left, x);
  observe(*right, y);
  observe(*same, x);
  CHECK(same->merge(left->state()) == "");
  for (size_t i = 0; i < 2048; ++i)
    CHECK(same->state().histogram[i] == 2 * left->state().histogram[i]);

  // No value is lost, and none moves by more than a bin.
  auto merged = make(ObserverKind::Histogram);
  CHECK(merged->merge(left->state()) == "");
  CHECK(merged->merge(right->state()) == "");
  const std::vector<float> &counts = merged->state().histogram;
  CHECK(total(counts) == 3000);
  const float min = merged->state().minVal[0], max = merged->state().maxVal[0];
  x.insert(x.end(), y.begin(), y.end());
  std::sort(x.begin(), x.end());
  CHECK(min == x.front());
  CHECK(max == x.back());
  const double width = (double(max) - min) / 2048;
  double below = 0;
  for (size_t i = 0; i < 2048; ++i) {
    below += counts[i];
    double edge = min + width * double(i + 1);
    auto rank = [&](double at) {
      return double(std::upper_bound(x.begin(), x.end(), at) - x.begin());
    };
    CHECK(below >= rank(edge - 1.07 * width) - 1e-3);
    CHECK(below <= rank(edge + 1.07 * width) + 1e-3);
  }

  // A side that saw one value keeps its own weight.
  auto constant = make(ObserverKind::Histogram);
  observe(*constant, std::vector<float>(500, 0.5f));
  CHECK(constant->merge(left->state()) == "");
  CHECK(total(constant->state().histogram) == 1500);
}

TEST_CASE("moving averages are merged with the weights of their tensors", "[merge]") {
  for (ObserverKind kind :
       {ObserverKind::MovingAverageMinMax, ObserverKind::MovingAveragePerChannelMinMax}) {
    auto left = make(kind), right = make(kind);
    observe(*left, std::vector<float>{-1, 0, 1, 2, 3});
    observe(*left, std::vector<float>{-1, 0, 1, 2, 3});
    observe(*left, std::vector<float>{-1, 0, 1, 2, 3});
    observe(*right, std::vector<float>{-5, 4, 5, 6, 7});
    CHECK(left->merge(right->state()) == "");
    CHECK(left->state().minVal[0] == -2);
    CHECK(left->state().maxVal.back() == 4);
    CHECK(left->state().samples == 4);
  }
  // Between the two, in whatever order.
  for (unsigned seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::vector<std::unique_ptr<Observer>> observers;
    for (int i = 0; i < 3; ++i) {
      observers.push_back(make(ObserverKind::MovingAverageMinMax));
      for (int k = 0; k <= i; ++k)
        observe(*observers[i], rows(10, random));
    }
    auto ends = std::minmax({observers[0]->state().minVal[0], observers[1]->state().minVal[0],
                             observers[2]->state().minVal[0]});
    auto forth = make(ObserverKind::MovingAverageMinMax),
         back = make(ObserverKind::MovingAverageMinMax);
    for (int i = 0; i < 3; ++i) {
      CHECK(forth->merge(observers[i]->state()) == "");
      CHECK(back->merge(observers[2 - i]->state()) == "");
    }
    float a = forth->state().minVal[0], b = back->state().minVal[0];
    CHECK(a >= ends.first);
    CHECK(a <= ends.second);
    CHECK(std::fabs(a - b) <= 0x1p-22f * std::fabs(ends.first));
  }
}

TEST_CASE("states that do not fit are not merged", "[merge]") {
  auto channelsOf = [](int64_t count) {
    auto observer = createObserver(ObserverConfig::of(ObserverKind::PerChannelMinMax));
    std::vector<float> values(count, 1.0f);
    const int64_t dims[] = {count};
    observer->observe(values.data(), dims);
    return observer;
  };
  auto three = channelsOf(3);
  const ObserverState before = three->state();
  CHECK(three->merge(channelsOf(4)->state()) == "expected 3 channels, but got 4");
  CHECK(three->state() == before);
  auto histogram = make(ObserverKind::Histogram);
  observe(*histogram, std::vector<float>{1, 2, 3, 4, 5});
  CHECK(three->merge(histogram->state()) == "expected 0 histogram bins, but got 2048");
}
