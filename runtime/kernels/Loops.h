//===- Loops.h - Iterating over strided tensors -----------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_LOOPS_H
#define QUANTIR_RUNTIME_KERNELS_LOOPS_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/Validate.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace quantir::runtime {

/// One loop over N operands: how often, and by how many elements each of them moves.
template <size_t N> struct LoopAxis {
  int64_t size;
  std::array<int64_t, N> strides;
};

template <size_t N> using StrideLists = std::array<std::span<const int64_t>, N>;

/// The loops that visit `dims` in the order of the first operand's memory: dimensions of 1 are
/// dropped, and those that all operands step through evenly are merged. Outermost first; at least
/// one.
template <size_t N>
std::vector<LoopAxis<N>> loopAxes(std::span<const int64_t> dims, const StrideLists<N> &strides) {
  std::vector<LoopAxis<N>> axes;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 1)
      continue;
    LoopAxis<N> axis{dims[i], {}};
    for (size_t k = 0; k < N; ++k)
      axis.strides[k] = strides[k][i];
    axes.push_back(axis);
  }
  std::stable_sort(axes.begin(), axes.end(), [](const LoopAxis<N> &a, const LoopAxis<N> &b) {
    return a.strides[0] > b.strides[0];
  });
  std::vector<LoopAxis<N>> merged;
  for (const LoopAxis<N> &axis : axes) {
    bool even = !merged.empty();
    for (size_t k = 0; even && k < N; ++k)
      even = merged.back().strides[k] == axis.strides[k] * axis.size;
    if (even)
      merged.back() = {merged.back().size * axis.size, axis.strides};
    else
      merged.push_back(axis);
  }
  if (merged.empty())
    merged.push_back({1, {}});
  return merged;
}

/// Calls fn(offsets) for every index of `axes`, with each operand's offset in elements.
template <size_t N, typename Fn> void forEachOffset(std::span<const LoopAxis<N>> axes, Fn &&fn) {
  std::array<int64_t, N> offsets = {};
  std::array<int64_t, planLimits::rank> index = {};
  for (;;) {
    fn(offsets);
    size_t d = axes.size();
    for (;;) {
      if (d-- == 0)
        return;
      if (++index[d] < axes[d].size) {
        for (size_t k = 0; k < N; ++k)
          offsets[k] += axes[d].strides[k];
        break;
      }
      index[d] = 0;
      for (size_t k = 0; k < N; ++k)
        offsets[k] -= (axes[d].size - 1) * axes[d].strides[k];
    }
  }
}

/// Visits the elements of N operands of the same dims, in the order of the first one's memory.
template <size_t N> class LoopNest {
public:
  using Offsets = std::array<int64_t, N>;

  LoopNest(std::span<const int64_t> dims, const StrideLists<N> &strides)
      : outer(loopAxes(dims, strides)), inner(outer.back()) {
    outer.pop_back();
  }

  /// Calls fn(offsets, strides, count) for each innermost loop.
  template <typename Fn> void forEachRun(Fn &&fn) const {
    forEachOffset(std::span<const LoopAxis<N>>(outer),
                  [&](const Offsets &offsets) { fn(offsets, inner.strides, inner.size); });
  }

private:
  std::vector<LoopAxis<N>> outer;
  LoopAxis<N> inner;
};

/// Calls fn(index) for every index below `sizes`, the last dimension fastest.
template <typename Fn> void forEachIndex(std::span<const int64_t> sizes, Fn &&fn) {
  std::array<int64_t, planLimits::rank> index = {};
  for (;;) {
    fn(std::span<const int64_t>(index.data(), sizes.size()));
    size_t d = sizes.size();
    for (;;) {
      if (d-- == 0)
        return;
      if (++index[d] < sizes[d])
        break;
      index[d] = 0;
    }
  }
}

/// The strides with which `operand` follows an index of `dims`, which its own dims broadcast to.
inline std::vector<int64_t> broadcastStrides(const Operand &operand,
                                             std::span<const int64_t> dims) {
  std::vector<int64_t> strides(dims.size(), 0);
  size_t missing = dims.size() - operand.dims.size();
  for (size_t i = 0; i < operand.dims.size(); ++i)
    if (operand.dims[i] != 1)
      strides[missing + i] = operand.strides[i];
  return strides;
}

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_LOOPS_H
