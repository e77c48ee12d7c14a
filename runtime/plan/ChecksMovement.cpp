//===- ChecksMovement.cpp - Rules of ops that move data --------------------===//

#include "quantir/Shapes/Shapes.h"
#include "runtime/plan/OpChecks.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace quantir::runtime {

Status checkReshape(const ReshapeOptions &, const OpOperands &o) {
  if (o.input(0).numElements() != o.output().numElements())
    return Status::invalidModel(
        fmt::format("expected as many elements before as after, but got dims {} "
                    "and {}",
                    formatDims(o.input(0).dims), formatDims(o.output().dims)));
  return expectMovable(o.input(0), o.output());
}

Status checkTranspose(const TransposeOptions &options, const OpOperands &o) {
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(
      shapeStatus(shapes::inferTranspose(o.input(0).dims, options.permutation, dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  return expectMovable(o.input(0), o.output());
}

Status checkSlice(const SliceOptions &options, const OpOperands &o) {
  const std::vector<int64_t> &from = o.input(0).dims, &to = o.output().dims;
  std::vector<int64_t> starts = options.starts;
  std::vector<int64_t> steps = options.steps;
  if (starts.size() != from.size() || steps.size() != from.size() || to.size() != from.size())
    return Status::invalidModel(
        fmt::format("expected {} starts, steps and result dims, but got {}, {} and "
                    "{}",
                    from.size(), starts.size(), steps.size(), to.size()));
  for (size_t i = 0; i < from.size(); ++i) {
    // A step of INT64_MIN or so must not overflow; one beyond the dimension cannot be taken anyway.
    bool sane = starts[i] >= 0 && starts[i] < from[i] && steps[i] != 0 &&
                (to[i] == 1 || (steps[i] > -from[i] && steps[i] < from[i]));
    int64_t last = sane && to[i] > 1 ? starts[i] + (to[i] - 1) * steps[i] : starts[i];
    if (!sane || last < 0 || last >= from[i])
      return Status::invalidModel(
          fmt::format("expected a slice inside dimension {} of size {}, but got "
                      "start {}, step {} and {} elements",
                      i, from[i], starts[i], steps[i], to[i]));
  }
  return expectMovable(o.input(0), o.output());
}

Status checkConcat(const ConcatOptions &options, const OpOperands &o) {
  int64_t axis = options.axis;
  if (axis < 0 || static_cast<size_t>(axis) >= o.output().dims.size())
    return Status::invalidModel(fmt::format(
        "expected an axis of at least 0 and below {}, but got {}", o.output().dims.size(), axis));
  std::vector<std::vector<int64_t>> inputDims;
  for (const Operand *input : o.inputs)
    inputDims.push_back(input->dims);
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::inferConcat(inputDims, axis, dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  // Codes of other scales are requantized on the way.
  for (const Operand *input : o.inputs)
    if (!(isCode(*input) && isCode(o.output())))
      QUANTIR_RETURN_IF_ERROR(expectMovable(*input, o.output()));
  return {};
}

Status checkPad(const PadOptions &options, const OpOperands &o) {
  if (std::isnan(options.value))
    return Status::invalidModel("expected a padding value that is a number, but got NaN");
  std::vector<int64_t> dims;
  QUANTIR_RETURN_IF_ERROR(shapeStatus(shapes::inferPad(o.input(0).dims, options.padding, dims)));
  QUANTIR_RETURN_IF_ERROR(expectDims("a result", o.output(), dims));
  return expectMovable(o.input(0), o.output());
}

Status checkExpand(const ExpandOptions &, const OpOperands &o) {
  const std::vector<int64_t> &from = o.input(0).dims, &to = o.output().dims;
  bool fits = from.size() <= to.size();
  for (size_t i = 0; fits && i < from.size(); ++i) {
    int64_t dim = from[from.size() - 1 - i];
    fits = dim == 1 || dim == to[to.size() - 1 - i];
  }
  if (!fits)
    return Status::invalidModel(fmt::format("expected dims that {} broadcasts to, but got {}",
                                            formatDims(from), formatDims(to)));
  return expectMovable(o.input(0), o.output());
}

} // namespace quantir::runtime
