//===- Sequence.cpp - Lookups and recurrences ------------------------------===//

#include "runtime/kernels/reference/Reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace quantir::runtime::reference {
namespace {

//===----------------------------------------------------------------------===//
// Embedding
//===----------------------------------------------------------------------===//

template <typename Index> class EmbeddingKernel final : public Kernel {
public:
  explicit EmbeddingKernel(const KernelSpec &spec)
      : name(displayName(*spec.op)), indices(*spec.inputs[0]), rows(spec.inputs[1]->dims[0]),
        width(spec.inputs[1]->dims[1]), count(indices.numElements()) {}

  void run(const void *const *inputs, void *const *outputs, void *) override {
    auto *index = static_cast<const Index *>(inputs[0]);
    auto *table = static_cast<const float *>(inputs[1]);
    auto *result = static_cast<float *>(outputs[0]);
    badPosition = -1;
    for (int64_t i = 0; i < count; ++i) {
      int64_t row = index[i] < 0 ? index[i] + rows : index[i];
      if (row < 0 || row >= rows) {
        badPosition = i;
        badIndex = index[i];
        return;
      }
      std::memcpy(result + i * width, table + row * width, width * sizeof(float));
    }
  }

  Status status() const override {
    if (badPosition < 0)
      return {};
    std::vector<int64_t> place(indices.dims.size());
    int64_t rest = badPosition;
    for (size_t i = place.size(); i-- > 0; rest /= indices.dims[i])
      place[i] = rest % indices.dims[i];
    return Status::invalidData(
        fmt::format("'{}': expected indices from {} to {}, but got {} at {} of "
                    "'{}'",
                    name, -rows, rows - 1, badIndex, formatDims(place), indices.name));
  }

  std::string_view implementation() const override { return "reference"; }

private:
  std::string name;
  const Operand &indices;
  int64_t rows, width, count;
  int64_t badPosition = -1, badIndex = 0;
};

//===----------------------------------------------------------------------===//
// Embedding bags
//===----------------------------------------------------------------------===//

int64_t integerAt(const void *values, DType dtype, int64_t position) {
  return dtype == DType::Int64 ? static_cast<const int64_t *>(values)[position]
                               : static_cast<const int32_t *>(values)[position];
}

class EmbeddingBagKernel final : public Kernel {
public:
  EmbeddingBagKernel(const EmbeddingBagOptions &options, const KernelSpec &spec)
      : name(displayName(*spec.op)), mode(options.mode), indices(*spec.inputs[0]),
        offsets(*spec.inputs[1]), rows(spec.inputs[2]->dims[0]), width(spec.inputs[2]->dims[1]),
        bags(spec.outputs[0]->dims[0]) {}

  void run(const void *const *inputs, void *const *outputs, void *scratch) override {
    bad = {};
    for (int64_t bag = 0; bag < bags && !bad.operand; ++bag)
      runBag(bag, inputs, static_cast<double *>(scratch),
             static_cast<float *>(outputs[0]) + bag * width);
  }

  size_t scratchBytes() const override { return width * sizeof(double); }

  Status status() const override {
    if (!bad.operand)
      return {};
    return Status::invalidData(
        fmt::format("'{}': expected {} from {} to {}, but got {} at [{}] of '{}'", name,
                    bad.operand == &offsets ? "offsets" : "indices", bad.least, bad.most, bad.value,
                    bad.position, bad.operand->name));
  }

  std::string_view implementation() const override { return "reference"; }

private:
  /// An element that is not in its range.
  struct BadElement {
    const Operand *operand = nullptr;
    int64_t position = 0, value = 0, least = 0, most = 0;
  };

  /// The element, which is noted if it is not in the range.
  int64_t read(const Operand &operand, const void *values, int64_t position, int64_t least,
               int64_t most) {
    int64_t value = integerAt(values, operand.dtype, position);
    if (value < least || value > most)
      bad = {&operand, position, value, least, most};
    return value;
  }

  void runBag(int64_t bag, const void *const *inputs, double *sums, float *result) {
    int64_t count = indices.numElements();
    int64_t begin = read(offsets, inputs[1], bag, 0, count), end = count;
    if (!bad.operand && bag + 1 < offsets.numElements())
      end = read(offsets, inputs[1], bag + 1, begin, count);
    if (bad.operand)
      return;
    std::fill_n(sums, width, 0.0);
    for (int64_t i = begin; i < end && !bad.operand; ++i) {
      int64_t row = read(indices, inputs[0], i, -rows, rows - 1);
      if (!bad.operand)
        add(static_cast<const float *>(inputs[2]) + (row < 0 ? row + rows : row) * width, sums,
            /*isFirst=*/i == begin);
    }
    double divisor = mode == plan::BagMode::Mean ? std::max<int64_t>(end - begin, 1) : 1;
    for (int64_t d = 0; d < width; ++d)
      result[d] = static_cast<float>(sums[d] / divisor);
  }

