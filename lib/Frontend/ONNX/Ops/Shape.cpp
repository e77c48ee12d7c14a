//===- Shape.cpp - The same elements in other dimensions -------------------===//

#include "lib/Frontend/ONNX/BatchReshape.h"
#include "lib/Frontend/ONNX/HostOps.h"
#include "lib/Frontend/ONNX/Registry.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace quantir;
using namespace quantir::importer;

//===----------------------------------------------------------------------===//
// Reshape and Flatten
//===----------------------------------------------------------------------===//

/// A constant repeated for each sample under other dimensions, if what is repeated stays the same;
/// `shape` has no 0.
static std::optional<BatchConstant> reshapeRepeated(const BatchConstant &constant,
                                                    llvm::ArrayRef<SymbolicInt> shape) {
  BatchReshape resolved;
  if (!resolveReshape(constant.getDims(), constant.scale, shape, resolved).empty() ||
      resolved.batchScale != constant.scale)
    return std::nullopt;
  Dims dims = resolved.shape;
  auto batch = llvm::find_if(dims, [](int64_t size) { return size <= 0; });
  if (batch == dims.end())
    return std::nullopt;
  *batch = 1;
  size_t axis = batch - dims.begin();
  auto countBefore = [](const Dims &all, size_t end) {
    return shapes::numElements(Dims(all.begin(), all.begin() + end));
  };
  if (countBefore(dims, axis) != countBefore(constant.value.getDims(), constant.axis))
    return std::nullopt;
  return BatchConstant{constant.value.withDims(std::move(dims)), axis, constant.scale};
}

static LogicalResult importReshape(NodeContext &node) {
  llvm::SmallVector<SymbolicInt> shape = node.getSymbolicInts(1);
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0);
  bool allowsZero = node.getFlag("allowzero", false);
  if (node.hasFailed())
    return failure();
  if (shape.size() > maxRank)
    return node.emitInputError(1) << "expected at most " << maxRank << " dimensions, but got "
                                  << shape.size();
  const HostTensor *constant = node.getConstant(0);
  const llvm::SmallVector<SymbolicInt> written = shape;
  for (auto [index, size] : llvm::enumerate(shape)) {
    if (!size.isConstant() || size.value != 0)
      continue;
    if (allowsZero && !constant)
      return node.emitInputError(1)
             << "expected sizes other than 0, but element " << index << " is 0";
    if (!allowsZero && index >= dims.size())
      return node.emitInputError(1)
             << "expected a 0 only where the input has a dimension, but element " << index
             << " is 0";
    if (!allowsZero)
      size = dims[index];
  }
  if (const BatchConstant *repeated = node.getBatchConstant(0))
    if (std::optional<BatchConstant> reshaped = reshapeRepeated(*repeated, shape))
      return node.bind(0, std::move(*reshaped));
  if (!constant) {
    Value result = node.reshape(node.getValue(0), shape);
    // A batch of 1 in the file's shape leaves the batch to another dimension.
    auto batch = llvm::find_if(dims, [](SymbolicInt dim) { return !dim.isConstant(); });
    size_t index = batch - dims.begin();
    if (result && batch != dims.end() && index < written.size() && written[index].isConstant() &&
        written[index].value == 1)
      node.suspect(result, "its shape has a batch of 1 written into it; export the model with a "
                           "dynamic batch there, or fix the batch size with --fixed-batch 1");
    return node.bind(0, result);
  }

  Dims sizes = node.getConstantInts(1);
  if (node.hasFailed())
    return failure();
  if (allowsZero && llvm::is_contained(sizes, 0)) {
    // inferReshape takes a 0 for the input's dimension.
    if (constant->getNumElements() != 0 || llvm::any_of(sizes, [](int64_t s) { return s < 0; }))
      return node.emitInputError(1)
             << "expected a shape for " << shapes::formatDims(constant->getDims()) << ", but got "
             << shapes::formatDims(sizes);
    return node.bind(0, constant->withDims(sizes));
  }
  return node.bind(0, reshapeHost(*constant, sizes));
}

/// To a matrix: the dimensions before `axis` are its rows.
static LogicalResult importFlatten(NodeContext &node) {
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0);
  int64_t rank = dims.size();
  int64_t axis = node.getInt("axis", 1);
  if (node.hasFailed())
    return failure();
  if (axis < -rank || axis > rank)
    return node.emitAttributeError("axis")
           << "expected a value from " << -rank << " to " << rank << ", but got " << axis;
  axis = axis < 0 ? axis + rank : axis;
  auto sizes = llvm::ArrayRef(dims);
  SymbolicInt rows = multiply(sizes.take_front(axis)), columns = multiply(sizes.drop_front(axis));
  if (const HostTensor *constant = node.getConstant(0))
    return node.bind(0, constant->withDims({rows.value, columns.value}));
  if (axis != 1 || rank < 2)
    return node.bind(0, node.reshape(node.getValue(0), {rows, columns}));
  return node.emit<nn::FlattenOp>({node.getValue(0)}, {node.attr("start_axis", int64_t(1)),
                                                       node.attr("end_axis", int64_t(-1))});
}

