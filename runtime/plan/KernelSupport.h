//===- KernelSupport.h - What backends need to read a KernelSpec -*- C++ -*-===//
//
// Specs come from validated plans (runtime/plan/Validate.h): shapes agree with each other, and
// options are in range. Nothing here checks again.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_KERNELSUPPORT_H
#define QUANTIR_RUNTIME_PLAN_KERNELSUPPORT_H

#include "quantir/Base/Status.h"
#include "runtime/plan/KernelOptions.h"
#include "runtime/plan/Operand.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace quantir::runtime {

/// Strides in elements, in logical order, of a dense tensor whose physical order is `layout`.
std::vector<int64_t> denseStrides(std::span<const int64_t> dims, Layout layout);

/// x * (1 + erf(x / sqrt(2))) / 2, and its form with tanh, as torch.nn.functional.gelu. In double,
/// rounded once.
float gelu(float x);
float geluTanh(float x);

/// How a window moves over the spatial dimensions; one entry for each of them.
struct WindowInfo {
  std::vector<int64_t> input, output, kernel, strides, padBegin, padEnd, dilations;

  size_t rank() const { return kernel.size(); }
};

/// A Conv or ConvTranspose.
struct ConvInfo {
  int64_t batch = 0, inChannels = 0, outChannels = 0, groups = 1;
  WindowInfo window;
  ActivationInfo activation;
  const Operand *input = nullptr, *weight = nullptr, *bias = nullptr, *addend = nullptr;
  const Operand *output = nullptr;

  int64_t inPerGroup() const { return inChannels / groups; }
  int64_t outPerGroup() const { return outChannels / groups; }
};
ConvInfo convInfo(const KernelSpec &spec);

/// A Pool. Windows may reach past the end padding in ceil mode.
struct PoolInfo {
  int64_t batch = 0, channels = 0;
  WindowInfo window;
  bool average = false;
  bool countIncludePad = false;
};
PoolInfo poolInfo(const KernelSpec &spec);

/// A MatMul: output[b, m, n] = sum over k of lhs[b, m, k] * rhs[b, k, n] (rhs[b, n, k] with
/// transposeB).
struct MatMulInfo {
  int64_t m = 0, n = 0, k = 0;
  bool transposeB = false;
  ActivationInfo activation;
  const Operand *lhs = nullptr, *rhs = nullptr, *bias = nullptr, *addend = nullptr;
  const Operand *output = nullptr;
};
MatMulInfo matMulInfo(const KernelSpec &spec);

/// Operand `index`, or null when the op has fewer or it is absent.
inline const Operand *optionalInput(const KernelSpec &spec, size_t index) {
  return index < spec.inputs.size() ? spec.inputs[index] : nullptr;
}

/// The scale and zero point of index `channel` of the quantized axis; of the tensor when there is
/// none.
inline float scaleOf(const QuantInfo &quant, int64_t channel = 0) {
  return quant.scales[quant.perTensor() ? 0 : channel];
}
inline int32_t zeroPointOf(const QuantInfo &quant, int64_t channel = 0) {
  return quant.zeroPoints[quant.perTensor() ? 0 : channel];
}

/// Whether two operands give the same number the same code.
bool sameEncoding(const Operand &a, const Operand &b);

/// "layer1.0.conv1" or, for an op without a name, its kind.
std::string displayName(const plan::Op &op);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_KERNELSUPPORT_H
