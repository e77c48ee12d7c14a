//===- HostMovement.cpp - Data movement on constant tensors ----------------===//

#include "HostOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>

using namespace quantir;
using namespace quantir::importer;

/// Results may have this many elements, or as many as the inputs together if those have more: so
/// that a small file cannot ask for any amount of memory.
static constexpr int64_t maxGrownElements = int64_t(1) << 24;

static llvm::Error checkSize(const Dims &dims, int64_t inputElements) {
  if (std::string error = shapes::checkDims(dims); !error.empty())
    return makeError(error);
  if (shapes::numElements(dims) > std::max(maxGrownElements, inputElements))
    return makeError("expected a constant of at most ", maxGrownElements, " elements, but got ",
                     shapes::formatDims(dims));
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Strided copies
//===----------------------------------------------------------------------===//

/// Calls visit(i, offset + sum(index * strides)) for the i-th index of `dims`, in row-major order.
template <typename Visit>
static void forEachStrided(const Dims &dims, int64_t offset, const Dims &strides, Visit visit) {
  int64_t count = shapes::numElements(dims);
  if (dims.empty() || count == 0) {
    for (int64_t i = 0; i < count; ++i)
      visit(i, offset);
    return;
  }
  Dims index(dims.size(), 0);
  const int64_t inner = dims.back(), innerStride = strides.back();
  for (int64_t i = 0; i < count; i += inner) {
    for (int64_t j = 0; j < inner; ++j)
      visit(i + j, offset + j * innerStride);
    for (size_t axis = dims.size() - 1; axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < dims[axis])
        break;
      offset -= strides[axis] * dims[axis];
      index[axis] = 0;
    }
  }
}

template <typename T>
static void copyStrided(const HostTensor &input, HostTensor &result, int64_t offset,
                        const Dims &strides) {
  const T *from = input.getValues<T>().data();
  T *to = result.getMutableValues<T>().data();
  forEachStrided(result.getDims(), offset, strides,
                 [&](int64_t i, int64_t source) { to[i] = from[source]; });
}

/// The tensor of `dims` whose element at `index` is the input's at offset + sum(index * strides).
static HostTensor makeStrided(const HostTensor &input, const Dims &dims, int64_t offset,
                              const Dims &strides) {
  HostTensor result = HostTensor::zeros(input.getType(), dims);
  switch (getByteSize(input.getType())) {
  case 1:
    copyStrided<uint8_t>(input, result, offset, strides);
    break;
  case 2:
    copyStrided<uint16_t>(input, result, offset, strides);
    break;
  case 4:
    copyStrided<uint32_t>(input, result, offset, strides);
    break;
  default:
    copyStrided<uint64_t>(input, result, offset, strides);
    break;
  }
  if (input.isSymbolic())
    forEachStrided(dims, offset, strides,
                   [&](int64_t i, int64_t source) { result.setScale(i, input.getScale(source)); });
  return result;
}

static Dims getRowMajorStrides(const Dims &dims) {
  Dims strides(dims.size(), 1);
  for (size_t axis = dims.size(); axis-- > 1;)
    strides[axis - 1] = strides[axis] * std::max<int64_t>(dims[axis], 1);
  return strides;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

HostResult importer::reshapeHost(const HostTensor &input, const Dims &shape) {
  Dims dims;
  if (std::string error = shapes::inferReshape(input.getDims(), shape, dims); !error.empty())
    return makeError(error);
  return input.withDims(std::move(dims));
}

HostResult importer::transposeHost(const HostTensor &input, const Dims &permutation) {
  Dims dims;
  if (std::string error = shapes::inferTranspose(input.getDims(), permutation, dims);
      !error.empty())
    return makeError(error);
  Dims inputStrides = getRowMajorStrides(input.getDims()), strides;
  for (int64_t axis : permutation)
    strides.push_back(inputStrides[axis]);
  return makeStrided(input, dims, 0, strides);
}

HostResult importer::sliceHost(const HostTensor &input, const shapes::ResolvedSlice &slice) {
  Dims strides = getRowMajorStrides(input.getDims());
  int64_t offset = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    offset += slice.starts[axis] * strides[axis];
    strides[axis] *= slice.steps[axis];
  }
  return makeStrided(input, slice.sizes, offset, strides);
}

