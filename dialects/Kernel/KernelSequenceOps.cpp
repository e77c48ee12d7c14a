//===- KernelSequenceOps.cpp - Lookups and recurrences --------------------===//

#include "quantir/dialects/Kernel/Kernel.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

//===----------------------------------------------------------------------===//
// EmbeddingOp
//===----------------------------------------------------------------------===//

std::string EmbeddingOp::checkShapes() {
  shapes::Dims result;
  std::string error = shapes::inferEmbedding(getDims(getIndices().getType()),
                                             getDims(getWeight().getType()), result);
  return detail::checkResultShape(error, result, getType());
}

std::string EmbeddingOp::checkElementTypes(TypeRange operands, TypeRange results) {
  if (isIndex(operands[0]) && isFloat(operands[1]) && isFloat(results[0]))
    return {};
  return "expected indices of i64 or i32, and a weight and a result of f32";
}

//===----------------------------------------------------------------------===//
// EmbeddingBagOp
//===----------------------------------------------------------------------===//

std::string EmbeddingBagOp::checkShapes() {
  shapes::Dims result;
  std::string error =
      shapes::inferEmbeddingBag(getDims(getIndices().getType()), getDims(getOffsets().getType()),
                                getDims(getWeight().getType()), getIncludeLastOffset(), result);
  return detail::checkResultShape(error, result, getType());
}

std::string EmbeddingBagOp::checkElementTypes(TypeRange operands, TypeRange results) {
  if (isIndex(operands[0]) && isIndex(operands[1]) && isFloat(operands[2]) && isFloat(results[0]))
    return {};
  return "expected indices and offsets of i64 or i32, and a weight and a result of f32";
}

//===----------------------------------------------------------------------===//
// LstmOp
//===----------------------------------------------------------------------===//

std::string LstmOp::checkShapes() {
  std::vector<shapes::Dims> parameters;
  for (Value parameter : getParameters())
    parameters.push_back(getDims(parameter.getType()));
  shapes::LstmShapes shapes;
  std::string error = shapes::inferLstm(getDims(getInput().getType()), parameters, shapes);
  error = detail::checkResultShape(error, shapes.output, getOutput().getType());
  error = detail::checkResultShape(error, shapes.state, getH().getType());
  return detail::checkResultShape(error, shapes.state, getC().getType());
}

std::string LstmOp::checkElementTypes(TypeRange operands, TypeRange results) {
  for (Type type : llvm::concat<const Type>(operands, results))
    if (!isFloat(type))
      return "expected operands and results all of f32";
  return {};
}
