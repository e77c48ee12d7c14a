//===- Support.h - One op, run by the onednn backend and by the reference ----*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_ONEDNN_SUPPORT_H
#define QUANTIR_TEST_UNIT_ONEDNN_SUPPORT_H

#include "runtime/kernels/Backends.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/threads/Team.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>

namespace quantir::runtime::test {

/// A tensor with its memory.
struct Value {
  Operand operand;
  QuantInfo quant;
  std::unique_ptr<std::byte, void (*)(void *)> memory{nullptr, std::free};

  Value(DType dtype, std::vector<int64_t> dims, Layout layout = Layout::RowMajor) {
    operand.dtype = dtype;
    operand.layout = layout;
    operand.strides = denseStrides(dims, layout);
    operand.dims = std::move(dims);
    memory.reset(allocate(bytes()));
  }
  Value(const Value &) = delete;

  static std::byte *allocate(size_t bytes) {
    return static_cast<std::byte *>(std::aligned_alloc(64, bytes / 64 * 64 + 64));
  }

  std::pair<int, int> codes() const {
    return operand.dtype == DType::UInt8 ? std::pair(0, 255) : std::pair(-128, 127);
  }
  void setQuant(std::vector<float> scales, std::vector<int32_t> zeroPoints, int axis = -1) {
    quant = {std::move(scales), std::move(zeroPoints), axis, codes().first, codes().second};
    operand.quant = &quant;
  }
  void makeConstant() { operand.constant = memory.get(); }

  size_t bytes() const { return operand.numElements() * sizeOf(operand.dtype); }

  template <typename T> T *data() { return reinterpret_cast<T *>(memory.get()); }

  /// Codes over [low, high], or floats around 0.
  template <typename Random> void fill(Random &random, int low, int high) {
    std::uniform_int_distribution<int> codes(low, high);
    std::normal_distribution<float> floats;
    for (int64_t i = 0, n = operand.numElements(); i < n; ++i) {
      if (operand.dtype == DType::Float32)
        data<float>()[i] = floats(random);
      else if (operand.dtype == DType::Int32)
        data<int32_t>()[i] = codes(random);
      else
        data<int8_t>()[i] = int8_t(codes(random));
    }
  }
  template <typename Random> void fill(Random &random) {
    fill(random, codes().first, codes().second);
  }

