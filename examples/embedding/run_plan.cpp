// Runs a plan on inputs that are 0.5 everywhere: run-plan PLAN. Links the runtime, and no LLVM.

#include "quantir/Runtime/Plan.h"
#include "quantir/Runtime/Session.h"

#include <algorithm>
#include <cstdio>

using namespace quantir;
using namespace quantir::runtime;

static Status run(const std::string &path) {
  Result<std::shared_ptr<const Plan>> plan = Plan::load(path);
  if (!plan)
    return plan.status();
  SessionOptions options;
  options.batch = 2; // of a plan whose batch is open
  Result<std::unique_ptr<Session>> session = Session::create(*plan, options);
  if (!session)
    return session.status();
  for (const std::string &note : (*session)->notes()) // what makes it slower than it could be
    std::printf("note: %s\n", note.c_str());

  std::vector<Tensor> inputs;
  std::vector<TensorView> views;
  for (const TensorInfo &info : (*session)->inputs()) {
    Tensor &input = inputs.emplace_back(info.dtype, info.dims);
    if (info.dtype == DType::Float32)
      std::ranges::fill(input.as<float>(), 0.5f);
    views.push_back(input.view());
  }
  Result<std::vector<Tensor>> outputs = (*session)->run(views);
  if (!outputs)
    return outputs.status();
  for (size_t i = 0; i < outputs->size(); ++i)
    std::printf("%s: %s\n", (*session)->outputs()[i].name.c_str(),
                formatDims((*outputs)[i].dims()).c_str());
  return {};
}

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: run-plan PLAN\n");
    return 2;
  }
  if (Status status = run(argv[1]); !status) {
    std::fprintf(stderr, "error: %s\n", status.message().c_str());
    return 1;
  }
}
