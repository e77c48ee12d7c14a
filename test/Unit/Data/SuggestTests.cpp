//===- SuggestTests.cpp - Suggestions for misspelt names ------------------===//

#include "runtime/session/Suggest.h"

#include <catch2/catch_test_macros.hpp>

using namespace quantir::runtime;

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
  CHECK(editDistance("", "") == 0);
  CHECK(editDistance("", "abc") == 3);
  CHECK(editDistance("abc", "abc") == 0);
  CHECK(editDistance("abc", "abd") == 1);
  CHECK(editDistance("abc", "acb") == 1);
  CHECK(editDistance("abc", "bc") == 1);
  CHECK(editDistance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest names come first") {
  std::vector<std::string> names = {"run", "quantize", "bench"};
  CHECK(nearestFirst("qantize", names).front() == "quantize");
  CHECK(didYouMean("qantize", names) == "; did you mean 'quantize'?");
  CHECK(didYouMean("rnu", names) == "; did you mean 'run'?");
  CHECK(didYouMean("zzzzzzzz", names).empty());
  CHECK(didYouMean("x", {}).empty());
}

TEST_CASE("names of a million characters are compared by their beginnings") {
  std::vector<std::string> names = {std::string(1000000, 'b'), std::string(1000000, 'a')};
  CHECK(nearestFirst(std::string(1000000, 'a'), names).front()[0] == 'a');
  CHECK(didYouMean(std::string(1000000, 'a'), names).empty());
}

TEST_CASE("names are listed in words") {
  CHECK(listNames({}).empty());
  CHECK(listNames(std::vector<std::string>{"a"}) == "'a'");
  CHECK(listNames(std::vector<std::string>{"a", "b", "c"}) == "'a', 'b' and 'c'");
}