  /// Element `i` of its memory.
  double operator[](int64_t i) {
    switch (operand.dtype) {
    case DType::UInt8:
      return data<uint8_t>()[i];
    case DType::Int8:
      return data<int8_t>()[i];
    case DType::Int32:
      return data<int32_t>()[i];
    case DType::Int64:
      return double(data<int64_t>()[i]);
    case DType::Float32:
      break;
    }
    return data<float>()[i];
  }
};

/// A serialized plan::Op.
class OpBuffer {
public:
  template <typename T> explicit OpBuffer(T attributes) {
    plan::OpT op;
    op.kind.Set(std::move(attributes));
    builder.Finish(plan::Op::Pack(builder, &op));
  }
  const plan::Op *get() const { return flatbuffers::GetRoot<plan::Op>(builder.GetBufferPointer()); }

private:
  flatbuffers::FlatBufferBuilder builder;
};

/// Runs one op on `backend`, which asks the next one, as a session does, but not the last: null
/// inputs are absent. The implementation's name, or "" when all declined.
inline std::string run(const Backend &backend, const OpBuffer &op,
                       const std::vector<Value *> &inputs, Value &output, int inPlaceInput = -1,
                       int threads = 2) {
  std::vector<const Operand *> operands;
  std::vector<const void *> pointers;
  for (Value *value : inputs) {
    operands.push_back(value ? &value->operand : nullptr);
    pointers.push_back(value ? value->memory.get() : nullptr);
  }
  const Operand *outputOperand = &output.operand;
  KernelSpec spec;
  spec.op = op.get();
  spec.inputs = operands;
  spec.outputs = {&outputOperand, 1};
  const std::shared_ptr<ThreadPool> pool = processThreadPool();
  spec.threads = pool->reserve(threads);
  const TeamScope scope({pool.get(), spec.threads});
  if (inPlaceInput >= 0) {
    std::memcpy(output.memory.get(), inputs[inPlaceInput]->memory.get(), output.bytes());
    pointers[inPlaceInput] = output.memory.get();
  }
  std::unique_ptr<Kernel> kernel;
  for (const Candidate &candidate : candidatesFor(spec, backend)) {
    // The last backend is asked only by itself.
    if (kernel || (candidate.backend != &backend && !candidate.backend->next()))
      continue;
    const bool takesOver = inPlaceInput >= 0 && candidate.inPlaceInput == inPlaceInput;
    spec.inPlaceInput = takesOver ? inPlaceInput : -1;
    auto built = candidate.build(spec);
    REQUIRE(built.ok());
    kernel = *std::move(built);
  }
  if (!kernel)
    return "";
  REQUIRE(spec.inPlaceInput == inPlaceInput);
  const size_t scratchSize = kernel->scratchBytes();
  std::unique_ptr<std::byte, void (*)(void *)> scratch(Value::allocate(scratchSize), std::free);
  std::memset(scratch.get(), 0xA5, scratchSize);
  void *result = output.memory.get();
  kernel->run(pointers.data(), &result, scratch.get());
  return std::string(kernel->implementation());
}

/// How a result differs from the reference's.
struct Difference {
  std::string implementation; ///< "" when the backend declined
  int64_t elements = 0;
  int64_t inexact = 0; ///< not the same bits
  int64_t wrong = 0;   ///< codes more than one apart; floats more than 1e-4 of the largest apart
};

inline Difference compare(const OpBuffer &op, const std::vector<Value *> &inputs, Value &output,
                          int inPlaceInput = -1) {
  Difference difference;
  difference.implementation = run(onednnBackend(), op, inputs, output, inPlaceInput);
  if (difference.implementation.empty())
    return difference;
  Value expected(output.operand.dtype, output.operand.dims, output.operand.layout);
  expected.operand.quant = output.operand.quant;
  REQUIRE(run(referenceBackend(), op, inputs, expected) == "reference");
  difference.elements = output.operand.numElements();
  double tolerance = 1;
  if (output.operand.dtype == DType::Float32) {
    tolerance = 0;
    for (int64_t i = 0; i < difference.elements; ++i)
      tolerance = std::max(tolerance, 1e-4 * std::abs(expected[i]));
  }
  for (int64_t i = 0; i < difference.elements; ++i) {
    const bool bothNan = std::isnan(output[i]) && std::isnan(expected[i]);
    const double distance =
        bothNan || output[i] == expected[i] ? 0 : std::abs(output[i] - expected[i]);
    difference.inexact += distance != 0;
    difference.wrong += !(distance <= tolerance);
  }
  return difference;
}

/// Random parameters of a problem.
class Random {
public:
  explicit Random(uint32_t seed) : engine(seed) {}
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  template <typename T> T among(std::initializer_list<T> values) {
    return values.begin()[pick(0, int64_t(values.size()) - 1)];
  }
  float real(double low, double high) {
    return std::uniform_real_distribution<float>(float(low), float(high))(engine);
  }
  /// Per-tensor parameters of a scale up to `scale`.
  void quantize(Value &value, double scale) {
    value.setQuant({real(0.5 * scale, scale)},
                   {int32_t(pick(value.codes().first, value.codes().second))});
  }
  std::mt19937 engine;
};

inline std::unique_ptr<plan::ActivationT> makeActivation(plan::ActivationKind kind) {
  auto activation = std::make_unique<plan::ActivationT>();
  activation->kind = kind;
  activation->alpha = kind == plan::ActivationKind::Clamp ? -1.0f : 0.25f;
  activation->beta = 2.0f;
  return activation;
}

} // namespace quantir::runtime::test

#endif // QUANTIR_TEST_UNIT_ONEDNN_SUPPORT_H
