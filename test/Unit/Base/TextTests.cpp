//===- TextTests.cpp - Names in messages ----------------------------------===//

#include "quantir/Base/Text.h"

#include <array>
#include <catch2/catch_test_macros.hpp>

using namespace quantir;

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps", "[text]") {
  CHECK(editDistance("", "") == 0);
  CHECK(editDistance("", "abc") == 3);
  CHECK(editDistance("abc", "abc") == 0);
  CHECK(editDistance("abc", "ABC") == 0);
  CHECK(editDistance("abc", "abd") == 1);
  CHECK(editDistance("abc", "acb") == 1);
  CHECK(editDistance("abc", "aCB") == 1);
  CHECK(editDistance("abc", "bc") == 1);
  CHECK(editDistance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest names come first", "[text]") {
  const std::vector<std::string> names = {"run", "quantize", "bench", "ran"};
  CHECK(nearestFirst("qantize", names).front() == "quantize");
  CHECK(nearestFirst("rn", names) ==
        std::vector<std::string_view>{"run", "ran", "bench", "quantize"});
}

TEST_CASE("the nearest name is given where it could be meant", "[text]") {
  constexpr std::array<std::string_view, 5> names = {"histogram", "min_max", "placeholder", "uint8",
                                                     "run"};
  CHECK(nearestName("Histogramm", names) == "histogram");
  CHECK(nearestName("minmax", names) == "min_max");
  CHECK(nearestName("rnu", names) == "run");
  // Abbreviations are further away than misspellings.
  CHECK(nearestName("hist", names) == "histogram");
  CHECK(nearestName("u8", names) == "uint8");
  CHECK(nearestName("h", names) == "");

  CHECK(nearestName("", names) == "");
  CHECK(nearestName("ac", std::array{"", "ab"}) == "ab");
  CHECK(nearestName("HIST", names) == "histogram");
  CHECK(nearestName("hgram", names) == "histogram");
  CHECK(nearestName("x", std::array{"y"}) == "");
  CHECK(nearestName("foo", std::array{"fab"}) == "");
  CHECK(nearestName("bn1", std::array{"bn1d", "bn"}) == "bn1d");
  CHECK(nearestName("bn1", std::array{"bn", "bn1d"}) == "bn");
  CHECK(nearestName("--dump", std::array{"--help", "--dump-stages"}) == "--dump-stages");
  CHECK(nearestName("zzzz", std::array{""}) == "");
  CHECK(nearestName("zzzzzzzz", names) == "");
  CHECK(nearestName("x", {}) == "");
  CHECK(didYouMean("minmax", names) == "; did you mean 'min_max'?");
  CHECK(didYouMean("zzzzzzzz", names) == "");
  CHECK(nearestInBrackets("minmax", names) == " (nearest: 'min_max')");
  CHECK(nearestInBrackets("zzzzzzzz", names) == "");
  CHECK(unknownName("zzzzzzzz", names) ==
        "expected one of histogram, min_max, placeholder, uint8, run, but got 'zzzzzzzz'");
}

TEST_CASE("of names of a million characters the beginnings are compared", "[text]") {
  const std::vector<std::string> names = {std::string(1000000, 'b'), std::string(1000000, 'a')};
  CHECK(nearestFirst(std::string(1000000, 'a'), names).front()[0] == 'a');
  CHECK(nearestName(std::string(1000000, 'a'), names) == "");
  CHECK(nearestName(std::string(1000000, 'x'), std::array{"histogram"}) == "");
}

TEST_CASE("what a message shows ends with a whole character", "[text]") {
  CHECK(shortened("short", 5) == "short");
  CHECK(shortened("longer", 5) == "lo...");
  CHECK(shortened("äääää", 6) == "ä...");
  CHECK(shortened("aääää", 6) == "aä...");
  CHECK(shortened("\xf0\x9f\x98\x80 and more", 6) == "...");
}

TEST_CASE("names are listed in words", "[text]") {
  CHECK(listNames({}).empty());
  CHECK(listNames(std::vector<std::string>{"a"}) == "'a'");
  CHECK(listNames(std::vector<std::string>{"a", "b", "c"}) == "'a', 'b' and 'c'");
}
