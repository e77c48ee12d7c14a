//===- BoxCopy.cpp - Moving a box of elements ---------------*- C++ -*-===//

#include "runtime/kernels/native/BoxCopy.h"

#include "quantir/Base/TargetClones.h"
#include "runtime/threads/Team.h"

#include <algorithm>
#include <cstring>

namespace quantir::runtime::native {

namespace {

/// Three or four planes to as many channels of each pixel, the images of a first layer: whole
/// vectors at a time.
QUANTIR_TARGET_CLONES void interleave3(const uint8_t *a, const uint8_t *b, const uint8_t *c,
                                       uint8_t *__restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    y[3 * i] = a[i];
    y[3 * i + 1] = b[i];
    y[3 * i + 2] = c[i];
  }
}
QUANTIR_TARGET_CLONES void interleave3(const uint32_t *a, const uint32_t *b, const uint32_t *c,
                                       uint32_t *__restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    y[3 * i] = a[i];
    y[3 * i + 1] = b[i];
    y[3 * i + 2] = c[i];
  }
}

template <typename T>
void copyRow(const T *from, int64_t fromStride, T *to, int64_t toStride, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    to[i * toStride] = from[i * fromStride];
}

/// Rows lie next to each other in the source, columns in the target: by squares, so that both stay
/// in cache.
template <typename T>
void transpose(const T *from, int64_t fromColumn, T *to, int64_t toRow, int64_t rows,
               int64_t columns) {
  constexpr int64_t square = 64 / sizeof(T);
  for (int64_t r = 0; r < rows; r += square)
    for (int64_t c = 0; c < columns; c += square) {
      const int64_t rEnd = std::min(r + square, rows), cEnd = std::min(c + square, columns);
      for (int64_t i = r; i < rEnd; ++i)
        for (int64_t j = c; j < cEnd; ++j)
          to[i * toRow + j] = from[j * fromColumn + i];
    }
}

template <typename T>
void copyRows(const T *from, T *to, int64_t rows, int64_t fromRow, int64_t toRow, int64_t columns,
              int64_t fromColumn, int64_t toColumn) {
  if (fromColumn == 1 && toColumn == 1) {
    for (int64_t r = 0; r < rows; ++r)
      std::memcpy(to + r * toRow, from + r * fromRow, size_t(columns) * sizeof(T));
  } else if (toColumn == 1 && fromRow == 1 && columns == 3 && toRow == 3) {
    interleave3(from, from + fromColumn, from + 2 * fromColumn, to, rows);
  } else if (toColumn == 1 && fromRow == 1) {
    transpose(from, fromColumn, to, toRow, rows, columns);
  } else {
    for (int64_t r = 0; r < rows; ++r)
      copyRow(from + r * fromRow, fromColumn, to + r * toRow, toColumn, columns);
  }
}

} // namespace

BoxCopy::BoxCopy(std::span<const int64_t> dims, size_t elementSize, int64_t fromStart,
                 std::span<const int64_t> fromStrides, int64_t toStart,
                 std::span<const int64_t> toStrides)
    : elementSize(elementSize), fromStart(fromStart), toStart(toStart) {
  // The order of the target's memory, fastest last; dimensions that continue each other in both
  // memories become one.
  std::vector<Dim> all;
  for (size_t i = 0; i < dims.size(); ++i)
    if (dims[i] != 1)
      all.push_back({dims[i], fromStrides[i], toStrides[i]});
  std::stable_sort(all.begin(), all.end(), [](const Dim &a, const Dim &b) { return a.to > b.to; });
  std::vector<Dim> merged;
  for (const Dim &dim : all) {
    if (!merged.empty() && merged.back().to == dim.to * dim.size &&
        merged.back().from == dim.from * dim.size)
      merged.back() = {merged.back().size * dim.size, dim.from, dim.to};
    else
      merged.push_back(dim);
  }
  if (!merged.empty()) {
    columns = merged.back();
    merged.pop_back();
  }
  // The rows: the dimension that is contiguous in the source, if there is one, else the next faster
  // one.
  if (!merged.empty()) {
    auto next =
        std::find_if(merged.begin(), merged.end(), [](const Dim &dim) { return dim.from == 1; });
    if (columns.from == 1 || next == merged.end())
      next = merged.end() - 1;
    rows = *next;
    merged.erase(next);
  }
  outer = std::move(merged);
  for (const Dim &dim : outer)
    outerCount *= dim.size;
  if (std::find(dims.begin(), dims.end(), 0) != dims.end())
    outerCount = 0;
}

void BoxCopy::run(const void *from, void *to) const {
  if (outerCount == 0)
    return;
  const auto *source = static_cast<const std::byte *>(from) + fromStart * int64_t(elementSize);
  auto *target = static_cast<std::byte *>(to) + toStart * int64_t(elementSize);
  const bool bytes = elementSize == 1;
  // One unit of work is some rows of one outer index: outer indices alone may be too few to share.
  const int64_t maxParts = 16;
  const int64_t parts = outerCount >= maxParts ? 1 : std::min(maxParts, rows.size);
  const int64_t perPart = (rows.size + parts - 1) / parts;
  parallelFor(outerCount * parts, perPart * columns.size, [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t firstRow = unit % parts * perPart,
                    lastRow = std::min(rows.size, firstRow + perPart);
      if (firstRow >= lastRow)
        continue;
      int64_t rest = unit / parts, fromAt = firstRow * rows.from, toAt = firstRow * rows.to;
      for (size_t d = outer.size(); d-- > 0; rest /= outer[d].size) {
        fromAt += rest % outer[d].size * outer[d].from;
        toAt += rest % outer[d].size * outer[d].to;
      }
      if (bytes)
        copyRows(reinterpret_cast<const uint8_t *>(source) + fromAt,
                 reinterpret_cast<uint8_t *>(target) + toAt, lastRow - firstRow, rows.from, rows.to,
                 columns.size, columns.from, columns.to);
      else
        copyRows(reinterpret_cast<const uint32_t *>(source) + fromAt,
                 reinterpret_cast<uint32_t *>(target) + toAt, lastRow - firstRow, rows.from,
                 rows.to, columns.size, columns.from, columns.to);
    }
  });
}

} // namespace quantir::runtime::native
