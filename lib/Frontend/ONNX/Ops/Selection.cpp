//===- Selection.cpp - Parts of tensors, and tensors from parts ------------===//

#include "../HostOps.h"
#include "../Registry.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>
#include <numeric>

using namespace quantir;
using namespace quantir::importer;

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

namespace {
struct SliceBounds {
  Dims starts, ends, axes, steps;

  std::array<mlir::NamedAttribute, 4> getAttributes(NodeContext &node) const {
    return {node.attr("starts", starts), node.attr("ends", ends), node.attr("axes", axes),
            node.attr("steps", steps)};
  }
};
} // namespace

/// A slice of other dimensions than the batch.
static LogicalResult sliceBatchConstant(NodeContext &node, const BatchConstant &constant,
                                        const SliceBounds &bounds) {
  numerics::ResolvedSlice slice;
  std::string error = numerics::inferSlice(constant.value.getDims(), bounds.starts, bounds.ends,
                                           bounds.axes, bounds.steps, slice);
  if (error.empty() && llvm::is_contained(bounds.axes, int64_t(constant.axis)))
    error = "expected the batch to be kept whole";
  if (!error.empty())
    return node.emitError() << error;
  HostResult sliced = sliceHost(constant.value, slice);
  if (!sliced)
    return node.emitError() << llvm::toString(sliced.takeError());
  return node.bind(0, BatchConstant{std::move(*sliced), constant.axis, constant.scale});
}

static LogicalResult emitSlice(NodeContext &node, SliceBounds bounds) {
  Dims dims = node.getDims(0), axes;
  if (node.hasFailed())
    return failure();
  size_t count = bounds.starts.size();
  if (bounds.axes.empty()) {
    bounds.axes.resize(count);
    std::iota(bounds.axes.begin(), bounds.axes.end(), 0);
  }
  if (bounds.steps.empty())
    bounds.steps.resize(count, 1);
  if (bounds.ends.size() != count || bounds.axes.size() != count || bounds.steps.size() != count)
    return node.emitError() << "expected as many ends, axes and steps as starts (" << count
                            << "), but got " << bounds.ends.size() << ", " << bounds.axes.size()
                            << " and " << bounds.steps.size();
  if (std::string error = numerics::normalizeAxes(bounds.axes, dims.size(), axes); !error.empty())
    return node.emitError() << error;

  if (const HostTensor *constant = node.getConstant(0)) {
    numerics::ResolvedSlice slice;
    std::string error =
        numerics::inferSlice(dims, bounds.starts, bounds.ends, axes, bounds.steps, slice);
    if (!error.empty())
      return node.emitError() << error;
    return node.bind(0, sliceHost(*constant, slice));
  }
  // What takes whole dimensions, perhaps the batch, is dropped. Exporters write the end as the
  // largest integer, of 32 bits or of 64.
  SliceBounds kept;
  for (size_t i = 0; i < count; ++i) {
    bool isWhole =
        bounds.starts[i] == 0 && bounds.steps[i] == 1 &&
        bounds.ends[i] >= (dims[axes[i]] < 0 ? std::numeric_limits<int32_t>::max() : dims[axes[i]]);
    if (isWhole)
      continue;
    kept.starts.push_back(bounds.starts[i]);
    kept.ends.push_back(bounds.ends[i]);
    kept.axes.push_back(axes[i]);
    kept.steps.push_back(bounds.steps[i]);
  }
  if (const BatchConstant *constant = node.getBatchConstant(0))
    return sliceBatchConstant(node, *constant, kept);
  if (kept.starts.empty())
    return node.bind(0, node.getValue(0));
  return node.emit<nn::SliceOp>({node.getValue(0)}, kept.getAttributes(node));
}

static LogicalResult importSliceOfAttributes(NodeContext &node) {
  if (!node.hasAttribute("starts") || !node.hasAttribute("ends"))
    return node.emitError() << "expected attributes 'starts' and 'ends', but they are not given";
  return emitSlice(
      node, {node.getInts("starts"), node.getInts("ends"), node.getInts("axes"), /*steps=*/{}});
}

