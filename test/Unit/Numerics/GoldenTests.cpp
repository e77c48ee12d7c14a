//===- GoldenTests.cpp - Observers against the recorded runs in test/Goldens ===//

#include "GoldenCase.h"

#include "quantir/Shapes/Shapes.h"
#include "test/Unit/Support/Npz.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

using namespace quantir;
using namespace quantir::numerics;
using namespace quantir::shapes;
using namespace quantir::test;
using nlohmann::json;

namespace {

/// `numbers` of test/Goldens/make_observer_goldens.py, which see.
Tensor numbers(const json &batch) {
  Tensor tensor;
  tensor.dims = batch.at("shape").get<std::vector<int64_t>>();
  tensor.values.resize(numElements(tensor.dims));
  const uint64_t seed = batch.at("seed");
  auto uniform = [&](uint64_t index, uint64_t stream) {
    uint64_t z = (index + ((seed * 2 + stream) << 32)) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z = z ^ (z >> 31);
    return float(z >> 40) * 0x1p-24f;
  };
  const float amplitude = batch.value("amplitude", 1.0f), offset = batch.value("offset", 0.0f);
  const int power = batch.value("power", 1);
  for (size_t i = 0; i < tensor.values.size(); ++i) {
    float x = (uniform(i, 0) * 2.0f - 1.0f) * amplitude, v = uniform(i, 1);
    for (int k = 0; k < power; ++k)
      x = x * v;
    x = x + offset;
    tensor.values[i] = batch.value("relu", false) ? std::max(x, 0.0f) : x;
  }
  return tensor;
}

void checkRecorded(const std::string &prefix, size_t count) {
  const std::string stem = std::string(QUANTIR_SOURCE_DIR) + "/test/Goldens/observers/observers";
  json recorded = json::parse(std::ifstream(stem + ".json"));
  Npz arrays(stem + ".npz");
  size_t found = 0;
  for (const json &c : recorded.at("cases")) {
    ObserverGolden golden;
    golden.id = c.at("id");
    if (!golden.id.starts_with(prefix))
      continue;
    ++found;
    // An array is (element type, begin, size) in the array of all numbers of that type.
    auto array = [&](const char *name) -> std::vector<float> {
      if (!c.at("arrays").contains(name))
        return {};
      const json &place = c.at("arrays").at(name);
      std::vector<float> all = arrays.get<float>(place[0]);
      auto begin = all.begin() + place[1].get<int64_t>();
      return {begin, begin + place[2].get<int64_t>()};
    };
    golden.config = configOf(c.at("observer"), c.at("arguments"));
    golden.quantMin = c.at("quant_min");
    golden.quantMax = c.at("quant_max");
    for (const json &batch : c.at("batches"))
      golden.batches.push_back(numbers(batch));
    golden.minTrace = array("min_trace");
    golden.maxTrace = array("max_trace");
    golden.histogram = array("histogram");
    golden.scale = array("scale");
    golden.zeroPoint = array("zero_point");
    checkObserver(golden);
  }
  CHECK(found == count);
}

} // namespace

TEST_CASE("recorded runs of PyTorch's min-max observers", "[golden]") {
  checkRecorded("range", 96);
}

TEST_CASE("recorded runs of PyTorch's histogram observer", "[golden]") {
  checkRecorded("histogram", 9);
}