//===----------------------------------------------------------------------===//
// Squeeze and Unsqueeze
//===----------------------------------------------------------------------===//

/// A constant repeated for each sample under the dimensions `dims`, which differ in ones.
static BatchConstant moveBatch(const BatchConstant &constant, Dims dims) {
  size_t axis = shapes::findDynamicDim(dims);
  dims[axis] = 1;
  return {constant.value.withDims(std::move(dims)), axis, constant.scale};
}

static LogicalResult importSqueeze(NodeContext &node) {
  std::optional<Dims> axes = node.getIntsOfAttributeOrInput("axes", 1);
  Dims dims = node.getDims(0), result;
  if (node.hasFailed())
    return failure();
  if (!axes) { // all dimensions of 1
    axes.emplace();
    for (auto [index, dim] : llvm::enumerate(dims))
      if (dim == 1)
        axes->push_back(index);
  }
  const HostTensor *constant = node.getConstant(0);
  if (const BatchConstant *repeated = node.getBatchConstant(0)) {
    if (std::string error = shapes::inferSqueeze(dims, *axes, result);
        !axes->empty() && !error.empty())
      return node.emitError() << error;
    return node.bind(0, moveBatch(*repeated, axes->empty() ? dims : result));
  }
  if (!constant)
    return axes->empty() ? node.bind(0, node.getValue(0))
                         : node.emit<nn::SqueezeOp>({node.getValue(0)}, {node.attr("axes", *axes)});
  if (axes->empty())
    return node.bind(0, *constant);
  if (std::string error = shapes::inferSqueeze(dims, *axes, result); !error.empty())
    return node.emitError() << error;
  return node.bind(0, constant->withDims(result));
}

static LogicalResult importUnsqueeze(NodeContext &node) {
  std::optional<Dims> axes = node.getIntsOfAttributeOrInput("axes", 1);
  Dims dims = node.getDims(0), result;
  if (node.hasFailed())
    return failure();
  if (!axes)
    return node.emitError() << "expected an attribute 'axes', but it is not given";
  if (axes->size() + dims.size() > maxRank)
    return node.emitError() << "expected at most " << maxRank << " dimensions, but got "
                            << axes->size() + dims.size();
  const HostTensor *constant = node.getConstant(0);
  const BatchConstant *repeated = node.getBatchConstant(0);
  if (!constant && !repeated)
    return node.emit<nn::UnsqueezeOp>({node.getValue(0)}, {node.attr("axes", *axes)});
  if (std::string error = shapes::inferUnsqueeze(dims, *axes, result); !error.empty())
    return node.emitError() << error;
  if (repeated)
    return node.bind(0, moveBatch(*repeated, result));
  return node.bind(0, constant->withDims(result));
}

//===----------------------------------------------------------------------===//
// Transpose
//===----------------------------------------------------------------------===//

static LogicalResult importTranspose(NodeContext &node) {
  Dims permutation(node.getRank(0));
  std::iota(permutation.rbegin(), permutation.rend(), 0);
  permutation = node.getInts("perm", permutation);
  if (node.hasFailed())
    return failure();
  if (const HostTensor *constant = node.getConstant(0))
    return node.bind(0, transposeHost(*constant, permutation));
  if (const BatchConstant *repeated = node.getBatchConstant(0)) {
    HostResult transposed = transposeHost(repeated->value, permutation);
    if (!transposed)
      return node.emitError() << llvm::toString(transposed.takeError());
    size_t axis = llvm::find(permutation, int64_t(repeated->axis)) - permutation.begin();
    return node.bind(0, BatchConstant{std::move(*transposed), axis, repeated->scale});
  }
  return node.emit<nn::TransposeOp>({node.getValue(0)}, {node.attr("permutation", permutation)});
}

static constexpr Operator operators[] = {
    {"Reshape", 5, 2, 2, 1, "", importReshape},
    {"Reshape", 14, 2, 2, 1, "allowzero", importReshape},
    {"Flatten", 9, 1, 1, 1, "axis", importFlatten},
    {"Squeeze", 1, 1, 1, 1, "axes", importSqueeze},
    {"Squeeze", 13, 1, 2, 1, "", importSqueeze},
    {"Unsqueeze", 1, 1, 1, 1, "axes", importUnsqueeze},
    {"Unsqueeze", 13, 2, 2, 1, "", importUnsqueeze},
    {"Transpose", 1, 1, 1, 1, "perm", importTranspose},
};

OperatorTable importer::getShapeOperators() { return operators; }
