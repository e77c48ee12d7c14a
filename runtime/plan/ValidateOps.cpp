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

Status checkActivation(const plan::Activation *activation) {
  if (!activation)
    return {};
  if (activation->kind() > plan::ActivationKind::MAX)
    return Status::invalidModel(
        fmt::format("expected a known activation, but got number {}", int(activation->kind())));
  float alpha = activation->alpha(), beta = activation->beta();
  if (activation->kind() == plan::ActivationKind::Clamp && !(alpha <= beta))
    return Status::invalidModel(
        fmt::format("expected clamp bounds in order, but got {} and {}", alpha, beta));
  if (activation->kind() == plan::ActivationKind::LeakyRelu && !std::isfinite(alpha))
    return Status::invalidModel(fmt::format("expected a finite slope, but got {}", alpha));
  return {};
}

namespace {

/// How many operands a kind of op has, and the function with the rest of its rules.
struct OpRule {
  size_t minInputs;
  size_t maxInputs;
  size_t outputs;
  OpCheck check;
};

const OpRule *ruleOf(plan::OpKind kind) {
  static constexpr size_t any = planLimits::listLength;
  static constexpr OpRule quantize{1, 1, 1, checkQuantize}, dequantize{1, 1, 1, checkDequantize},
      requantize{1, 1, 1, checkRequantize}, reorder{1, 1, 1, checkReorder},
      conv{2, 4, 1, checkConv}, convTranspose{2, 3, 1, checkConvTranspose},
      matMul{2, 4, 1, checkMatMul}, channelAffine{3, 3, 1, checkChannelAffine},
      unary{1, 1, 1, checkUnary}, binary{2, 2, 1, checkBinary}, softmax{1, 1, 1, checkSoftmax},
      pool{1, 1, 1, checkPool}, adaptivePool{1, 1, 1, checkAdaptiveAveragePool},
      mean{1, 1, 1, checkMean}, reshape{1, 1, 1, checkReshape}, transpose{1, 1, 1, checkTranspose},
      slice{1, 1, 1, checkSlice}, concat{1, any, 1, checkConcat}, pad{1, 1, 1, checkPad},
      expand{1, 1, 1, checkExpand}, observe{1, 1, 0, checkObserve},
      layerNorm{2, 3, 1, checkLayerNorm}, groupNorm{2, 3, 1, checkGroupNorm},
      prelu{2, 2, 1, checkPRelu}, resample{1, 1, 1, checkResample},
      embedding{2, 2, 1, checkEmbedding}, embeddingBag{3, 3, 1, checkEmbeddingBag},
      lstm{4, 9, 3, checkLstm}, fakeQuantizeDynamic{1, 1, 1, checkFakeQuantizeDynamic},
      fakeQuantizeAffine{1, 1, 1, checkFakeQuantizeAffine},
      roundFloat16{1, 1, 1, checkRoundFloat16};
  switch (kind) {
  case plan::OpKind::Quantize:
    return &quantize;
  case plan::OpKind::Dequantize:
    return &dequantize;
  case plan::OpKind::Requantize:
    return &requantize;
  case plan::OpKind::Reorder:
    return &reorder;
  case plan::OpKind::Conv:
    return &conv;
  case plan::OpKind::ConvTranspose:
    return &convTranspose;
  case plan::OpKind::MatMul:
    return &matMul;
  case plan::OpKind::ChannelAffine:
    return &channelAffine;
  case plan::OpKind::Unary:
    return &unary;
  case plan::OpKind::Binary:
    return &binary;
  case plan::OpKind::Softmax:
    return &softmax;
  case plan::OpKind::Pool:
    return &pool;
  case plan::OpKind::AdaptiveAveragePool:
    return &adaptivePool;
  case plan::OpKind::Mean:
    return &mean;
  case plan::OpKind::Reshape:
    return &reshape;
  case plan::OpKind::Transpose:
    return &transpose;
  case plan::OpKind::Slice:
    return &slice;
  case plan::OpKind::Concat:
    return &concat;
  case plan::OpKind::Pad:
    return &pad;
  case plan::OpKind::Expand:
    return &expand;
  case plan::OpKind::Observe:
    return &observe;
  case plan::OpKind::LayerNorm:
    return &layerNorm;
  case plan::OpKind::GroupNorm:
    return &groupNorm;
  case plan::OpKind::PRelu:
    return &prelu;
  case plan::OpKind::Resample:
    return &resample;
  case plan::OpKind::Embedding:
    return &embedding;
  case plan::OpKind::EmbeddingBag:
    return &embeddingBag;
  case plan::OpKind::Lstm:
    return &lstm;
  case plan::OpKind::FakeQuantizeDynamic:
    return &fakeQuantizeDynamic;
  case plan::OpKind::FakeQuantizeAffine:
    return &fakeQuantizeAffine;
  case plan::OpKind::RoundFloat16:
    return &roundFloat16;
  case plan::OpKind::NONE:
    break;
  }
  return nullptr;
}

Status checkOperandCount(const OpOperands &operands, const OpRule &rule) {
  size_t inputs = operands.inputs.size();
  if (inputs < rule.minInputs || inputs > rule.maxInputs)
    return Status::invalidModel(fmt::format("expected {} to {} inputs, but got {}", rule.minInputs,
                                            rule.maxInputs, inputs));
  if (operands.outputs.size() != rule.outputs)
    return Status::invalidModel(
        fmt::format("expected {} results, but got {}", rule.outputs, operands.outputs.size()));
  // Of the inputs of Concat none is optional, however many there are.
  size_t required = operands.op.kind_type() == plan::OpKind::Concat ? inputs : rule.minInputs;
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
  const OpRule *rule = ruleOf(op.kind_type());
  if (!rule)
    return Status::invalidModel("expected a known kind of op");
  OpOperands operands{op, graph, operandsOf(op.inputs(), tensors),
                      operandsOf(op.outputs(), tensors)};
  QUANTIR_RETURN_IF_ERROR(checkOperandCount(operands, *rule));
  return rule->check(operands);
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
