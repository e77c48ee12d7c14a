//===- OutputReader.cpp - Outputs as real numbers -------------------------===//

#include "runtime/data/OutputReader.h"

#include <fmt/format.h>

#include <algorithm>

using namespace quantir;
using namespace quantir::runtime;

Result<OutputReader> OutputReader::create(const TensorInfo &info) {
  if (info.quant && !info.quant->perTensor())
    return Status::unsupported(fmt::format(
        "output '{}' is quantized per channel, which cannot be read as float32", info.name));
  OutputReader reader;
  if (info.quant) {
    reader.scale = info.quant->scales.at(0);
    reader.zeroPoint = info.quant->zeroPoints.at(0);
  }
  return reader;
}

template <typename T>
static void dequantize(const TensorView &view, int64_t zeroPoint, float scale, float *to) {
  const T *from = static_cast<const T *>(view.data);
  for (int64_t i = 0, n = view.numElements(); i < n; ++i)
    to[i] = float(int64_t(from[i]) - zeroPoint) * scale;
}

void OutputReader::read(const TensorView &view, float *to) const {
  switch (view.dtype) {
  case DType::Float32:
    std::copy_n(static_cast<const float *>(view.data), view.numElements(), to);
    return;
  case DType::UInt8:
    return dequantize<uint8_t>(view, zeroPoint, scale, to);
  case DType::Int8:
    return dequantize<int8_t>(view, zeroPoint, scale, to);
  case DType::Int32:
    return dequantize<int32_t>(view, zeroPoint, scale, to);
  case DType::Int64:
    std::copy_n(static_cast<const int64_t *>(view.data), view.numElements(), to);
    return;
  }
}

std::vector<float> OutputReader::read(const TensorView &view) const {
  std::vector<float> values(size_t(view.numElements()));
  read(view, values.data());
  return values;
}

Result<std::vector<OutputReader>> quantir::runtime::createOutputReaders(const Plan &plan) {
  std::vector<OutputReader> readers;
  for (const TensorInfo &info : plan.outputs()) {
    Result<OutputReader> reader = OutputReader::create(info);
    if (!reader)
      return reader.status();
    readers.push_back(*reader);
  }
  return readers;
}
