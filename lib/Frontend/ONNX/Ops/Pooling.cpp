//===- Pooling.cpp - Pooling and means -------------------------------------===//

#include "Window.h"
#include "lib/Frontend/ONNX/Registry.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace quantir;
using namespace quantir::importer;

static LogicalResult importMaxPool(NodeContext &node) {
  Dims input = node.getDims(0);
  Window window = readWindow(node, input);
  bool ceilMode = node.getFlag("ceil_mode", false);
  node.getInt("storage_order", 0); // the order of the indices, which are not imported
  if (node.hasFailed())
    return failure();
  resolveAutoPad(window, input);
  return node.emit<nn::MaxPoolOp>({node.getValue(0)}, {node.attr("kernel", window.kernel),
                                                       node.attr("strides", window.strides),
                                                       node.attr("padding", window.padding),
                                                       node.attr("dilations", window.dilations),
                                                       node.attr("ceil_mode", ceilMode)});
}

static LogicalResult importAveragePool(NodeContext &node) {
  Dims input = node.getDims(0);
  Window window = readWindow(node, input);
  bool ceilMode = node.getFlag("ceil_mode", false);
  bool countsPadding = node.getFlag("count_include_pad", false);
  if (node.hasFailed())
    return failure();
  if (llvm::any_of(window.dilations, [](int64_t dilation) { return dilation != 1; }))
    return node.emitAttributeError("dilations")
           << "expected 1 everywhere, but got " << shapes::formatDims(window.dilations)
           << ", which is not supported";
  resolveAutoPad(window, input);
  return node.emit<nn::AvgPoolOp>(
      {node.getValue(0)}, {node.attr("kernel", window.kernel), node.attr("strides", window.strides),
                           node.attr("padding", window.padding), node.attr("ceil_mode", ceilMode),
                           node.attr("count_include_pad", countsPadding)});
}

/// The spatial dimensions of the input; empty after an error.
static Dims getSpatialDims(NodeContext &node) {
  Dims dims = node.getDims(0);
  if (dims.size() < 3)
    node.emitInputError(0) << "expected dimensions [N, C, spatial...], but got "
                           << shapes::formatDims(dims);
  return node.hasFailed() ? Dims() : Dims(dims.begin() + 2, dims.end());
}

static LogicalResult importGlobalAveragePool(NodeContext &node) {
  Dims spatial = getSpatialDims(node);
  return node.emit<nn::AdaptiveAvgPoolOp>({node.getValue(0)},
                                          {node.attr("output_size", Dims(spatial.size(), 1))});
}

static LogicalResult importGlobalMaxPool(NodeContext &node) {
  Dims kernel = getSpatialDims(node), ones(kernel.size(), 1), zeros(2 * kernel.size(), 0);
  return node.emit<nn::MaxPoolOp>({node.getValue(0)},
                                  {node.attr("kernel", kernel), node.attr("strides", ones),
                                   node.attr("padding", zeros), node.attr("dilations", ones)});
}

static LogicalResult importReduceMean(NodeContext &node) {
  bool keepsDims = node.getFlag("keepdims", true);
  Dims axes = node.getIntsOfAttributeOrInput("axes", 1).value_or(Dims());
  bool isNoop = axes.empty() && node.getFlag("noop_with_empty_axes", false);
  int64_t rank = node.getRank(0);
  if (isNoop)
    return node.bind(0, node.getValue(0));
  if (axes.empty()) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  return node.emit<nn::MeanOp>({node.getValue(0)},
                               {node.attr("axes", axes), node.attr("keep_dims", keepsDims)});
}

static constexpr Operator operators[] = {
    {"MaxPool", 8, 1, 1, 2, "auto_pad kernel_shape pads storage_order strides", importMaxPool},
    {"MaxPool", 10, 1, 1, 2, "auto_pad ceil_mode dilations kernel_shape pads storage_order strides",
     importMaxPool},
    {"AveragePool", 7, 1, 1, 1, "auto_pad count_include_pad kernel_shape pads strides",
     importAveragePool},
    {"AveragePool", 10, 1, 1, 1, "auto_pad ceil_mode count_include_pad kernel_shape pads strides",
     importAveragePool},
    {"AveragePool", 19, 1, 1, 1,
     "auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides", importAveragePool},
    {"GlobalAveragePool", 1, 1, 1, 1, "", importGlobalAveragePool},
    {"GlobalMaxPool", 1, 1, 1, 1, "", importGlobalMaxPool},
    {"ReduceMean", 1, 1, 1, 1, "axes keepdims", importReduceMean},
    {"ReduceMean", 18, 1, 2, 1, "keepdims noop_with_empty_axes", importReduceMean},
};

OperatorTable importer::getPoolingOperators() { return operators; }
