//===- AllocationCount.h - Counts calls of operator new ---------*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_RUNTIME_ALLOCATIONCOUNT_H
#define QUANTIR_TEST_UNIT_RUNTIME_ALLOCATIONCOUNT_H

#include <cstddef>

namespace quantir::test {

/// How often this thread has called operator new. (The program replaces it; 0 under a sanitizer.)
size_t allocationCount();

} // namespace quantir::test

#endif // QUANTIR_TEST_UNIT_RUNTIME_ALLOCATIONCOUNT_H
