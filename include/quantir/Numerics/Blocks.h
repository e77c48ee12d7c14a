//===- Blocks.h - Walking over the blocks of a tensor -----------*- C++ -*-===//
//
// Private to the library.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_BLOCKS_H
#define QUANTIR_NUMERICS_BLOCKS_H

#include "quantir/Numerics/Affine.h"

namespace quantir::numerics {

/// A tensor cut into blocks.
struct BlockView {
  std::vector<int64_t> dims;
  std::vector<int64_t> blocks; ///< how many in each dimension; empty: one, whatever the rank

  int64_t numBlocks() const;
  /// Calls body(block, begin, length) for runs of neighbouring values of one block, in row-major
  /// order, that make up the tensor.
  template <typename Body> void forEachRun(Body body) const;
};

/// The blocks of that granularity.
[[nodiscard]] std::string blockView(const Granularity &granularity, std::span<const int64_t> dims,
                                    BlockView &out);

/// The blocks of which there are that many.
[[nodiscard]] std::string viewOf(std::span<const int64_t> blocks, std::span<const int64_t> dims,
                                 BlockView &out);

/// Least and greatest value of each block; `min` and `max` hold view.numBlocks() entries. Returns
/// whether all values are finite.
bool scanBlocks(const float *data, const BlockView &view, float *min, float *max);

/// Quantizes and dequantizes; `params` are valid and of the view's blocks. `in` may be `out`.
void fakeQuantizeBlocks(const float *in, const BlockView &view, const AffineQParams &params,
                        float *out);

template <typename Body> void BlockView::forEachRun(Body body) const {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= dim;
  if (count == 0)
    return;
  if (numBlocks() == 1)
    return body(int64_t(0), int64_t(0), count);
  const size_t last = dims.size() - 1;
  const int64_t rows = count / dims[last], run = dims[last] / blocks[last];
  for (int64_t row = 0; row < rows; ++row) {
    int64_t block = 0, stride = blocks[last], rest = row;
    for (size_t d = last; d-- > 0; rest /= dims[d]) {
      block += rest % dims[d] / (dims[d] / blocks[d]) * stride;
      stride *= blocks[d];
    }
    for (int64_t i = 0; i < blocks[last]; ++i)
      body(block + i, row * dims[last] + i * run, run);
  }
}

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_BLOCKS_H
