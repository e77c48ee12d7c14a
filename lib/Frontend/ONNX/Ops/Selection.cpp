//===- Selection.cpp - Parts of tensors, and tensors from parts ------------===//

#include "lib/Frontend/ONNX/HostOps.h"
#include "lib/Frontend/ONNX/Registry.h"

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
  shapes::ResolvedSlice slice;
  std::string error = shapes::inferSlice(constant.value.getDims(), bounds.starts, bounds.ends,
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
  if (std::string error = shapes::normalizeAxes(bounds.axes, dims.size(), axes); !error.empty())
    return node.emitError() << error;

  if (const HostTensor *constant = node.getConstant(0)) {
    shapes::ResolvedSlice slice;
    std::string error =
        shapes::inferSlice(dims, bounds.starts, bounds.ends, axes, bounds.steps, slice);
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
      return node.emitInputError(2)
             << "expected constants, but element " << index
             << " depends on the batch size; fix the batch size with --fixed-batch";
    bounds.ends.push_back(isBatch ? std::numeric_limits<int64_t>::max() : end.value);
  }
  return emitSlice(node, std::move(bounds));
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

/// Of constants that are repeated for each sample, a table's rows or the indices into it.
static LogicalResult gatherRepeated(NodeContext &node, const HostTensor &table,
                                    const HostTensor &indices, int64_t axis) {
  const BatchConstant *repeated = node.getBatchConstant(0);
  HostResult gathered = gatherHost(table, indices, axis);
  if (!gathered)
    return node.emitError() << llvm::toString(gathered.takeError());
  size_t batch = repeated ? repeated->axis : axis + node.getBatchConstant(1)->axis;
  if (repeated && repeated->axis > size_t(axis))
    batch += indices.getDims().size() - 1;
  int64_t scale = repeated ? repeated->scale : node.getBatchConstant(1)->scale;
  return node.bind(0, BatchConstant{std::move(*gathered), batch, scale});
}

/// The evenly spaced runs that `list` is made of, one slice each.
static llvm::SmallVector<SliceBounds> splitIntoRuns(llvm::ArrayRef<int64_t> list, int64_t axis) {
  llvm::SmallVector<SliceBounds> runs;
  while (!list.empty()) {
    int64_t step = list.size() > 1 ? list[1] - list[0] : 1;
    size_t length = step == 0 ? 1 : std::min<size_t>(2, list.size());
    while (step != 0 && length < list.size() && list[length] - list[length - 1] == step)
      ++length;
    // The second may rather belong to what follows: 0, 5, 6, 7.
    if (length == 2 && list.size() > 3 && list[3] - list[2] == list[2] - list[1])
      length = 1;
    if (length == 1)
      step = 1;
    int64_t end = list[length - 1] + (step > 0 ? 1 : -1);
    runs.push_back(
        {{list.front()}, {end < 0 ? std::numeric_limits<int64_t>::min() : end}, {axis}, {step}});
    list = list.drop_front(length);
  }
  return runs;
}

Value importer::emitGather(NodeContext &node, Value value, llvm::ArrayRef<int64_t> list,
                           int64_t axis) {
  constexpr size_t mostRuns = 1024;
  llvm::SmallVector<SliceBounds> runs = splitIntoRuns(list, axis);
  if (runs.size() > mostRuns) {
    node.emitError() << "expected indices that make at most " << mostRuns
                     << " evenly spaced runs, but got " << runs.size();
    return {};
  }
  llvm::SmallVector<Value> parts;
  for (const SliceBounds &run : runs) {
    auto slice = node.create<nn::SliceOp>({value}, run.getAttributes(node));
    if (!slice)
      return {};
    parts.push_back(slice.getResult());
  }
  if (parts.size() == 1)
    return parts.front();
  auto cat = node.create<nn::CatOp>(parts, {node.attr("axis", axis)});
  return cat ? cat.getResult() : Value();
}

/// Of a computed tensor at constant indices: slices, one after the other.
static LogicalResult gatherComputed(NodeContext &node, const HostTensor &indices, int64_t axis) {
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0);
  int64_t size = dims[axis].value;
  if (!dims[axis].isConstant())
    return node.emitError() << "expected an axis of constant size, but axis " << axis
                            << " is the batch";
  HostResult wide = castHost(indices, ElementType::Int64);
  if (!wide || wide->isSymbolic() || wide->getNumElements() == 0)
    return node.emitInputError(1) << (wide ? std::string("expected constant indices, at least one")
                                           : llvm::toString(wide.takeError()));
  Dims list(wide->getValues<int64_t>().begin(), wide->getValues<int64_t>().end());
  for (int64_t &index : list) {
    if (index < -size || index >= size)
      return node.emitInputError(1)
             << "expected indices from " << -size << " to " << size - 1 << ", but got " << index;
    index = index < 0 ? index + size : index;
  }
  Value result = emitGather(node, node.getValue(0), list, axis);
  if (!result)
    return failure();
  if (indices.getDims().size() == 1)
    return node.bind(0, result);
  if (!indices.getDims().empty()) {
    llvm::SmallVector<SymbolicInt> shape(dims.begin(), dims.begin() + axis);
    for (int64_t dim : indices.getDims())
      shape.push_back({dim, 0});
    shape.append(dims.begin() + axis + 1, dims.end());
    return node.bind(0, node.reshape(result, shape));
  }
  auto squeeze = node.create<nn::SqueezeOp>({result}, {node.attr("axes", Dims{axis})});
  if (!squeeze)
    return failure();
  // PyTorch has one x[:, i] where there are two ops here.
  squeeze->setDiscardableAttr(nn::targetAttrName,
                              mlir::StringAttr::get(squeeze->getContext(), "operator.getitem"));
  return node.bind(0, squeeze.getResult());
}

