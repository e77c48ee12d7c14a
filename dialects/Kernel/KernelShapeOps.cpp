//===- KernelShapeOps.cpp - Data movement ---------------------------------===//

#include "quantir/dialects/Kernel/Kernel.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

/// A data movement that changes nothing, not even the layout.
static OpFoldResult foldIdentity(Value input, Type result) {
  return input.getType() == result ? input : Value();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) { return foldIdentity(getInput(), getType()); }

OpFoldResult ExpandOp::fold(FoldAdaptor) { return foldIdentity(getInput(), getType()); }
