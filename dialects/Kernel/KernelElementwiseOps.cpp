//===- KernelElementwiseOps.cpp - Functions of one or two numbers ---------===//

#include "quantir/dialects/Kernel/Kernel.h"

#include "quantir/Shapes/KnownAxes.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

//===----------------------------------------------------------------------===//
// UnaryOp
//===----------------------------------------------------------------------===//

std::string UnaryOp::checkShapes() {
  if (getAlpha().isNaN() || getBeta().isNaN())
    return "expected alpha and beta to be numbers, but got nan";
  if (getKind() == UnaryKind::Clamp && getAlpha() > getBeta())
    return "expected a clamp whose lower bound is not above its upper bound";
  return detail::checkSameShape(getInput().getType(), getType());
}

std::string UnaryOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return detail::checkFloatOrActivations(operands, results);
}

//===----------------------------------------------------------------------===//
// BinaryOp
//===----------------------------------------------------------------------===//

std::string BinaryOp::checkShapes() {
  shapes::Dims result;
  std::string error =
      shapes::inferBroadcast(getDims(getLhs().getType()), getDims(getRhs().getType()), result);
  return detail::checkResultShape(error, result, getType());
}

std::string BinaryOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return detail::checkFloatOrActivations(operands, results);
}

//===----------------------------------------------------------------------===//
// SoftmaxOp
//===----------------------------------------------------------------------===//

std::string SoftmaxOp::checkShapes() {
  shapes::Dims input = getDims(getInput().getType());
  int64_t axis = getAxis(), rank = input.size();
  if (axis < 0 || axis >= rank)
    return "expected an axis from 0 to " + std::to_string(rank - 1) + ", but got " +
           std::to_string(axis);
  if (std::string error = shapes::checkKnownAxes(input, {&axis, 1}); !error.empty())
    return error;
  return detail::checkSameShape(getInput().getType(), getType());
}

std::string SoftmaxOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return detail::checkFloatOrActivations(operands, results);
}
