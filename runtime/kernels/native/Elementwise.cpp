//===- Elementwise.cpp - Unary and binary ops -------------------*- C++ -*-===//

#include "runtime/kernels/native/Elementwise.h"

#include "runtime/kernels/Pipeline.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/threads/Team.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace quantir::runtime::native {

namespace {

bool isByte(DType dtype) { return dtype == DType::UInt8 || dtype == DType::Int8; }

/// std::pow, which is slow, unless a root will do. A root alone makes NaN of -infinity and keeps
/// the sign of -0.
float power(float x, float exponent) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (std::abs(exponent) != 0.5f)
    return float(std::pow(double(x), double(exponent)));
  const float root = std::sqrt(x == -infinity ? infinity : x + 0.0f);
  return exponent > 0 ? root : 1.0f / root;
}

float evaluate(const UnaryOptions &unary, float x) {
  const float alpha = unary.alpha, beta = unary.beta;
  switch (unary.kind) {
  case plan::UnaryKind::Relu:
    return x < 0.0f ? 0.0f : x;
  case plan::UnaryKind::Clamp:
    return x < alpha ? alpha : x > beta ? beta : x;
  case plan::UnaryKind::LeakyRelu:
    return x > 0.0f ? x : alpha * x;
  case plan::UnaryKind::Sigmoid:
    return float(1.0 / (1.0 + std::exp(-double(x))));
  case plan::UnaryKind::Tanh:
    return float(std::tanh(double(x)));
  case plan::UnaryKind::HardSigmoid:
    return std::min(std::max(alpha * x + beta, 0.0f), 1.0f);
  case plan::UnaryKind::HardSwish:
    return x * std::min(std::max(x + 3.0f, 0.0f), 6.0f) / 6.0f;
  case plan::UnaryKind::Elu:
    return x > 0.0f ? x : alpha * float(std::expm1(double(x)));
  case plan::UnaryKind::Gelu:
    return gelu(x);
  case plan::UnaryKind::GeluTanh:
    return geluTanh(x);
  case plan::UnaryKind::Erf:
    return float(std::erf(double(x)));
  case plan::UnaryKind::Sqrt:
    return std::sqrt(x);
  case plan::UnaryKind::Pow:
    return power(x, alpha);
  }
  return x;
}

/// Integers: one table entry per code. A table that only cuts codes off, as ReLU's does, runs as
/// minimum and maximum.
std::unique_ptr<Kernel> createTable(const UnaryOptions &unary, const KernelSpec &spec) {
  const Encoding from = Encoding::of(*spec.inputs[0]), to = Encoding::of(*spec.outputs[0]);
  const int32_t least = from.dtype == DType::UInt8 ? 0 : -128;
  std::vector<uint8_t> table(256);
  bool cutsOff = from.dtype == to.dtype;
  const auto code = [&](uint8_t entry) {
    return to.dtype == DType::UInt8 ? int32_t(entry) : int32_t(int8_t(entry));
  };
  for (int32_t i = 0; i < 256; ++i) {
    const auto x = uint8_t(least + i);
    float y;
    dequantizeFused(&x, &y, 1, from);
    y = evaluate(unary, y);
    quantize(&y, &table[i], 1, to, ZeroPointAdd::AfterRounding);
  }
  const int32_t low = code(table[0]), high = code(table[255]);
  for (int32_t i = 0; i < 256; ++i)
    cutsOff &= low <= high && code(table[i]) == std::clamp(least + i, low, high);

  PipelineBuilder builder;
  const Buffer entries = builder.constant(table);
  builder.addLoop([=, source = inputBuffer(spec, 0),
                   count = spec.inputs[0]->numElements()](const RunContext &context) {
    const auto *x = static_cast<const std::byte *>(source.resolve(context));
    auto *y = static_cast<std::byte *>(context.outputs[0]);
    const auto *codes = static_cast<const uint8_t *>(entries.resolve(context));
    parallelFor(count, 1, [=](int64_t begin, int64_t end) {
      if (cutsOff)
        clampCodes(x + begin, y + begin, end - begin, from.dtype, low, high);
      else
        lookUp(x + begin, y + begin, end - begin, codes, from.dtype);
    });
  });
  return builder.finish(cutsOff ? "native:clamp" : "native:table");
}

/// Piecewise linear functions of floats: loop(x, y, n).
template <typename Loop>
std::unique_ptr<Kernel> createActivation(const KernelSpec &spec, const Loop &loop) {
  PipelineBuilder builder;
  builder.addLoop([=, source = inputBuffer(spec, 0),
                   count = spec.inputs[0]->numElements()](const RunContext &context) {
    const auto *x = static_cast<const float *>(source.resolve(context));
    auto *y = static_cast<float *>(context.outputs[0]);
    parallelFor(count, 1,
                [=](int64_t begin, int64_t end) { loop(x + begin, y + begin, end - begin); });
  });
  return builder.finish("native:activation");
}

