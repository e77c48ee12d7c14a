//===- Resolve.cpp - A plan's tensors for one batch size -------------------===//

#include "runtime/plan/Resolve.h"

#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/Validate.h"

#include <fmt/format.h>

namespace quantir::runtime {

QuantInfo toQuantInfo(const plan::QuantParams &quant) {
  QuantInfo info;
  info.scales.assign(quant.scales()->begin(), quant.scales()->end());
  info.zeroPoints.assign(quant.zero_points()->begin(), quant.zero_points()->end());
  info.axis = quant.axis();
  info.quantMin = quant.quant_min();
  info.quantMax = quant.quant_max();
  return info;
}

/// Enough of a name to find it; names in files that are not ours may be long.
static std::string_view shortName(const flatbuffers::String *name) {
  return name ? name->string_view().substr(0, 200) : std::string_view();
}

std::string describeTensor(const plan::Plan &graph, size_t index) {
  std::string_view name = shortName(graph.tensors()->Get(index)->name());
  return name.empty() ? fmt::format("tensor {}", index)
                      : fmt::format("tensor {} ({})", index, name);
}

std::string describeOp(const plan::Plan &graph, size_t index) {
  const plan::Op *op = graph.ops()->Get(index);
  std::string_view kind = plan::EnumNameOpKind(op->kind_type());
  std::string_view name = shortName(op->name());
  return name.empty() ? fmt::format("op {} ({})", index, kind)
                      : fmt::format("op {} ({}, {})", index, name, kind);
}

Result<ResolvedTensors> ResolvedTensors::create(const plan::Plan &graph, const uint8_t *constants,
                                                int64_t batch) {
  ResolvedTensors resolved;
  if (!graph.tensors())
    return resolved;
  size_t count = graph.tensors()->size();
  resolved.quants.resize(count); // never grows: operands point into it
  resolved.operands.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const plan::Tensor &tensor = *graph.tensors()->Get(i);
    Operand &operand = resolved.operands[i];
    if (tensor.name())
      operand.name = tensor.name()->string_view();
    operand.dtype = tensor.dtype();
    operand.layout = tensor.layout();
    operand.dims = toVector(tensor.dims());
    int64_t elements = 1;
    for (int64_t &dim : operand.dims) {
      if (dim < 0 && __builtin_mul_overflow(-dim, batch, &dim))
        dim = planLimits::elements + 1;
      if (dim > planLimits::elements / elements)
        return Status::invalidModel(
            fmt::format("{}: expected at most {} elements, but got dims {} with "
                        "batch {}",
                        describeTensor(graph, i), planLimits::elements,
                        formatDims(toVector(tensor.dims())), batch));
      elements *= dim;
    }
    operand.strides = denseStrides(operand.dims, operand.layout);
    if (tensor.quant()) {
      resolved.quants[i] = toQuantInfo(*tensor.quant());
      operand.quant = &resolved.quants[i];
    }
    if (tensor.is_constant())
      operand.constant = constants + tensor.constant_offset();
  }
  return resolved;
}

} // namespace quantir::runtime
