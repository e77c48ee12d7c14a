//===- QuantirAttrs.h - The attributes of the quantization dialect -*- C++ -*-===//

#ifndef QUANTIR_DIALECTS_QUANTIR_QUANTIRATTRS_H
#define QUANTIR_DIALECTS_QUANTIR_QUANTIRATTRS_H

#include "quantir/Numerics/Observer.h"
#include "quantir/Numerics/QParams.h"
#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"

#include "quantir/dialects/Quantir/QuantirDialect.h.inc"
#include "quantir/dialects/Quantir/QuantirEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "quantir/dialects/Quantir/QuantirAttrs.h.inc"

namespace quantir {

/// The parameters of a fake_quantize_affine on tensors of `type`, from its attributes. `out` is
/// left alone if `spec` is dynamic. Returns what is wrong, or an empty string.
[[nodiscard]] std::string readAffineQParams(mlir::RankedTensorType type, ObserverSpecAttr spec,
                                            mlir::DenseF32ArrayAttr scales,
                                            mlir::DenseI32ArrayAttr zeroPoints,
                                            mlir::DenseF32ArrayAttr floatZeroPoints,
                                            numerics::AffineQParams &out);

} // namespace quantir

#endif // QUANTIR_DIALECTS_QUANTIR_QUANTIRATTRS_H