HostResult importer::expandHost(const HostTensor &input, const Dims &shape) {
  Dims dims;
  if (std::string error = shapes::inferBroadcast(input.getDims(), shape, dims); !error.empty())
    return makeError(error);
  if (shapes::numElements(dims) == input.getNumElements()) // the same memory
    return input.withDims(std::move(dims));
  if (llvm::Error error = checkSize(dims, input.getNumElements()))
    return error;
  Dims inputStrides = getRowMajorStrides(input.getDims()), strides(dims.size(), 0);
  size_t lead = dims.size() - input.getDims().size();
  for (size_t axis = 0; axis < inputStrides.size(); ++axis)
    if (input.getDims()[axis] != 1)
      strides[lead + axis] = inputStrides[axis];
  return makeStrided(input, dims, 0, strides);
}

HostResult importer::concatHost(llvm::ArrayRef<const HostTensor *> inputs, int64_t axis) {
  std::vector<Dims> shapes;
  int64_t inputElements = 0; // those given several times count once
  llvm::SmallPtrSet<const char *, 8> seen;
  for (const HostTensor *input : inputs) {
    if (input->getType() != inputs[0]->getType())
      return makeError("expected inputs of one type, but got ", describe(inputs[0]->getType()),
                       " and ", describe(input->getType()));
    shapes.push_back(input->getDims());
    if (seen.insert(input->getBytes().data()).second)
      inputElements += input->getNumElements();
  }
  Dims dims;
  if (std::string error = shapes::inferConcat(shapes, axis, dims); !error.empty())
    return makeError(error);
  if (llvm::Error error = checkSize(dims, inputElements))
    return error;

  HostTensor result = HostTensor::zeros(inputs[0]->getType(), dims);
  if (result.getNumElements() == 0)
    return result;
  const int64_t outer =
      std::accumulate(dims.begin(), dims.begin() + axis, int64_t(1), std::multiplies<>());
  const int64_t size = getByteSize(result.getType());
  int64_t at = 0;
  for (int64_t i = 0; i < outer; ++i) {
    for (const HostTensor *input : inputs) {
      int64_t block = input->getNumElements() / outer;
      if (block != 0)
        std::memcpy(result.getMutableBytes() + at * size,
                    input->getBytes().data() + i * block * size, block * size);
      for (int64_t j = 0; j < block; ++j)
        result.setScale(at + j, input->getScale(i * block + j));
      at += block;
    }
  }
  return result;
}

HostResult importer::gatherHost(const HostTensor &input, const HostTensor &indices, int64_t axis) {
  llvm::Expected<HostTensor> wide = castHost(indices, ElementType::Int64);
  if (!wide)
    return wide;
  if (wide->isSymbolic())
    return makeError("expected constant indices, but they depend on the batch size");
  const Dims &in = input.getDims();
  Dims dims(in.begin(), in.begin() + axis);
  llvm::append_range(dims, indices.getDims());
  dims.insert(dims.end(), in.begin() + axis + 1, in.end());
  if (dims.size() > maxRank)
    return makeError("expected at most ", maxRank, " dimensions, but got ", dims.size());
  if (llvm::Error error = checkSize(dims, input.getNumElements()))
    return error;

  llvm::SmallVector<int64_t> rows;
  for (int64_t index : wide->getValues<int64_t>()) {
    if (index < -in[axis] || index >= in[axis])
      return makeError("expected indices from ", -in[axis], " to ", in[axis] - 1, ", but got ",
                       index);
    rows.push_back(index < 0 ? index + in[axis] : index);
  }
  HostTensor result = HostTensor::zeros(input.getType(), dims);
  if (result.getNumElements() == 0)
    return result;
  const int64_t size = getByteSize(result.getType());
  const int64_t inner = getRowMajorStrides(in)[axis];
  const int64_t outer = input.getNumElements() / (inner * in[axis]);
  int64_t at = 0;
  for (int64_t i = 0; i < outer; ++i) {
    for (int64_t row : rows) {
      int64_t source = (i * in[axis] + row) * inner;
      std::memcpy(result.getMutableBytes() + at * size, input.getBytes().data() + source * size,
                  inner * size);
      for (int64_t j = 0; j < inner; ++j)
        result.setScale(at + j, input.getScale(source + j));
      at += inner;
    }
  }
  return result;
}

HostResult importer::fillHost(const HostTensor &value, const Dims &shape) {
  if (value.getNumElements() != 1)
    return makeError("expected a value of one element, but got dimensions ",
                     shapes::formatDims(value.getDims()));
  if (llvm::Error error = checkSize(shape, 1))
    return error;
  return makeStrided(value, shape, 0, Dims(shape.size(), 0));
}

