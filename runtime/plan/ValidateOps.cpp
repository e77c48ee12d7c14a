//===- ValidateOps.cpp - Checking every op of a plan -----------------------===//

#include "runtime/plan/KernelVisit.h"
#include "runtime/plan/Validate.h"

#include <fmt/format.h>

namespace quantir::runtime {
namespace {

/// The tensors as the rules see them, once for all ops that use them.
std::vector<rules::KernelOperand> operandsIn(const plan::Plan &graph,
                                             const ResolvedTensors &tensors) {
  std::vector<rules::KernelOperand> operands;
  for (size_t i = 0; i < tensors.size(); ++i) {
    operands.push_back(operandOf(*graph.tensors()->Get(i)));
    operands.back().dims = tensors[i].dims;
  }
  return operands;
}

rules::KernelOperands operandsOf(const plan::Op &op,
                                 const std::vector<rules::KernelOperand> &tensors) {
  rules::KernelOperands operands;
  if (op.inputs())
    for (int32_t index : *op.inputs())
      operands.inputs.push_back(index < 0 ? std::nullopt : std::optional(tensors[index]));
  if (op.outputs())
    for (int32_t index : *op.outputs())
      operands.results.push_back(tensors[index]);
  return operands;
}

/// The structure is checked: the op is of a known kind.
std::string checkOp(const plan::Op &op, const rules::KernelOperands &operands) {
  return visitKind(op, [&]<typename Options>() {
    return rules::check(readOptions<Options>(op), operands, rules::Forms::All);
  });
}

/// What a rule cannot see, as it concerns the plan.
Status checkObserver(const plan::Plan &graph, const plan::Op &op) {
  const plan::Observe *observe = op.kind_as_Observe();
  const size_t count = graph.observers() ? graph.observers()->size() : 0;
  if (!observe || observe->observer() < count)
    return {};
  return Status::invalidModel(
      fmt::format("expected an observer below {}, but got {}", count, observe->observer()));
}

} // namespace

Status validateOps(const plan::Plan &graph, const ResolvedTensors &tensors) {
  const std::vector<rules::KernelOperand> operands = operandsIn(graph, tensors);
  for (size_t i = 0; i < (graph.ops() ? graph.ops()->size() : 0); ++i) {
    const plan::Op &op = *graph.ops()->Get(i);
    Status status = checkObserver(graph, op);
    if (std::string error = checkOp(op, operandsOf(op, operands)); !error.empty())
      status = Status::invalidModel(std::move(error));
    if (!status)
      return std::move(status).withContext(describeOp(graph, i));
  }
  return {};
}

} // namespace quantir::runtime
