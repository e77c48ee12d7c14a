//===- ModelInputsTests.cpp - Data files as a model's inputs --------------===//

#include "Support.h"

#include "runtime/data/ModelInputs.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cmath>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::runtime::test;
using Catch::Matchers::ContainsSubstring;

static std::vector<NamedArray> one(Array array, std::string name = "") {
  std::vector<NamedArray> arrays;
  arrays.push_back({std::move(name), std::move(array)});
  return arrays;
}

static TensorInfo input(std::vector<int64_t> dims, std::string name = "x") {
  TensorInfo info;
  info.name = std::move(name);
  info.dims = std::move(dims);
  return info;
}

static Array zeros(std::vector<int64_t> dims) {
  Array shape;
  shape.dims = dims;
  return Array::fromFloats(dims, std::vector<float>(size_t(shape.numElements())));
}

static std::string errorOf(const Result<ModelInputs> &result) {
  return result ? "no error" : result.message();
}

static std::string bindError(std::vector<NamedArray> arrays, std::vector<TensorInfo> inputs,
                             std::optional<Preprocessing> preprocessing = {}) {
  return errorOf(ModelInputs::bind(std::move(arrays), inputs, preprocessing));
}

static std::vector<float> fetch(const SampleSource &source, int64_t first, int64_t count,
                                std::vector<int64_t> dims) {
  dims[0] = count;
  Tensor tensor(DType::Float32, dims);
  REQUIRE(source(first, count, std::array{tensor.view()}));
  return {tensor.as<float>().begin(), tensor.as<float>().end()};
}

TEST_CASE("float data are handed out sample by sample") {
  std::vector<TensorInfo> inputs = {input({-1, 2})};
  Result<ModelInputs> bound =
      ModelInputs::bind(one(Array::fromFloats({3, 2}, {1, 2, 3, 4, 5, 6})), inputs, {});
  REQUIRE(bound);
  CHECK(bound->samples() == 3);
  CHECK_FALSE(bound->hasImages());
  CHECK(fetch(bound->source(), 1, 2, {-1, 2}) == std::vector<float>{3, 4, 5, 6});
}

TEST_CASE("dimensions of size 1 do not matter") {
  CHECK(ModelInputs::bind(one(zeros({5, 8, 8})), std::vector{input({-1, 1, 8, 8})}, {}));
  CHECK(ModelInputs::bind(one(zeros({5, 1, 8, 8})), std::vector{input({-1, 8, 8})}, {}));
  CHECK(ModelInputs::bind(one(zeros({5})), std::vector{input({1, 1})}, {}));
  CHECK_THAT(
      bindError(one(zeros({5, 8, 4})), {input({-1, 1, 8, 8})}),
      ContainsSubstring("input 'x': expected shape [N, 1, 8, 8] (N samples), but got [5, 8, 4]"));
}

