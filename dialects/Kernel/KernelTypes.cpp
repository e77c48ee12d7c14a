//===- KernelTypes.cpp - Element types and layouts of kernels -------------===//

#include "quantir/dialects/Kernel/KernelOptions.h"

#include "mlir/IR/TypeUtilities.h"

#include <algorithm>
#include <limits>

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

shapes::Dims kernel::getDims(Type type) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(type).getShape();
  shapes::Dims dims(shape.begin(), shape.end());
  for (int64_t &dim : dims)
    if (ShapedType::isDynamic(dim))
      dim = shapes::dynamicDim;
  return dims;
}

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

static bool isIndexElementType(Type type) {
  return type.isSignlessInteger(64) || type.isSignlessInteger(32);
}

/// Whether rules::KernelOperand can stand for it.
static bool isKernelElementType(Type type) {
  if (type.isF32() || isIndexElementType(type))
    return true;
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  if (!quantized || !isa<quant::UniformQuantizedType, quant::UniformQuantizedPerAxisType>(type))
    return false;
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
      perAxis && perAxis.getQuantizedDimension() < 0)
    return false;
  unsigned width = quantized.getStorageTypeIntegralWidth();
  return quantized.getExpressedType().isF32() &&
         (width == 8 || (width == 32 && quantized.isSigned()));
}

bool kernel::isKernelTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !isKernelElementType(tensor.getElementType()))
    return false;
  if (tensor.getEncoding() && !isa<ChannelsLastAttr>(tensor.getEncoding()))
    return false;
  return shapes::checkDims(getDims(tensor)).empty() &&
         rules::checkOperand(toKernelOperand(tensor)).empty();
}

bool kernel::isFloat(Type tensor) { return getElementTypeOrSelf(tensor).isF32(); }

bool kernel::isIndex(Type tensor) { return isIndexElementType(getElementTypeOrSelf(tensor)); }

quant::UniformQuantizedType kernel::getActivationType(Type tensor) {
  auto type = dyn_cast<quant::UniformQuantizedType>(getElementTypeOrSelf(tensor));
  return type && type.getStorageTypeIntegralWidth() == 8 ? type : nullptr;
}

quant::QuantizedType kernel::getQuantizedType(Type tensor) {
  return dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(tensor));
}

SmallVector<float> kernel::getScales(quant::QuantizedType type) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return llvm::map_to_vector(perAxis.getScales(), [](double scale) { return float(scale); });
  return {float(cast<quant::UniformQuantizedType>(type).getScale())};
}

SmallVector<int32_t> kernel::getZeroPoints(quant::QuantizedType type) {
  // MLIR stores 64 bits. What does not fit is no code of any type, and stays so.
  auto saturate = [](int64_t zeroPoint) {
    return int32_t(std::clamp<int64_t>(zeroPoint, std::numeric_limits<int32_t>::min(),
                                       std::numeric_limits<int32_t>::max()));
  };
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return llvm::map_to_vector(perAxis.getZeroPoints(), saturate);
  return {saturate(cast<quant::UniformQuantizedType>(type).getZeroPoint())};
}

int32_t kernel::getQuantizedAxis(quant::QuantizedType type) {
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  return perAxis ? perAxis.getQuantizedDimension() : -1;
}

RankedTensorType kernel::withElementType(Type tensor, Type elementType) {
  return cast<RankedTensorType>(cast<RankedTensorType>(tensor).clone(elementType));
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

bool kernel::isChannelsLast(Type tensor) {
  return isa_and_nonnull<ChannelsLastAttr>(cast<RankedTensorType>(tensor).getEncoding());
}

bool kernel::isLayoutFree(Type tensor) {
  return rules::KernelOperand{.dims = getDims(tensor)}.isLayoutFree();
}

RankedTensorType kernel::withLayout(Type tensor, bool channelsLast) {
  auto type = cast<RankedTensorType>(tensor);
  return RankedTensorType::get(type.getShape(), type.getElementType(),
                               channelsLast ? Attribute(ChannelsLastAttr::get(type.getContext()))
                                            : Attribute());
}
