//===- Packing.h - Weights in oneDNN's blocked formats ----------*- C++ -*-===//
//
// oneDNN's kernels read weights in blocks, AB16b64a for instance, padded with zeros to whole ones.
// Its own reorder into such formats is not used where it can be helped: that of oneDNN 3.7 leaves a
// part of padded blocks unwritten on machines that do not tell the size of their caches, such as
// many virtual ones (PackingTests.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_PACKING_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_PACKING_H

#include "runtime/kernels/onednn/StridedCopy.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <optional>
#include <vector>

namespace quantir::runtime::onednn {

class Packing {
public:
  /// From a plain format to a blocked one, of the same dims and type. Nullopt for what else oneDNN
  /// may want: formats of its own, and those with sums of the weights behind them.
  static std::optional<Packing> create(const dnnl::memory::desc &from,
                                       const dnnl::memory::desc &to);

  /// Writes all of `to`, padding included.
  void run(const void *from, void *to) const;

private:
  std::vector<StridedCopy> copies;
  size_t bytes = 0;
  bool hasPadding = false;
};

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_PACKING_H