TEST_CASE("images become normalized channel planes") {
  // One image of 1x2 pixels: (0, 51, 255) and (255, 0, 102).
  Array image = Array::fromBytes({1, 1, 2, 3}, {0, 51, 255, 255, 0, 102});
  std::vector<TensorInfo> inputs = {input({-1, 3, 1, 2})};
  SECTION("with values for each channel") {
    Preprocessing preprocessing{{0.0f, 0.1f, 0.5f}, {1.0f, 2.0f, 0.25f}};
    Result<ModelInputs> bound = ModelInputs::bind(one(image), inputs, preprocessing);
    REQUIRE(bound);
    CHECK(bound->hasImages());
    float fifth = 51.0f / 255.0f, two = 102.0f / 255.0f;
    CHECK(fetch(bound->source(), 0, 1, {-1, 3, 1, 2}) ==
          std::vector<float>{0, 1, (fifth - 0.1f) / 2.0f, (0 - 0.1f) / 2.0f, 2,
                             (two - 0.5f) / 0.25f});
  }
  SECTION("with one value for all") {
    Result<ModelInputs> bound =
        ModelInputs::bind(one(image), inputs, Preprocessing{{0.5f}, {0.5f}});
    REQUIRE(bound);
    CHECK(fetch(bound->source(), 0, 1, {-1, 3, 1, 2}).front() == -1.0f);
  }
  SECTION("not without being told how") {
    CHECK_THAT(bindError(one(image), inputs), ContainsSubstring("give --mean and --std"));
    CHECK_THAT(bindError(one(image), inputs, Preprocessing{{0, 0}, {1}}),
               ContainsSubstring("expected one value of mean, or 3, one per channel, but got 2"));
    CHECK_THAT(bindError(one(image), inputs, Preprocessing{{0}, {0}}),
               ContainsSubstring("std that are not 0"));
    CHECK_THAT(bindError(one(image), inputs, Preprocessing{{0, 1, 2}, {1}}),
               ContainsSubstring("as many values of mean as of std, but got 3 and 1"));
    CHECK_THAT(bindError(one(image), inputs, Preprocessing{{NAN}, {1}}),
               ContainsSubstring("finite"));
  }
  SECTION("not of another size") {
    CHECK_THAT(bindError(one(image), {input({-1, 3, 2, 1})}, Preprocessing{{0}, {1}}),
               ContainsSubstring("expected uint8 images of shape [N, 2, 1, 3]"));
    CHECK_THAT(bindError(one(image), {input({-1, 6})}, Preprocessing{{0}, {1}}),
               ContainsSubstring("save the data as float32"));
  }
  SECTION("gray ones may leave the channel out") {
    CHECK(ModelInputs::bind(one(Array::fromBytes({1, 2, 2}, {0, 1, 2, 3})),
                            std::vector{input({-1, 1, 2, 2})}, Preprocessing{{0}, {1}}));
  }
}

TEST_CASE("several inputs are matched by name") {
  std::vector<TensorInfo> inputs = {input({-1, 2}, "left"), input({-1, 3}, "right")};
  auto arrays = [] {
    std::vector<NamedArray> arrays = one(zeros({4, 3}), "right");
    arrays.push_back({"left", zeros({4, 2})});
    return arrays;
  };
  CHECK(ModelInputs::bind(arrays(), inputs, {}));

  std::vector<NamedArray> misnamed = arrays();
  misnamed[1].name = "lefd";
  CHECK_THAT(bindError(std::move(misnamed), inputs),
             ContainsSubstring("no array for the input 'left': the file holds 'lefd' and 'right'"));

  std::vector<NamedArray> uneven = arrays();
  uneven[0].array = zeros({5, 3});
  CHECK_THAT(bindError(std::move(uneven), inputs),
             ContainsSubstring("'left' and 'right' have different numbers of samples, 4 and 5"));

  std::vector<NamedArray> more = arrays();
  more.push_back({"labels", zeros({4})});
  Result<ModelInputs> bound = ModelInputs::bind(std::move(more), inputs, {});
  REQUIRE(bound);
  REQUIRE(bound->notes().size() == 1);
  CHECK_THAT(bound->notes()[0], ContainsSubstring("'labels' is not an input"));

  CHECK_THAT(bindError(one(zeros({4, 2})), inputs), ContainsSubstring("save a .npz"));
}

TEST_CASE("one array serves one input, whatever it is called") {
  CHECK(ModelInputs::bind(one(zeros({4, 2}), "images"), std::vector{input({-1, 2})}, {}));
}

TEST_CASE("inputs that count several rows to a sample keep their samples together") {
  std::vector<TensorInfo> inputs = {input({-1, 1}, "a"), input({-2, 1}, "b")};
  std::vector<NamedArray> arrays = one(Array::fromFloats({2, 1}, {1, 2}), "a");
  arrays.push_back({"b", Array::fromFloats({4, 1}, {10, 11, 20, 21})});
  Result<ModelInputs> bound = ModelInputs::bind(std::move(arrays), inputs, {});
  REQUIRE(bound);
  CHECK(bound->samples() == 2);
  Tensor a(DType::Float32, {1, 1}), b(DType::Float32, {2, 1});
  REQUIRE(bound->source()(1, 1, std::array{a.view(), b.view()}));
  CHECK(a.as<float>()[0] == 2);
  CHECK(b.as<float>()[1] == 21);
}

