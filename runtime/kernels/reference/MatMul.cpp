//===- MatMul.cpp - Matrix products ----------------------------------------===//

#include "runtime/kernels/Loops.h"
#include "runtime/kernels/reference/Weighted.h"

namespace quantir::runtime::reference {
namespace {

/// The strides of an operand as a stack of matrices.
struct MatrixStrides {
  std::vector<int64_t> batch; ///< 0 where the operand is broadcast
  int64_t row, column;

  MatrixStrides(const Operand &operand, std::span<const int64_t> batchDims) {
    Operand leading = operand;
    leading.dims.resize(operand.dims.size() - 2);
    leading.strides.resize(leading.dims.size());
    batch = broadcastStrides(leading, batchDims);
    row = *(operand.strides.end() - 2);
    column = operand.strides.back();
  }

  int64_t offsetOf(std::span<const int64_t> index) const {
    int64_t offset = 0;
    for (size_t d = 0; d < index.size(); ++d)
      offset += index[d] * batch[d];
    return offset;
  }
};

/// Products of codes: the zero points of the right side differ from column to column.
template <typename Sum, typename A, typename B>
Sum centeredDotProduct(const A *a, int64_t strideA, int32_t zeroPointA, const B *b, int64_t strideB,
                       int32_t zeroPointB, int64_t count) {
  Sum sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += centered<Sum>(a[i * strideA], zeroPointA) * centered<Sum>(b[i * strideB], zeroPointB);
  return sum;
}

template <typename In, typename Rhs, typename Sum> KernelPtr createTyped(const KernelSpec &spec) {
  MatMulInfo info = matMulInfo(spec);
  std::vector<int64_t> batchDims(info.output->dims.begin(), info.output->dims.end() - 2);
  MatrixStrides lhs(*info.lhs, batchDims), rhs(*info.rhs, batchDims);
  MatrixStrides output(*info.output, batchDims);
  MatrixStrides addend(info.addend ? *info.addend : *info.output, batchDims);
  if (info.transposeB)
    std::swap(rhs.row, rhs.column);
  Epilogue epilogue(*info.lhs, *info.rhs, info.bias, info.addend, *info.output, info.activation);
  return makeKernel([=](const void *const *inputs, void *const *outputs, void *) {
    auto *a = static_cast<const In *>(inputs[0]);
    auto *b = static_cast<const Rhs *>(inputs[1]);
    Epilogue::Pointers pointers{info.bias ? inputs[2] : nullptr, info.addend ? inputs[3] : nullptr,
                                outputs[0]};
    int32_t zeroA = inputZeroPoint(*info.lhs);
    forEachIndex(batchDims, [&](std::span<const int64_t> index) {
      const In *matrixA = a + lhs.offsetOf(index);
      const Rhs *matrixB = b + rhs.offsetOf(index);
      int64_t addendBase = addend.offsetOf(index), outputBase = output.offsetOf(index);
      for (int64_t m = 0; m < info.m; ++m)
        for (int64_t n = 0; n < info.n; ++n) {
          int32_t zeroB = info.rhs->quant ? zeroPointOf(*info.rhs->quant, n) : 0;
          Sum sum = centeredDotProduct<Sum>(matrixA + m * lhs.row, lhs.column, zeroA,
                                            matrixB + n * rhs.column, rhs.row, zeroB, info.k);
          epilogue.store(sum, n, addendBase + m * addend.row + n * addend.column,
                         outputBase + m * output.row + n * output.column, pointers);
        }
    });
  });
}

} // namespace

KernelPtr Kernels::create(const MatMulOptions &, const KernelSpec &spec) {
  MatMulInfo info = matMulInfo(spec);
  return withProductTypes(*info.lhs, info.k, [&](auto in, auto sum) {
    using In = decltype(in);
    using Sum = decltype(sum);
    if constexpr (std::is_same_v<In, float>)
      return createTyped<float, float, Sum>(spec);
    else if (info.rhs->dtype == DType::UInt8)
      return createTyped<In, uint8_t, Sum>(spec);
    else
      return createTyped<In, int8_t, Sum>(spec);
  });
}

} // namespace quantir::runtime::reference
