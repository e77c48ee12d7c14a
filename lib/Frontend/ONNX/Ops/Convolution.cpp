//===- Convolution.cpp - Conv and ConvTranspose ----------------------------===//

#include "Window.h"
#include "lib/Frontend/ONNX/HostOps.h"
#include "lib/Frontend/ONNX/Registry.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace quantir;
using namespace quantir::importer;

/// Input, weight and, if given, bias.
static llvm::SmallVector<Value> getOperands(NodeContext &node, Value weight) {
  llvm::SmallVector<Value> operands{node.getValue(0), weight};
  if (node.hasInput(2))
    operands.push_back(node.getValue(2));
  return operands;
}

static LogicalResult importConv(NodeContext &node) {
  Dims input = node.getDims(0);
  Window window = readWindow(node, input, node.getDims(1));
  int64_t groups = node.getInt("group", 1);
  if (node.hasFailed())
    return failure();
  resolveAutoPad(window, input);
  return node.emit<nn::ConvOp>(
      getOperands(node, node.getValue(1)),
      {node.attr("strides", window.strides), node.attr("padding", window.padding),
       node.attr("dilations", window.dilations), node.attr("groups", groups)});
}

/// Pads so that the output has the wanted size. What padding cannot remove, being missing, is added
/// at the end.
static LogicalResult padToOutputShape(NodeContext &node, const Dims &input, Window &window,
                                      Dims &outputPadding) {
  size_t rank = window.getRank();
  Dims wanted;
  if (node.hasAttribute("output_shape")) {
    wanted = node.getInts("output_shape");
    // Some files give all dimensions.
    if (wanted.size() == rank + 2)
      wanted.erase(wanted.begin(), wanted.begin() + 2);
    if (wanted.size() != rank)
      return node.emitAttributeError("output_shape")
             << "expected " << rank << " values, but got " << wanted.size();
  } else {
    for (size_t i = 0; i < rank; ++i)
      if (llvm::MulOverflow(input[2 + i], window.strides[i], wanted.emplace_back()))
        return node.emitError() << "expected an output of countable size";
  }
  for (size_t i = 0; i < rank; ++i) {
    int64_t natural = 0;
    if (llvm::MulOverflow(input[2 + i] - 1, window.strides[i], natural) ||
        llvm::AddOverflow(natural, window.getExtent(i) + outputPadding[i], natural) ||
        wanted[i] < 1 || wanted[i] > shapes::maxElements)
      return node.emitError() << "expected an output of positive and countable size";
    int64_t total = natural - wanted[i];
    if (total < 0) {
      outputPadding[i] -= total;
      total = 0;
    }
    window.pad(i, total, /*oddFirst=*/window.autoPad != AutoPad::SameUpper);
  }
  return success();
}

/// An output padding that the stride and the dilation do not leave room for, as one of zeros at the
/// end of the kernel: returns how many there are in each dimension, and pads the output less.
static Dims moveIntoKernel(Window &window, Dims &outputPadding) {
  Dims taps(window.getRank(), 0);
  for (size_t i = 0; i < window.getRank(); ++i) {
    if (outputPadding[i] < std::max(window.strides[i], window.dilations[i]))
      continue;
    taps[i] = llvm::divideCeil(outputPadding[i], window.dilations[i]);
    window.padding[window.getRank() + i] += taps[i] * window.dilations[i] - outputPadding[i];
    outputPadding[i] = 0;
  }
  return taps;
}

/// The weight with `taps` zeros at the end of each spatial dimension.
static HostResult lengthenKernel(const HostTensor &weight, const Dims &taps) {
  Dims dims = weight.getDims();
  for (size_t i = 0; i < taps.size(); ++i)
    dims[2 + i] += taps[i];
  constexpr int64_t mostElements = int64_t(1) << 24;
  if (dims == weight.getDims())
    return weight;
  if (std::string error = shapes::checkDims(dims); !error.empty())
    return makeError(error);
  if (shapes::numElements(dims) > mostElements)
    return makeError("expected an output padding below the stride, or a kernel of at most ",
                     mostElements, " elements with it, but got ", shapes::formatDims(dims));
  HostTensor result = weight;
  for (size_t i = 0; i < taps.size(); ++i) {
    if (taps[i] == 0)
      continue;
    Dims zeros = result.getDims();
    zeros[2 + i] = taps[i];
    HostTensor border = HostTensor::zeros(weight.getType(), zeros);
    HostResult longer = concatHost({&result, &border}, 2 + i);
    if (!longer)
      return longer;
    result = std::move(*longer);
  }
  return result;
}

