//===- Normalization.cpp - BatchNormalization ------------------------------===//

#include "../Registry.h"

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

static constexpr Operator operators[] = {
    {"BatchNormalization", 9, 5, 5, 5, "epsilon momentum", importBatchNormalization},
    {"BatchNormalization", 14, 5, 5, 3, "epsilon momentum training_mode", importBatchNormalization},
};

OperatorTable importer::getNormalizationOperators() { return operators; }