/// All other functions.
std::unique_ptr<Kernel> createByElement(const UnaryOptions &unary, const KernelSpec &spec) {
  PipelineBuilder builder;
  builder.addLoop([source = inputBuffer(spec, 0), unary,
                   count = spec.inputs[0]->numElements()](const RunContext &context) {
    evaluateAll(unary, static_cast<const float *>(source.resolve(context)),
                static_cast<float *>(context.outputs[0]), count);
  });
  return builder.finish("native:by_element");
}

/// A binary op as rows of the result's memory, along which each operand goes on by one element or
/// stands still.
struct BinaryRows {
  struct Dim {
    int64_t size, a, b;
  };
  std::vector<Dim> outer; ///< slowest first
  Dim row{1, 0, 0};
  int64_t count = 1;

  /// False when an operand's memory is in another order.
  bool set(const Operand &a, const Operand &b, const Operand &result);
};

/// The operand's stride for each dimension of a result of rank `rank`, 0 where it is broadcast.
std::vector<int64_t> broadcastStrides(const Operand &operand, size_t rank) {
  std::vector<int64_t> strides(rank, 0);
  const size_t missing = rank - operand.dims.size();
  for (size_t i = 0; i < operand.dims.size(); ++i)
    strides[missing + i] = operand.dims[i] == 1 ? 0 : operand.strides[i];
  return strides;
}

bool BinaryRows::set(const Operand &a, const Operand &b, const Operand &result) {
  const size_t rank = result.dims.size();
  const std::vector<int64_t> aStrides = broadcastStrides(a, rank),
                             bStrides = broadcastStrides(b, rank);
  struct Full {
    int64_t size, a, b, result;
  };
  std::vector<Full> dims;
  for (size_t i = 0; i < rank; ++i)
    if (result.dims[i] != 1)
      dims.push_back({result.dims[i], aStrides[i], bStrides[i], result.strides[i]});
  std::sort(dims.begin(), dims.end(),
            [](const Full &x, const Full &y) { return x.result > y.result; });
  for (const Full &dim : dims) {
    if (!outer.empty() && outer.back().a == dim.a * dim.size && outer.back().b == dim.b * dim.size)
      outer.back() = {outer.back().size * dim.size, dim.a, dim.b};
    else
      outer.push_back({dim.size, dim.a, dim.b});
  }
  if (!outer.empty()) {
    row = outer.back();
    outer.pop_back();
  }
  for (const Dim &dim : outer)
    count *= dim.size;
  return row.a <= 1 && row.b <= 1;
}

BinaryOp binaryOp(plan::BinaryKind kind) {
  switch (kind) {
  case plan::BinaryKind::Add:
    return BinaryOp::Add;
  case plan::BinaryKind::Sub:
    return BinaryOp::Sub;
  case plan::BinaryKind::Mul:
    return BinaryOp::Mul;
  case plan::BinaryKind::Div:
    break;
  }
  return BinaryOp::Div;
}

/// Computes pieces of rows in float32; integers are made floats before and codes after, in the
/// first-level cache.
struct BinaryLoop {
  BinaryOp op;
  LoopActivation activation;
  Encoding a, b, result;
  BinaryRows rows;
  /// Codes less their zero points are multiplied exactly; this then takes the product to the
  /// result's scale.
  std::optional<float> productScale;

  static constexpr int64_t part = 512;

  const float *load(const Encoding &from, const std::byte *at, int64_t n, float *room) const {
    if (from.isFloat())
      return reinterpret_cast<const float *>(at);
    if (productScale)
      centre(at, room, n, from);
    else if (result.isFloat() || op == BinaryOp::Div) // with exact zeros
      dequantize(at, room, n, from);
    else
      dequantizeFused(at, room, n, from);
    return room;
  }

  void piece(const std::byte *x, const std::byte *y, std::byte *z, int64_t n) const {
    float xs[part], ys[part], zs[part];
    const float *p = load(a, x, rows.row.a ? n : 1, xs), *q = load(b, y, rows.row.b ? n : 1, ys);
    float *to = result.isFloat() ? reinterpret_cast<float *>(z) : zs;
    binary(op, p, rows.row.a, q, rows.row.b, to, n);
    if (productScale)
      return quantizeBy(*productScale, to, z, n, result);
    activate(to, to, n, activation);
    if (!result.isFloat())
      quantize(to, z, n, result, ZeroPointAdd::AfterRounding);
  }

