//===- BatchReshape.cpp - Reshapes that depend on the batch ----------------===//

#include "BatchReshape.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

using namespace quantir;
using namespace quantir::importer;

namespace {

/// A shape taken apart.
struct Parts {
  std::optional<size_t> batchIndex; ///< the multiple of the batch size
  std::optional<size_t> restIndex;  ///< the -1
  int64_t batchScale = 0;           ///< of the one at batchIndex
  int64_t known = 1;                ///< product of batchScale and the sizes

  /// False if the shape has more than one of a kind, sizes that are not positive, or too many
  /// elements.
  bool fill(llvm::ArrayRef<SymbolicInt> shape) {
    for (auto [index, size] : llvm::enumerate(shape)) {
      bool isRest = size.isConstant() && size.value == -1;
      std::optional<size_t> &position = isRest ? restIndex : batchIndex;
      if (isRest || !size.isConstant()) {
        if (position)
          return false;
        position = index;
      }
      if (isRest)
        continue;
      int64_t factor = size.isConstant() ? size.value : size.scale;
      if (factor <= 0 || llvm::MulOverflow(known, factor, known))
        return false;
      if (!size.isConstant())
        batchScale = factor;
    }
    return true;
  }
};

} // namespace

std::string importer::resolveReshape(const Dims &input, int64_t batchScale,
                                     llvm::ArrayRef<SymbolicInt> shape, BatchReshape &result) {
  Dims dims;
  for (SymbolicInt size : shape) {
    if (!size.isConstant() && (size.isUnknown() || size.value != 0))
      return "expected a shape of sizes and multiples of the batch size, but got something else; "
             "fix the batch size with --fixed-batch";
    dims.push_back(size.isConstant() ? size.value : shapes::dynamicDim);
  }
  size_t inputBatch = shapes::findDynamicDim(input);
  if (inputBatch == input.size()) {
    if (llvm::any_of(shape, [](SymbolicInt size) { return !size.isConstant(); }))
      return "expected a constant shape for an input of constant dimensions " +
             shapes::formatDims(input) + ", but it depends on the batch size";
    result = {std::move(dims), 1};
    return {};
  }

  // A shape of sizes alone may be right for one batch size.
  auto getOnlyBatch = [&]() -> int64_t {
    if (llvm::any_of(dims, [](int64_t size) { return size < 1; }) ||
        !shapes::checkDims(dims).empty())
      return 0;
    int64_t perSample = 0, all = shapes::numElements(dims);
    if (llvm::MulOverflow(batchScale, shapes::numElements(input), perSample))
      return 0;
    return perSample > 0 && all % perSample == 0 ? all / perSample : 0;
  };
  auto makeError = [&](const char *expected) {
    std::string text = (llvm::Twine("expected ") + expected + " for an input of " +
                        shapes::formatDims(input) + ", but got " + shapes::formatDims(dims))
                           .str();
    if (int64_t only = getOnlyBatch())
      return text + ", which has a batch of " + std::to_string(only) +
             " written into it; export the model with a dynamic batch there, or fix the batch size "
             "with --fixed-batch " +
             std::to_string(only);
    return text + "; fix the batch size with --fixed-batch";
  };
  // For every sample there are `total` elements in the input. Those that the shape knows of have to
  // be a part of them, and all if there is no -1.
  Parts parts;
  int64_t total = 0;
  if (!parts.fill(shape) || (!parts.batchIndex && !parts.restIndex) ||
      llvm::MulOverflow(batchScale, shapes::numElements(input), total) || total == 0 ||
      total % parts.known != 0 || (!parts.restIndex && total != parts.known))
    return makeError("a shape that fits every batch size");
  if (parts.batchIndex && parts.restIndex) {
    dims[*parts.restIndex] = total / parts.known;
  } else if (parts.restIndex) {
    parts.batchIndex = parts.restIndex;
    parts.batchScale = total / parts.known;
  }
  bool stays = *parts.batchIndex == inputBatch && parts.batchScale == batchScale;
  dims[*parts.batchIndex] = stays ? 0 : -1;
  result = {std::move(dims), parts.batchScale};
  return {};
}
