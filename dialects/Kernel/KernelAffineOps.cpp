//===- KernelAffineOps.cpp - Rounding to the codes of blocks --------------===//

#include "quantir/dialects/Kernel/Kernel.h"
#include "quantir/dialects/Quantir/QuantirAttrs.h"

using namespace mlir;
using namespace quantir;
using kernel::FakeQuantizeAffineOp;

std::string FakeQuantizeAffineOp::checkShapes() {
  auto spec = dyn_cast<ObserverSpecAttr>(getSpec());
  if (!spec)
    return "expected spec to be an affine_min_max observer";
  numerics::AffineQParams params;
  std::string error = readAffineQParams(cast<RankedTensorType>(getType()), spec, getScalesAttr(),
                                        getZeroPointsAttr(), getFloatZeroPointsAttr(), params);
  return error.empty() ? kernel::detail::checkSameShape(getInput().getType(), getType()) : error;
}

std::string FakeQuantizeAffineOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return kernel::isFloat(operands[0]) && kernel::isFloat(results[0])
             ? std::string()
             : "expected an f32 operand and result";
}
