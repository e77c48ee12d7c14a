//===- Support.h - Running small plans in tests -----------------*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_RUNTIME_SUPPORT_H
#define QUANTIR_TEST_UNIT_RUNTIME_SUPPORT_H

#include "quantir/Runtime/Session.h"
#include "test/Support/PlanBuilder.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <concepts>
#include <cstring>

namespace quantir::test {

using namespace quantir;
using namespace quantir::runtime;

/// A tensor with the given values; T has the dtype's size.
template <typename T> Tensor makeTensor(DType dtype, Dims dims, const std::vector<T> &values) {
  Tensor tensor(dtype, std::move(dims));
  REQUIRE(tensor.bytes() == values.size() * sizeof(T));
  if (tensor.bytes())
    std::memcpy(tensor.data(), values.data(), tensor.bytes());
  return tensor;
}

inline Tensor floatTensor(Dims dims, const std::vector<float> &values) {
  return makeTensor(DType::Float32, std::move(dims), values);
}
inline Tensor byteTensor(Dims dims, const std::vector<uint8_t> &values) {
  return makeTensor(DType::UInt8, std::move(dims), values);
}

template <typename T> std::vector<T> valuesOf(const Tensor &tensor) {
  std::span<T> values = tensor.as<T>();
  return {values.begin(), values.end()};
}

inline std::shared_ptr<const Plan> loadPlan(const PlanBuilder &builder) {
  Result<std::shared_ptr<const Plan>> plan = builder.load();
  INFO((plan ? "" : plan.message()));
  REQUIRE(plan);
  return *plan;
}

inline std::unique_ptr<Session> makeSession(std::shared_ptr<const Plan> plan,
                                            SessionOptions options = {}) {
  Result<std::unique_ptr<Session>> session = Session::create(std::move(plan), std::move(options));
  INFO((session ? "" : session.message()));
  REQUIRE(session);
  return *std::move(session);
}

/// Views of tensors that the caller keeps: {a, b}, or a vector.
class Inputs {
public:
  Inputs(const std::vector<Tensor> &tensors) {
    for (const Tensor &tensor : tensors)
      views.push_back(tensor.view());
  }
  template <typename... Tensors>
    requires(std::same_as<Tensors, Tensor> && ...)
  Inputs(const Tensors &...tensors) : views{tensors.view()...} {}

  std::vector<TensorView> views;
};

/// Runs a plan once with the reference backend.
inline std::vector<Tensor> runPlan(const PlanBuilder &builder, const Inputs &inputs,
                                   int64_t batch = 1) {
  SessionOptions options;
  options.backend = "reference";
  options.batch = batch;
  std::unique_ptr<Session> session = makeSession(loadPlan(builder), options);
  Result<std::vector<Tensor>> outputs = session->run(inputs.views);
  INFO((outputs ? "" : outputs.message()));
  REQUIRE(outputs);
  return *std::move(outputs);
}

/// Runs one op of one result on values that are inputs of the plan, reordered to and from the
/// layouts that the specs ask for.
template <typename Options>
Tensor runOp(Options options, const std::vector<TensorSpec> &inputSpecs, const Inputs &inputs,
             const TensorSpec &outputSpec) {
  PlanBuilder builder;
  std::vector<int32_t> operands;
  for (size_t i = 0; i < inputSpecs.size(); ++i) {
    int32_t value = builder.input("input" + std::to_string(i), inputSpecs[i].rowMajor());
    if (inputSpecs[i].layout != plan::Layout::RowMajor)
      value = builder.op(plan::ReorderT(), {value}, builder.value("reordered", inputSpecs[i]));
    operands.push_back(value);
  }
  int32_t result = builder.op(std::move(options), operands, builder.value("result", outputSpec));
  if (outputSpec.layout != plan::Layout::RowMajor)
    result = builder.op(plan::ReorderT(), {result}, builder.value("output", outputSpec.rowMajor()));
  builder.output(result);
  std::vector<Tensor> outputs = runPlan(builder, inputs);
  return std::move(outputs[0]);
}

inline std::string errorOf(const PlanBuilder &builder) {
  Result<std::shared_ptr<const Plan>> plan = builder.load();
  REQUIRE_FALSE(plan);
  return plan.message();
}

} // namespace quantir::test

#endif // QUANTIR_TEST_UNIT_RUNTIME_SUPPORT_H
