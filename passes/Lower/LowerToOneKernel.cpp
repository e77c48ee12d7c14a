//===- LowerToOneKernel.cpp - Ops that one kernel computes ----------------===//
//
// The record of an op names its kernel, and how the kernel's operands and attributes follow from
// the op's (include/quantir/dialects/Interfaces/OpNames.td).
//
//===----------------------------------------------------------------------===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::lower;

/// The kernel wants axes counted from the front, in order.
static SmallVector<int64_t> sortedAxes(ArrayRef<int64_t> axes, int64_t rank) {
  auto sorted = llvm::map_to_vector(axes, [&](int64_t axis) { return normalizeAxis(axis, rank); });
  llvm::sort(sorted);
  return sorted;
}

#include "generated/OneKernel.inc"

void lower::populateOneKernelPatterns(RewritePatternSet &patterns) {
  addOneKernelPatterns(patterns);
}
