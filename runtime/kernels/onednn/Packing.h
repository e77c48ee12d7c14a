//===- Packing.h - Weights in oneDNN's blocked formats ----------*- C++ -*-===//
//
// oneDNN's kernels read weights in blocks, AB16b64a for instance, padded with zeros to whole ones.
// Its own reorder into such formats is not trusted: that of oneDNN 3.7 leaves a part of padded
// blocks unwritten on machines that do not tell the size of their caches, such as some virtual
// ones.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_PACKING_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_PACKING_H

#include "runtime/kernels/native/BoxCopy.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <optional>
#include <vector>

namespace quantir::runtime::onednn {

class Packing {
public:
  /// From a plain format to a blocked one without gaps, of the same dims and type. Nullopt for what
  /// else oneDNN may want.
  static std::optional<Packing> create(const dnnl::memory::desc &from,
                                       const dnnl::memory::desc &to);

  /// What the elements take in `to`, padding included.
  size_t bytes() const { return size; }

  /// Whether that is all of `to`: sums of the weights may stand behind them, in a form that only
  /// oneDNN knows.
  bool isWhole() const { return whole; }

  /// Writes the elements and the padding.
  void run(const void *from, void *to) const;

private:
  std::vector<native::BoxCopy> copies;
  size_t size = 0;
  bool whole = false, hasPadding = false;
};

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_PACKING_H
