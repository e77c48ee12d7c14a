//===- Resample.cpp - Resize and Upsample ----------------------------------===//

#include "lib/Frontend/ONNX/Registry.h"

#include "quantir/Shapes/Resample.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace quantir;
using namespace quantir::importer;

namespace {
/// What a Resize asks for, one entry per dimension of the input.
struct Request {
  Dims sizes;
  std::vector<float> scales; ///< empty: the ratio of the sizes
  llvm::StringRef mode, coordinates, rounding;
};
} // namespace

/// The elements of a constant float32 vector; none after an error.
static std::vector<float> getConstantFloats(NodeContext &node, unsigned index) {
  const HostTensor *constant = node.getConstant(index);
  if (node.hasFailed())
    return {};
  if (!constant || constant->getType() != ElementType::Float32 || constant->isSymbolic()) {
    node.emitInputError(index) << "expected a constant of float32";
    return {};
  }
  llvm::ArrayRef<float> values = constant->getValues<float>();
  return {values.begin(), values.end()};
}

/// The dimensions that scales or sizes are given for.
static Dims getAxes(NodeContext &node, int64_t rank) {
  Dims all, axes;
  for (int64_t axis = 0; axis < rank; ++axis)
    all.push_back(axis);
  if (!node.hasAttribute("axes"))
    return all;
  if (std::string error = shapes::normalizeAxes(node.getInts("axes"), rank, axes); !error.empty())
    node.emitAttributeError("axes") << error;
  return axes;
}

/// Checks that there is one of `what` for each axis.
static LogicalResult checkCount(NodeContext &node, unsigned index, llvm::StringRef what,
                                size_t count, const Dims &axes) {
  if (node.hasFailed())
    return failure();
  if (count == axes.size())
    return success();
  return node.emitInputError(index)
         << "expected " << axes.size() << " " << what << ", but got " << count;
}

static LogicalResult readScales(NodeContext &node, unsigned index, Request &request) {
  Dims input = node.getDims(0), axes = getAxes(node, input.size());
  std::vector<float> scales = getConstantFloats(node, index);
  if (failed(checkCount(node, index, "scales", scales.size(), axes)))
    return failure();
  request.scales.assign(input.size(), 1.0f);
  request.sizes = input;
  for (auto [axis, scale] : llvm::zip_equal(axes, scales)) {
    if (!(scale > 0) || !std::isfinite(scale))
      return node.emitInputError(index)
             << "expected positive scales, but got " << std::to_string(scale);
    request.scales[axis] = scale;
    // In float32, as ONNX's shape inference and ONNX Runtime: 10 * 0.9f is 9 there, and less in
    // float64.
    if (scale != 1.0f && input[axis] != shapes::dynamicDim)
      request.sizes[axis] = static_cast<int64_t>(
          std::min(std::floor(static_cast<float>(input[axis]) * scale), 0x1p31f));
  }
  return success();
}

static LogicalResult readSizes(NodeContext &node, unsigned index, Request &request) {
  Dims axes = getAxes(node, node.getRank(0));
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0);
  llvm::SmallVector<SymbolicInt> sizes = node.getSymbolicInts(index);
  if (failed(checkCount(node, index, "sizes", sizes.size(), axes)))
    return failure();
  request.sizes = node.getDims(0);
  for (auto [axis, size] : llvm::zip_equal(axes, sizes)) {
    bool same = size.value == dims[axis].value && size.scale == dims[axis].scale;
    if (!same && !size.isConstant())
      return node.emitInputError(index) << "expected sizes that do not depend on the batch";
    if (!same)
      request.sizes[axis] = size.value;
  }
  // A nearest mode divides by the ratio of the sizes in float32, as by a scale that is given.
  const auto pairs = llvm::zip_equal(node.getDims(0), request.sizes);
  if (request.mode != "nearest" || !llvm::all_of(pairs, [](auto pair) {
        auto [from, to] = pair;
        return from == to || from > 0;
      }))
    return success();
  for (auto [from, to] : pairs)
    request.scales.push_back(from == to ? 1.0f : static_cast<float>(to) / static_cast<float>(from));
  return success();
}

