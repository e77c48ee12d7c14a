//===- UniformTypes.cpp - Qparams as MLIR types ---------------------------===//

#include "quantir/passes/Convert/Passes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantir;

quant::QuantizedType quantir::getUniformType(const numerics::QParams &params, Location loc) {
  MLIRContext *context = loc.getContext();
  if (numerics::isFloat8(params.dtype) || !params.floatZeroPoint.empty()) {
    emitError(loc) << "expected integers with integer zero points, but got "
                   << StringRef(numerics::toText(params.dtype));
    return {};
  }
  bool isSigned = numerics::isSigned(params.dtype);
  auto storage = IntegerType::get(context, numerics::bitWidth(params.dtype));
  unsigned flags = isSigned ? quant::QuantizationFlags::Signed : 0;
  int64_t min = quant::QuantizedType::getDefaultMinimumForInteger(isSigned, storage.getWidth());
  int64_t max = quant::QuantizedType::getDefaultMaximumForInteger(isSigned, storage.getWidth());
  Type expressed = Float32Type::get(context);
  auto emit = [&] { return emitError(loc); };
  if (params.perTensor())
    return quant::UniformQuantizedType::getChecked(emit, flags, storage, expressed, params.scale[0],
                                                   params.zeroPoint[0], min, max);
  SmallVector<double> scales(params.scale.begin(), params.scale.end());
  SmallVector<int64_t> zeroPoints(params.zeroPoint.begin(), params.zeroPoint.end());
  return quant::UniformQuantizedPerAxisType::getChecked(emit, flags, storage, expressed, scales,
                                                        zeroPoints, params.axis, min, max);
}

static std::optional<numerics::QDType> getDType(quant::QuantizedType type) {
  using numerics::QDType;
  if (!type.getStorageType())
    return std::nullopt;
  bool isSigned = type.isSigned();
  switch (type.getStorageTypeIntegralWidth()) {
  case 4:
    return isSigned ? QDType::QInt4 : QDType::QUInt4;
  case 8:
    return isSigned ? QDType::QInt8 : QDType::QUInt8;
  case 32:
    return isSigned ? std::optional(QDType::QInt32) : std::nullopt;
  default:
    return std::nullopt;
  }
}

FailureOr<numerics::QParams> quantir::getQParams(quant::QuantizedType type) {
  std::optional<numerics::QDType> dtype = getDType(type);
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  auto uniform = dyn_cast<quant::UniformQuantizedType>(type);
  if (!dtype || (!perAxis && !uniform))
    return failure();
  numerics::QParams params;
  params.dtype = *dtype;
  params.quantMin = type.getStorageTypeMin();
  params.quantMax = type.getStorageTypeMax();
  SmallVector<int64_t> zeroPoints;
  if (perAxis) {
    params.axis = perAxis.getQuantizedDimension();
    params.scale.assign(perAxis.getScales().begin(), perAxis.getScales().end());
    llvm::append_range(zeroPoints, perAxis.getZeroPoints());
  } else {
    params.scale = {static_cast<float>(uniform.getScale())};
    zeroPoints.push_back(uniform.getZeroPoint());
  }
  for (int64_t zeroPoint : zeroPoints) {
    if (!llvm::isInt<32>(zeroPoint))
      return failure();
    params.zeroPoint.push_back(static_cast<int32_t>(zeroPoint));
  }
  return params;
}
