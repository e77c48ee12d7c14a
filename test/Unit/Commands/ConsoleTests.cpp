//===- ConsoleTests.cpp - What the programs say ---------------------------===//

#include "runtime/commands/Console.h"

#include <catch2/catch_test_macros.hpp>

using namespace quantir;
using namespace quantir::runtime;

TEST_CASE("sizes are given in the unit that suits them") {
  CHECK(formatBytes(0) == "0 B");
  CHECK(formatBytes(1023) == "1023 B");
  CHECK(formatBytes(1024) == "1.0 KiB");
  CHECK(formatBytes(1110793) == "1.1 MiB");
  CHECK(formatBytes(1024 * 1024 - 1) == "1.0 MiB");
  CHECK(formatBytes(uint64_t(3) << 40) == "3.0 TiB");
}

TEST_CASE("durations") {
  CHECK(formatDuration(0) == "0:00");
  CHECK(formatDuration(67.4) == "1:07");
  CHECK(formatDuration(3723) == "1:02:03");
  CHECK(formatDuration(-1) == "0:00");
  CHECK(formatDuration(1e300) == formatDuration(1e9));
}

TEST_CASE("a progress bar says how far it is and how long it takes, in its width") {
  std::string half = formatProgress("calibrating", 256, 512, 12, 60);
  CHECK(half == "calibrating [##########-----------]  50%  256/512  0:12 left");
  CHECK(formatProgress("x", 0, 10, 5, 40).find("left") == std::string::npos);
  CHECK(formatProgress("x", 10, 10, 5, 40).find("100%") != std::string::npos);
  for (int width : {10, 20, 40, 80}) {
    for (int64_t done : {int64_t(-1), int64_t(0), int64_t(1), int64_t(999), int64_t(5000000000)})
      CHECK(formatProgress("a label of some length", done, 5000000000, 1e5, width).size() <=
            size_t(width));
  }
  CHECK(formatProgress("x", 0, 0, 0, 40).size() <= 40);
}

TEST_CASE("a table's columns are aligned") {
  Table table({"ms", "name"}, {0});
  CHECK(table.empty());
  table.addRow({"1.5", "a"});
  table.addRow({"12.5", "bc"});
  CHECK_FALSE(table.empty());
  CHECK(table.str() == "  ms  name\n 1.5  a\n12.5  bc\n");
}
