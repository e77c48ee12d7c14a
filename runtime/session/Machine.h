//===- Machine.h - What the process may use of its machine ------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_MACHINE_H
#define QUANTIR_RUNTIME_SESSION_MACHINE_H

#include <cstddef>
#include <optional>
#include <string>

namespace quantir::runtime {

/// The limits of the control groups that the process is in, of version 1 or 2: the least of its own
/// group's and those above it. `root` stands before /proc and /sys, for tests.
struct ControlGroupLimits {
  std::optional<double> processors; ///< time per time
  std::optional<size_t> memory;     ///< in bytes
};
ControlGroupLimits controlGroupLimits(const std::string &root = "");

/// The bytes that the process may use: the machine's memory, or less where a control group or
/// RLIMIT_AS says so.
size_t availableMemory();

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_MACHINE_H
