//===- KernelPoolOps.cpp - Windows and means ------------------------------===//

#include "quantir/dialects/Kernel/Kernel.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

//===----------------------------------------------------------------------===//
// PoolOp
//===----------------------------------------------------------------------===//

std::string PoolOp::checkShapes() {
  shapes::PoolGeometry geometry{shapes::Dims(getKernel()), shapes::Dims(getStrides()),
                                shapes::Dims(getPadding()), shapes::Dims(getDilations()),
                                getCeilMode()};
  shapes::Dims result;
  std::string error = shapes::inferPool(getDims(getInput().getType()), geometry, result);
  return detail::checkResultShape(error, result, getType());
}

std::string PoolOp::checkElementTypes(TypeRange operands, TypeRange results) {
  std::string error = detail::checkFloatOrActivations(operands, results);
  return error.empty() && movesData() ? detail::checkSameElementTypes(operands, results) : error;
}

LayoutRule PoolOp::getLayoutRule() { return LayoutRule::Spatial; }
bool PoolOp::isParameter(unsigned) { return false; }
bool PoolOp::movesData() { return getKind() == PoolKind::Max; }

//===----------------------------------------------------------------------===//
// AdaptiveAvgPoolOp
//===----------------------------------------------------------------------===//

std::string AdaptiveAvgPoolOp::checkShapes() {
  shapes::Dims result;
  std::string error = shapes::inferAdaptivePool(getDims(getInput().getType()),
                                                shapes::Dims(getOutputSize()), result);
  return detail::checkResultShape(error, result, getType());
}

std::string AdaptiveAvgPoolOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return detail::checkFloatOrActivations(operands, results);
}

//===----------------------------------------------------------------------===//
// MeanOp
//===----------------------------------------------------------------------===//

std::string MeanOp::checkShapes() {
  int64_t rank = cast<RankedTensorType>(getInput().getType()).getRank();
  if (getAxes().empty() ||
      llvm::any_of(getAxes(), [&](int64_t axis) { return axis < 0 || axis >= rank; }))
    return "expected at least one axis, each from 0 to " + std::to_string(rank - 1);
  shapes::Dims result;
  std::string error = shapes::inferMean(getDims(getInput().getType()), shapes::Dims(getAxes()),
                                        getKeepDims(), result);
  return detail::checkResultShape(error, result, getType());
}

std::string MeanOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return detail::checkFloatOrActivations(operands, results);
}

LayoutRule MeanOp::getLayoutRule() {
  return getKeepDims() ? LayoutRule::Elementwise : LayoutRule::Any;
}
bool MeanOp::isParameter(unsigned) { return false; }
bool MeanOp::movesData() { return false; }
