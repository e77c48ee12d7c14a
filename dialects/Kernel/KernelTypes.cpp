//===- KernelTypes.cpp - Element types and layouts of kernels -------------===//

#include "quantir/dialects/Kernel/Kernel.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>
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

/// True if the kernels' arithmetic is defined for the parameters: 1 / scale is computed in f32, and
/// zero has a code.
static bool hasUsableParameters(quant::QuantizedType type) {
  auto isUsableScale = [](float scale) { return scale > 0 && std::isfinite(1.0f / scale); };
  auto isCode = [&](int32_t zeroPoint) {
    return zeroPoint >= type.getStorageTypeMin() && zeroPoint <= type.getStorageTypeMax();
  };
  return type.getStorageTypeMin() < type.getStorageTypeMax() &&
         llvm::all_of(getScales(type), isUsableScale) && llvm::all_of(getZeroPoints(type), isCode);
}

static bool isIndexElementType(Type type) {
  return type.isSignlessInteger(64) || type.isSignlessInteger(32);
}

static bool isKernelElementType(Type type) {
  if (type.isF32() || isIndexElementType(type))
    return true;
  auto quantized = dyn_cast<quant::QuantizedType>(type);
  if (!quantized || !isa<quant::UniformQuantizedType, quant::UniformQuantizedPerAxisType>(type))
    return false;
  unsigned width = quantized.getStorageTypeIntegralWidth();
  return quantized.getExpressedType().isF32() &&
         (width == 8 || (width == 32 && quantized.isSigned())) && hasUsableParameters(quantized);
}

bool kernel::isKernelTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !isKernelElementType(tensor.getElementType()))
    return false;
  if (tensor.getEncoding() && !isa<ChannelsLastAttr>(tensor.getEncoding()))
    return false;
  if (!shapes::checkDims(getDims(tensor)).empty())
    return false;
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(tensor.getElementType());
  if (!perAxis)
    return true;
  int32_t axis = perAxis.getQuantizedDimension();
  return axis >= 0 && axis < tensor.getRank() &&
         tensor.getDimSize(axis) == int64_t(perAxis.getScales().size());
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
  auto type = cast<RankedTensorType>(tensor);
  return type.getRank() < 3 || type.getDimSize(1) == 1 ||
         llvm::all_of(type.getShape().drop_front(2), [](int64_t dim) { return dim == 1; });
}

RankedTensorType kernel::withLayout(Type tensor, bool channelsLast) {
  auto type = cast<RankedTensorType>(tensor);
  return RankedTensorType::get(type.getShape(), type.getElementType(),
                               channelsLast ? Attribute(ChannelsLastAttr::get(type.getContext()))
                                            : Attribute());
}

//===----------------------------------------------------------------------===//
// Shared checks
//===----------------------------------------------------------------------===//

static std::string describe(Type tensor) {
  std::string text;
  llvm::raw_string_ostream(text) << getElementTypeOrSelf(tensor);
  return text;
}

std::string kernel::detail::checkResultShape(std::string error, const shapes::Dims &inferred,
                                             Type result) {
  if (!error.empty())
    return error;
  shapes::Dims dims = getDims(result);
  if (dims == inferred)
    return {};
  return "expected a result of shape " + shapes::formatDims(inferred) + ", but got " +
         shapes::formatDims(dims);
}

std::string kernel::detail::checkSameShape(Type operand, Type result) {
  return checkResultShape({}, getDims(operand), result);
}

std::string kernel::detail::checkSameElementTypes(TypeRange operands, TypeRange results) {
  Type expected = getElementTypeOrSelf(operands.front());
  if (isa<quant::UniformQuantizedPerAxisType>(expected))
    return "expected operands that are not quantized per axis, but got " +
           describe(operands.front());
  for (Type type : llvm::concat<const Type>(operands.drop_front(), results))
    if (getElementTypeOrSelf(type) != expected)
      return "expected operands and result of one element type, but got " + describe(expected) +
             " and " + describe(type);
  return {};
}

std::string kernel::detail::checkFloatOrActivations(TypeRange operands, TypeRange results) {
  bool allFloat = isFloat(operands.front());
  for (Type type : llvm::concat<const Type>(operands, results)) {
    if (allFloat && !isFloat(type))
      return "expected operands and result all of f32, but got " + describe(type);
    if (!allFloat && !getActivationType(type))
      return "expected operands and result all quantized to 8 bits per tensor, but got " +
             describe(type);
  }
  return {};
}

/// The layouts of data operands and results, where the op has a rule about them.
static std::string checkLayouts(KernelOpInterface op) {
  auto isData = [&](OpOperand &operand) { return !op.isParameter(operand.getOperandNumber()); };
  for (OpOperand &operand : op->getOpOperands())
    if (!isData(operand) && isChannelsLast(operand.get().getType()))
      return "expected a row-major parameter as operand " +
             std::to_string(operand.getOperandNumber()) + ", but it is channels-last";

  SmallVector<RankedTensorType> types;
  for (OpOperand &operand : op->getOpOperands())
    if (isData(operand))
      types.push_back(cast<RankedTensorType>(operand.get().getType()));
  for (Type type : op->getResultTypes())
    types.push_back(cast<RankedTensorType>(type));
  llvm::erase_if(types, [](RankedTensorType type) { return isLayoutFree(type); });

  switch (op.getLayoutRule()) {
  case LayoutRule::Cast:
  case LayoutRule::Any:
    return {};
  case LayoutRule::RowMajor:
    if (llvm::any_of(types, [](Type type) { return isChannelsLast(type); }))
      return "expected row-major operands and result, but got a channels-last one";
    return {};
  case LayoutRule::Spatial:
  case LayoutRule::Elementwise: {
    int64_t rank = 0;
    for (RankedTensorType type : types)
      rank = std::max(rank, type.getRank());
    RankedTensorType first;
    for (RankedTensorType type : types) {
      if (type.getRank() < rank) {
        if (isChannelsLast(type))
          return "expected a row-major operand where it is broadcast to a higher rank, but it is "
                 "channels-last";
        continue;
      }
      if (first && isChannelsLast(first) != isChannelsLast(type))
        return "expected operands and result of one layout, but got both row-major and "
               "channels-last";
      first = type;
    }
    return {};
  }
  }
  return {};
}

LogicalResult kernel::detail::verifyKernelOp(Operation *op) {
  auto kernelOp = cast<KernelOpInterface>(op);
  if (std::string error = kernelOp.checkShapes(); !error.empty())
    return op->emitOpError(error);
  if (std::string error = kernelOp.checkElementTypes(op->getOperandTypes(), op->getResultTypes());
      !error.empty())
    return op->emitOpError(error);
  if (std::string error = checkLayouts(kernelOp); !error.empty())
    return op->emitOpError(error);
  return success();
}
