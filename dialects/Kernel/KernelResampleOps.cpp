//===- KernelResampleOps.cpp - Images of another size ---------------------===//

#include "quantir/Shapes/Resample.h"
#include "quantir/dialects/Kernel/Kernel.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

std::string ResampleOp::checkShapes() {
  shapes::Dims sizes = getDims(getType()), result;
  if (sizes.size() < 3)
    return "expected a result of rank 3 or more, but got " + shapes::formatDims(sizes);
  sizes.erase(sizes.begin(), sizes.begin() + 2);
  std::string error =
      shapes::inferResample(getDims(getInput().getType()), sizes, getScales(), result);
  return detail::checkResultShape(error, result, getType());
}

std::string ResampleOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return movesData() ? detail::checkSameElementTypes(operands, results)
                     : detail::checkFloatOrActivations(operands, results);
}

LayoutRule ResampleOp::getLayoutRule() { return LayoutRule::Elementwise; }
bool ResampleOp::isParameter(unsigned) { return false; }
bool ResampleOp::movesData() { return getMode() == ResampleMode::Nearest; }