static LogicalResult emit(NodeContext &node, const Request &request) {
  Dims input = node.getDims(0);
  Value value = node.getValue(0);
  if (node.hasFailed())
    return failure();
  const auto mode = nn::symbolizeResampleMode(request.mode);
  const auto coordinates = nn::symbolizeCoordinateMode(request.coordinates);
  const auto rounding = nn::symbolizeNearestRounding(request.rounding);
  if (!mode)
    return node.emitAttributeError("mode") << "expected nearest or linear, but got "
                                           << inQuotes(request.mode) << ", which is not supported";
  if (!coordinates)
    return node.emitAttributeError("coordinate_transformation_mode")
           << "expected asymmetric, half_pixel, pytorch_half_pixel or align_corners, but got "
           << inQuotes(request.coordinates) << ", which is not supported";
  if (!rounding)
    return node.emitAttributeError("nearest_mode")
           << "expected floor, ceil, round_prefer_floor or round_prefer_ceil, but got "
           << inQuotes(request.rounding);
  if (input.size() < 3)
    return node.emitInputError(0) << "expected dimensions [N, C, spatial...], but got "
                                  << shapes::formatDims(input);
  for (size_t d : {0, 1})
    if (request.sizes[d] != input[d] || (!request.scales.empty() && request.scales[d] != 1.0f))
      return node.emitError() << "resizes the batch or the channels, which is not supported";
  // align_corners: the corners of the result, whose sizes are whole, also where the scales give
  // others. So PyTorch and ONNX Runtime; the onnx package's own implementation takes the others.
  mlir::MLIRContext *context = value.getContext();
  llvm::ArrayRef<float> scales(request.scales);
  return node.emit<nn::InterpolateOp>(
      {value},
      {node.attr("sizes", Dims(request.sizes.begin() + 2, request.sizes.end())),
       mlir::NamedAttribute("mode", nn::ResampleModeAttr::get(context, *mode)),
       mlir::NamedAttribute("coordinates", nn::CoordinateModeAttr::get(context, *coordinates)),
       mlir::NamedAttribute("rounding", nn::NearestRoundingAttr::get(context, *rounding)),
       mlir::NamedAttribute(
           "scales",
           mlir::DenseF32ArrayAttr::get(context, scales.empty() ? scales : scales.drop_front(2)))});
}

/// Whether a nearest Resize of opset 10 shrinks some spatial dimension: there it takes the next
/// element above, in one that grows the next below. False where other dimensions are resized, or to
/// sizes that `emit` refuses.
static bool isShrinking(const Dims &input, const Request &request) {
  bool shrinks = false;
  for (size_t d = 0; d < input.size(); ++d) {
    bool isPlausible = input[d] > 0 && request.sizes[d] > 0 && request.sizes[d] <= INT32_MAX;
    if (d < 2 ? request.scales[d] != 1 : !isPlausible)
      return false;
    shrinks |= request.scales[d] < 1;
  }
  return request.mode == "nearest" && shrinks;
}

/// Upsample, and Resize of opset 10: the scales are all there is.
static LogicalResult importOfScales(NodeContext &node) {
  Request request;
  request.mode = node.getString("mode", "nearest");
  request.coordinates = "asymmetric";
  request.rounding = "floor";
  if (failed(readScales(node, 1, request)))
    return failure();
  Dims input = node.getDims(0);
  if (!isShrinking(input, request))
    return emit(node, request);
  request.rounding = "ceil";
  if (llvm::none_of(request.scales, [](float scale) { return scale > 1; }))
    return emit(node, request);
  // One dimension grows while another shrinks.
  Value value = node.getValue(0);
  for (size_t d = 2; value && d < input.size(); ++d) {
    const shapes::ResampleAxis axis{input[d], request.sizes[d], request.scales[d]};
    const auto rounding =
        axis.scale < 1 ? shapes::NearestRounding::Ceil : shapes::NearestRounding::Floor;
    if (axis.scale != 1)
      value = emitGather(node, value,
                         nearestIndices(axis, shapes::CoordinateMode::Asymmetric, rounding), d);
  }
  return node.bind(0, value);
}

static LogicalResult importResize(NodeContext &node) {
  Request request;
  request.mode = node.getString("mode", "nearest");
  request.coordinates = node.getString("coordinate_transformation_mode", "half_pixel");
  request.rounding = node.getString("nearest_mode", "round_prefer_floor");
  if (node.getFlag("antialias", false))
    return node.emitAttributeError("antialias") << "expected 0, but got 1, which is not supported";
  if (llvm::StringRef policy = node.getString("keep_aspect_ratio_policy", "stretch");
      policy != "stretch")
    return node.emitAttributeError("keep_aspect_ratio_policy")
           << "expected stretch, but got " << inQuotes(policy) << ", which is not supported";
  if (node.hasFailed())
    return failure();
  // An exporter that gives sizes may give an empty list of scales.
  const HostTensor *scales = node.hasInput(2) ? node.getConstant(2) : nullptr;
  bool hasScales = node.hasInput(2) && !(scales && scales->getNumElements() == 0);
  if (!hasScales && !node.hasInput(3))
    return node.emitError() << "expected scales or sizes, but neither is given";
  if (failed(hasScales ? readScales(node, 2, request) : readSizes(node, 3, request)))
    return failure();
  return emit(node, request);
}

#define RESIZE_ATTRIBUTES                                                                          \
  "coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value mode "         \
  "nearest_mode"

static constexpr Operator operators[] = {
    {"Upsample", 9, 2, 2, 1, "mode", importOfScales},
    {"Resize", 10, 2, 2, 1, "mode", importOfScales},
    {"Resize", 11, 1, 4, 1, RESIZE_ATTRIBUTES, importResize},
    {"Resize", 18, 1, 4, 1, RESIZE_ATTRIBUTES " antialias axes keep_aspect_ratio_policy",
     importResize},
};

OperatorTable importer::getResampleOperators() { return operators; }
