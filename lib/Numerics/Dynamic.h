//===- Dynamic.h - Parameters chosen while a model runs ---------*- C++ -*-===//
//
// What PyTorch's quantize_per_tensor_dynamic, dynamic linear layers and fused fake-quantize choose.
// It is not what its observers choose (QParams.h): the scale is computed in float64, has no eps but
// a floor of 6.1e-5, and the zero point comes from the end of the range whose error is smaller.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_DYNAMIC_H
#define QUANTIR_NUMERICS_DYNAMIC_H

#include "quantir/Numerics/QParams.h"

namespace quantir::numerics {

struct DynamicQParams {
  float scale = 1.0f;
  int32_t zeroPoint = 0;
  bool operator==(const DynamicQParams &) const = default;
};

/// PyTorch's ChooseQuantizationParams (aten/src/ATen/native/quantized/cpu/QuantUtils.h) for values
/// in [min, max], which are finite. With `preserveSparsity` a range with both signs gets the zero
/// point in the middle.
DynamicQParams chooseDynamicQParams(float min, float max, QuantRange range,
                                    bool preserveSparsity = false);

/// The nearest number of IEEE half precision, half to even; infinite beyond its range.
float roundToFloat16(float x);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_DYNAMIC_H