  void add(const float *row, double *sums, bool isFirst) const {
    if (mode != plan::BagMode::Max || isFirst)
      for (int64_t d = 0; d < width; ++d)
        sums[d] += row[d];
    else
      for (int64_t d = 0; d < width; ++d)
        sums[d] = std::max<double>(sums[d], row[d]);
  }

  std::string name;
  plan::BagMode mode;
  const Operand &indices, &offsets;
  int64_t rows, width, bags;
  BadElement bad;
};

//===----------------------------------------------------------------------===//
// LSTM
//===----------------------------------------------------------------------===//

struct LstmInfo {
  int64_t steps, batch, features, hidden, directions;
  bool hasStates;
};

LstmInfo lstmInfo(const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0];
  size_t parameters = spec.inputs.size() - 1;
  return {input.dims[0],           input.dims[1],           input.dims[2],
          spec.inputs[2]->dims[1], int64_t(parameters / 3), parameters % 3 == 2};
}

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

double dot(const float *a, const float *b, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += double(a[i]) * b[i];
  return sum;
}

/// The weights of one direction.
struct LstmWeights {
  const float *input, *hidden, *bias;
};

/// The states of one sample; `next` takes h while `h` is still read.
struct LstmStates {
  float *h, *c, *next;
};

/// One step of one sample, in double precision and rounded once per state.
void stepLstm(const LstmInfo &info, const LstmWeights &weights, const float *x,
              const LstmStates &states) {
  for (int64_t j = 0; j < info.hidden; ++j) {
    double gates[4]; // i, f, g, o
    for (int64_t gate = 0; gate < 4; ++gate) {
      int64_t row = gate * info.hidden + j;
      gates[gate] = dot(weights.input + row * info.features, x, info.features) +
                    dot(weights.hidden + row * info.hidden, states.h, info.hidden) +
                    weights.bias[row];
    }
    double c = sigmoid(gates[1]) * states.c[j] + sigmoid(gates[0]) * std::tanh(gates[2]);
    states.c[j] = static_cast<float>(c);
    states.next[j] = static_cast<float>(sigmoid(gates[3]) * std::tanh(c));
  }
  std::memcpy(states.h, states.next, info.hidden * sizeof(float));
}

void runLstm(const LstmInfo &info, const void *const *inputs, void *const *outputs, void *scratch) {
  auto *input = static_cast<const float *>(inputs[0]);
  auto *output = static_cast<float *>(outputs[0]);
  int64_t stateSize = info.batch * info.hidden;
  float *finals[2] = {static_cast<float *>(outputs[1]), static_cast<float *>(outputs[2])};
  for (int state = 0; state < 2; ++state) {
    size_t bytes = info.directions * stateSize * sizeof(float);
    if (info.hasStates)
      std::memcpy(finals[state], inputs[1 + 3 * info.directions + state], bytes);
    else
      std::memset(finals[state], 0, bytes);
  }
  for (int64_t d = 0; d < info.directions; ++d) {
    const void *const *own = inputs + 1 + 3 * d;
    LstmWeights weights{static_cast<const float *>(own[0]), static_cast<const float *>(own[1]),
                        static_cast<const float *>(own[2])};
    for (int64_t step = 0; step < info.steps; ++step)
      for (int64_t n = 0; n < info.batch; ++n) {
        int64_t row = (d == 0 ? step : info.steps - 1 - step) * info.batch + n;
        int64_t state = d * stateSize + n * info.hidden;
        stepLstm(info, weights, input + row * info.features,
                 {finals[0] + state, finals[1] + state, static_cast<float *>(scratch)});
        std::memcpy(output + (row * info.directions + d) * info.hidden, finals[0] + state,
                    info.hidden * sizeof(float));
      }
  }
}

} // namespace

KernelPtr Kernels::create(const EmbeddingOptions &, const KernelSpec &spec) {
  if (spec.inputs[0]->dtype == DType::Int64)
    return std::make_unique<EmbeddingKernel<int64_t>>(spec);
  return std::make_unique<EmbeddingKernel<int32_t>>(spec);
}

KernelPtr Kernels::create(const EmbeddingBagOptions &options, const KernelSpec &spec) {
  return std::make_unique<EmbeddingBagKernel>(options, spec);
}

KernelPtr Kernels::create(const LstmOptions &, const KernelSpec &spec) {
  LstmInfo info = lstmInfo(spec);
  return makeKernel([info](const void *const *inputs, void *const *outputs,
                           void *scratch) { runLstm(info, inputs, outputs, scratch); },
                    info.hidden * sizeof(float));
}

} // namespace quantir::runtime::reference
