//===- PlanTarget.cpp - Fuzzing plan files ---------------------------------===//
//
// What is changed in a file would stop at its checksum: the sections are also sealed again. A plan
// that loads and is small runs.
//
//===----------------------------------------------------------------------===//

#include "Fuzz.h"

#include "quantir/Runtime/Session.h"
#include "runtime/plan/PlanContents.h"
#include "runtime/plan/PlanFile.h"
#include "runtime/schema/plan_generated.h"

#include <algorithm>
#include <cstring>
#include <span>

using namespace quantir;
using namespace quantir::runtime;

/// The elements of all tensors together: more of them would only take longer.
static double countElements(const Plan &plan, int64_t batch) {
  double sum = 0;
  if (!graphOf(plan).tensors())
    return 0;
  for (const plan::Tensor *tensor : *graphOf(plan).tensors()) {
    double product = 1;
    if (tensor->dims())
      for (int64_t dim : *tensor->dims())
        product *= dim < 0 ? -double(dim) * batch : double(dim);
    sum += product;
  }
  return sum;
}

static void run(std::vector<uint8_t> file) {
  Result<std::shared_ptr<const Plan>> plan = Plan::fromBuffer(std::move(file), "fuzz.plan");
  if (!plan) {
    fuzz::require(plan.message().starts_with("plan 'fuzz.plan': "), "an error without the file");
    return;
  }
  if (countElements(**plan, 2) > 2e4)
    return;
  SessionOptions options;
  options.threads = 1;
  options.batch = 2;
  options.memoryLimit = 64 << 20;
  Result<std::unique_ptr<Session>> session = Session::create(*plan, options);
  if (!session)
    return;
  std::vector<AlignedBuffer> storage;
  std::vector<TensorView> views;
  for (const TensorInfo &input : (*session)->inputs()) {
    TensorView view{input.dtype, input.dims};
    AlignedBuffer &buffer = storage.emplace_back(view.bytes());
    for (size_t i = 0; i < buffer.size(); ++i)
      buffer.data()[i] = uint8_t(i * 37 % 64); // as floats: small numbers
    view.data = buffer.data();
    views.push_back(std::move(view));
  }
  (void)(*session)->run(views);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  run({data, data + size});
  // The header's fields for the size of the graph and where the constants are: docs/PlanFormat.md.
  constexpr size_t headerSize = 64, graphSizeAt = 24;
  if (size < headerSize)
    return 0;
  std::span<const uint8_t> rest(data + headerSize, size - headerSize);
  uint64_t graphSize;
  std::memcpy(&graphSize, data + graphSizeAt, sizeof(graphSize));
  graphSize = std::min<uint64_t>(graphSize, rest.size());
  size_t constantsAt = std::min<size_t>(rest.size(), (graphSize + constantAlignment - 1) /
                                                         constantAlignment * constantAlignment);
  run(assemblePlanFile(rest.first(graphSize), rest.subspan(constantsAt)));
  return 0;
}
