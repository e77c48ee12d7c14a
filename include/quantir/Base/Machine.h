//===- Machine.h - What the process may use of its machine ------*- C++ -*-===//

#ifndef QUANTIR_BASE_MACHINE_H
#define QUANTIR_BASE_MACHINE_H

#include <cstddef>
#include <optional>
#include <string>

namespace quantir {

/// The limits of the control groups that the process is in, of version 1 or 2: the smallest of its
/// own group's and those above it. `root` is put before /proc and /sys, for tests.
struct ControlGroupLimits {
  std::optional<double> processors; ///< CPU seconds per second
  std::optional<size_t> memory;     ///< in bytes
};
ControlGroupLimits controlGroupLimits(const std::string &root = "");

/// The bytes that the process may use: the machine's memory, or less where a control group or
/// RLIMIT_AS says so.
size_t availableMemory();

/// The processors that the process may use, by its affinity and its control group's quota: the
/// number of threads that 0 stands for. At least 1, and not more than the quota. `root`: as above.
int availableThreads(const std::string &root = "");

} // namespace quantir

#endif // QUANTIR_BASE_MACHINE_H
