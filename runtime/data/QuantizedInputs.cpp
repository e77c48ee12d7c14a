//===- QuantizedInputs.cpp - Float data for quantized inputs --------------===//

#include "runtime/data/QuantizedInputs.h"

#include "quantir/Numerics/Quantize.h"

#include <algorithm>

using namespace quantir;
using namespace quantir::runtime;
namespace numerics = quantir::numerics;

namespace {

bool isQuantized(const TensorInfo &input) {
  bool isByte = input.dtype == DType::UInt8 || input.dtype == DType::Int8;
  return isByte && input.quant && input.quant->perTensor();
}

template <typename T>
void quantizeTo(const TensorView &view, const float *from, const QuantInfo &quant) {
  numerics::quantize<T>(from, static_cast<T *>(view.data), view.numElements(), quant.scales[0],
                        quant.zeroPoints[0], {quant.quantMin, quant.quantMax});
}

} // namespace

std::vector<TensorInfo> quantir::runtime::dataInputs(std::span<const TensorInfo> inputs) {
  std::vector<TensorInfo> result(inputs.begin(), inputs.end());
  for (TensorInfo &input : result) {
    if (!isQuantized(input))
      continue;
    input.dtype = DType::Float32;
    input.quant.reset();
  }
  return result;
}

SampleSource quantir::runtime::quantizingSource(std::span<const TensorInfo> inputs,
                                                SampleSource source) {
  std::vector<TensorInfo> infos(inputs.begin(), inputs.end());
  if (std::none_of(infos.begin(), infos.end(), isQuantized))
    return source;
  return [infos, source](int64_t first, int64_t count, std::span<const TensorView> to) {
    std::vector<TensorView> views(to.begin(), to.end());
    std::vector<std::vector<float>> values(views.size());
    for (size_t i = 0; i < views.size(); ++i) {
      if (!isQuantized(infos[i]))
        continue;
      values[i].resize(views[i].numElements());
      views[i].dtype = DType::Float32;
      views[i].data = values[i].data();
    }
    if (Status status = source(first, count, views); !status)
      return status;
    for (size_t i = 0; i < views.size(); ++i) {
      if (!isQuantized(infos[i]))
        continue;
      if (infos[i].dtype == DType::UInt8)
        quantizeTo<uint8_t>(to[i], values[i].data(), *infos[i].quant);
      else
        quantizeTo<int8_t>(to[i], values[i].data(), *infos[i].quant);
    }
    return Status();
  };
}
