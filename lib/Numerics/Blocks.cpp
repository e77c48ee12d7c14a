//===- Blocks.cpp - Cutting a tensor into blocks --------------------------===//

#include "quantir/Numerics/Blocks.h"

#include "quantir/Base/Text.h"
#include "quantir/Numerics/Scan.h"
#include "quantir/Shapes/Shapes.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace quantir::numerics {

namespace {

constexpr std::array<std::string_view, 6> kinds = {"per_tensor", "per_axis",  "per_group",
                                                   "per_row",    "per_token", "per_block"};
constexpr std::array<std::string_view, 6> torchKinds = {"PerTensor", "PerAxis",  "PerGroup",
                                                        "PerRow",    "PerToken", "PerBlock"};

std::string format(std::span<const int64_t> dims) {
  return shapes::formatDims(shapes::Dims(dims.begin(), dims.end()));
}

/// " (nearest: 16)": the divisor of `dim` that is nearest to `wanted`; nothing if `dim` is unknown.
std::string nearestDivisor(int64_t wanted, int64_t dim) {
  if (dim < 1)
    return {};
  wanted = std::clamp<int64_t>(wanted, 1, dim);
  int64_t nearest = 1;
  for (int64_t i = 1; i <= dim / i; ++i)
    for (int64_t size : {i, dim / i})
      if (dim % i == 0 && std::abs(size - wanted) < std::abs(nearest - wanted))
        nearest = size;
  return " (nearest: " + std::to_string(nearest) + ")";
}

} // namespace

std::string_view toText(GranularityKind kind) { return kinds[size_t(kind)]; }

std::string parseText(std::string_view text, GranularityKind &out) {
  for (size_t i = 0; i < kinds.size(); ++i)
    if (text == kinds[i] || text == torchKinds[i]) {
      out = GranularityKind(i);
      return {};
    }
  return unknownName(text, kinds);
}

std::string blockSizeOf(const Granularity &granularity, std::span<const int64_t> dims,
                        std::vector<int64_t> &out) {
  const int64_t rank = int64_t(dims.size());
  std::vector<int64_t> size(dims.begin(), dims.end());
  switch (granularity.kind) {
  case GranularityKind::PerTensor:
    break;
  case GranularityKind::PerAxis: {
    const int64_t axis = granularity.axis + (granularity.axis < 0 ? rank : 0);
    if (axis < 0 || axis >= rank)
      return "expected a tensor with an axis " + std::to_string(granularity.axis) + ", but got " +
             format(dims);
    size[axis] = 1;
    break;
  }
  case GranularityKind::PerGroup:
  case GranularityKind::PerRow:
  case GranularityKind::PerToken:
    if (rank == 0)
      return "expected a tensor with a last dimension for granularity " +
             std::string(toText(granularity.kind)) + ", but got a scalar";
    std::fill(size.begin(), size.end() - 1, 1);
    if (granularity.kind == GranularityKind::PerGroup) {
      if (granularity.groupSize < 1 || size.back() % granularity.groupSize != 0)
        return "expected a last dimension that group_size " +
               std::to_string(granularity.groupSize) + " divides, but got " + format(dims) +
               nearestDivisor(granularity.groupSize, size.back());
      size.back() = granularity.groupSize;
    }
    break;
  case GranularityKind::PerBlock:
    if (int64_t(granularity.blockSize.size()) != rank)
      return "expected a tensor of as many dimensions as block_size " +
             format(granularity.blockSize) + " has, but got " + format(dims);
    for (int64_t d = 0; d < rank; ++d) {
      const int64_t want = granularity.blockSize[d];
      if (want == -1)
        continue;
      if (want < 1 || dims[d] % want != 0)
        return "expected dimensions that block_size " + format(granularity.blockSize) +
               " divides, but got " + format(dims);
      size[d] = want;
    }
    break;
  }
  out = std::move(size);
  return {};
}

std::string blocksOf(const Granularity &granularity, std::span<const int64_t> dims,
                     std::vector<int64_t> &out) {
  std::vector<int64_t> size, blocks;
  if (std::string error = blockSizeOf(granularity, dims, size); !error.empty())
    return error;
  if (granularity.kind != GranularityKind::PerTensor)
    for (size_t d = 0; d < dims.size(); ++d) {
      if (dims[d] == shapes::dynamicDim && size[d] != shapes::dynamicDim)
        return "expected one block along the dimension of unknown size of " + format(dims) +
               ", but got granularity " + std::string(toText(granularity.kind)) +
               ", whose blocks depend on it; use is_dynamic, per_tensor, or a block_size of -1 "
               "there";
      blocks.push_back(size[d] == 0 ? 1 : dims[d] / size[d]);
    }
  out = std::move(blocks);
  return {};
}

int64_t BlockView::numBlocks() const {
  int64_t count = 1;
  for (int64_t number : blocks)
    count *= number;
  return count;
}

std::string viewOf(std::span<const int64_t> blocks, std::span<const int64_t> dims, BlockView &out) {
  if (std::string error = shapes::checkDims(shapes::Dims(dims.begin(), dims.end())); !error.empty())
    return error;
  bool fits = blocks.empty() || blocks.size() == dims.size();
  for (size_t d = 0; fits && d < blocks.size(); ++d)
    fits = blocks[d] >= 1 && blocks[d] <= std::max<int64_t>(dims[d], 1) && dims[d] % blocks[d] == 0;
  if (!fits)
    return "expected dimensions that can be cut into " + format(blocks) + " blocks, but got " +
           format(dims);
  out.dims.assign(dims.begin(), dims.end());
  out.blocks.assign(blocks.begin(), blocks.end());
  return {};
}

std::string blockView(const Granularity &granularity, std::span<const int64_t> dims,
                      BlockView &out) {
  if (std::string error = shapes::checkDims(shapes::Dims(dims.begin(), dims.end())); !error.empty())
    return error;
  BlockView view;
  if (std::string error = blocksOf(granularity, dims, view.blocks); !error.empty())
    return error;
  view.dims.assign(dims.begin(), dims.end());
  out = std::move(view);
  return {};
}

bool scanBlocks(const float *data, const BlockView &view, float *min, float *max) {
  const Extent none;
  std::fill_n(min, view.numBlocks(), none.min);
  std::fill_n(max, view.numBlocks(), none.max);
  bool finite = true;
  view.forEachRun([&](int64_t block, int64_t begin, int64_t length) {
    const Extent run = scanExtent(data + begin, length);
    min[block] = std::min(min[block], run.min);
    max[block] = std::max(max[block], run.max);
    finite &= run.finite;
  });
  return finite;
}

} // namespace quantir::numerics
