//===- LlvmStatistic.h - llvm::Statistic as LLVM's libraries have it ------===//
//
// In libraries built without assertions llvm::Statistic is empty. In a build with assertions its
// header would give it members, which the libraries' constructors leave as they are: so that header
// is included first, and as the libraries were built.
//
//===----------------------------------------------------------------------===//

#ifndef NDEBUG
#define NDEBUG
#include "llvm/ADT/Statistic.h"
#undef NDEBUG
#include <cassert> // defines assert anew
#endif
