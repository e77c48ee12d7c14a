//===- PlanBuilder.h - Plans made by hand, for tests ------------*- C++ -*-===//

#ifndef QUANTIR_TEST_SUPPORT_PLANBUILDER_H
#define QUANTIR_TEST_SUPPORT_PLANBUILDER_H

#include "quantir/Runtime/Plan.h"
#include "runtime/plan/PlanFile.h"
#include "runtime/schema/plan_generated.h"

#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace quantir::test {

using Dims = std::vector<int64_t>;

/// What a tensor of a plan is like.
struct TensorSpec {
  DType dtype = DType::Float32;
  Dims dims;
  plan::Layout layout = plan::Layout::RowMajor;
  std::vector<float> scales = {}; ///< empty: not quantized
  std::vector<int32_t> zeroPoints = {};
  int axis = -1;

  static TensorSpec floats(Dims dims) { return {DType::Float32, std::move(dims)}; }
  static TensorSpec codes(DType dtype, Dims dims, float scale, int32_t zeroPoint) {
    return {dtype, std::move(dims), plan::Layout::RowMajor, {scale}, {zeroPoint}};
  }
  /// A scale for each index of `axis`; zero points 0.
  static TensorSpec channelCodes(DType dtype, Dims dims, int axis, std::vector<float> scales) {
    std::vector<int32_t> zeros(scales.size(), 0);
    return {dtype, std::move(dims), plan::Layout::RowMajor, std::move(scales), zeros, axis};
  }
  TensorSpec withLayout(plan::Layout other) const {
    TensorSpec copy = *this;
    copy.layout = other;
    return copy;
  }
  TensorSpec channelsLast() const { return withLayout(plan::Layout::ChannelsLast); }
  TensorSpec rowMajor() const { return withLayout(plan::Layout::RowMajor); }
};

/// The codes a type can hold.
inline std::pair<int32_t, int32_t> codeRange(DType dtype) {
  switch (dtype) {
  case DType::UInt8:
    return {0, 255};
  case DType::Int8:
    return {-128, 127};
  default:
    return {INT32_MIN, INT32_MAX};
  }
}

/// A plan under construction. `graph` and `constants` may be changed at will before `file`.
class PlanBuilder {
public:
  plan::PlanT graph;
  std::vector<uint8_t> constants;

  PlanBuilder() {
    graph.producer = "test";
    graph.model = "test";
    graph.stage = "lowered";
    graph.backend = "reference";
  }

  int32_t value(std::string name, const TensorSpec &spec) {
    auto tensor = std::make_unique<plan::TensorT>();
    tensor->name = std::move(name);
    tensor->dtype = static_cast<plan::DType>(spec.dtype);
    tensor->dims = spec.dims;
    tensor->layout = spec.layout;
    if (!spec.scales.empty()) {
      tensor->quant = std::make_unique<plan::QuantParamsT>();
      tensor->quant->scales = spec.scales;
      tensor->quant->zero_points = spec.zeroPoints;
      tensor->quant->axis = spec.axis;
      auto [low, high] = codeRange(spec.dtype);
      tensor->quant->quant_min = low;
      tensor->quant->quant_max = high;
    }
    graph.tensors.push_back(std::move(tensor));
    return static_cast<int32_t>(graph.tensors.size()) - 1;
  }

  int32_t input(std::string name, const TensorSpec &spec) {
    graph.inputs.push_back(value(std::move(name), spec));
    return graph.inputs.back();
  }

  void output(int32_t tensor) { graph.outputs.push_back(tensor); }

  template <typename T>
  int32_t constant(std::string name, const TensorSpec &spec, const std::vector<T> &values) {
    int32_t index = value(std::move(name), spec);
    size_t offset = (constants.size() + runtime::constantAlignment - 1) /
                    runtime::constantAlignment * runtime::constantAlignment;
    size_t bytes = values.size() * sizeof(T);
    constants.resize(offset + bytes);
    if (bytes)
      std::memcpy(constants.data() + offset, values.data(), bytes);
    graph.tensors[index]->is_constant = true;
    graph.tensors[index]->constant_offset = offset;
    return index;
  }

  /// Adds an op; `options` is the object form of its table (plan::ConvT, ...). Returns its result.
  template <typename Options>
  int32_t op(Options options, std::vector<int32_t> inputs, int32_t result, std::string name = "") {
    auto op = std::make_unique<plan::OpT>();
    op->name = std::move(name);
    op->kind.Set(std::move(options));
    op->inputs = std::move(inputs);
    if (result >= 0)
      op->outputs = {result};
    graph.ops.push_back(std::move(op));
    return result;
  }

  std::vector<uint8_t> file() const {
    flatbuffers::FlatBufferBuilder builder;
    plan::FinishPlanBuffer(builder, plan::Plan::Pack(builder, &graph));
    return runtime::assemblePlanFile({builder.GetBufferPointer(), builder.GetSize()}, constants);
  }

  Result<std::shared_ptr<const runtime::Plan>> load() const {
    return runtime::Plan::fromBuffer(file(), "test");
  }
};

inline std::unique_ptr<plan::ActivationT> activation(plan::ActivationKind kind, float alpha = 0,
                                                     float beta = 0) {
  auto result = std::make_unique<plan::ActivationT>();
  result->kind = kind;
  result->alpha = alpha;
  result->beta = beta;
  return result;
}

} // namespace quantir::test

#endif // QUANTIR_TEST_SUPPORT_PLANBUILDER_H
