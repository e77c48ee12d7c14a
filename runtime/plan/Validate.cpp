//===- Validate.cpp - Structure of a plan ----------------------------------===//

#include "runtime/plan/Validate.h"

#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/PlanFile.h"
#include "runtime/schema/KernelForms.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <set>

namespace quantir::runtime {
namespace {

template <typename Vector> size_t lengthOf(const Vector *vector) {
  return vector ? vector->size() : 0;
}

Status checkLength(std::string_view what, size_t length, size_t limit) {
  if (length <= limit)
    return {};
  return Status::invalidModel(
      fmt::format("expected at most {} {}, but got {}", limit, what, length));
}

Status checkDims(const plan::Tensor &tensor) {
  if (lengthOf(tensor.dims()) > planLimits::rank)
    return Status::invalidModel(fmt::format("expected at most {} dims, but got {}",
                                            planLimits::rank, tensor.dims()->size()));
  for (int64_t dim : toVector(tensor.dims()))
    if (dim == 0 || dim > planLimits::elements || dim < -planLimits::elements)
      return Status::invalidModel(fmt::format(
          "expected a dim other than 0 and at most {}, but got {}", planLimits::elements, dim));
  return {};
}

Status checkConstant(const plan::Tensor &tensor, uint64_t sectionBytes) {
  uint64_t bytes = sizeOf(tensor.dtype());
  for (int64_t dim : toVector(tensor.dims())) {
    if (dim < 0)
      return Status::invalidModel("expected a constant of a fixed size, but it follows the batch");
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes))
      bytes = std::numeric_limits<uint64_t>::max();
  }
  uint64_t offset = tensor.constant_offset();
  if (offset % constantAlignment)
    return Status::invalidModel(fmt::format(
        "expected a constant aligned to {} bytes, but it is at {}", constantAlignment, offset));
  if (offset > sectionBytes || bytes > sectionBytes - offset)
    return Status::invalidModel(
        fmt::format("expected a constant inside the {} bytes of constants, but "
                    "got {} bytes at {}",
                    sectionBytes, bytes, offset));
  return {};
}

Status checkTensor(const plan::Tensor &tensor, uint64_t constantBytes) {
  if (tensor.dtype() > plan::DType::MAX)
    return Status::invalidModel(
        fmt::format("expected a known dtype, but got number {}", int(tensor.dtype())));
  if (tensor.layout() > plan::Layout::MAX)
    return Status::invalidModel(
        fmt::format("expected a known layout, but got number {}", int(tensor.layout())));
  QUANTIR_RETURN_IF_ERROR(
      checkLength("bytes of name", lengthOf(tensor.name()), planLimits::nameLength));
  QUANTIR_RETURN_IF_ERROR(checkDims(tensor));
  if (std::string error = rules::checkOperand(operandOf(tensor)); !error.empty())
    return Status::invalidModel(std::move(error));
  if (tensor.is_constant())
    QUANTIR_RETURN_IF_ERROR(checkConstant(tensor, constantBytes));
  return {};
}

/// Follows the ops in order and keeps which tensors have a value.
class DefinitionChecker {
public:
  explicit DefinitionChecker(const plan::Plan &graph)
      : graph(graph), tensorCount(lengthOf(graph.tensors())), defined(tensorCount) {
    for (size_t i = 0; i < tensorCount; ++i)
      defined[i] = graph.tensors()->Get(i)->is_constant();
  }

  Status define(int32_t index) {
    QUANTIR_RETURN_IF_ERROR(checkIndex(index));
    if (graph.tensors()->Get(index)->is_constant())
      return Status::invalidModel(
          fmt::format("{} is a constant and cannot be written", describeTensor(graph, index)));
    if (defined[index])
      return Status::invalidModel(
          fmt::format("{} is defined a second time", describeTensor(graph, index)));
    defined[index] = true;
    return {};
  }

  Status use(int32_t index) const {
    QUANTIR_RETURN_IF_ERROR(checkIndex(index));
    if (!defined[index])
      return Status::invalidModel(
          fmt::format("{} is used before it is defined", describeTensor(graph, index)));
    return {};
  }

private:
  Status checkIndex(int32_t index) const {
    if (index >= 0 && static_cast<size_t>(index) < tensorCount)
      return {};
    return Status::invalidModel(
        fmt::format("expected a tensor index below {}, but got {}", tensorCount, index));
  }

  const plan::Plan &graph;
  size_t tensorCount;
  std::vector<bool> defined;
};

