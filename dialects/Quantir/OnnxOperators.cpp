//===- OnnxOperators.cpp - Ops by the names of ONNX -----------------------===//

#include "quantir/dialects/Quantir/OnnxOperators.h"

#include "llvm/ADT/StringExtras.h"

using namespace quantir;
using llvm::StringRef;

namespace {
struct Row {
  llvm::StringLiteral type;
  llvm::StringLiteral ops; ///< separated by blanks
};
} // namespace

static constexpr Row rows[] = {
    {"Add", "nn.add"},
    {"AveragePool", "nn.avg_pool"},
    {"BatchNormalization", "nn.batch_norm"},
    {"Clip", "nn.clamp"},
    {"Concat", "nn.cat"},
    {"Conv", "nn.conv"},
    {"ConvTranspose", "nn.conv_transpose"},
    {"Div", "nn.div"},
    {"Elu", "nn.elu"},
    {"Erf", "nn.erf nn.gelu"},
    {"Expand", "nn.expand"},
    {"Flatten", "nn.flatten"},
    {"Gather", "nn.slice nn.embedding"},
    {"Gelu", "nn.gelu"},
    {"Gemm", "nn.linear"},
    {"GlobalAveragePool", "nn.adaptive_avg_pool"},
    {"GlobalMaxPool", "nn.max_pool"},
    {"GroupNormalization", "nn.group_norm"},
    {"HardSigmoid", "nn.hardsigmoid"},
    {"HardSwish", "nn.hardswish"},
    {"InstanceNormalization", "nn.instance_norm"},
    {"LSTM", "nn.lstm"},
    {"LayerNormalization", "nn.layer_norm"},
    {"LeakyRelu", "nn.leaky_relu"},
    {"Loop", "nn.embedding_bag"},
    {"MatMul", "nn.linear nn.matmul"},
    {"MaxPool", "nn.max_pool"},
    {"Mul", "nn.mul"},
    {"PRelu", "nn.prelu"},
    {"Pad", "nn.pad"},
    {"Pow", "nn.mul nn.div nn.pow"},
    {"ReduceMean", "nn.mean"},
    {"Relu", "nn.relu"},
    {"Reshape", "nn.reshape"},
    {"Resize", "nn.interpolate"},
    {"Sigmoid", "nn.sigmoid"},
    {"Slice", "nn.slice"},
    {"Softmax", "nn.softmax"},
    {"Split", "nn.split"},
    {"Sqrt", "nn.sqrt"},
    {"Squeeze", "nn.squeeze"},
    {"Sub", "nn.sub"},
    {"Tanh", "nn.tanh"},
    {"Tile", "nn.expand"},
    {"Transpose", "nn.transpose"},
    {"Unsqueeze", "nn.unsqueeze"},
    {"Upsample", "nn.interpolate"},
};

std::string quantir::explainOnnxOperator(StringRef name) {
  name.consume_front("onnx.");
  name.consume_front("onnx::");
  name.consume_front("ai.onnx.");
  for (const Row &row : rows) {
    if (!name.equals_insensitive(row.type))
      continue;
    llvm::SmallVector<StringRef> ops;
    StringRef(row.ops).split(ops, ' ');
    return ("'" + row.type + "' is an operator of ONNX, which is imported as '" +
            llvm::join(ops, "' or '") + "'")
        .str();
  }
  return "";
}
