//===- Normalization.cpp - Batch, layer, instance, group normalization -----===//

#include "lib/Frontend/ONNX/Registry.h"

using namespace quantir;
using namespace quantir::importer;

static LogicalResult importBatchNormalization(NodeContext &node) {
  float epsilon = node.getFloat("epsilon", 1e-5f);
  if (node.getFlag("training_mode", false))
    return node.emitAttributeError("training_mode")
           << "expected 0, but got 1; export the model for inference";
  return node.emit<nn::BatchNormOp>(
      {node.getValue(0), node.getValue(1), node.getValue(2), node.getValue(3), node.getValue(4)},
      {node.attr("epsilon", epsilon)});
}

static LogicalResult importLayerNormalization(NodeContext &node) {
  int64_t axis = node.getInt("axis", -1);
  float epsilon = node.getFloat("epsilon", 1e-5f);
  llvm::SmallVector<Value> operands{node.getValue(0), node.getValue(1)};
  if (node.hasInput(2))
    operands.push_back(node.getValue(2));
  return node.emit<nn::LayerNormOp>(operands,
                                    {node.attr("axis", axis), node.attr("epsilon", epsilon)});
}

static LogicalResult importInstanceNormalization(NodeContext &node) {
  float epsilon = node.getFloat("epsilon", 1e-5f);
  return node.emit<nn::InstanceNormOp>({node.getValue(0), node.getValue(1), node.getValue(2)},
                                       {node.attr("epsilon", epsilon)});
}

static LogicalResult importGroupNormalization(NodeContext &node) {
  int64_t groups = node.getInt("num_groups", 0);
  float epsilon = node.getFloat("epsilon", 1e-5f);
  return node.emit<nn::GroupNormOp>({node.getValue(0), node.getValue(1), node.getValue(2)},
                                    {node.attr("groups", groups), node.attr("epsilon", epsilon)});
}

/// A constant parameter of each group as one of each channel.
static Value repeatForChannels(NodeContext &node, unsigned index, int64_t groups,
                               int64_t channels) {
  const HostTensor *constant = node.getConstant(index);
  if (node.hasFailed())
    return {};
  if (!constant || constant->getType() != ElementType::Float32 ||
      constant->getDims() != Dims{groups}) {
    node.emitInputError(index) << "expected a constant of float32 with one value for each of the "
                               << groups << " groups";
    return {};
  }
  llvm::SmallVector<float> values;
  for (float value : constant->getValues<float>())
    values.append(channels / groups, value);
  return node.createConstant(HostTensor::make<float>({channels}, values), node.getInputName(index));
}

/// Before opset 21 the parameters are those of the groups.
static LogicalResult importGroupNormalizationOfGroups(NodeContext &node) {
  int64_t groups = node.getInt("num_groups", 0);
  Dims input = node.getDims(0);
  if (node.hasFailed())
    return failure();
  if (input.size() < 2 || groups < 1 || input[1] % groups != 0)
    return node.emitAttributeError("num_groups")
           << "expected a number that divides the channels of " << shapes::formatDims(input)
           << ", but got " << groups;
  Value weight = repeatForChannels(node, 1, groups, input[1]);
  Value bias = repeatForChannels(node, 2, groups, input[1]);
  float epsilon = node.getFloat("epsilon", 1e-5f);
  return node.emit<nn::GroupNormOp>({node.getValue(0), weight, bias},
                                    {node.attr("groups", groups), node.attr("epsilon", epsilon)});
}

static constexpr Operator operators[] = {
    {"BatchNormalization", 9, 5, 5, 5, "epsilon momentum", importBatchNormalization},
    {"BatchNormalization", 14, 5, 5, 3, "epsilon momentum training_mode", importBatchNormalization},
    {"LayerNormalization", 17, 2, 3, 3, "axis epsilon stash_type", importLayerNormalization},
    {"InstanceNormalization", 6, 3, 3, 1, "epsilon", importInstanceNormalization},
    {"GroupNormalization", 18, 3, 3, 1, "epsilon num_groups", importGroupNormalizationOfGroups},
    {"GroupNormalization", 21, 3, 3, 1, "epsilon num_groups stash_type", importGroupNormalization},
};

OperatorTable importer::getNormalizationOperators() { return operators; }