/// ONNX's [C, O / groups, kernel] as [C / groups, O, kernel], the groups beside each other, with
/// `taps` zeros at the end of the kernel.
static Value makeTransposedWeight(NodeContext &node, int64_t groups, const Dims &taps) {
  Dims dims = node.getDims(1), permutation(dims.size() + 1);
  bool isLonger = llvm::any_of(taps, [](int64_t count) { return count != 0; });
  const HostTensor *weight = node.getConstant(1);
  if (isLonger && !weight) {
    node.emitAttributeError("output_padding")
        << "expected values below the stride or the dilation for a weight that is computed";
    return {};
  }
  std::optional<HostTensor> constant;
  if (weight) {
    HostResult longer = lengthenKernel(*weight, taps);
    if (!longer) {
      node.emitError() << llvm::toString(longer.takeError());
      return {};
    }
    constant = std::move(*longer);
  }
  if (groups == 1)
    return isLonger ? node.createConstant(*constant, node.getInputName(1)) : node.getValue(1);
  if (groups < 1 || dims[0] % groups != 0) {
    node.emitAttributeError("group")
        << "expected a divisor of the " << dims[0] << " input channels, but got " << groups;
    return {};
  }
  Dims split = dims, joined = dims;
  split[0] = joined[0] = dims[0] / groups;
  split.insert(split.begin(), groups);
  joined[1] = dims[1] * groups;
  std::iota(permutation.begin(), permutation.end(), 0);
  std::swap(permutation[0], permutation[1]);
  if (weight) {
    for (size_t i = 0; i < taps.size(); ++i) {
      split[3 + i] += taps[i];
      joined[2 + i] += taps[i];
    }
    HostResult result = reshapeHost(*constant, split);
    if (result)
      result = transposeHost(*result, permutation);
    if (result)
      result = reshapeHost(*result, joined);
    if (result)
      return node.createConstant(*result, node.getInputName(1));
    node.emitError() << llvm::toString(result.takeError());
    return {};
  }
  auto step = [&]<typename Op>(Value value, std::type_identity<Op>, llvm::StringRef name,
                               const Dims &list) -> Value {
    auto op = value ? node.create<Op>({value}, {node.attr(name, list)}) : Op();
    return op ? op.getResult() : Value();
  };
  Value value = step(node.getValue(1), std::type_identity<nn::ReshapeOp>(), "shape", split);
  value = step(value, std::type_identity<nn::TransposeOp>(), "permutation", permutation);
  return step(value, std::type_identity<nn::ReshapeOp>(), "shape", joined);
}

static LogicalResult importConvTranspose(NodeContext &node) {
  Dims input = node.getDims(0);
  Window window = readWindow(node, input, node.getDims(1));
  int64_t groups = node.getInt("group", 1);
  Dims outputPadding = node.getInts("output_padding", Dims(window.getRank(), 0));
  if (node.hasFailed())
    return failure();
  if (outputPadding.size() != window.getRank())
    return node.emitAttributeError("output_padding")
           << "expected " << window.getRank() << " values, but got " << outputPadding.size();
  for (int64_t value : outputPadding)
    if (value < 0 || value > shapes::maxElements)
      return node.emitAttributeError("output_padding")
             << "expected values that are not negative, but got " << value;
  if (node.hasAttribute("output_shape") || window.autoPad == AutoPad::SameUpper ||
      window.autoPad == AutoPad::SameLower)
    if (failed(padToOutputShape(node, input, window, outputPadding)))
      return failure();
  Value weight = makeTransposedWeight(node, groups, moveIntoKernel(window, outputPadding));
  if (!weight)
    return failure();
  return node.emit<nn::ConvTransposeOp>(
      getOperands(node, weight),
      {node.attr("strides", window.strides), node.attr("padding", window.padding),
       node.attr("output_padding", outputPadding), node.attr("dilations", window.dilations),
       node.attr("groups", groups)});
}

static constexpr Operator operators[] = {
    {"Conv", 1, 2, 3, 1, "auto_pad dilations group kernel_shape pads strides", importConv},
    {"ConvTranspose", 1, 2, 3, 1,
     "auto_pad dilations group kernel_shape output_padding output_shape pads strides",
     importConvTranspose},
};

OperatorTable importer::getConvolutionOperators() { return operators; }
