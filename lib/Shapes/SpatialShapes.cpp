//===- SpatialShapes.cpp - Shapes of convolutions and pools ---------------===//

#include "ShapesSupport.h"

#include <algorithm>

namespace quantir::shapes {

using namespace quantir::shapes::detail;

namespace {

/// Extent of a dilated window, or -1 when it is absurdly long.
int64_t windowExtent(int64_t kernel, int64_t dilation) {
  int64_t extent;
  if (__builtin_mul_overflow(kernel - 1, dilation, &extent) || extent >= maxExtent)
    return -1;
  return extent + 1;
}

/// The checks that convolutions and pools share: a batch, channels and `spatial` more dimensions.
std::string checkSpatialInput(const Dims &x, size_t spatial) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  if (spatial == 0)
    return expected("at least one spatial dimension", "none");
  if (x.size() != spatial + 2)
    return expected("an input of rank " + number(spatial + 2) + " (batch, channels and " +
                        number(spatial) + " spatial dimensions)",
                    formatDims(x));
  if (size_t batch = findDynamicDim(x); batch != 0 && batch != x.size())
    return expected("channels and spatial dimensions of known sizes", formatDims(x));
  return {};
}

std::string checkWeight(const Dims &weight, const ConvGeometry &geometry) {
  if (std::string error = checkDims(weight); !error.empty())
    return error;
  if (weight.size() < 3)
    return expected("a weight of rank 3 or more", formatDims(weight));
  for (int64_t d : weight)
    if (d < 1)
      return expected("a weight whose dimensions are known and positive", formatDims(weight));
  size_t spatial = weight.size() - 2;
  if (std::string error = checkAttribute("strides", geometry.strides, spatial, 1); !error.empty())
    return error;
  if (std::string error = checkAttribute("padding", geometry.padding, 2 * spatial, 0);
      !error.empty())
    return error;
  if (std::string error = checkAttribute("dilations", geometry.dilations, spatial, 1);
      !error.empty())
    return error;
  if (geometry.groups < 1)
    return expected("a positive number of groups", number(geometry.groups));
  return {};
}

/// One spatial size of a convolution or pool: how often a window of `extent` fits.
std::string windowCount(int64_t in, int64_t begin, int64_t end, int64_t extent, int64_t stride,
                        bool ceilMode, int64_t &out) {
  // Every term is below 2^48: no overflow.
  int64_t padded = in + begin + end;
  if (ceilMode && extent > padded && extent - padded < stride && padded > 0) {
    out = 1; // a single window, which goes beyond the end
    return {};
  }
  if (extent < 0 || padded < extent) {
    std::string limit = ceilMode && padded > 0
                            ? "a window less than the stride (" + number(stride) +
                                  ") longer than the padded input (" + number(padded) + ")"
                            : "a window no longer than the padded input (" + number(padded) + ")";
    return expected(limit, extent < 0 ? "one of more than 2^48" : number(extent));
  }
  int64_t room = padded - extent;
  out = room / stride + 1;
  if (ceilMode && room % stride != 0 && out * stride < in + begin)
    ++out;
  return {};
}

} // namespace

std::string inferConv(const Dims &x, const Dims &weight, const ConvGeometry &geometry, Dims &out) {
  if (std::string error = checkWeight(weight, geometry); !error.empty())
    return error;
  size_t spatial = weight.size() - 2;
  if (std::string error = checkSpatialInput(x, spatial); !error.empty())
    return error;
  int64_t groups = geometry.groups;
  if (x[1] % groups != 0 || x[1] / groups != weight[1])
    return expected("an input of " + number(weight[1]) + " * " + number(groups) +
                        " channels (weight's dimension 1 times groups)",
                    number(x[1]));
  if (weight[0] % groups != 0)
    return expected("output channels that divide into " + number(groups) + " groups",
                    number(weight[0]));
  Dims result = {x[0], weight[0]};
  for (size_t i = 0; i < spatial; ++i) {
    int64_t size;
    int64_t extent = windowExtent(weight[i + 2], geometry.dilations[i]);
    if (std::string error =
            windowCount(x[i + 2], geometry.padding[i], geometry.padding[i + spatial], extent,
                        geometry.strides[i], /*ceilMode=*/false, size);
        !error.empty())
      return "spatial dimension " + number(i) + ": " + error;
    result.push_back(size);
  }
  return finish(std::move(result), out);
}

