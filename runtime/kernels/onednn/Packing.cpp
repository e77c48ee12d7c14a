//===- Packing.cpp - Weights in oneDNN's blocked formats ------------------===//

#include "runtime/kernels/onednn/Packing.h"

#include <cstring>

namespace quantir::runtime::onednn {

namespace {

/// Elements that lie in a box: where it starts in both memories, and its sides.
struct Box {
  int64_t from = 0, to = 0;
  std::vector<int64_t> sizes, fromStrides, toStrides;

  void addSide(int64_t size, int64_t fromStride, int64_t toStride) {
    sizes.push_back(size);
    fromStrides.push_back(fromStride);
    toStrides.push_back(toStride);
  }
};

/// A part of a dim's index: the index is the sum of the digits times their units.
struct Digit {
  int64_t unit;   ///< elements of the dim
  int64_t radix;  ///< of the outermost, which has no bound, the dim itself
  int64_t stride; ///< in the blocked memory
};

/// The digits of each dim, the outermost first.
std::vector<std::vector<Digit>> digitsOf(const dnnl::memory::desc &blocked) {
  const dnnl::memory::dims dims = blocked.get_dims(), strides = blocked.get_strides(),
                           blocks = blocked.get_inner_blks(), indices = blocked.get_inner_idxs();
  std::vector<std::vector<Digit>> digits(dims.size());
  std::vector<int64_t> units(dims.size(), 1);
  int64_t stride = 1;
  for (size_t k = blocks.size(); k-- > 0;) {
    const size_t dim = size_t(indices[k]);
    digits[dim].insert(digits[dim].begin(), {units[dim], blocks[k], stride});
    units[dim] *= blocks[k];
    stride *= blocks[k];
  }
  for (size_t dim = 0; dim < dims.size(); ++dim)
    digits[dim].insert(digits[dim].begin(), {units[dim], dims[dim], strides[dim]});
  return digits;
}

/// Divides each of `boxes` by the digits of a dim of `size` elements: into the whole blocks, the
/// whole smaller blocks of the rest, and so on.
std::vector<Box> divide(const std::vector<Box> &boxes, const std::vector<Digit> &digits,
                        int64_t size, int64_t fromStride) {
  std::vector<Box> divided;
  for (Box start : boxes) {
    int64_t rest = size;
    for (size_t level = 0; level < digits.size(); ++level) {
      const int64_t count = rest / digits[level].unit;
      rest %= digits[level].unit;
      if (count == 0)
        continue;
      Box box = start;
      box.addSide(count, digits[level].unit * fromStride, digits[level].stride);
      for (size_t inner = level + 1; inner < digits.size(); ++inner)
        box.addSide(digits[inner].radix, digits[inner].unit * fromStride, digits[inner].stride);
      divided.push_back(std::move(box));
      start.from += count * digits[level].unit * fromStride;
      start.to += count * digits[level].stride;
    }
  }
  return divided;
}

int64_t product(const dnnl::memory::dims &dims) {
  int64_t result = 1;
  for (int64_t dim : dims)
    result *= dim;
  return result;
}

} // namespace

std::optional<Packing> Packing::create(const dnnl::memory::desc &from,
                                       const dnnl::memory::desc &to) {
  const auto blocked = dnnl::memory::format_kind::blocked;
  if (from.get_format_kind() != blocked || to.get_format_kind() != blocked ||
      from.get_inner_nblks() != 0 || from.get_data_type() != to.get_data_type() ||
      from.get_dims() != to.get_dims())
    return std::nullopt;
  const size_t elementSize = dnnl::memory::data_type_size(to.get_data_type());
  const dnnl::memory::dims dims = to.get_dims(), padded = to.get_padded_dims(),
                           strides = from.get_strides();
  Packing packing;
  packing.size = size_t(product(padded)) * elementSize;
  packing.whole = packing.size == to.get_size();
  packing.hasPadding = padded != dims;
  const std::vector<std::vector<Digit>> digits = digitsOf(to);
  int64_t last = product(to.get_inner_blks()) - 1; // where the last element lies
  for (size_t dim = 0; dim < dims.size(); ++dim)
    last += (padded[dim] / digits[dim].front().unit - 1) * digits[dim].front().stride;
  if (last + 1 != product(padded) || (elementSize != 1 && elementSize != 4))
    return std::nullopt;
  std::vector<Box> boxes(1);
  for (size_t dim = 0; dim < dims.size(); ++dim)
    boxes = divide(boxes, digits[dim], dims[dim], strides[dim]);
  for (const Box &box : boxes)
    packing.copies.emplace_back(box.sizes, elementSize, box.from, box.fromStrides, box.to,
                                box.toStrides);
  return packing;
}

void Packing::run(const void *from, void *to) const {
  if (hasPadding)
    std::memset(to, 0, size);
  for (const native::BoxCopy &copy : copies)
    copy.run(from, to);
}

} // namespace quantir::runtime::onednn