Status checkOp(const plan::Op &op, DefinitionChecker &values) {
  QUANTIR_RETURN_IF_ERROR(
      checkLength("bytes of name", lengthOf(op.name()), planLimits::nameLength));
  QUANTIR_RETURN_IF_ERROR(
      checkLength("bytes of backend name", lengthOf(op.backend()), planLimits::nameLength));
  if (op.kind_type() == plan::OpKind::NONE || op.kind_type() > plan::OpKind::MAX || !op.kind())
    return Status::invalidModel(
        fmt::format("expected a known kind of op, but got number {}", int(op.kind_type())));
  QUANTIR_RETURN_IF_ERROR(checkLength("inputs", lengthOf(op.inputs()), planLimits::listLength));
  QUANTIR_RETURN_IF_ERROR(checkLength("results", lengthOf(op.outputs()), planLimits::listLength));
  if (op.inputs())
    for (int32_t index : *op.inputs())
      if (index != -1)
        QUANTIR_RETURN_IF_ERROR(values.use(index));
  if (op.outputs())
    for (int32_t index : *op.outputs())
      QUANTIR_RETURN_IF_ERROR(values.define(index));
  return {};
}

/// What is handed to or taken from users is row-major.
Status checkInterface(const plan::Plan &graph, int32_t index) {
  if (graph.tensors()->Get(index)->layout() != plan::Layout::RowMajor)
    return Status::invalidModel(fmt::format("{}: expected an input or output in row-major layout",
                                            describeTensor(graph, index)));
  return {};
}

Status checkInputs(const plan::Plan &graph, DefinitionChecker &values) {
  QUANTIR_RETURN_IF_ERROR(checkLength("inputs", lengthOf(graph.inputs()), planLimits::listLength));
  std::set<std::string_view> names;
  for (size_t i = 0; i < lengthOf(graph.inputs()); ++i) {
    int32_t index = graph.inputs()->Get(i);
    QUANTIR_RETURN_IF_ERROR(values.define(index).withContext(fmt::format("input {}", i)));
    QUANTIR_RETURN_IF_ERROR(checkInterface(graph, index));
    const flatbuffers::String *name = graph.tensors()->Get(index)->name();
    if (!name || !name->size())
      return Status::invalidModel(fmt::format("expected input {} to have a name", i));
    if (!names.insert(name->string_view()).second)
      return Status::invalidModel(
          fmt::format("expected inputs of different names, but got '{}' twice", name->c_str()));
  }
  return {};
}

Status checkOutputs(const plan::Plan &graph, const DefinitionChecker &values) {
  QUANTIR_RETURN_IF_ERROR(
      checkLength("outputs", lengthOf(graph.outputs()), planLimits::listLength));
  for (size_t i = 0; i < lengthOf(graph.outputs()); ++i) {
    int32_t index = graph.outputs()->Get(i);
    QUANTIR_RETURN_IF_ERROR(values.use(index).withContext(fmt::format("output {}", i)));
    QUANTIR_RETURN_IF_ERROR(checkInterface(graph, index));
  }
  return {};
}

Status checkObservers(const plan::Plan &graph) {
  QUANTIR_RETURN_IF_ERROR(
      checkLength("observers", lengthOf(graph.observers()), planLimits::observers));
  std::set<std::string_view> names;
  for (size_t i = 0; i < lengthOf(graph.observers()); ++i) {
    const plan::Observer *observer = graph.observers()->Get(i);
    if (!observer->name() || !observer->config() ||
        observer->name()->size() > planLimits::nameLength ||
        observer->config()->size() > planLimits::nameLength)
      return Status::invalidModel(
          fmt::format("expected observer {} to have a name and a config of at "
                      "most {} bytes",
                      i, planLimits::nameLength));
    if (!names.insert(observer->name()->string_view()).second)
      return Status::invalidModel(fmt::format(
          "expected observers of different names, but got '{}' twice", observer->name()->c_str()));
  }
  return {};
}

Status checkPreprocessing(const plan::Preprocessing &preprocessing) {
  size_t entries = lengthOf(preprocessing.mean());
  if (entries == 0 || entries != lengthOf(preprocessing.std()) || entries > planLimits::listLength)
    return Status::invalidModel(fmt::format("expected the preprocessing to have as many means as "
                                            "standard deviations, but got {} and {}",
                                            entries, lengthOf(preprocessing.std())));
  for (size_t i = 0; i < entries; ++i)
    if (!std::isfinite(preprocessing.mean()->Get(i)) ||
        !std::isfinite(preprocessing.std()->Get(i)) || !(preprocessing.std()->Get(i) > 0))
      return Status::invalidModel(
          "expected finite means and positive finite standard deviations in the "
          "preprocessing");
  return {};
}

} // namespace

