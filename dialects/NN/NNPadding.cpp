//===- NNPadding.cpp - Where elements go, and which a padding adds ---------===//

#include "quantir/dialects/NN/NN.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::nn;

void PadOp::raiseOwnElements(float least) {
  if (getValue().convertToFloat() < least)
    setValue(APFloat(least));
}

std::optional<Box> PadOp::moveBox(const Box &box) {
  Box moved;
  // The paddings before come first.
  for (auto [range, before] : llvm::zip(box, getPadding())) {
    auto [begin, end] = range;
    moved.emplace_back(begin + before, ShapedType::isDynamic(end) ? end : end + before);
  }
  return moved;
}

std::optional<Box> TransposeOp::moveBox(const Box &box) {
  Box moved;
  for (int64_t dim : getPermutation())
    moved.push_back(box[dim]);
  return moved;
}

/// Channels that a padding adds have windows of padding alone, and so has a wide border.
std::optional<bool> MaxPoolOp::everyResultReads(const Box &box) {
  const auto padded = cast<RankedTensorType>(getInput().getType());
  const auto pooled = cast<RankedTensorType>(getType());
  const size_t first = box.size() - getKernel().size();
  for (auto [dim, range] : llvm::enumerate(box)) {
    auto [begin, end] = range;
    if (begin == 0 && end == padded.getDimSize(dim))
      continue;
    constexpr int64_t mostTried = 1 << 24;
    if (dim < first || pooled.getDimSize(dim) > mostTried)
      return false;
    const size_t axis = dim - first;
    const int64_t step = getDilations()[axis];
    for (int64_t i = 0; i < pooled.getDimSize(dim); ++i) {
      const int64_t start = i * getStrides()[axis] - getPadding()[axis];
      const int64_t k = start < begin ? llvm::divideCeil(begin - start, step) : 0;
      if (k >= getKernel()[axis] || start + k * step >= end)
        return false;
    }
  }
  return true;
}
