//===- Resample.h - Where resampled values come from ------------*- C++ -*-===//
//
// The rules of nn.interpolate: the shape of the result, and which positions of the input make one
// of the result. Positions are computed in float32, as PyTorch's upsampling kernels compute them
// (aten/src/ATen/native/UpSample.h): times 1 / scale, in / out or (in - 1) / (out - 1). For
// nearest modes with a scale, or with aligned corners, they are ONNX Runtime's, which divides last;
// an axis whose size does not change is copied where its positions are whole. The names of the
// modes are those of ONNX's Resize.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_SHAPES_RESAMPLE_H
#define QUANTIR_SHAPES_RESAMPLE_H

#include "quantir/Base/generated/PlanEnums.h"
#include "quantir/Shapes/Shapes.h"

namespace quantir::shapes {

using plan::ResampleMode;

/// From a position y of the result to one of the input:
/// Asymmetric: y / scale.
/// HalfPixel: (y + 0.5) / scale - 0.5.
/// PytorchHalfPixel: the same, but 0 where the result has one position.
/// AlignCorners: y * (in - 1) / (out - 1), 0 where the result has one position.
using plan::CoordinateMode;

/// From a position of the input to the index of the nearest element.
using plan::NearestRounding;

/// [N, C, X...] -> [N, C, sizes...]. `scales` has one positive number per spatial dimension, or
/// none.
[[nodiscard]] std::string inferResample(const Dims &input, const Dims &sizes,
                                        std::span<const float> scales, Dims &out);

/// One spatial dimension.
struct ResampleAxis {
  int64_t inputSize, outputSize;
  /// Result's size by input's size, as the model says it; 0: what the sizes are.
  float scale = 0;
};

/// For each position of the result the index of the input's element.
std::vector<int64_t> nearestIndices(const ResampleAxis &axis, CoordinateMode coordinates,
                                    NearestRounding rounding);

/// A value between two neighbours: (1 - weight) * input[low] + weight * input[high].
struct LinearTap {
  int64_t low, high;
  float weight;
};

/// The same for linear interpolation. Beyond the border the border's value goes on.
std::vector<LinearTap> linearTaps(const ResampleAxis &axis, CoordinateMode coordinates);

} // namespace quantir::shapes

#endif // QUANTIR_SHAPES_RESAMPLE_H