/// Computed indices into a constant matrix are an embedding.
static LogicalResult importGather(NodeContext &node) {
  Dims dims = node.getDims(0);
  int64_t axis = node.getAxis("axis", 0, dims.size());
  const HostTensor *constant = node.getConstant(0), *indices = node.getConstant(1);
  if (node.hasFailed())
    return failure();
  if (constant && indices)
    return node.bind(0, gatherHost(*constant, *indices, axis));
  if (const BatchConstant *repeated = node.getBatchConstant(0);
      repeated && indices && repeated->axis != size_t(axis))
    return gatherRepeated(node, repeated->value, *indices, axis);
  if (const BatchConstant *repeated = node.getBatchConstant(1); repeated && constant)
    return gatherRepeated(node, *constant, repeated->value, axis);
  if (indices)
    return gatherComputed(node, *indices, axis);
  if (axis != 0 || dims.size() != 2 || !constant)
    return node.emitInputError(1)
           << "expected constant indices, or a constant matrix whose rows are gathered (axis 0)";
  return node.emit<nn::EmbeddingOp>({node.getValue(1), node.getValue(0)});
}

//===----------------------------------------------------------------------===//
// Concat and Split
//===----------------------------------------------------------------------===//

/// Whether all inputs are constants that are repeated for each sample.
static bool areAllRepeated(NodeContext &node) {
  for (unsigned index = 0; index < node.getNumInputs(); ++index)
    if (!node.getBatchConstant(index))
      return false;
  return node.canEvaluate();
}

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
  if (const BatchConstant *repeated = node.getBatchConstant(0);
      repeated && repeated->axis != size_t(axis) && areAllRepeated(node)) {
    llvm::SmallVector<const HostTensor *> parts;
    for (unsigned index = 0; index < node.getNumInputs(); ++index)
      parts.push_back(node.getHost(index));
    return node.bindEvaluated(concatHost(parts, axis));
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
  if (dims[axis] == shapes::dynamicDim)
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
  if (std::string error = shapes::inferSplit(dims, axis, sizes, parts); !error.empty())
    return node.emitError() << error;
  shapes::ResolvedSlice slice{Dims(dims.size(), 0), Dims(dims.size(), 1), {}};
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
    if (pads[i] < -shapes::maxElements || pads[i] > shapes::maxElements)
      return node.emitError() << "expected pads of plausible size, but got " << pads[i];
    padding.push_back(std::max<int64_t>(pads[i], 0));
  }
  for (size_t axis = 0; axis < rank; ++axis) {
    int64_t before = std::max<int64_t>(-pads[axis], 0);
    int64_t after = std::max<int64_t>(-pads[rank + axis], 0);
    if (before == 0 && after == 0)
      continue;
    if (dims[axis] != shapes::dynamicDim && before + after >= dims[axis])
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
  if (std::string error = shapes::normalizeAxes(given, rank, axes); !error.empty())
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
                              << index
                              << " is something else; fix the batch size with --fixed-batch";
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
                            << shapes::formatDims(constant.getDims())
                            << "; fix the batch size with --fixed-batch";
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
             << index << " depends on the batch size; fix the batch size with --fixed-batch";
    sizes.push_back(keepsBatch ? -1 : size.value);
  }
  return node.emit<nn::ExpandOp>({node.getValue(0)}, {node.attr("shape", sizes)});
}