TEST_CASE("data that are no samples are refused") {
  CHECK_THAT(bindError(one(zeros({0, 2})), {input({-1, 2})}), ContainsSubstring("no samples"));
  CHECK_THAT(bindError(one(zeros({})), {input({-1, 2})}), ContainsSubstring("single number"));
  CHECK_THAT(bindError(one(Array::fromInts({1, 2}, {1, 2})), {input({-1, 2})}),
             ContainsSubstring("x.astype('float32')"));
  CHECK_THAT(bindError(one(zeros({1})), {}), ContainsSubstring("no inputs"));
  CHECK_THAT(bindError(one(zeros({1})), {input({})}), ContainsSubstring("single number"));
}

TEST_CASE("beside a batch, an input without one serves all samples") {
  std::vector<TensorInfo> inputs = {input({-1, 2}, "x"), input({2, 3}, "table")};
  auto arrays = [&](Array table) {
    std::vector<NamedArray> list = one(zeros({5, 2}), "x");
    list.push_back({"table", std::move(table)});
    return list;
  };
  Result<ModelInputs> bound =
      ModelInputs::bind(arrays(Array::fromFloats({2, 3}, {1, 2, 3, 4, 5, 6})), inputs, {});
  REQUIRE(bound);
  CHECK(bound->samples() == 5);
  Tensor x(DType::Float32, {2, 2}), table(DType::Float32, {2, 3});
  REQUIRE(bound->source()(3, 2, std::array{x.view(), table.view()}));
  CHECK(table.as<float>()[5] == 6);
  CHECK_THAT(bindError(arrays(zeros({5, 2, 3})), inputs),
             ContainsSubstring("expected shape [2, 3], one array for all samples"));
}

TEST_CASE("calibration data hold no NaN") {
  std::vector<TensorInfo> inputs = {input({-1, 2})};
  Array array = Array::fromFloats({3, 2}, {1, -INFINITY, 3, 4, 5, NAN});
  Result<ModelInputs> bound = ModelInputs::bind(one(array), inputs, {});
  REQUIRE(bound);
  Tensor tensor(DType::Float32, {2, 2});
  CHECK(bound->calibrationSource()(0, 2, std::array{tensor.view()}));
  CHECK(bound->source()(1, 2, std::array{tensor.view()}));
  CHECK_THAT(bound->calibrationSource()(1, 2, std::array{tensor.view()}).message(),
             ContainsSubstring("sample 2 of input 'x' contains a NaN"));
}

TEST_CASE("channel values are read from the command line's form") {
  CHECK(*parseChannelValues("0.5", "--mean") == std::vector<float>{0.5f});
  CHECK(*parseChannelValues("0.485, 0.456,0.406", "--mean") ==
        std::vector<float>{0.485f, 0.456f, 0.406f});
  for (const char *bad : {"", ",", "1,", "a", "1;2", "nan", "inf", "1e99"})
    CHECK_FALSE(parseChannelValues(bad, "--mean"));
}

TEST_CASE("labels") {
  TemporaryDirectory dir;
  std::string path = dir.file("y.npy");
  auto save = [&](Array array) { REQUIRE(saveArrays(path, one(std::move(array)))); };
  save(Array::fromInts({3}, {3, 1, 2}));
  CHECK(*loadLabels(path) == std::vector<int64_t>{3, 1, 2});
  save(Array::fromBytes({2, 1}, {7, 8}));
  CHECK(*loadLabels(path) == std::vector<int64_t>{7, 8});
  save(Array::fromFloats({1}, {1}));
  CHECK_THAT(loadLabels(path).message(), ContainsSubstring("x.astype('int64')"));
  save(Array::fromInts({1, 2}, {0, 1}));
  CHECK_THAT(loadLabels(path).message(), ContainsSubstring("x.argmax(1)"));
}
