//===- Views.cpp - Ops that only move elements -----------------------------===//

#include "runtime/plan/Views.h"

#include "runtime/plan/KernelSupport.h"

namespace quantir::runtime {
namespace {

ElementMap mapOfSlice(const Operand &input, const Operand &output, const plan::Slice &slice) {
  const std::vector<int64_t> starts = toVector(slice.starts()), steps = toVector(slice.steps());
  ElementMap map;
  for (size_t i = 0; i < output.dims.size(); ++i) {
    // Where one element is taken there is no next one, and the step may be any number.
    map.strides.push_back(output.dims[i] == 1 ? 0 : input.strides[i] * steps[i]);
    map.start += input.strides[i] * starts[i];
  }
  return map;
}

ElementMap mapOfTranspose(const Operand &input, const plan::Transpose &transpose) {
  ElementMap map;
  for (const int64_t axis : toVector(transpose.permutation()))
    map.strides.push_back(input.strides[axis]);
  return map;
}

ElementMap mapOfExpand(const Operand &input, const Operand &output) {
  ElementMap map;
  map.strides.assign(output.dims.size(), 0);
  const size_t missing = output.dims.size() - input.dims.size();
  for (size_t i = 0; i < input.dims.size(); ++i)
    map.strides[missing + i] = input.dims[i] == 1 ? 0 : input.strides[i];
  return map;
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
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  switch (spec.op->kind_type()) {
  case plan::OpKind::Slice:
    return mapOfSlice(input, output, *spec.op->kind_as_Slice());
  case plan::OpKind::Transpose:
    return mapOfTranspose(input, *spec.op->kind_as_Transpose());
  case plan::OpKind::Expand:
    return mapOfExpand(input, output);
  case plan::OpKind::Reorder:
    return ElementMap{0, input.strides};
  default:
    return std::nullopt;
  }
}

bool isInRowMajorOrder(const Operand &operand) {
  return samePlaces(operand.dims, operand.strides, denseStrides(operand.dims, Layout::RowMajor));
}

std::optional<int64_t> viewStart(const KernelSpec &spec) {
  const Operand &output = *spec.outputs[0];
  if (spec.op->kind_type() == plan::OpKind::Reshape)
    return isInRowMajorOrder(*spec.inputs[0]) && isInRowMajorOrder(output)
               ? std::optional<int64_t>(0)
               : std::nullopt;
  const std::optional<ElementMap> map = elementMapOf(spec);
  if (!map || !sameEncoding(*spec.inputs[0], output) ||
      !samePlaces(output.dims, map->strides, output.strides))
    return std::nullopt;
  return map->start;
}

std::vector<int64_t> partStarts(const KernelSpec &spec) {
  if (spec.op->kind_type() != plan::OpKind::Concat)
    return {};
  const Operand &output = *spec.outputs[0];
  const int64_t axis = spec.op->kind_as_Concat()->axis();
  std::vector<int64_t> starts;
  int64_t start = 0;
  for (const Operand *part : spec.inputs) {
    if (!sameEncoding(*part, output) || !samePlaces(part->dims, part->strides, output.strides))
      return {};
    starts.push_back(start);
    start += part->dims[axis] * output.strides[axis];
  }
  return starts;
}

} // namespace quantir::runtime
