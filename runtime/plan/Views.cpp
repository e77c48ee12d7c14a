//===- Views.cpp - Ops that only move elements -----------------------------===//

#include "runtime/plan/Views.h"

#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/KernelVisit.h"

#include <type_traits>

namespace quantir::runtime {
namespace {

ElementMap mapOf(const SliceOptions &slice, const Operand &input, const Operand &output) {
  ElementMap map;
  for (size_t i = 0; i < output.dims.size(); ++i) {
    // Where one element is taken there is no next one, and the step may be any number.
    map.strides.push_back(output.dims[i] == 1 ? 0 : input.strides[i] * slice.steps[i]);
    map.start += input.strides[i] * slice.starts[i];
  }
  return map;
}

ElementMap mapOf(const TransposeOptions &transpose, const Operand &input, const Operand &) {
  ElementMap map;
  for (const int64_t axis : transpose.permutation)
    map.strides.push_back(input.strides[axis]);
  return map;
}

ElementMap mapOf(const ExpandOptions &, const Operand &input, const Operand &output) {
  ElementMap map;
  map.strides.assign(output.dims.size(), 0);
  const size_t missing = output.dims.size() - input.dims.size();
  for (size_t i = 0; i < input.dims.size(); ++i)
    map.strides[missing + i] = input.dims[i] == 1 ? 0 : input.strides[i];
  return map;
}

ElementMap mapOf(const ReorderOptions &, const Operand &input, const Operand &) {
  return {0, input.strides};
}

/// Whether tensors of `dims` with those strides have each element at the same place.
bool samePlaces(const std::vector<int64_t> &dims, const std::vector<int64_t> &a,
                const std::vector<int64_t> &b) {
  for (size_t i = 0; i < dims.size(); ++i)
    if (dims[i] != 1 && a[i] != b[i])
      return false;
  return true;
}

} // namespace

std::optional<ElementMap> elementMapOf(const KernelSpec &spec) {
  return visitKind(*spec.op, [&]<typename Options>() -> std::optional<ElementMap> {
    if constexpr (requires(const Options &options, const Operand &x) { mapOf(options, x, x); })
      return mapOf(readOptions<Options>(*spec.op), *spec.inputs[0], *spec.outputs[0]);
    else
      return std::nullopt;
  });
}

bool isInRowMajorOrder(const Operand &operand) {
  return samePlaces(operand.dims, operand.strides, denseStrides(operand.dims, Layout::RowMajor));
}

/// Of an op with an element map.
static std::optional<int64_t> startOf(const KernelSpec &spec) {
  const Operand &output = *spec.outputs[0];
  const std::optional<ElementMap> map = elementMapOf(spec);
  if (!map || !sameEncoding(*spec.inputs[0], output) ||
      !samePlaces(output.dims, map->strides, output.strides))
    return std::nullopt;
  return map->start;
}

std::optional<int64_t> viewStart(const KernelSpec &spec) {
  return visitKind(*spec.op, [&]<typename Options>() -> std::optional<int64_t> {
    if constexpr (!std::is_same_v<Options, ReshapeOptions>)
      return startOf(spec);
    else if (isInRowMajorOrder(*spec.inputs[0]) && isInRowMajorOrder(*spec.outputs[0]))
      return 0;
    else
      return std::nullopt;
  });
}

static std::vector<int64_t> startsOfParts(const ConcatOptions &concat, const KernelSpec &spec) {
  const Operand &output = *spec.outputs[0];
  std::vector<int64_t> starts;
  int64_t start = 0;
  for (const Operand *part : spec.inputs) {
    if (!sameEncoding(*part, output) || !samePlaces(part->dims, part->strides, output.strides))
      return {};
    starts.push_back(start);
    start += part->dims[concat.axis] * output.strides[concat.axis];
  }
  return starts;
}

std::vector<int64_t> partStarts(const KernelSpec &spec) {
  return visitKind(*spec.op, [&]<typename Options>() -> std::vector<int64_t> {
    if constexpr (requires(const Options &options) { startsOfParts(options, spec); })
      return startsOfParts(readOptions<Options>(*spec.op), spec);
    else
      return {};
  });
}

} // namespace quantir::runtime