//===----------------------------------------------------------------------===//
// Tile
//===----------------------------------------------------------------------===//

/// Every dimension repeated `repeats` times, one of size 1 perhaps for each sample: the repetitions
/// are dimensions of their own, before those repeated, and merged with them.
static LogicalResult importTile(NodeContext &node) {
  const HostTensor *constant = node.getConstant(0);
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0), repeats = node.getSymbolicInts(1);
  if (node.hasFailed())
    return failure();
  if (repeats.size() != dims.size())
    return node.emitInputError(1) << "expected " << dims.size() << " repeats, but got "
                                  << repeats.size();
  // Dimensions of 1 are expanded in place.
  llvm::SmallVector<SymbolicInt> split, expanded, merged;
  for (auto [dim, repeat] : llvm::zip_equal(dims, repeats)) {
    if (repeat.isConstant() && repeat.value < 1)
      return node.emitInputError(1) << "expected positive repeats, but got " << repeat.value;
    bool isOne = dim.isConstant() && dim.value == 1,
         isOnce = repeat.isConstant() && repeat.value == 1;
    if (!isOne && !isOnce) {
      if (!repeat.isConstant() || !dim.isConstant())
        return node.emitInputError(1)
               << "expected repeats of the batch or by the batch size only "
                  "for dimensions of 1; fix the batch size with --fixed-batch";
      split.push_back({1, 0});
      expanded.push_back(repeat);
    }
    split.push_back(dim);
    expanded.push_back(isOne ? repeat : dim);
    merged.push_back(isOne ? repeat : multiply({dim, repeat}));
  }
  if (split.size() > maxRank)
    return node.emitError() << "expected at most " << maxRank << " dimensions, but got "
                            << split.size();
  bool isSymbolic = llvm::any_of(repeats, [](SymbolicInt repeat) { return !repeat.isConstant(); });
  if (constant) {
    // The repetition for each sample comes last: it is one of a dimension of 1.
    auto getOnce = [](llvm::ArrayRef<SymbolicInt> list) {
      Dims sizes;
      for (SymbolicInt size : list)
        sizes.push_back(size.isConstant() ? size.value : 1);
      return sizes;
    };
    HostResult result = expandHost(constant->withDims(getOnce(split)), getOnce(expanded));
    if (result)
      result = reshapeHost(*result, getOnce(merged));
    if (!result || !isSymbolic)
      return node.bind(0, std::move(result));
    return bindRepeated(node, *result, merged);
  }
  if (isSymbolic)
    return node.emitInputError(1) << "expected constants, but they depend on the batch size; fix "
                                     "the batch size with --fixed-batch";
  Value value = node.getValue(0);
  if (split.size() != dims.size())
    value = node.reshape(value, split);
  Dims sizes;
  for (SymbolicInt size : expanded)
    sizes.push_back(size.isConstant() ? size.value : -1);
  auto expand = node.create<nn::ExpandOp>({value}, {node.attr("shape", sizes)});
  if (!expand)
    return failure();
  return node.bind(0, split.size() == dims.size() ? expand.getResult()
                                                  : node.reshape(expand.getResult(), merged));
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
    {"Tile", 6, 2, 2, 1, "", importTile},
};

OperatorTable importer::getSelectionOperators() { return operators; }
