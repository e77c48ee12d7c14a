//===- Tensor.h - Tensors handed to and taken from a session ----*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_TENSOR_H
#define QUANTIR_RUNTIME_TENSOR_H

#include "quantir/Base/AlignedBuffer.h"
#include "quantir/Base/DType.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace quantir::runtime {

/// How codes stand for real numbers: value = (q - zeroPoint) * scale. One entry per tensor, or
/// one per index of `axis`.
struct QuantInfo {
  std::vector<float> scales;
  std::vector<int32_t> zeroPoints;
  int axis = -1;
  int32_t quantMin = 0;
  int32_t quantMax = 0;

  bool perTensor() const { return axis < 0; }
  bool operator==(const QuantInfo &) const = default;
};

/// The product of `dims`; 1 for a scalar.
int64_t numElements(std::span<const int64_t> dims);

/// "[1, 3, 224, 224]"; a negative dim, -k, is written "k*batch" ("batch" for -1).
std::string formatDims(std::span<const int64_t> dims);

/// A tensor in memory that it does not own, row-major and dense. An input is only read.
struct TensorView {
  DType dtype = DType::Float32;
  std::vector<int64_t> dims;
  void *data = nullptr;

  int64_t numElements() const { return runtime::numElements(dims); }
  size_t bytes() const { return static_cast<size_t>(numElements()) * sizeOf(dtype); }
};

/// A row-major tensor that owns its memory (64-byte aligned, zero at first). Throws std::bad_alloc
/// when there is not enough.
class Tensor {
public:
  Tensor() = default;
  Tensor(DType dtype, std::vector<int64_t> dims);

  DType dtype() const { return view_.dtype; }
  const std::vector<int64_t> &dims() const { return view_.dims; }
  int64_t numElements() const { return view_.numElements(); }
  size_t bytes() const { return view_.bytes(); }
  void *data() const { return view_.data; }
  const TensorView &view() const { return view_; }

  /// The elements as T, which must have the dtype's size.
  template <typename T> std::span<T> as() const {
    return {static_cast<T *>(view_.data), static_cast<size_t>(numElements())};
  }

private:
  AlignedBuffer buffer;
  TensorView view_;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_TENSOR_H
