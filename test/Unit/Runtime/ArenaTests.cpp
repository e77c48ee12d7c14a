//===- ArenaTests.cpp - Sharing memory between values ----------------------===//

#include "runtime/session/Arena.h"

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace quantir;
using namespace quantir::runtime;

static void checkDisjoint(const std::vector<ArenaBlock> &blocks, size_t size) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    const ArenaBlock &a = blocks[i];
    REQUIRE(a.offset % 64 == 0);
    REQUIRE(a.offset + a.bytes <= size);
    for (size_t j = 0; j < i; ++j) {
      const ArenaBlock &b = blocks[j];
      bool together = a.first <= b.last && b.first <= a.last;
      bool overlapping = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      REQUIRE_FALSE((together && overlapping));
    }
  }
}

TEST_CASE("an arena of nothing is empty") {
  std::vector<ArenaBlock> blocks;
  CHECK(planArena(blocks) == 0);
}

TEST_CASE("a chain of values alternates between two places") {
  std::vector<ArenaBlock> blocks;
  for (size_t i = 0; i < 10; ++i)
    blocks.push_back({1024, i, i + 1});
  CHECK(planArena(blocks) == 2048);
  checkDisjoint(blocks, 2048);
}

TEST_CASE("a value that skips a chain keeps its place") {
  std::vector<ArenaBlock> blocks = {{640, 0, 3}, {640, 1, 2}, {640, 2, 3}, {640, 3, 4}};
  size_t size = planArena(blocks);
  checkDisjoint(blocks, size);
  CHECK(size == 3 * 640);
}

TEST_CASE("sizes are rounded up to the alignment") {
  std::vector<ArenaBlock> blocks = {{1, 0, 0}, {65, 0, 0}};
  CHECK(planArena(blocks) == 192);
}

TEST_CASE("blocks in use at the same time never overlap") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<ArenaBlock> blocks(1 + random() % 60);
    size_t sum = 0;
    for (ArenaBlock &block : blocks) {
      block.bytes = random() % 5000;
      block.first = random() % 40;
      block.last = block.first + random() % 8;
      sum += (block.bytes + 63) / 64 * 64;
    }
    size_t size = planArena(blocks);
    CHECK(size <= sum);
    checkDisjoint(blocks, size);
  }
}
