//===- NpyTests.cpp - The .npy reader and writer --------------------------===//

#include "Support.h"

#include "runtime/data/Npy.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cmath>
#include <random>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::runtime::test;
using Catch::Matchers::ContainsSubstring;

static std::string npy(const std::string &dict, const std::string &payload, char version = 1) {
  std::string file = "\x93NUMPY";
  file += version;
  file += '\0';
  file += char(dict.size() & 255);
  file += char(dict.size() >> 8);
  if (version > 1)
    file += std::string(2, '\0');
  return file + dict + payload;
}

static Result<Array> parse(const std::string &file) { return parseNpy(bytesOf(file)); }

static std::string errorOf(const std::string &file) {
  Result<Array> array = parse(file);
  return array ? "no error" : array.message();
}

TEST_CASE("every format version is read") {
  std::string payload = rawBytes<float>({1, 2, 3, 4, 5, 6});
  for (char version : {1, 2, 3}) {
    Result<Array> array = parse(
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n", payload, version));
    REQUIRE(array);
    CHECK(array->type == ElementType::Float32);
    CHECK(array->dims == std::vector<int64_t>{2, 3});
    CHECK(valuesOf<float>(*array) == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(array->storedType == "float32");
  }
}

TEST_CASE("the header's keys may stand in any order, with other quotes and spacing") {
  Result<Array> array = parse(npy(R"({"shape":(2,),"descr":"|u1","fortran_order":False})", "ab"));
  REQUIRE(array);
  CHECK(array->type == ElementType::UInt8);
  CHECK(valuesOf<uint8_t>(*array) == std::vector<uint8_t>{'a', 'b'});
}

TEST_CASE("scalars and empty arrays are arrays too") {
  Result<Array> scalar =
      parse(npy("{'descr': '<i8', 'fortran_order': False, 'shape': ()}", rawBytes<int64_t>({7})));
  REQUIRE(scalar);
  CHECK(scalar->dims.empty());
  CHECK(valuesOf<int64_t>(*scalar) == std::vector<int64_t>{7});

  Result<Array> empty = parse(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}", ""));
  REQUIRE(empty);
  CHECK(empty->numElements() == 0);
}

TEST_CASE("other element types are converted") {
  auto read = [](const std::string &descr, const std::string &payload, int n) {
    Result<Array> array = parse(npy(
        "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + std::to_string(n) + ",)}",
        payload));
    REQUIRE(array);
    return *array;
  };
  SECTION("to float32") {
    Array f64 = read("<f8", rawBytes<double>({0.1, -2}), 2);
    CHECK(valuesOf<float>(f64) == std::vector<float>{0.1f, -2});
    CHECK(f64.storedType == "float64");
    // 1, the smallest subnormal, -infinity, NaN.
    Array f16 = read("<f2", rawBytes<uint16_t>({0x3c00, 0x0001, 0xfc00, 0x7e00}), 4);
    CHECK(valuesOf<float>(f16)[0] == 1);
    CHECK(valuesOf<float>(f16)[1] == std::ldexp(1.0f, -24));
    CHECK(valuesOf<float>(f16)[2] == -INFINITY);
    CHECK(std::isnan(valuesOf<float>(f16)[3]));
    Array big = read(">f4", std::string("\x3f\x80\0\0", 4), 1);
    CHECK(valuesOf<float>(big) == std::vector<float>{1});
  }
  SECTION("to int64") {
    CHECK(valuesOf<int64_t>(read("<i4", rawBytes<int32_t>({-1, 5}), 2)) ==
          std::vector<int64_t>{-1, 5});
    CHECK(valuesOf<int64_t>(read("|i1", rawBytes<int8_t>({-128}), 1)) ==
          std::vector<int64_t>{-128});
    CHECK(valuesOf<int64_t>(read(">i2", std::string("\x01\x02", 2), 1)) ==
          std::vector<int64_t>{258});
    CHECK(valuesOf<int64_t>(read("|b1", std::string("\x01\0", 2), 2)) ==
          std::vector<int64_t>{1, 0});
  }
}

