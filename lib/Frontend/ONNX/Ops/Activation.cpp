//===- Activation.cpp - Activation functions and Softmax -------------------===//

#include "lib/Frontend/ONNX/Registry.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace quantir;
using namespace quantir::importer;

/// An operator that is nothing but an op: OnnxOperator in
/// include/quantir/dialects/Interfaces/OpNames.td.
template <typename OpT> static LogicalResult importUnary(NodeContext &node) {
  return node.emit<OpT>({node.getValue(0)});
}

static LogicalResult importLeakyRelu(NodeContext &node) {
  float slope = node.getFloat("alpha", 0.01f);
  return node.emit<nn::LeakyReluOp>({node.getValue(0)}, {node.attr("negative_slope", slope)});
}

static LogicalResult importHardSigmoid(NodeContext &node) {
  float alpha = node.getFloat("alpha", 0.2f), beta = node.getFloat("beta", 0.5f);
  return node.emit<nn::HardsigmoidOp>({node.getValue(0)},
                                      {node.attr("alpha", alpha), node.attr("beta", beta)});
}

static LogicalResult importElu(NodeContext &node) {
  float alpha = node.getFloat("alpha", 1.0f);
  return node.emit<nn::EluOp>({node.getValue(0)}, {node.attr("alpha", alpha)});
}

static LogicalResult importGelu(NodeContext &node) {
  llvm::StringRef form = node.getString("approximate", "none");
  if (form != "none" && form != "tanh")
    return node.emitAttributeError("approximate")
           << "expected none or tanh, but got " << inQuotes(form);
  return node.emit<nn::GeluOp>({node.getValue(0)}, {node.attr("approximate", form == "tanh")});
}

/// The slope broadcasts to the input; it has to be one number, or one for each channel.
static LogicalResult importPRelu(NodeContext &node) {
  Dims input = node.getDims(0), slope = node.getDims(1);
  if (node.hasFailed())
    return failure();
  int64_t lead = static_cast<int64_t>(input.size()) - static_cast<int64_t>(slope.size());
  bool right = lead >= 0;
  for (int64_t d = 0; right && d < static_cast<int64_t>(slope.size()); ++d)
    right = slope[d] == 1 || (d + lead == 1 && slope[d] == input[1]);
  if (!right)
    return node.emitInputError(1) << "expected one slope, or one for each channel of the input "
                                  << shapes::formatDims(input) << ", but got "
                                  << shapes::formatDims(slope);
  int64_t count = shapes::numElements(slope);
  Value vector = node.getValue(1);
  if (const HostTensor *constant = node.getConstant(1); constant && slope != Dims{count})
    vector = node.createConstant(constant->withDims({count}), node.getInputName(1));
  else if (slope != Dims{count})
    vector = node.reshape(vector, {SymbolicInt{count, 0}});
  return node.emit<nn::PReluOp>({node.getValue(0), vector});
}

/// min(max(x, min), max): where the bounds cross, all values are the upper one.
static LogicalResult emitClamp(NodeContext &node, float min, float max) {
  min = std::min(min, max);
  return node.emit<nn::ClampOp>({node.getValue(0)}, {node.attr("min", min), node.attr("max", max)});
}

constexpr float infinity = std::numeric_limits<float>::infinity();

static LogicalResult importClipOfAttributes(NodeContext &node) {
  float min = node.getFloat("min", -infinity), max = node.getFloat("max", infinity);
  return emitClamp(node, min, max);
}

static LogicalResult importClipOfInputs(NodeContext &node) {
  float min = node.hasInput(1) ? node.getConstantFloat(1) : -infinity;
  float max = node.hasInput(2) ? node.getConstantFloat(2) : infinity;
  return emitClamp(node, min, max);
}

static LogicalResult importSoftmax(NodeContext &node) {
  int64_t axis = node.getAxis("axis", -1, node.getRank(0));
  return node.emit<nn::SoftmaxOp>({node.getValue(0)}, {node.attr("axis", axis)});
}

/// Before opset 13: the dimensions from `axis` on are one.
static LogicalResult importFlatteningSoftmax(NodeContext &node) {
  Dims dims = node.getDims(0);
  int64_t axis = node.getAxis("axis", 1, dims.size());
  Value input = node.getValue(0);
  if (node.hasFailed())
    return failure();
  auto axisAttr = node.attr("axis", axis);
  if (llvm::all_of(llvm::drop_begin(dims, axis + 1), [](int64_t dim) { return dim == 1; }))
    return node.emit<nn::SoftmaxOp>({input}, {axisAttr});

  auto flat = node.create<nn::FlattenOp>(
      {input}, {node.attr("start_axis", axis), node.attr("end_axis", int64_t(-1))});
  if (!flat)
    return failure();
  auto softmax = node.create<nn::SoftmaxOp>({flat.getResult()}, {axisAttr});
  if (!softmax)
    return failure();
  return node.bind(0, node.reshape(softmax.getResult(), node.getSymbolicDims(0)));
}

static constexpr Operator operators[] = {
#include "lib/Frontend/ONNX/generated/UnaryOperators.inc"
    {"LeakyRelu", 6, 1, 1, 1, "alpha", importLeakyRelu},
    {"HardSigmoid", 6, 1, 1, 1, "alpha beta", importHardSigmoid},
    {"Elu", 6, 1, 1, 1, "alpha", importElu},
    {"Gelu", 20, 1, 1, 1, "approximate", importGelu},
    {"PRelu", 9, 2, 2, 1, "", importPRelu},
    {"Clip", 6, 1, 1, 1, "min max", importClipOfAttributes},
    {"Clip", 11, 1, 3, 1, "", importClipOfInputs},
    {"Softmax", 1, 1, 1, 1, "axis", importFlatteningSoftmax},
    {"Softmax", 13, 1, 1, 1, "axis", importSoftmax},
};

OperatorTable importer::getActivationOperators() { return operators; }
