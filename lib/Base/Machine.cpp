//===- Machine.cpp - What the process may use of its machine ---------------===//

#include "quantir/Base/Machine.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sched.h>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace quantir {
namespace {

template <typename T> void takeLess(std::optional<T> &limit, std::optional<T> other) {
  if (other && (!limit || *other < *limit))
    limit = other;
}

/// The numbers at the start of a file; none for "max" and what else is not a number.
std::vector<double> readNumbers(const std::string &path) {
  std::ifstream file(path);
  std::vector<double> numbers;
  for (double number; file >> number;)
    numbers.push_back(number);
  return numbers;
}

std::optional<size_t> memoryFrom(const std::string &path) {
  const std::vector<double> numbers = readNumbers(path);
  // Version 1 says "no limit" by a number near 2^63.
  if (numbers.empty() || numbers[0] < 0 || numbers[0] >= 0x1p62)
    return std::nullopt;
  return static_cast<size_t>(numbers[0]);
}

std::optional<double> ratio(const std::vector<double> &quota, size_t quotaAt,
                            const std::vector<double> &period, size_t periodAt) {
  if (quotaAt >= quota.size() || periodAt >= period.size() || quota[quotaAt] <= 0 ||
      period[periodAt] <= 0)
    return std::nullopt;
  return quota[quotaAt] / period[periodAt];
}

/// Calls read(folder) for the group at `path` below `mount` and for all groups above it. (A
/// container may see its own group as the root, and still be told the path it has outside.)
template <typename Read>
void forGroups(const std::string &mount, std::string path, const Read &read) {
  while (!path.empty() && path != "/") {
    read(mount + path);
    path.resize(path.find_last_of('/'));
  }
  read(mount);
}

bool listsController(const std::string &list, const std::string &name) {
  return ("," + list + ",").find("," + name + ",") != std::string::npos;
}

} // namespace

ControlGroupLimits controlGroupLimits(const std::string &root) {
  ControlGroupLimits limits;
  const std::string mount = root + "/sys/fs/cgroup";
  std::ifstream groups(root + "/proc/self/cgroup");
  // Lines are id:controllers:path, of version 2 "0::path".
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos || second + 1 >= line.size() || line[second + 1] != '/')
      continue;
    const std::string controllers = line.substr(first + 1, second - first - 1),
                      path = line.substr(second + 1);
    if (controllers.empty())
      for (const std::string &base : {mount, mount + "/unified"})
        forGroups(base, path, [&](const std::string &group) {
          const std::vector<double> max = readNumbers(group + "/cpu.max");
          takeLess(limits.processors, ratio(max, 0, max, 1));
          takeLess(limits.memory, memoryFrom(group + "/memory.max"));
        });
    if (listsController(controllers, "cpu"))
      for (const std::string &base : {mount + "/cpu", mount + "/" + controllers})
        forGroups(base, path, [&](const std::string &group) {
          takeLess(limits.processors, ratio(readNumbers(group + "/cpu.cfs_quota_us"), 0,
                                            readNumbers(group + "/cpu.cfs_period_us"), 0));
        });
    if (listsController(controllers, "memory"))
      forGroups(mount + "/memory", path, [&](const std::string &group) {
        takeLess(limits.memory, memoryFrom(group + "/memory.limit_in_bytes"));
      });
  }
  return limits;
}

size_t availableMemory() {
  size_t bytes = std::numeric_limits<size_t>::max();
  const long pages = sysconf(_SC_PHYS_PAGES), pageSize = sysconf(_SC_PAGE_SIZE);
  if (pages > 0 && pageSize > 0)
    bytes = static_cast<size_t>(pages) * static_cast<size_t>(pageSize);
  if (std::optional<size_t> limit = controlGroupLimits().memory)
    bytes = std::min(bytes, *limit);
  rlimit space;
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
    bytes = std::min<size_t>(bytes, space.rlim_cur);
  return bytes;
}

/// The processors of the affinity mask. The set has to be as large as the kernel's, which nothing
/// tells but that it is accepted.
static int affinityCount() {
  for (int processors = CPU_SETSIZE; processors <= (1 << 22); processors *= 2) {
    cpu_set_t *set = CPU_ALLOC(processors);
    if (!set)
      break;
    const size_t bytes = CPU_ALLOC_SIZE(processors);
    const bool isRead = sched_getaffinity(0, bytes, set) == 0;
    const int count = isRead ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (isRead)
      return count;
  }
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

int availableThreads(const std::string &root) {
  int threads = std::max(1, affinityCount());
  // With more threads than the quota all would be stopped for a part of each period.
  if (std::optional<double> quota = controlGroupLimits(root).processors)
    threads = std::min(threads, std::max(1, static_cast<int>(std::min(*quota, 1e6))));
  return threads;
}

} // namespace quantir
