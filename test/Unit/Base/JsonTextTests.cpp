//===- JsonTextTests.cpp --------------------------------------------------===//

#include "quantir/Base/JsonText.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

using namespace quantir;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

std::string errorOf(std::string_view text, JsonLimits limits = {}) {
  json out = "untouched";
  std::string error = parseJsonText(text, out, limits);
  if (!error.empty())
    CHECK(out == "untouched");
  return error;
}

std::string repeated(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

} // namespace

TEST_CASE("JSON text becomes the value that it says", "[json]") {
  for (const char *text :
       {"null", "true", "-3", "18446744073709551615", "1.5e-3", R"("a\"é\n")", "[]", "{}",
        R"([1, [2, {"a": []}], "x", {"b": {"c": null}, "d": [false]}])", " \n[1 ]\t"}) {
    INFO(text);
    json out;
    CHECK(parseJsonText(text, out).empty());
    CHECK(out == json::parse(text));
    ordered_json ordered;
    CHECK(parseJsonText(text, ordered).empty());
    CHECK(ordered == ordered_json::parse(text));
  }
  ordered_json ordered;
  REQUIRE(parseJsonText(R"({"z": 1, "a": {"y": 2, "b": 3}})", ordered).empty());
  CHECK(ordered.dump() == R"({"z":1,"a":{"y":2,"b":3}})");
}

TEST_CASE("text that is no JSON is an error with its place", "[json]") {
  CHECK(errorOf("") == "expected JSON, but it ends too soon, after 0 bytes: the file is cut short");
  CHECK(errorOf("[1, ") ==
        "expected JSON, but it ends too soon, after 4 bytes: the file is cut short");
  CHECK_THAT(errorOf("{\n  \"a\" 1}"),
             ContainsSubstring("not valid JSON: parse error at line 2, column 7: ") &&
                 ContainsSubstring("expected ':'"));
  CHECK_THAT(errorOf("[1] 2"), ContainsSubstring("line 1, column 5"));
  CHECK_THAT(errorOf("[\"\xff\"]"), ContainsSubstring("UTF-8"));
  // A word of any length is not repeated whole.
  CHECK(errorOf("\"" + std::string(100000, 'a') + "\n\"").size() < 260);
}

TEST_CASE("numbers that nothing holds and keys given twice are errors", "[json]") {
  CHECK(errorOf("[1,\n 1e999]") ==
        "not valid JSON: number overflow parsing '1e999' at line 2, column 6");
  CHECK_THAT(errorOf("-" + std::string(400, '9')), ContainsSubstring("number overflow"));
  CHECK(errorOf(R"({"a": 1, "b": {"a": 2}, "a": 3})") ==
        "not valid JSON: the key 'a' is there twice, at line 1, column 27");
  ordered_json out;
  CHECK_THAT(parseJsonText(R"({"a": 1, "a": 3})", out), ContainsSubstring("'a' is there twice"));
  CHECK(out.is_null());
}

TEST_CASE("JSON of any depth and size ends in a value or an error", "[json]") {
  CHECK(errorOf(repeated("[", 64) + repeated("]", 64)).empty());
  CHECK(errorOf(repeated("[", 65) + repeated("]", 65)) ==
        "not valid JSON: nested more than 64 deep at line 1, column 65");
  CHECK(errorOf("[\n" + repeated("{\"a\":", 100000)) ==
        "not valid JSON: nested more than 64 deep at line 2, column 316");
  CHECK_THAT(errorOf(repeated("[", 10000000)), ContainsSubstring("nested more than 64 deep"));
  CHECK(errorOf("[1, 2]", {.bytes = 6}).empty());
  CHECK(errorOf("[1, 2]", {.bytes = 5}) == "expected at most 5 bytes of JSON, but got 6");
  CHECK(errorOf("[[1]]", {.depth = 1}) ==
        "not valid JSON: nested more than 1 deep at line 1, column 2");

  // Linear: with a look-up through all members this would take minutes.
  std::string wide = "{\"0\": 0";
  for (int i = 1; i < 300000; ++i)
    wide += ", \"" + std::to_string(i) + "\": 0";
  ordered_json out;
  CHECK(parseJsonText(wide + "}", out).empty());
  CHECK(out.size() == 300000);
}

TEST_CASE("a message shows scalars in short", "[json]") {
  CHECK(describeJson(json::parse("[[[1]]]")) == "an array");
  CHECK(describeJson(json::parse(R"({"a": 1})")) == "an object");
  CHECK(describeJson(json::parse("2.5")) == "2.5");
  CHECK(describeJson(json("a\nb")) == R"("a\nb")");
  CHECK(describeJson(json(std::string(1000, 'x'))) == "\"" + std::string(56, 'x') + "...");
  CHECK(describeJson(json("\xff")) == "\"\xef\xbf\xbd\"");
}
