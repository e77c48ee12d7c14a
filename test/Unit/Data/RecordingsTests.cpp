//===- RecordingsTests.cpp ------------------------------------------------===//

#include "Support.h"

#include "quantir/Numerics/Observer.h"
#include "runtime/data/ArrayFile.h"
#include "runtime/data/Recordings.h"
#include "runtime/session/ObserverList.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::runtime::test;
using Catch::Matchers::ContainsSubstring;

namespace {

ObserverList makeObservers() {
  ObserverList observers;
  for (numerics::ObserverKind kind :
       {numerics::ObserverKind::MinMax, numerics::ObserverKind::Recording})
    observers.push_back(numerics::createObserver(numerics::ObserverConfig::of(kind)));
  return observers;
}

const std::vector<std::string> names = {"act_0", "act_1"};

} // namespace

TEST_CASE("recordings are written as arrays", "[recordings]") {
  ObserverList observers = makeObservers();
  const std::vector<float> first = {1, 2, 3, 4, 5, 6}, second = {7, 8};
  for (const auto &observer : observers) {
    observer->observe(first.data(), std::vector<int64_t>{2, 3});
    observer->observe(second.data(), std::vector<int64_t>{2});
  }
  TemporaryDirectory folder;
  const std::string path = folder.file("recorded.npz");
  REQUIRE(saveRecordings(path, names, observers));
  Result<std::vector<NamedArray>> arrays = loadArrays(path);
  REQUIRE(arrays);
  REQUIRE(arrays->size() == 2);
  CHECK((*arrays)[0].name == "act_1/0");
  CHECK((*arrays)[0].array.dims == std::vector<int64_t>{2, 3});
  CHECK((*arrays)[0].array.as<float>()[5] == 6);
  CHECK((*arrays)[1].name == "act_1/1");
  CHECK((*arrays)[1].array.as<float>()[1] == 8);
}

TEST_CASE("recordings that cannot be written are errors", "[recordings]") {
  ObserverList observers = makeObservers();
  CHECK_THAT(saveRecordings("recorded.npz", names, observers).message(),
             ContainsSubstring("expected a recording observer that saw values"));
  CHECK_THAT(saveRecordings("recorded.json", names, observers).message(),
             ContainsSubstring("'recorded.json': expected a file name that ends in .npz"));
}