std::string inferConvTranspose(const Dims &x, const Dims &weight, const ConvGeometry &geometry,
                               const Dims &outputPadding, Dims &out) {
  if (std::string error = checkWeight(weight, geometry); !error.empty())
    return error;
  size_t spatial = weight.size() - 2;
  if (std::string error = checkSpatialInput(x, spatial); !error.empty())
    return error;
  if (std::string error = checkAttribute("output_padding", outputPadding, spatial, 0);
      !error.empty())
    return error;
  int64_t groups = geometry.groups;
  if (x[1] % groups != 0 || x[1] / groups != weight[0])
    return expected("an input of " + number(weight[0]) + " * " + number(groups) +
                        " channels (weight's dimension 0 times groups)",
                    number(x[1]));
  if (weight[1] % groups != 0)
    return expected("output channels that divide into " + number(groups) + " groups",
                    number(weight[1]));
  Dims result = {x[0], weight[1]};
  for (size_t i = 0; i < spatial; ++i) {
    std::string where = "spatial dimension " + number(i) + ": ";
    int64_t in = x[i + 2], stride = geometry.strides[i], dilation = geometry.dilations[i];
    if (outputPadding[i] >= std::max(stride, dilation))
      return where + expected("an output_padding below the stride or the dilation",
                              number(outputPadding[i]));
    int64_t extent = windowExtent(weight[i + 2], dilation);
    int64_t grown;
    if (in < 1 || extent < 0 || __builtin_mul_overflow(in - 1, stride, &grown) || grown > maxExtent)
      return where +
             expected("a countable, positive size", number(in) + " at stride " + number(stride) +
                                                        " and dilation " + number(dilation));
    int64_t size =
        grown - geometry.padding[i] - geometry.padding[i + spatial] + extent + outputPadding[i];
    if (size < 1)
      return where + expected("a padding that leaves a positive size", number(size));
    result.push_back(size);
  }
  return finish(std::move(result), out);
}

std::string inferPool(const Dims &x, const PoolGeometry &geometry, Dims &out) {
  size_t spatial = geometry.kernel.size();
  if (std::string error = checkSpatialInput(x, spatial); !error.empty())
    return error;
  if (std::string error = checkAttribute("kernel", geometry.kernel, spatial, 1); !error.empty())
    return error;
  if (std::string error = checkAttribute("strides", geometry.strides, spatial, 1); !error.empty())
    return error;
  if (std::string error = checkAttribute("padding", geometry.padding, 2 * spatial, 0);
      !error.empty())
    return error;
  if (std::string error = checkAttribute("dilations", geometry.dilations, spatial, 1);
      !error.empty())
    return error;
  int64_t positions = 1;
  for (int64_t size : geometry.kernel)
    if (__builtin_mul_overflow(positions, size, &positions) || positions > maxExtent)
      return expected("a window of at most 2^48 positions", formatList(geometry.kernel));
  Dims result = {x[0], x[1]};
  for (size_t i = 0; i < spatial; ++i) {
    std::string where = "spatial dimension " + number(i) + ": ";
    int64_t begin = geometry.padding[i], end = geometry.padding[i + spatial];
    int64_t extent = windowExtent(geometry.kernel[i], geometry.dilations[i]);
    if (extent > 0 && (begin >= extent || end >= extent))
      return where + expected("padding shorter than the window (" + number(extent) + ")",
                              number(begin) + " and " + number(end));
    int64_t size;
    if (std::string error =
            windowCount(x[i + 2], begin, end, extent, geometry.strides[i], geometry.ceilMode, size);
        !error.empty())
      return where + error;
    result.push_back(size);
  }
  return finish(std::move(result), out);
}

std::string inferAdaptivePool(const Dims &x, const Dims &outputSize, Dims &out) {
  if (std::string error = checkSpatialInput(x, outputSize.size()); !error.empty())
    return error;
  if (std::string error = checkAttribute("output sizes", outputSize, outputSize.size(), 1);
      !error.empty())
    return error;
  for (size_t i = 2; i < x.size(); ++i)
    if (x[i] < 1)
      return expected("positive spatial dimensions", formatDims(x));
  Dims result = {x[0], x[1]};
  result.insert(result.end(), outputSize.begin(), outputSize.end());
  return finish(std::move(result), out);
}

} // namespace quantir::shapes
