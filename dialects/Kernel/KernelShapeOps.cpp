//===- KernelShapeOps.cpp - Data movement ---------------------------------===//

#include "quantir/Shapes/Expand.h"
#include "quantir/dialects/Kernel/Kernel.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

/// A data movement that changes nothing, not even the layout.
static OpFoldResult foldIdentity(Value input, Type result) {
  return input.getType() == result ? input : Value();
}

//===----------------------------------------------------------------------===//
// ReshapeOp, ExpandOp, TransposeOp
//===----------------------------------------------------------------------===//

std::string ReshapeOp::checkShapes() {
  shapes::Dims input = getDims(getInput().getType()), shape = getDims(getType());
  auto isDynamic = [](const shapes::Dims &dims) {
    return llvm::is_contained(dims, shapes::dynamicDim);
  };
  if (isDynamic(input) || isDynamic(shape)) {
    // The dynamic dimension of the result is what the others leave.
    shapes::Dims result;
    std::string error = shapes::inferReshape(input, shape, result);
    return detail::checkResultShape(error, result, getType());
  }
  if (shapes::numElements(input) == shapes::numElements(shape))
    return {};
  return "expected as many elements as " + shapes::formatDims(input) + " has, but got " +
         shapes::formatDims(shape);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) { return foldIdentity(getInput(), getType()); }

std::string ExpandOp::checkShapes() {
  shapes::Dims input = getDims(getInput().getType()), shape = getDims(getType()), result;
  // A dynamic dimension that the input does not have is the batch.
  if (!llvm::is_contained(input, shapes::dynamicDim))
    std::replace(shape.begin(), shape.end(), shapes::dynamicDim, shapes::expandToBatch);
  std::string error = shapes::inferExpand(input, shape, result);
  return detail::checkResultShape(error, result, getType());
}

OpFoldResult ExpandOp::fold(FoldAdaptor) { return foldIdentity(getInput(), getType()); }

std::string TransposeOp::checkShapes() {
  shapes::Dims result;
  std::string error =
      shapes::inferTranspose(getDims(getInput().getType()), shapes::Dims(getPermutation()), result);
  return detail::checkResultShape(error, result, getType());
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

std::string SliceOp::checkShapes() {
  shapes::Dims input = getDims(getInput().getType()), result = getDims(getType());
  ArrayRef<int64_t> starts = getStarts(), steps = getSteps();
  if (result.size() != input.size() || starts.size() != input.size() ||
      steps.size() != input.size())
    return "expected a result, starts and steps of the input's rank " +
           std::to_string(input.size()) + ", but got " + std::to_string(result.size()) + ", " +
           std::to_string(starts.size()) + " and " + std::to_string(steps.size());
  for (size_t i = 0; i != input.size(); ++i) {
    std::string where = " in dimension " + std::to_string(i);
    if (input[i] == shapes::dynamicDim || result[i] == shapes::dynamicDim) {
      if (input[i] != result[i] || starts[i] != 0 || steps[i] != 1)
        return "expected the whole of a dynamic dimension" + where;
      continue;
    }
    if (result[i] == 0)
      continue;
    // Compared by division: the product could overflow.
    int64_t start = starts[i], step = steps[i], last = result[i] - 1;
    bool inside = step != 0 && start >= 0 && start < input[i];
    if (inside && last > 0)
      inside = step > 0 ? step <= (input[i] - 1 - start) / last : step >= -(start / last);
    if (!inside)
      return "expected a slice inside of " + std::to_string(input[i]) + " elements" + where +
             ", but got " + std::to_string(result[i]) + " from " + std::to_string(start) +
             " in steps of " + std::to_string(step);
  }
  return {};
}

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

std::string ConcatOp::checkShapes() {
  if (getInputs().empty())
    return "expected at least one operand";
  auto inputs =
      llvm::map_to_vector(getInputs().getTypes(), [](Type type) { return getDims(type); });
  if (int64_t axis = getAxis(); axis < 0 || axis >= int64_t(inputs.front().size()))
    return "expected an axis from 0 to " + std::to_string(int64_t(inputs.front().size()) - 1) +
           ", but got " + std::to_string(axis);
  shapes::Dims result;
  std::string error = shapes::inferConcat(inputs, getAxis(), result);
  return detail::checkResultShape(error, result, getType());
}

//===----------------------------------------------------------------------===//
// PadOp
//===----------------------------------------------------------------------===//

std::string PadOp::checkShapes() {
  shapes::Dims result;
  std::string error =
      shapes::inferPad(getDims(getInput().getType()), shapes::Dims(getPadding()), result);
  return detail::checkResultShape(error, result, getType());
}

std::string PadOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return detail::checkSameElementTypes(operands, results);
}

LayoutRule PadOp::getLayoutRule() { return LayoutRule::Elementwise; }
bool PadOp::isParameter(unsigned) { return false; }
/// Zero has a code of its own in every quantized type; another value changes when it is quantized.
bool PadOp::movesData() { return getValue().isZero(); }
