//===- PlanFile.h - The container of a plan ---------------------*- C++ -*-===//
//
// A plan file is a 64-byte header, the graph (a FlatBuffer of runtime/schema/plan.fbs), and the
// bytes of the constants. All numbers are little-endian. docs/PlanFormat.md is the specification.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_PLANFILE_H
#define QUANTIR_RUNTIME_PLAN_PLANFILE_H

#include "quantir/Base/Status.h"

#include <cstdint>
#include <span>
#include <vector>

namespace quantir::runtime {

/// Raised whenever a reader of the older version could misread what a new writer writes.
inline constexpr uint32_t planFormatVersion = 1;

/// Where constants start, relative to their section and to the file.
inline constexpr uint64_t constantAlignment = 64;

/// The parts of a plan file; views of its bytes.
struct PlanSections {
  std::span<const uint8_t> graph;
  std::span<const uint8_t> constants;
};

/// A complete plan file from a finished FlatBuffer and the constants section that its offsets point
/// into.
std::vector<uint8_t> assemblePlanFile(std::span<const uint8_t> graph,
                                      std::span<const uint8_t> constants);

/// Whether `file` begins as a plan file does; says nothing about the rest.
bool isPlanFile(std::span<const uint8_t> file);

/// Checks the header and the checksum of a whole file. Does not look into the graph.
Result<PlanSections> parsePlanFile(std::span<const uint8_t> file);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_PLANFILE_H