rules::KernelOperand operandOf(const plan::Tensor &tensor) {
  rules::KernelOperand operand{tensor.dtype(), tensor.layout(), toVector(tensor.dims())};
  for (int64_t &dim : operand.dims)
    if (dim < 0)
      dim = shapes::dynamicDim;
  if (const plan::QuantParams *quant = tensor.quant())
    operand.quant = std::make_shared<const rules::Quantization>(
        rules::Quantization{toVector(quant->scales()), toVector(quant->zero_points()),
                            quant->axis(), quant->quant_min(), quant->quant_max()});
  return operand;
}

static plan::OpKind kindOf(std::string_view name) {
  for (plan::OpKind kind : plan::EnumValuesOpKind())
    if (kind != plan::OpKind::NONE && name == plan::EnumNameOpKind(kind))
      return kind;
  return plan::OpKind::NONE;
}

Status validateKernels(const plan::Plan &graph) {
  QUANTIR_RETURN_IF_ERROR(
      checkLength("kinds of kernels", lengthOf(graph.kernels()), planLimits::listLength));
  std::vector<bool> isListed(static_cast<size_t>(plan::OpKind::MAX) + 1);
  for (size_t i = 0; i < lengthOf(graph.kernels()); ++i) {
    const plan::KernelForm &form = *graph.kernels()->Get(i);
    if (lengthOf(form.name()) == 0 || lengthOf(form.name()) > planLimits::nameLength)
      return Status::invalidModel(fmt::format("expected kernel {} to have a name", i));
    const std::string_view name = form.name()->string_view();
    const std::string_view shown = name.substr(0, 200);
    const plan::OpKind kind = kindOf(name);
    if (kind == plan::OpKind::NONE)
      return Status::unsupported(
          fmt::format("expected kernels that this version of Quantir has, but got '{}'", shown));
    if (form.hash() != plan::formOf(kind))
      return Status::unsupported(fmt::format(
          "expected the kernel '{}' as this version of Quantir has it, but got another form of it",
          shown));
    isListed[static_cast<size_t>(kind)] = true;
  }
  isListed[static_cast<size_t>(plan::OpKind::NONE)] = true; // an error of the op
  if (graph.kernels() && graph.ops())
    for (const plan::Op *op : *graph.ops())
      if (op->kind_type() <= plan::OpKind::MAX && !isListed[static_cast<size_t>(op->kind_type())])
        return Status::invalidModel(fmt::format("expected '{}' among the names of its kernels",
                                                plan::EnumNameOpKind(op->kind_type())));
  return {};
}

Status validateStructure(const plan::Plan &graph, uint64_t constantBytes) {
  size_t tensorCount = lengthOf(graph.tensors());
  QUANTIR_RETURN_IF_ERROR(checkLength("tensors", tensorCount, planLimits::tensors));
  QUANTIR_RETURN_IF_ERROR(checkLength("ops", lengthOf(graph.ops()), planLimits::ops));
  size_t scales = 0;
  for (size_t i = 0; i < tensorCount; ++i) {
    const plan::Tensor &tensor = *graph.tensors()->Get(i);
    // Before they are read: many tensors may share one long list.
    scales += tensor.quant() ? lengthOf(tensor.quant()->scales()) : 0;
    QUANTIR_RETURN_IF_ERROR(checkLength("scales", scales, planLimits::scales));
    if (Status status = checkTensor(tensor, constantBytes); !status)
      return std::move(status).withContext(describeTensor(graph, i));
  }

  DefinitionChecker values(graph);
  QUANTIR_RETURN_IF_ERROR(checkInputs(graph, values));
  size_t operands = 0;
  for (size_t i = 0; i < lengthOf(graph.ops()); ++i) {
    // Before they are read: many ops may share one long list.
    const plan::Op &op = *graph.ops()->Get(i);
    operands += lengthOf(op.inputs()) + lengthOf(op.outputs());
    QUANTIR_RETURN_IF_ERROR(checkLength("operands", operands, planLimits::operands));
    if (Status status = checkOp(op, values); !status)
      return std::move(status).withContext(describeOp(graph, i));
  }
  QUANTIR_RETURN_IF_ERROR(checkOutputs(graph, values));
  QUANTIR_RETURN_IF_ERROR(checkObservers(graph));
  if (graph.preprocessing())
    QUANTIR_RETURN_IF_ERROR(checkPreprocessing(*graph.preprocessing()));
  return {};
}

} // namespace quantir::runtime
