//===- StartableThreads.cpp - How many threads the system gives -----------===//

#include "runtime/session/StartableThreads.h"

#include <chrono>
#include <latch>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace quantir::runtime {

int startableThreads(int wanted) {
  if (wanted <= 1)
    return 1;
  // All have to exist at the same time.
  std::latch end(1);
  std::vector<std::thread> threads;
  bool refused = false;
  try {
    threads.reserve(size_t(wanted) - 1);
    while (threads.size() < size_t(wanted) - 1)
      threads.emplace_back([&end] { end.wait(); });
  } catch (const std::system_error &) {
    refused = true;
  } catch (const std::bad_alloc &) {
    refused = true;
  }
  end.count_down();
  for (std::thread &thread : threads)
    thread.join();
  if (refused) // the system counts a thread for an instant after it has ended
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return int(threads.size()) + 1;
}

} // namespace quantir::runtime
