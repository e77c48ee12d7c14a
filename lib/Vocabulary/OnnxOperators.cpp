//===- OnnxOperators.cpp - Ops by the names of ONNX -----------------------===//

#include "quantir/Vocabulary/OnnxOperators.h"

#include "llvm/ADT/StringExtras.h"

using namespace quantir;
using llvm::StringRef;

static constexpr OnnxOperator operators[] = {
    {"Abs", ""},
    {"Add", "nn.add"},
    {"And", ""},
    {"AveragePool", "nn.avg_pool"},
    {"BatchNormalization", "nn.batch_norm"},
    {"Cast", ""},
    {"Ceil", ""},
    {"Clip", "nn.clamp"},
    {"Concat", "nn.cat"},
    {"Constant", ""},
    {"ConstantOfShape", ""},
    {"Conv", "nn.conv"},
    {"ConvTranspose", "nn.conv_transpose"},
    {"Div", "nn.div"},
    {"Dropout", ""},
    {"Elu", "nn.elu"},
    {"Equal", ""},
    {"Erf", "nn.erf nn.gelu"},
    {"Expand", "nn.expand"},
    {"Flatten", "nn.flatten nn.reshape"},
    {"Floor", ""},
    {"Gather", "nn.slice nn.embedding"},
    {"Gelu", "nn.gelu"},
    {"Gemm", "nn.linear nn.matmul"},
    {"GlobalAveragePool", "nn.adaptive_avg_pool"},
    {"GlobalMaxPool", "nn.max_pool"},
    {"Greater", ""},
    {"GreaterOrEqual", ""},
    {"GroupNormalization", "nn.group_norm"},
    {"HardSigmoid", "nn.hardsigmoid"},
    {"HardSwish", "nn.hardswish"},
    {"Identity", ""},
    {"InstanceNormalization", "nn.instance_norm"},
    {"LSTM", "nn.lstm"},
    {"LayerNormalization", "nn.layer_norm"},
    {"LeakyRelu", "nn.leaky_relu"},
    {"Less", ""},
    {"LessOrEqual", ""},
    {"Loop", "nn.embedding_bag"},
    {"MatMul", "nn.linear nn.matmul"},
    {"Max", ""},
    {"MaxPool", "nn.max_pool"},
    {"Min", ""},
    {"Mod", ""},
    {"Mul", "nn.mul"},
    {"Neg", ""},
    {"Not", ""},
    {"Or", ""},
    {"PRelu", "nn.prelu"},
    {"Pad", "nn.pad"},
    {"Pow", "nn.mul nn.div nn.pow"},
    {"Range", ""},
    {"ReduceMean", "nn.mean"},
    {"Relu", "nn.relu"},
    {"Reshape", "nn.reshape"},
    {"Resize", "nn.interpolate"},
    {"Shape", ""},
    {"Sigmoid", "nn.sigmoid"},
    {"Size", ""},
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
    {"Where", ""},
};

llvm::ArrayRef<OnnxOperator> quantir::onnxOperators() { return operators; }

std::string quantir::explainOnnxOperator(StringRef name) {
  name.consume_front("onnx.");
  name.consume_front("onnx::");
  name.consume_front("ai.onnx.");
  for (const OnnxOperator &row : operators) {
    if (!name.equals_insensitive(row.type))
      continue;
    std::string text = ("'" + row.type + "' is an operator of ONNX, ").str();
    if (row.ops.empty())
      return text + "of which the import leaves no op";
    llvm::SmallVector<StringRef> ops;
    row.ops.split(ops, ' ');
    return text + "which is imported as '" + llvm::join(ops, "' or '") + "'";
  }
  return "";
}
