//===- UniformTypes.cpp - Qparams as MLIR types ---------------------------===//

#include "quantir/passes/Convert/Passes.h"

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

numerics::QParams quantir::getQParams(quant::QuantizedType type) {
  numerics::QParams params;
  unsigned width = type.getStorageTypeIntegralWidth();
  bool isSigned = type.isSigned();
  using numerics::QDType;
  params.dtype = width == 32  ? QDType::QInt32
                 : width == 4 ? (isSigned ? QDType::QInt4 : QDType::QUInt4)
                              : (isSigned ? QDType::QInt8 : QDType::QUInt8);
  params.quantMin = type.getStorageTypeMin();
  params.quantMax = type.getStorageTypeMax();
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type)) {
    params.axis = perAxis.getQuantizedDimension();
    params.scale.assign(perAxis.getScales().begin(), perAxis.getScales().end());
    params.zeroPoint.assign(perAxis.getZeroPoints().begin(), perAxis.getZeroPoints().end());
    return params;
  }
  auto uniform = cast<quant::UniformQuantizedType>(type);
  params.scale = {static_cast<float>(uniform.getScale())};
  params.zeroPoint = {static_cast<int32_t>(uniform.getZeroPoint())};
  return params;
}