static LogicalResult importSliceOfInputs(NodeContext &node) {
  SliceBounds bounds;
  bounds.starts = node.getConstantInts(1);
  if (node.hasInput(3))
    bounds.axes = node.getConstantInts(3);
  if (node.hasInput(4))
    bounds.steps = node.getConstantInts(4);
  // An end at the batch size is the end of the batch.
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0);
  for (auto [index, end] : llvm::enumerate(node.getSymbolicInts(2))) {
    int64_t axis = index < bounds.axes.size() ? bounds.axes[index] : int64_t(index);
    axis = axis < 0 ? axis + int64_t(dims.size()) : axis;
    bool isBatch = !end.isConstant() && axis >= 0 && axis < int64_t(dims.size()) &&
                   end.scale == dims[axis].scale && end.value == 0;
    if (!end.isConstant() && !isBatch)
      return node.emitInputError(2) << "expected constants, but element " << index
                                    << " depends on the batch size; import with a fixed batch size";
    bounds.ends.push_back(isBatch ? std::numeric_limits<int64_t>::max() : end.value);
  }
  return emitSlice(node, std::move(bounds));
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

/// Computed indices into a constant matrix are an embedding. Of a computed tensor: constant indices
/// that are evenly spaced, as a slice; a scalar index also drops the dimension.
static LogicalResult importGather(NodeContext &node) {
  Dims dims = node.getDims(0);
  int64_t axis = node.getAxis("axis", 0, dims.size());
  const HostTensor *constant = node.getConstant(0), *indices = node.getConstant(1);
  if (node.hasFailed())
    return failure();
  if (constant && indices)
    return node.bind(0, gatherHost(*constant, *indices, axis));

  if (!indices) {
    if (axis != 0 || dims.size() != 2 || !constant)
      return node.emitInputError(1)
             << "expected constant indices, or a constant matrix whose rows are gathered (axis 0)";
    return node.emit<nn::EmbeddingOp>({node.getValue(1), node.getValue(0)});
  }
  Dims list = node.getConstantInts(1);
  if (node.hasFailed())
    return failure();
  bool isScalar = indices->getDims().empty();
  int64_t size = dims[axis];
  if (size == numerics::dynamicDim)
    return node.emitError() << "expected an axis of constant size, but axis " << axis
                            << " is the batch";
  for (int64_t &index : list) {
    if (index < -size || index >= size)
      return node.emitInputError(1)
             << "expected indices from " << -size << " to " << size - 1 << ", but got " << index;
    index = index < 0 ? index + size : index;
  }
  int64_t step = list.size() > 1 ? list[1] - list[0] : 1;
  for (size_t i = 1; i < list.size(); ++i)
    if (step == 0 || list[i] - list[i - 1] != step)
      list.clear();
  if (list.empty())
    return node.emitInputError(1) << "expected evenly spaced indices; others are not supported for "
                                     "a tensor that is computed from the model's inputs";

  int64_t end = list.back() + (step > 0 ? 1 : -1);
  SliceBounds bounds{
      {list.front()}, {end < 0 ? std::numeric_limits<int64_t>::min() : end}, {axis}, {step}};
  auto slice = node.create<nn::SliceOp>({node.getValue(0)}, bounds.getAttributes(node));
  if (!slice)
    return failure();
  if (!isScalar)
    return node.bind(0, slice.getResult());
  auto squeeze = node.create<nn::SqueezeOp>({slice.getResult()}, {node.attr("axes", Dims{axis})});
  if (!squeeze)
    return failure();
  // PyTorch has one x[:, i] where there are two ops here.
  squeeze->setDiscardableAttr(nn::targetAttrName,
                              mlir::StringAttr::get(squeeze->getContext(), "operator.getitem"));
  return node.bind(0, squeeze.getResult());
}

//===----------------------------------------------------------------------===//
// Concat and Split
//===----------------------------------------------------------------------===//

static LogicalResult importConcat(NodeContext &node) {
  int64_t axis = node.getAxis("axis", 0, node.getRank(0));
  if (!node.hasAttribute("axis"))
    return node.emitError() << "expected an attribute 'axis', but it is not given";
  bool isConstant = node.areInputsConstant();
  if (node.hasFailed())
    return failure();
  if (isConstant) {
    llvm::SmallVector<const HostTensor *> inputs;
    for (unsigned index = 0; index < node.getNumInputs(); ++index)
      inputs.push_back(node.getConstant(index));
    return node.hasFailed() ? failure() : node.bind(0, concatHost(inputs, axis));
  }
  llvm::SmallVector<Value> inputs;
  for (unsigned index = 0; index < node.getNumInputs(); ++index)
    inputs.push_back(node.getValue(index));
  if (inputs.size() == 1)
    return node.bind(0, inputs[0]);
  return node.emit<nn::CatOp>(inputs, {node.attr("axis", axis)});
}

