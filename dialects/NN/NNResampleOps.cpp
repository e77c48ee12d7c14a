//===- NNResampleOps.cpp - Images of another size --------------------------===//

#include "quantir/Shapes/Resample.h"
#include "quantir/dialects/NN/NN.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::nn;

std::string InterpolateOp::inferShapes(Adaptor op, Shapes &results) {
  return shapes::inferResample(getDims(op.getInput()), Dims(op.getSizes()), op.getScales(),
                               results.emplace_back());
}

OpFoldResult InterpolateOp::fold(FoldAdaptor) {
  bool same = getInput().getType() == getType() &&
              llvm::all_of(getScales(), [](float scale) { return scale == 1.0f; });
  return same ? OpFoldResult(getInput()) : OpFoldResult();
}

OperandRole InterpolateOp::getOperandRole(unsigned operand) {
  return operand == 0 ? OperandRole::Activation : OperandRole::None;
}

std::optional<int64_t> InterpolateOp::getWeightChannelAxis() { return std::nullopt; }

std::optional<int64_t> InterpolateOp::getResultChannelAxis() { return std::nullopt; }

ResultPolicy InterpolateOp::getResultPolicy(unsigned) { return ResultPolicy::sameAsOperand(0); }

bool InterpolateOp::commutesWithQuantization() { return getMode() == ResampleMode::Nearest; }
