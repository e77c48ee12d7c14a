//===- ChecksWeighted.cpp - Rules of convolutions and matrix products ------===//

#include "quantir/Shapes/Shapes.h"
#include "runtime/plan/OpChecks.h"

#include <fmt/format.h>

namespace quantir::runtime {
namespace {

/// Floats with floats, or codes with codes: `weight` may have a scale per index of `channelAxis`.
Status checkWeightedTypes(const OpOperands &o, int channelAxis) {
  const Operand &x = o.input(0), &weight = o.input(1);
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", x));
  QUANTIR_RETURN_IF_ERROR(expectResultOf(x, o.output()));
  if (isFloat(x)) {
    if (!isFloat(weight))
      return Status::invalidModel(fmt::format(
          "expected float32 weights for a float32 input, but got {}", describeType(weight)));
    return {};
  }
  bool perChannel = (weight.dtype == DType::UInt8 || weight.dtype == DType::Int8) && weight.quant &&
                    weight.quant->axis == channelAxis;
  if (!isCode(weight) && !perChannel)
    return Status::invalidModel(
        fmt::format("expected 8-bit weights with one scale or one per index of "
                    "axis {}, but got {}",
                    channelAxis, describeType(weight)));
  return {};
}

/// One entry per output channel: float32, or int32 in units of the products' scale where there is
/// one.
Status checkBias(const OpOperands &o, int64_t channels) {
  const Operand *bias = o.optional(2);
  if (!bias)
    return {};
  bool integer = bias->dtype == DType::Int32 && !isFloat(o.input(0));
  if (!isFloat(*bias) && !integer)
    return Status::invalidModel(fmt::format("expected a bias of float32{}, but got {}",
                                            isFloat(o.input(0)) ? "" : " or int32",
                                            describeType(*bias)));
  return expectDims("a bias", *bias, {channels});
}

Status checkAddend(const OpOperands &o) {
  const Operand *addend = o.optional(3);
  if (!addend)
    return {};
  QUANTIR_RETURN_IF_ERROR(expectValue("the addend", *addend));
  if (isFloat(o.input(0)) && !isFloat(*addend))
    return Status::invalidModel(fmt::format(
        "expected a float32 addend for a float32 input, but got {}", describeType(*addend)));
  return expectDims("an addend", *addend, o.output().dims);
}

template <typename Options>
shapes::ConvGeometry geometryOf(const Options &options, const Operand &weight) {
  size_t spatial = weight.dims.size() < 2 ? 0 : weight.dims.size() - 2;
  return {orElse(options.strides, spatial, 1), orElse(options.padding, 2 * spatial, 0),
          orElse(options.dilations, spatial, 1), options.groups};
}

} // namespace

Status checkConv(const ConvOptions &options, const OpOperands &o) {
  QUANTIR_RETURN_IF_ERROR(checkActivation(options.activation));
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(shapeStatus(
      shapes::inferConv(o.input(0).dims, o.input(1).dims, geometryOf(options, o.input(1)), dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  QUANTIR_RETURN_IF_ERROR(checkWeightedTypes(o, 0));
  QUANTIR_RETURN_IF_ERROR(expectRowMajor("a weight", o.input(1)));
  QUANTIR_RETURN_IF_ERROR(checkBias(o, dims[1]));
  return checkAddend(o);
}

Status checkConvTranspose(const ConvTransposeOptions &options, const OpOperands &o) {
  shapes::ConvGeometry geometry = geometryOf(options, o.input(1));
  QUANTIR_RETURN_IF_ERROR(checkActivation(options.activation));
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(shapeStatus(
      shapes::inferConvTranspose(o.input(0).dims, o.input(1).dims, geometry,
                                 orElse(options.outputPadding, geometry.strides.size(), 0), dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  QUANTIR_RETURN_IF_ERROR(checkWeightedTypes(o, 1));
  QUANTIR_RETURN_IF_ERROR(expectRowMajor("a weight", o.input(1)));
  return checkBias(o, dims[1]);
}

Status checkMatMul(const MatMulOptions &options, const OpOperands &o) {
  QUANTIR_RETURN_IF_ERROR(checkActivation(options.activation));
  const Operand &lhs = o.input(0), &rhs = o.input(1);
  if (lhs.dims.size() < 2 || rhs.dims.size() < 2)
    return Status::invalidModel(
        fmt::format("expected operands of at least 2 dims, but got {} and {}", formatDims(lhs.dims),
                    formatDims(rhs.dims)));
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(
      shapeStatus(shapes::inferMatMul(lhs.dims, rhs.dims, options.transposeB, dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  int rank = static_cast<int>(rhs.dims.size());
  QUANTIR_RETURN_IF_ERROR(checkWeightedTypes(o, options.transposeB ? rank - 2 : rank - 1));
  QUANTIR_RETURN_IF_ERROR(checkBias(o, dims.back()));
  return checkAddend(o);
}

Status checkChannelAffine(const ChannelAffineOptions &options, const OpOperands &o) {
  const Operand &x = o.input(0);
  QUANTIR_RETURN_IF_ERROR(checkActivation(options.activation));
  QUANTIR_RETURN_IF_ERROR(expectValue("the input", x));
  QUANTIR_RETURN_IF_ERROR(expectResultOf(x, o.output()));
  if (x.dims.size() < 2)
    return Status::invalidModel(
        fmt::format("expected an input of at least 2 dims, but got {}", formatDims(x.dims)));
  for (size_t i : {1, 2}) {
    if (!isFloat(o.input(i)))
      return Status::invalidModel(
          fmt::format("expected input {} to be float32, but got {}", i, describeType(o.input(i))));
    QUANTIR_RETURN_IF_ERROR(expectDims("scale and shift", o.input(i), {x.dims[1]}));
  }
  return expectDims("a result", o.output(), x.dims);
}

} // namespace quantir::runtime