TEST_CASE("column-major arrays are transposed") {
  // numpy.array([[1, 2, 3], [4, 5, 6]], order='F')
  Result<Array> array = parse(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}",
                                  rawBytes<float>({1, 4, 2, 5, 3, 6})));
  REQUIRE(array);
  CHECK(valuesOf<float>(*array) == std::vector<float>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("what is written is read back, its payload aligned") {
  for (std::vector<int64_t> dims :
       {std::vector<int64_t>{}, {3}, {2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1000000}}) {
    std::string header = npyHeader(ElementType::Float32, dims);
    CHECK(header.size() % 64 == 0);
    Result<NpyHeader> parsed = parseNpyHeader(bytesOf(header).data);
    REQUIRE(parsed);
    CHECK(parsed->dims == dims);
    CHECK(parsed->kind == 'f');
    CHECK(parsed->dataOffset == header.size());
  }
}

TEST_CASE("damaged files are refused") {
  std::string payload = rawBytes<float>({1, 2});
  CHECK_THAT(errorOf("PNG"), ContainsSubstring("numpy.save"));
  CHECK_THAT(errorOf("\x93NUMPY\x01"), ContainsSubstring("truncated"));
  CHECK_THAT(errorOf(npy("{}", "", 4)), ContainsSubstring("version 4.0 is not known"));
  CHECK_THAT(errorOf(npy("{}", "")), ContainsSubstring("expected the header to give"));
  CHECK_THAT(errorOf(npy("  ", "")), ContainsSubstring("expected '{'"));
  CHECK_THAT(errorOf(npy("{'a': 1}", "")), ContainsSubstring("unexpected key 'a'"));
  CHECK_THAT(errorOf(npy("{'descr': '<f4', 'descr': '<f4'}", "")),
             ContainsSubstring("unexpected key 'descr'"));
  auto type = [](const std::string &descr) {
    return errorOf(npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': (2,)}", ""));
  };
  CHECK_THAT(type("[('x', '<f4')]"), ContainsSubstring("structured"));
  CHECK_THAT(type("'<c8'"), ContainsSubstring("'<c8' cannot be used"));
  CHECK_THAT(type("'|O'"), ContainsSubstring("cannot be used"));
  CHECK_THAT(type("'<f44444444444'"), ContainsSubstring("cannot be used"));
  CHECK_THAT(type("'<f3'"), ContainsSubstring("cannot be used"));
  CHECK_THAT(type("4"), ContainsSubstring("expected a string"));
  CHECK_THAT(type("'<f4"), ContainsSubstring("cannot be used"));
  auto shape = [&](const std::string &text) {
    return errorOf(npy("{'descr': '<f4', 'fortran_order': False, 'shape': " + text + "}", payload));
  };
  CHECK_THAT(shape("(3,)"), ContainsSubstring("needs 12 bytes of data, but 8 are there"));
  CHECK_THAT(shape("(1,)"), ContainsSubstring("4 bytes follow the array"));
  CHECK_THAT(shape("(-2,)"), ContainsSubstring("expected a dimension"));
  CHECK_THAT(shape("(2"), ContainsSubstring("expected ',' or ')'"));
  CHECK_THAT(shape("2"), ContainsSubstring("expected '('"));
  CHECK_THAT(shape("(99999999999999999999,)"), ContainsSubstring("too large"));
  CHECK_THAT(shape("(4611686018427387904, 4)"), ContainsSubstring("too large"));
  CHECK_THAT(shape("(0, 4611686018427387904, 4)"), ContainsSubstring("too large"));
  CHECK_THAT(shape("(" + std::string(99, '1').replace(1, 0, ",") + ",)"),
             ContainsSubstring("too large"));
}

TEST_CASE("no prefix and no flipped byte of a file does harm") {
  std::string good = npyHeader(ElementType::Float32, {2, 3}) + rawBytes<float>({1, 2, 3, 4, 5, 6});
  for (size_t n = 0; n < good.size(); ++n)
    CHECK_FALSE(parse(good.substr(0, n)));
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good;
    for (int k = 0; k < 3; ++k)
      bad[random() % 128] = char(random());
    if (Result<Array> array = parse(bad))
      CHECK(array->bytes.size() == size_t(array->numElements()) * sizeOf(array->type));
  }
}
