//===- ValidateOps.cpp - Checking every op of a plan -----------------------===//

#include "runtime/plan/OpChecks.h"
#include "runtime/plan/Validate.h"

#include <fmt/format.h>

#include <cmath>

namespace quantir::runtime {

std::string describeType(const Operand &operand) {
  std::string text(nameOf(operand.dtype));
  if (!operand.quant)
    return isFloat(operand) ? text : text + " without a scale";
  if (operand.quant->perTensor())
    return text + " with one scale";
  return fmt::format("{} with a scale per index of axis {}", text, operand.quant->axis);
}

Status expectDims(std::string_view what, const Operand &operand, const std::vector<int64_t> &dims) {
  if (operand.dims == dims)
    return {};
  return Status::invalidModel(fmt::format("expected {} of dims {}, but got {}", what,
                                          formatDims(dims), formatDims(operand.dims)));
}

Status expectRowMajor(std::string_view what, const Operand &operand) {
  if (operand.layout == Layout::RowMajor)
    return {};
  return Status::invalidModel(
      fmt::format("expected {} in row-major layout, but got a channels-last one", what));
}

Status shapeStatus(std::string message) {
  return message.empty() ? Status() : Status::invalidModel(std::move(message));
}

Status expectValue(std::string_view what, const Operand &operand) {
  if (isFloat(operand) || isCode(operand))
    return {};
  return Status::invalidModel(
      fmt::format("expected {} to be float32, or uint8 or int8 with one scale, "
                  "but got {}",
                  what, describeType(operand)));
}

Status expectResultOf(const Operand &input, const Operand &result) {
  QUANTIR_RETURN_IF_ERROR(expectValue("the result", result));
  if (isFloat(input) && !isFloat(result))
    return Status::invalidModel(
        fmt::format("expected a float32 result of a float32 input, but got {}; only Quantize makes "
                    "integers of floats",
                    describeType(result)));
  return {};
}

Status expectMovable(const Operand &input, const Operand &result) {
  for (const Operand *operand : {&input, &result})
    if (operand->quant && !operand->quant->perTensor())
      return Status::invalidModel(
          fmt::format("expected no scale per channel, but got {}", describeType(*operand)));
  if (!sameEncoding(input, result))
    return Status::invalidModel(
        fmt::format("expected the result to have the type, scale and zero point of "
                    "the input, but got {} and {}",
                    describeType(result), describeType(input)));
  return {};
}

Status checkActivation(const ActivationInfo &activation) {
  const auto [kind, alpha, beta] = activation;
  if (kind > plan::ActivationKind::MAX)
    return Status::invalidModel(
        fmt::format("expected a known activation, but got number {}", int(kind)));
  if (kind == plan::ActivationKind::Clamp && !(alpha <= beta))
    return Status::invalidModel(
        fmt::format("expected clamp bounds in order, but got {} and {}", alpha, beta));
  if (kind == plan::ActivationKind::LeakyRelu && !std::isfinite(alpha))
    return Status::invalidModel(fmt::format("expected a finite slope, but got {}", alpha));
  return {};
}

namespace {

/// How many operands a kind of op has.
struct OperandCounts {
  size_t minInputs;
  size_t maxInputs;
  size_t outputs;
};

Status checkOperandCount(const OpOperands &operands, const OperandCounts &counts) {
  size_t inputs = operands.inputs.size();
  if (inputs < counts.minInputs || inputs > counts.maxInputs)
    return Status::invalidModel(fmt::format("expected {} to {} inputs, but got {}",
                                            counts.minInputs, counts.maxInputs, inputs));
  if (operands.outputs.size() != counts.outputs)
    return Status::invalidModel(
        fmt::format("expected {} results, but got {}", counts.outputs, operands.outputs.size()));
  // Of the inputs of Concat none is optional, however many there are.
  size_t required = operands.op.kind_type() == plan::OpKind::Concat ? inputs : counts.minInputs;
  for (size_t i = 0; i < required; ++i)
    if (!operands.inputs[i])
      return Status::invalidModel(
          fmt::format("expected input {} to be given, but it is absent", i));
  return {};
}

std::vector<const Operand *> operandsOf(const flatbuffers::Vector<int32_t> *indices,
                                        const ResolvedTensors &tensors) {
  std::vector<const Operand *> operands;
  if (indices)
    for (int32_t index : *indices)
      operands.push_back(tensors.find(index));
  return operands;
}

Status validateOp(const plan::Plan &graph, const plan::Op &op, const ResolvedTensors &tensors) {
  OpOperands operands{op, graph, operandsOf(op.inputs(), tensors),
                      operandsOf(op.outputs(), tensors)};
  switch (op.kind_type()) {
#define QUANTIR_KERNEL(name, minInputs, maxInputs, results)                                        \
  case plan::OpKind::name:                                                                         \
    QUANTIR_RETURN_IF_ERROR(checkOperandCount(operands, {minInputs, maxInputs, results}));         \
    return check##name(name##Options::read(op), operands);
    QUANTIR_FOR_EACH_KERNEL(QUANTIR_KERNEL)
#undef QUANTIR_KERNEL
  case plan::OpKind::NONE:
    break;
  }
  return Status::invalidModel("expected a known kind of op");
}

} // namespace

Status validateOps(const plan::Plan &graph, const ResolvedTensors &tensors) {
  if (!graph.ops())
    return {};
  for (size_t i = 0; i < graph.ops()->size(); ++i)
    if (Status status = validateOp(graph, *graph.ops()->Get(i), tensors); !status)
      return std::move(status).withContext(describeOp(graph, i));
  return {};
}

} // namespace quantir::runtime