  void run(const std::byte *x, const std::byte *y, std::byte *z) const {
    const int64_t size = rows.row.size, pieces = (size + part - 1) / part;
    const auto aSize = int64_t(sizeOf(a.dtype)), bSize = int64_t(sizeOf(b.dtype)),
               zSize = int64_t(sizeOf(result.dtype));
    parallelFor(rows.count * pieces, std::min(size, part), [&](int64_t begin, int64_t end) {
      for (int64_t unit = begin; unit < end; ++unit) {
        const int64_t line = unit / pieces, first = unit % pieces * part;
        int64_t rest = line, aAt = first * rows.row.a, bAt = first * rows.row.b;
        for (size_t d = rows.outer.size(); d-- > 0; rest /= rows.outer[d].size) {
          aAt += rest % rows.outer[d].size * rows.outer[d].a;
          bAt += rest % rows.outer[d].size * rows.outer[d].b;
        }
        piece(x + aAt * aSize, y + bAt * bSize, z + (line * size + first) * zSize,
              std::min(part, size - first));
      }
    });
  }
};

} // namespace

void evaluateAll(const UnaryOptions &unary, const float *x, float *y, int64_t count) {
  parallelFor(count, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      y[i] = evaluate(unary, x[i]);
  });
}

/// Whether a function of floats is a loop in vectors, not a call for each.
static bool isPiecewiseLinear(plan::UnaryKind kind) {
  return kind == plan::UnaryKind::Relu || kind == plan::UnaryKind::Clamp ||
         kind == plan::UnaryKind::LeakyRelu || kind == plan::UnaryKind::HardSigmoid;
}

Rates Kernels::rates(const UnaryOptions &options, const KernelSpec &spec) {
  if (spec.inputs[0]->dtype != DType::Float32 || isPiecewiseLinear(options.kind))
    return {0.3, 0};
  return {5.0 * vectorBytes() / 32, 0}; // one by one, whatever vectors there are
}

std::unique_ptr<Kernel> Kernels::create(const UnaryOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (input.strides != output.strides || input.numElements() == 0)
    return nullptr;
  for (const Operand *operand : {&input, &output})
    if (operand->quant && !operand->quant->perTensor())
      return nullptr;
  if (isByte(input.dtype) && isByte(output.dtype))
    return createTable(options, spec);
  if (input.dtype != DType::Float32 || output.dtype != DType::Float32)
    return nullptr;
  const float alpha = options.alpha, beta = options.beta;
  const auto piecewise = [&](plan::ActivationKind kind) {
    return createActivation(
        spec, [activation = LoopActivation::of({kind, alpha, beta})](
                  const float *x, float *y, int64_t n) { activate(x, y, n, activation); });
  };
  switch (options.kind) {
  case plan::UnaryKind::Relu:
    return piecewise(plan::ActivationKind::Relu);
  case plan::UnaryKind::Clamp:
    return piecewise(plan::ActivationKind::Clamp);
  case plan::UnaryKind::LeakyRelu:
    return piecewise(plan::ActivationKind::LeakyRelu);
  case plan::UnaryKind::HardSigmoid:
    return createActivation(
        spec, [=](const float *x, float *y, int64_t n) { hardSigmoid(x, y, n, alpha, beta); });
  default:
    return createByElement(options, spec);
  }
}

std::unique_ptr<Kernel> Kernels::create(const BinaryOptions &options, const KernelSpec &spec) {
  const Operand &a = *spec.inputs[0], &b = *spec.inputs[1], &output = *spec.outputs[0];
  for (const Operand *operand : {&a, &b, &output})
    if (operand->dtype == DType::Int32 || operand->numElements() == 0 ||
        (operand->quant && !operand->quant->perTensor()))
      return nullptr;
  BinaryLoop loop{binaryOp(options.kind),
                  LoopActivation::of(options.activation),
                  Encoding::of(a),
                  Encoding::of(b),
                  Encoding::of(output),
                  {},
                  {}};
  if (!loop.rows.set(a, b, output) || loop.a.isFloat() != loop.b.isFloat() ||
      (loop.a.isFloat() && !loop.result.isFloat()))
    return nullptr;
  const plan::ActivationKind activation = options.activation.kind;
  if (options.kind == plan::BinaryKind::Mul && !loop.a.isFloat() && !loop.result.isFloat() &&
      (activation == plan::ActivationKind::None || activation == plan::ActivationKind::Relu)) {
    loop.productScale =
        float(double(loop.a.scale) * loop.b.scale * (1.0 / double(loop.result.scale)));
    if (activation == plan::ActivationKind::Relu)
      loop.result.min = loop.result.zeroPoint;
  }
  PipelineBuilder builder;
  builder.addLoop([loop = std::move(loop), x = inputBuffer(spec, 0),
                   y = inputBuffer(spec, 1)](const RunContext &context) {
    loop.run(static_cast<const std::byte *>(x.resolve(context)),
             static_cast<const std::byte *>(y.resolve(context)),
             static_cast<std::byte *>(context.outputs[0]));
  });
  return builder.finish("native:binary");
}

} // namespace quantir::runtime::native
