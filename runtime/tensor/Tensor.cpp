//===- Tensor.cpp - Tensors handed to and taken from a session -------------===//

#include "quantir/Runtime/Tensor.h"

#include <cstring>
#include <new>

namespace quantir::runtime {

int64_t numElements(std::span<const int64_t> dims) {
  int64_t n = 1;
  for (int64_t d : dims)
    n *= d;
  return n;
}

std::string formatDims(std::span<const int64_t> dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i)
      text += ", ";
    if (dims[i] == -1)
      text += "batch";
    else if (dims[i] < 0)
      text += std::to_string(-static_cast<uint64_t>(dims[i])) + "*batch";
    else
      text += std::to_string(dims[i]);
  }
  return text + "]";
}

Tensor::Tensor(DType dtype, std::vector<int64_t> dims) : view_{dtype, std::move(dims), nullptr} {
  buffer = AlignedBuffer(view_.bytes());
  if (buffer.size() != view_.bytes())
    throw std::bad_alloc();
  if (buffer.data())
    std::memset(buffer.data(), 0, buffer.size());
  view_.data = buffer.data();
}

} // namespace quantir::runtime
