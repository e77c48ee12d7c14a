//===- ChecksSequence.cpp - Rules of lookups and recurrences ---------------===//

#include "quantir/Shapes/Shapes.h"
#include "runtime/plan/OpChecks.h"

#include <fmt/format.h>

namespace quantir::runtime {

/// float32 and row-major.
static Status expectPlainFloat(std::string_view what, const Operand &operand) {
  if (isFloat(operand) && operand.layout == Layout::RowMajor)
    return {};
  return Status::invalidModel(fmt::format(
      "expected {} of float32 in row-major layout, but got {}{}", what, describeType(operand),
      operand.layout == Layout::RowMajor ? "" : " in channels-last layout"));
}

static Status expectIntegers(std::string_view what, const Operand &operand) {
  bool isInteger = operand.dtype == DType::Int64 || operand.dtype == DType::Int32;
  if (isInteger && !operand.quant && operand.layout == Layout::RowMajor)
    return {};
  return Status::invalidModel(fmt::format("expected row-major {} of int64 or int32, but got {}",
                                          what, describeType(operand)));
}

Status checkEmbedding(const EmbeddingOptions &, const OpOperands &o) {
  const Operand &indices = o.input(0);
  QUANTIR_RETURN_IF_ERROR(expectIntegers("indices", indices));
  QUANTIR_RETURN_IF_ERROR(expectPlainFloat("a table", o.input(1)));
  QUANTIR_RETURN_IF_ERROR(expectPlainFloat("a result", o.output()));
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::inferEmbedding(indices.dims, o.input(1).dims, dims)));
  return expectDims("a result", o.output(), dims);
}

Status checkEmbeddingBag(const EmbeddingBagOptions &options, const OpOperands &o) {
  if (options.mode > plan::BagMode::MAX)
    return Status::invalidModel(
        fmt::format("expected a known mode, but got number {}", int(options.mode)));
  QUANTIR_RETURN_IF_ERROR(expectIntegers("indices", o.input(0)));
  QUANTIR_RETURN_IF_ERROR(expectIntegers("offsets", o.input(1)));
  QUANTIR_RETURN_IF_ERROR(expectPlainFloat("a table", o.input(2)));
  QUANTIR_RETURN_IF_ERROR(expectPlainFloat("a result", o.output()));
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::inferEmbeddingBag(
      o.input(0).dims, o.input(1).dims, o.input(2).dims, options.includeLastOffset, dims)));
  return expectDims("a result", o.output(), dims);
}

Status checkLstm(const LstmOptions &, const OpOperands &o) {
  std::vector<shapes::Dims> parameters;
  for (const Operand *operand : o.inputs) {
    if (!operand)
      return Status::invalidModel("expected every input to be given");
    QUANTIR_RETURN_IF_ERROR(expectPlainFloat("an input", *operand));
    parameters.push_back(operand->dims);
  }
  for (const Operand *operand : o.outputs)
    QUANTIR_RETURN_IF_ERROR(expectPlainFloat("a result", *operand));
  shapes::Dims input = std::move(parameters.front());
  parameters.erase(parameters.begin());
  shapes::LstmShapes shapes;
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::inferLstm(input, parameters, shapes)));
  QUANTIR_RETURN_IF_ERROR(expectDims("an output", *o.outputs[0], shapes.output));
  QUANTIR_RETURN_IF_ERROR(expectDims("a last h", *o.outputs[1], shapes.state));
  return expectDims("a last c", *o.outputs[2], shapes.state);
}

} // namespace quantir::runtime
