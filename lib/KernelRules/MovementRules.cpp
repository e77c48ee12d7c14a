//===- MovementRules.cpp - Rules of ops that move data ---------------------===//

#include "Common.h"

#include "quantir/Shapes/Expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace quantir::rules {

using shapes::dynamicDim;
using shapes::formatDims;

static bool isDynamic(const Dims &dims) { return shapes::findDynamicDim(dims) != dims.size(); }

std::string checkShapes(const ReshapeOptions &, const KernelOperands &o) {
  const Dims &from = o.input(0).dims, &to = o.result().dims;
  if (isDynamic(from) || isDynamic(to)) {
    // The open dimension of the result is what the others leave.
    Dims dims;
    std::string error = shapes::inferReshape(from, to, dims);
    return checkResult(std::move(error), dims, o.result());
  }
  if (shapes::numElements(from) == shapes::numElements(to))
    return {};
  return fmt::format("expected as many elements as {} has, but got {}", formatDims(from),
                     formatDims(to));
}

std::string checkTypes(const ReshapeOptions &, const KernelOperands &o, Forms) {
  return checkMovable(o);
}

std::string checkShapes(const TransposeOptions &options, const KernelOperands &o) {
  Dims dims;
  std::string error = shapes::inferTranspose(o.input(0).dims, options.permutation, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const TransposeOptions &, const KernelOperands &o, Forms) {
  return checkMovable(o);
}

/// One dimension, of `size` elements, of which `count` are taken.
static bool isInside(int64_t size, int64_t start, int64_t step, int64_t count) {
  if (step == 0 || start < 0 || start >= size)
    return false;
  // Compared by division: the product could overflow.
  const int64_t last = count - 1;
  if (last <= 0)
    return true;
  return step > 0 ? step <= (size - 1 - start) / last : step >= -(start / last);
}

std::string checkShapes(const SliceOptions &options, const KernelOperands &o) {
  const Dims &from = o.input(0).dims, &to = o.result().dims;
  const std::vector<int64_t> &starts = options.starts, &steps = options.steps;
  if (starts.size() != from.size() || steps.size() != from.size() || to.size() != from.size())
    return fmt::format("expected {} starts, steps and result dims, but got {}, {} and {}",
                       from.size(), starts.size(), steps.size(), to.size());
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] == dynamicDim || to[i] == dynamicDim) {
      if (from[i] != to[i] || starts[i] != 0 || steps[i] != 1)
        return fmt::format("expected the whole of the batch in dimension {}, but got start {} and "
                           "step {}",
                           i, starts[i], steps[i]);
      continue;
    }
    if (to[i] != 0 && !isInside(from[i], starts[i], steps[i], to[i]))
      return fmt::format("expected a slice inside dimension {} of size {}, but got start {}, step "
                         "{} and {} elements",
                         i, from[i], starts[i], steps[i], to[i]);
  }
  return {};
}

std::string checkTypes(const SliceOptions &, const KernelOperands &o, Forms) {
  return checkMovable(o);
}

std::string checkShapes(const ConcatOptions &options, const KernelOperands &o) {
  std::vector<Dims> inputs;
  for (const std::optional<KernelOperand> &input : o.inputs)
    inputs.push_back(input->dims);
  QUANTIR_RETURN_IF_WRONG(checkAxis(options.axis, inputs.front().size()));
  Dims dims;
  std::string error = shapes::inferConcat(inputs, options.axis, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const ConcatOptions &, const KernelOperands &o, Forms forms) {
  if (forms == Forms::Lowered)
    return checkMovable(o);
  // Codes of other scales are requantized on the way.
  for (const std::optional<KernelOperand> &input : o.inputs)
    if (!(input->isActivation() && o.result().isActivation()))
      QUANTIR_RETURN_IF_WRONG(checkMovable({{input}, o.results}));
  return {};
}

std::string checkShapes(const PadOptions &options, const KernelOperands &o) {
  if (std::isnan(options.value))
    return "expected a padding value that is a number, but got nan";
  Dims dims;
  std::string error = shapes::inferPad(o.input(0).dims, options.padding, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const PadOptions &, const KernelOperands &o, Forms) {
  return checkMovable(o);
}

std::string checkShapes(const ExpandOptions &, const KernelOperands &o) {
  Dims shape = o.result().dims, dims;
  // An open dimension that the input does not have is the batch.
  if (!isDynamic(o.input(0).dims))
    std::replace(shape.begin(), shape.end(), dynamicDim, shapes::expandToBatch);
  std::string error = shapes::inferExpand(o.input(0).dims, shape, dims);
  return checkResult(std::move(error), dims, o.result());
}

std::string checkTypes(const ExpandOptions &, const KernelOperands &o, Forms) {
  return checkMovable(o);
}

} // namespace quantir::rules