/// How many elements there are from `first` to before `last`; more than `maxGrownElements` for too
/// many, or for a step of 0.
template <typename T> static int64_t countRange(T first, T last, T step) {
  if constexpr (std::is_integral_v<T>) {
    bool isEmpty = step > 0 ? first >= last : first <= last;
    if (step == 0 || isEmpty)
      return step == 0 ? INT64_MAX : 0;
    // The distance, and the step's size, as unsigned numbers: neither has to fit in a T.
    auto distance = step > 0 ? uint64_t(last) - uint64_t(first) : uint64_t(first) - uint64_t(last);
    auto length = step > 0 ? uint64_t(step) : uint64_t(0) - uint64_t(step);
    return int64_t(std::min<uint64_t>((distance - 1) / length + 1, INT64_MAX));
  } else {
    double count = std::ceil((double(last) - double(first)) / double(step));
    return count <= double(maxGrownElements) ? int64_t(std::max(count, 0.0)) // not NaN, of 0 / 0
                                             : INT64_MAX;
  }
}

template <typename T>
static HostResult makeRange(const HostTensor &start, const HostTensor &limit,
                            const HostTensor &delta) {
  T first = start.getValues<T>()[0], last = limit.getValues<T>()[0], step = delta.getValues<T>()[0];
  int64_t count = countRange(first, last, step);
  if (count > maxGrownElements)
    return makeError("expected a range of at most ", maxGrownElements,
                     " elements, but got one from ", first, " to ", last, " by ", step);
  HostTensor result = HostTensor::zeros(elementTypeOf<T>(), {count});
  for (auto [i, element] : llvm::enumerate(result.getMutableValues<T>())) {
    if constexpr (std::is_integral_v<T>) // a product may go beyond the range that the sum is in
      element = T(uint64_t(first) + uint64_t(i) * uint64_t(step));
    else
      element = first + T(i) * step;
  }
  return result;
}

HostResult importer::rangeHost(const HostTensor &start, const HostTensor &limit,
                               const HostTensor &delta) {
  for (const HostTensor *input : {&start, &limit, &delta}) {
    if (input->getType() != start.getType() || input->getNumElements() != 1)
      return makeError("expected scalars of one type for start, limit and delta");
    if (input->isSymbolic())
      return makeError("expected constants, but they depend on the batch size");
  }
  switch (start.getType()) {
  case ElementType::Int64:
    return makeRange<int64_t>(start, limit, delta);
  case ElementType::Int32:
    return makeRange<int32_t>(start, limit, delta);
  case ElementType::Float32:
    return makeRange<float>(start, limit, delta);
  case ElementType::Float64:
    return makeRange<double>(start, limit, delta);
  default:
    return makeError("a range of type ", describe(start.getType()), " is not supported");
  }
}

HostResult importer::whereHost(const HostTensor &condition, const HostTensor &ifTrue,
                               const HostTensor &ifFalse) {
  if (condition.getType() != ElementType::Bool)
    return makeError("expected a condition of type bool, but got ", describe(condition.getType()));
  if (ifTrue.getType() != ifFalse.getType())
    return makeError("expected values of one type, but got ", describe(ifTrue.getType()), " and ",
                     describe(ifFalse.getType()));
  Dims dims;
  std::string error = shapes::inferBroadcast(ifTrue.getDims(), ifFalse.getDims(), dims);
  if (error.empty())
    error = shapes::inferBroadcast(dims, condition.getDims(), dims);
  if (!error.empty())
    return makeError(error);
  HostResult which = expandHost(condition, dims);
  if (!which)
    return which;
  HostResult yes = expandHost(ifTrue, dims);
  if (!yes)
    return yes;
  HostResult no = expandHost(ifFalse, dims);
  if (!no)
    return no;
  const int64_t size = getByteSize(ifTrue.getType());
  HostTensor result = HostTensor::zeros(ifTrue.getType(), dims);
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
    const HostTensor &source = which->getBytes()[i] ? *yes : *no;
    std::memcpy(result.getMutableBytes() + i * size, source.getBytes().data() + i * size, size);
    result.setScale(i, which->getScale(i) ? SymbolicInt::unknown : source.getScale(i));
  }
  return result;
}