/// The sizes of the parts: given, or all the same. From opset 18 on the last one may be smaller.
static Dims getSplitSizes(NodeContext &node, int64_t size) {
  if (std::optional<Dims> sizes = node.getIntsOfAttributeOrInput("split", 1)) {
    if (sizes->size() != node.getNumOutputs())
      node.emitError() << "expected as many sizes as outputs (" << node.getNumOutputs()
                       << "), but got " << sizes->size();
    return *sizes;
  }
  int64_t count = node.getNumOutputs();
  if (int64_t given = node.getInt("num_outputs", count); given != count)
    node.emitAttributeError("num_outputs")
        << "expected the number of outputs, " << count << ", but got " << given;
  int64_t part = (size + count - 1) / count, last = size - part * (count - 1);
  if (!node.hasFailed() && (last < 1 || (last != part && !node.hasAttribute("num_outputs"))))
    node.emitError() << "expected a dimension that can be split in " << count
                     << " equal parts, but got " << size;
  Dims sizes(count, part);
  sizes.back() = last;
  return sizes;
}

static LogicalResult importSplit(NodeContext &node) {
  Dims dims = node.getDims(0);
  int64_t axis = node.getAxis("axis", 0, dims.size());
  if (node.hasFailed())
    return failure();
  if (dims[axis] == numerics::dynamicDim)
    return node.emitError() << "expected an axis of constant size, but axis " << axis
                            << " is the batch";
  Dims sizes = getSplitSizes(node, dims[axis]);
  if (node.hasFailed())
    return failure();
  const HostTensor *constant = node.getConstant(0);
  if (!constant) {
    auto op = node.create<nn::SplitOp>({node.getValue(0)},
                                       {node.attr("axis", axis), node.attr("sizes", sizes)});
    if (!op)
      return failure();
    for (auto [index, result] : llvm::enumerate(op->getResults()))
      if (failed(node.bind(index, result)))
        return failure();
    return success();
  }
  std::vector<Dims> parts;
  if (std::string error = numerics::inferSplit(dims, axis, sizes, parts); !error.empty())
    return node.emitError() << error;
  numerics::ResolvedSlice slice{Dims(dims.size(), 0), Dims(dims.size(), 1), {}};
  for (auto [index, part] : llvm::enumerate(parts)) {
    slice.sizes = part;
    if (failed(node.bind(index, sliceHost(*constant, slice))))
      return failure();
    slice.starts[axis] += part[axis];
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// `pads`: begins, then ends, of all dimensions. Negative ones crop.
static LogicalResult emitPad(NodeContext &node, const Dims &pads, float value) {
  llvm::StringRef mode = node.getString("mode", "constant");
  if (mode != "constant")
    return node.emitAttributeError("mode")
           << "expected 'constant', but got " << inQuotes(mode) << ", which is not supported";
  Dims dims = node.getDims(0);
  Value result = node.getValue(0);
  if (node.hasFailed())
    return failure();
  size_t rank = dims.size();
  if (pads.size() != 2 * rank)
    return node.emitError() << "expected " << 2 * rank << " pads, but got " << pads.size();

  SliceBounds crop;
  Dims padding;
  for (size_t i = 0; i < 2 * rank; ++i) {
    if (pads[i] < -numerics::maxElements || pads[i] > numerics::maxElements)
      return node.emitError() << "expected pads of plausible size, but got " << pads[i];
    padding.push_back(std::max<int64_t>(pads[i], 0));
  }
  for (size_t axis = 0; axis < rank; ++axis) {
    int64_t before = std::max<int64_t>(-pads[axis], 0);
    int64_t after = std::max<int64_t>(-pads[rank + axis], 0);
    if (before == 0 && after == 0)
      continue;
    if (dims[axis] != numerics::dynamicDim && before + after >= dims[axis])
      return node.emitError() << "expected pads that leave something of dimension " << axis
                              << " of size " << dims[axis] << ", but got " << pads[axis] << " and "
                              << pads[rank + axis];
    crop.starts.push_back(before);
    crop.ends.push_back(after == 0 ? std::numeric_limits<int64_t>::max() : -after);
    crop.axes.push_back(axis);
    crop.steps.push_back(1);
  }
  if (!crop.axes.empty()) {
    auto slice = node.create<nn::SliceOp>({result}, crop.getAttributes(node));
    if (!slice)
      return failure();
    result = slice.getResult();
  }
  if (llvm::all_of(padding, [](int64_t pad) { return pad == 0; }))
    return node.bind(0, result);
  return node.emit<nn::PadOp>({result}, {node.attr("padding", padding), node.attr("value", value)});
}

static LogicalResult importPadOfAttributes(NodeContext &node) {
  if (!node.hasAttribute("pads"))
    return node.emitError() << "expected an attribute 'pads', but it is not given";
  Dims pads = node.getInts("pads");
  float value = node.getFloat("value", 0);
  return node.hasFailed() ? failure() : emitPad(node, pads, value);
}

static LogicalResult importPadOfInputs(NodeContext &node) {
  Dims pads = node.getConstantInts(1);
  float value = node.hasInput(2) ? node.getConstantFloat(2) : 0;
  int64_t rank = node.getRank(0);
  if (node.hasFailed())
    return failure();
  if (!node.hasInput(3))
    return emitPad(node, pads, value);

  // From opset 18 on the pads may be those of some axes only.
  Dims given = node.getConstantInts(3), axes, all(2 * rank, 0);
  if (node.hasFailed())
    return failure();
  if (std::string error = numerics::normalizeAxes(given, rank, axes); !error.empty())
    return node.emitInputError(3) << error;
  if (pads.size() != 2 * axes.size())
    return node.emitInputError(1) << "expected " << 2 * axes.size() << " pads, but got "
                                  << pads.size();
  for (auto [i, axis] : llvm::enumerate(axes)) {
    all[axis] = pads[i];
    all[rank + axis] = pads[axes.size() + i];
  }
  return emitPad(node, all, value);
}

//===----------------------------------------------------------------------===//
// Expand
//===----------------------------------------------------------------------===//

LogicalResult importer::bindRepeated(NodeContext &node, const HostTensor &constant,
                                     llvm::ArrayRef<SymbolicInt> shape) {
  Dims sizes;
  std::optional<size_t> batch;
  for (auto [index, size] : llvm::enumerate(shape)) {
    bool isBatch = !size.isConstant() && !size.isUnknown() && size.value == 0;
    if (!size.isConstant() && (!isBatch || batch))
      return node.emitError() << "expected sizes and at most one multiple of the batch size, but "
                                 "element "
                              << index << " is something else; import with a fixed batch size";
    if (isBatch)
      batch = index;
    sizes.push_back(isBatch ? 1 : size.value);
  }
  HostResult expanded = expandHost(constant, sizes);
  if (!batch || !expanded)
    return node.bind(0, std::move(expanded));
  // Repeated to the rank of the shape, the constant may have more dimensions, or the batch's.
  size_t axis = *batch + expanded->getDims().size() - sizes.size();
  if (expanded->getDims()[axis] != 1)
    return node.emitError() << "expected a constant of size 1 where the batch size is, but got "
                            << numerics::formatDims(constant.getDims())
                            << "; import with a fixed batch size";
  return node.bind(0, BatchConstant{std::move(*expanded), axis, shape[*batch].scale});
}

static LogicalResult importExpand(NodeContext &node) {
  const HostTensor *constant = node.getConstant(0);
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0), shape = node.getSymbolicInts(1);
  if (node.hasFailed())
    return failure();
  if (constant)
    return bindRepeated(node, *constant, shape);
  if (shape.size() < dims.size())
    shape.insert(shape.begin(), dims.size() - shape.size(), SymbolicInt{1, 0});
  Dims sizes;
  size_t lead = shape.size() - dims.size();
  for (auto [index, size] : llvm::enumerate(shape)) {
    bool keepsBatch = !size.isConstant() && index >= lead && size.value == 0 &&
                      size.scale == dims[index - lead].scale;
    if (!size.isConstant() && !keepsBatch)
      return node.emitInputError(1)
             << "expected constants, or the batch size where the input has it, but element "
             << index << " depends on the batch size; import with a fixed batch size";
    sizes.push_back(keepsBatch ? -1 : size.value);
  }
  return node.emit<nn::ExpandOp>({node.getValue(0)}, {node.attr("shape", sizes)});
}

static constexpr Operator operators[] = {
    {"Slice", 1, 1, 1, 1, "axes ends starts", importSliceOfAttributes},
    {"Slice", 10, 3, 5, 1, "", importSliceOfInputs},
    {"Gather", 1, 2, 2, 1, "axis", importGather},
    {"Concat", 4, 1, unlimited, 1, "axis", importConcat},
    {"Split", 2, 1, 1, unlimited, "axis split", importSplit},
    {"Split", 13, 1, 2, unlimited, "axis", importSplit},
    {"Split", 18, 1, 2, unlimited, "axis num_outputs", importSplit},
    {"Pad", 2, 1, 1, 1, "mode pads value", importPadOfAttributes},
    {"Pad", 11, 2, 3, 1, "mode", importPadOfInputs},
    {"Pad", 18, 2, 4, 1, "mode", importPadOfInputs},
    {"Expand", 8, 2, 2, 1, "", importExpand},
};

OperatorTable importer::getSelectionOperators() { return operators; }
