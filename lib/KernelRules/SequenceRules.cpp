//===- SequenceRules.cpp - Rules of lookups and recurrences ----------------===//

#include "Common.h"

namespace quantir::rules {

static std::string checkIndices(std::string_view what, const KernelOperand &operand) {
  return operand.isIndex() ? std::string()
                           : expected(std::string(what) + " of int64 or int32 without a scale",
                                      describe(operand));
}

std::string checkShapes(const EmbeddingOptions &, const KernelOperands &o) {
  Dims dims;
  std::string error = shapes::inferEmbedding(o.input(0).dims, o.input(1).dims, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const EmbeddingOptions &, const KernelOperands &o, Forms) {
  return firstOf({checkIndices("indices", o.input(0)), checkFloat("a table", o.input(1)),
                  checkFloat("a result", o.result())});
}

std::string checkShapes(const EmbeddingBagOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkKnown("mode", options.mode));
  Dims dims;
  std::string error = shapes::inferEmbeddingBag(o.input(0).dims, o.input(1).dims, o.input(2).dims,
                                                options.includeLastOffset, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const EmbeddingBagOptions &, const KernelOperands &o, Forms) {
  return firstOf({checkIndices("indices", o.input(0)), checkIndices("offsets", o.input(1)),
                  checkFloat("a table", o.input(2)), checkFloat("a result", o.result())});
}

std::string checkShapes(const LstmOptions &, const KernelOperands &o) {
  std::vector<Dims> parameters;
  for (size_t i = 1; i < o.inputs.size(); ++i)
    parameters.push_back(o.input(i).dims);
  shapes::LstmShapes shapes;
  QUANTIR_RETURN_IF_WRONG(shapes::inferLstm(o.input(0).dims, parameters, shapes));
  return firstOf({checkDims("an output", o.result(0), shapes.output),
                  checkDims("a last h", o.result(1), shapes.state),
                  checkDims("a last c", o.result(2), shapes.state)});
}

std::string checkTypes(const LstmOptions &, const KernelOperands &o, Forms) {
  return checkFloats(o);
}

/// Three for each direction, behind the input; h and c of the start are data.
bool isParameter(const LstmOptions &, size_t position, size_t count) {
  const size_t directions = count == 0 ? 0 : (count - 1) / 3;
  return position >= 1 && position <= 3 * directions;
}

} // namespace quantir::rules
