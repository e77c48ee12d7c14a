//===- OnnxOperators.cpp - Ops by the names of ONNX -----------------------===//

#include "quantir/Vocabulary/OnnxOperators.h"

#include "llvm/ADT/StringExtras.h"

using namespace quantir;
using llvm::StringRef;

#include "generated/OnnxOperators.inc"

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
