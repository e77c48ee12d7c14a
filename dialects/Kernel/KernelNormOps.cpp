//===- KernelNormOps.cpp - Normalizations and PReLU -----------------------===//

#include "quantir/dialects/Kernel/Kernel.h"

#include "quantir/Shapes/KnownAxes.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

//===----------------------------------------------------------------------===//
// Shared checks
//===----------------------------------------------------------------------===//

static std::string checkParameter(StringRef what, Value value, const shapes::Dims &dims) {
  if (!value || getDims(value.getType()) == dims)
    return {};
  return ("expected a " + what + " of shape ").str() + shapes::formatDims(dims) + ", but got " +
         shapes::formatDims(getDims(value.getType()));
}

template <typename OpT> static std::string checkNorm(OpT op, const shapes::Dims &dims) {
  if (APFloat epsilon = op.getEpsilon(); !epsilon.isFinite() || epsilon.isNegative())
    return "expected a finite epsilon that is not negative";
  if (std::string error = checkParameter("weight", op.getWeight(), dims); !error.empty())
    return error;
  if (std::string error = checkParameter("bias", op.getBias(), dims); !error.empty())
    return error;
  return kernel::detail::checkSameShape(op.getInput().getType(), op.getType());
}

/// An operand of data, then parameters of f32.
static std::string checkFloatParameters(TypeRange operands, TypeRange results) {
  if (!llvm::all_of(operands.drop_front(), [](Type type) { return isFloat(type); }))
    return "expected parameters of f32";
  return kernel::detail::checkFloatOrActivations(operands.take_front(), results);
}

static std::string expectRank2(const shapes::Dims &input) {
  if (input.size() >= 2)
    return {};
  return "expected an input of rank 2 or more, but got " + shapes::formatDims(input);
}

//===----------------------------------------------------------------------===//
// LayerNormOp
//===----------------------------------------------------------------------===//

std::string LayerNormOp::checkShapes() {
  shapes::Dims input = getDims(getInput().getType());
  int64_t axis = getAxis(), rank = input.size();
  if (axis < 0 || axis >= rank)
    return "expected an axis from 0 to " + std::to_string(rank - 1) + ", but got " +
           std::to_string(axis);
  if (std::string error = shapes::checkKnownFrom(input, axis); !error.empty())
    return error;
  return checkNorm(*this, shapes::Dims(input.begin() + axis, input.end()));
}

std::string LayerNormOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkFloatParameters(operands, results);
}

//===----------------------------------------------------------------------===//
// GroupNormOp
//===----------------------------------------------------------------------===//

std::string GroupNormOp::checkShapes() {
  shapes::Dims input = getDims(getInput().getType());
  if (std::string error = expectRank2(input); !error.empty())
    return error;
  if (std::string error = shapes::checkKnownFrom(input, 1); !error.empty())
    return error;
  if (int64_t groups = getGroups(); groups < 1 || input[1] % groups != 0)
    return "expected a number of groups that divides the " + std::to_string(input[1]) +
           " channels, but got " + std::to_string(groups);
  return checkNorm(*this, {input[1]});
}

std::string GroupNormOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkFloatParameters(operands, results);
}

//===----------------------------------------------------------------------===//
// PReluOp
//===----------------------------------------------------------------------===//

std::string PReluOp::checkShapes() {
  shapes::Dims input = getDims(getInput().getType()), slope = getDims(getSlope().getType());
  if (slope != shapes::Dims{1}) {
    if (std::string error = expectRank2(input); !error.empty())
      return error;
    if (std::string error = checkParameter("slope", getSlope(), {input[1]}); !error.empty())
      return error;
  }
  return kernel::detail::checkSameShape(getInput().getType(), getType());
}

std::string PReluOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkFloatParameters(operands, results);
}
