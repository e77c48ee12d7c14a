//===- Shapes.cpp - Shape rules of the operators --------------------------===//
//
// Those with spatial dimensions are in SpatialShapes.cpp.
//
//===----------------------------------------------------------------------===//

#include "ShapesSupport.h"
#include "quantir/Shapes/Expand.h"
#include "quantir/Shapes/KnownAxes.h"

#include <algorithm>
#include <utility>

namespace quantir::shapes {

using namespace quantir::shapes::detail;

/// numpy's rule for one dimension; false when the two do not go together.
static bool broadcastDim(int64_t a, int64_t b, int64_t &out) {
  out = a == 1 ? b : a;
  return a == b || a == 1 || b == 1;
}

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

std::string formatDims(const Dims &dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); ++i)
    text += (i ? "x" : "") + (dims[i] == dynamicDim ? "?" : number(dims[i]));
  return text + "]";
}

std::string checkDims(const Dims &dims) {
  // The product ignores zeros, so that [0, huge, huge] cannot hide strides that overflow.
  int64_t product = 1;
  bool dynamic = false;
  for (int64_t dim : dims) {
    if (dim == dynamicDim) {
      if (std::exchange(dynamic, true))
        return expected("at most one dynamic dimension", formatDims(dims));
      continue;
    }
    if (dim < 0)
      return expected("dimensions that are not negative", formatDims(dims));
    if (__builtin_mul_overflow(product, std::max<int64_t>(dim, 1), &product) ||
        product > maxElements)
      return expected("a tensor of at most 2^48 elements", formatDims(dims));
  }
  return {};
}

size_t findDynamicDim(const Dims &dims) {
  return std::find(dims.begin(), dims.end(), dynamicDim) - dims.begin();
}

int64_t numElements(const Dims &dims) {
  int64_t product = 1;
  for (int64_t d : dims)
    product *= d == dynamicDim ? 1 : d;
  return product;
}

std::string normalizeAxis(int64_t axis, int64_t rank, int64_t &out) {
  if (axis < -rank || axis >= rank)
    return rank == 0 ? expected("no axis for a scalar", number(axis))
                     : expected("an axis between " + number(-rank) + " and " + number(rank - 1),
                                number(axis));
  out = axis < 0 ? axis + rank : axis;
  return {};
}

std::string normalizeAxes(std::span<const int64_t> axes, int64_t rank, Dims &out) {
  Dims result;
  for (int64_t axis : axes) {
    int64_t normal;
    if (std::string error = normalizeAxis(axis, rank, normal); !error.empty())
      return error;
    if (std::find(result.begin(), result.end(), normal) != result.end())
      return expected("different axes", formatList(axes));
    result.push_back(normal);
  }
  out = std::move(result);
  return {};
}

std::string checkKnownAxes(const Dims &dims, std::span<const int64_t> axes) {
  for (int64_t axis : axes)
    if (dims[axis] == dynamicDim)
      return expected("axes of known size", "axis " + number(axis) + " of " + formatDims(dims));
  return {};
}

std::string checkKnownFrom(const Dims &dims, int64_t axis) {
  size_t dynamic = findDynamicDim(Dims(dims.begin() + axis, dims.end())) + size_t(axis);
  return dynamic == dims.size() ? std::string() : checkKnownAxes(dims, Dims{int64_t(dynamic)});
}

//===----------------------------------------------------------------------===//
// Linear algebra and broadcasting
//===----------------------------------------------------------------------===//

std::string inferLinear(const Dims &x, const Dims &weight, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  if (std::string error = checkDims(weight); !error.empty())
    return error;
  if (weight.size() != 2 || isDynamic(weight))
    return expected("a weight of rank 2", formatDims(weight));
  if (x.empty() || x.back() != weight[1])
    return expected("an input whose last dimension is " + number(weight[1]) +
                        " (weight's dimension 1)",
                    formatDims(x));
  Dims result = x;
  result.back() = weight[0];
  return finish(std::move(result), out);
}

std::string inferMatMul(const Dims &a, const Dims &b, bool transposeB, Dims &out) {
  if (std::string error = checkDims(a); !error.empty())
    return error;
  if (std::string error = checkDims(b); !error.empty())
    return error;
  if (a.empty() || b.empty())
    return expected("operands of rank 1 or more", formatDims(a) + " and " + formatDims(b));
  Dims lhs = a, rhs = b;
  if (a.size() == 1)
    lhs.insert(lhs.begin(), 1);
  if (b.size() == 1)
    rhs.push_back(1);
  else if (transposeB)
    std::swap(rhs[rhs.size() - 1], rhs[rhs.size() - 2]);
  int64_t inner = lhs.back();
  if (inner == dynamicDim || inner != rhs[rhs.size() - 2])
    return expected("operands that agree on a known inner dimension",
                    formatDims(a) + " and " + formatDims(b) + (transposeB ? " (transposed)" : ""));
  Dims result;
  if (std::string error = inferBroadcast(Dims(lhs.begin(), lhs.end() - 2),
                                         Dims(rhs.begin(), rhs.end() - 2), result);
      !error.empty())
    return error;
  if (a.size() > 1)
    result.push_back(lhs[lhs.size() - 2]);
  if (b.size() > 1)
    result.push_back(rhs.back());
  return finish(std::move(result), out);
}

std::string inferBroadcast(const Dims &a, const Dims &b, Dims &out) {
  if (std::string error = checkDims(a); !error.empty())
    return error;
  if (std::string error = checkDims(b); !error.empty())
    return error;
  size_t rank = std::max(a.size(), b.size());
  Dims result(rank, 1);
  for (size_t i = 0; i < rank; ++i) {
    int64_t da = i < rank - a.size() ? 1 : a[i - (rank - a.size())];
    int64_t db = i < rank - b.size() ? 1 : b[i - (rank - b.size())];
    if (!broadcastDim(da, db, result[i]))
      return expected("shapes that broadcast", formatDims(a) + " and " + formatDims(b));
  }
  return finish(std::move(result), out);
}

std::string inferExpand(const Dims &x, const Dims &shape, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  if (shape.size() < x.size())
    return expected("a shape of rank " + number(x.size()) + " or more", formatList(shape));
  size_t lead = shape.size() - x.size();
  Dims result(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) {
    bool isBatch = shape[i] == expandToBatch;
    if (shape[i] < 0 && !isBatch && (shape[i] != -1 || i < lead))
      return expected(i < lead ? "sizes that are not negative for the new dimensions"
                               : "sizes, -1 to keep the input's, or -2 for the batch",
                      formatList(shape));
    int64_t have = i < lead ? 1 : x[i - lead];
    if (isBatch && have != 1)
      return expected("a dimension of 1 to be repeated for the batch", formatDims(x));
    int64_t want = isBatch ? dynamicDim : shape[i] == -1 ? have : shape[i];
    if (!broadcastDim(have, want, result[i]))
      return expected("a shape that " + formatDims(x) + " broadcasts to", formatList(shape));
  }
  return finish(std::move(result), out);
}

//===----------------------------------------------------------------------===//
// Moving data
//===----------------------------------------------------------------------===//

std::string inferReshape(const Dims &x, const Dims &shape, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  Dims result = shape;
  size_t rest = shape.size(); // index of the -1
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) {
      if (rest != shape.size())
        return expected("at most one -1 in the shape", formatList(shape));
      rest = i;
    } else if (shape[i] == 0) {
      if (i >= x.size())
        return expected("a 0 only where the input " + formatDims(x) + " has a dimension",
                        formatList(shape));
      result[i] = x[i];
    } else if (shape[i] < -1) {
      return expected("sizes, 0 or -1 in the shape", formatList(shape));
    }
  }
  bool dynamic = isDynamic(x);
  size_t batch = findDynamicDim(x);
  bool stays = dynamic && batch < shape.size() && shape[batch] == 0;
  if (dynamic && !stays && rest == shape.size())
    return expected("a shape with a 0 at dimension " + number(batch) +
                        " of the input, which is dynamic, or a -1",
                    formatList(shape));

  // The sizes besides the -1 and besides the batch.
  Dims known = result;
  if (rest != shape.size())
    known[rest] = 1;
  if (std::string error = checkDims(known); !error.empty())
    return error;
  int64_t have = numElements(x), want = numElements(known);
  auto mismatch = [&] {
    return expected("a shape of as many elements as " + formatDims(x), formatList(shape));
  };
  if (rest == shape.size()) {
    if (have != want)
      return mismatch();
  } else if (dynamic && !stays) {
    // The batch may be a multiple of `want / have`, as it is behind a view(-1, size).
    if (want == 0 || (have % want != 0 && want % std::max<int64_t>(have, 1) != 0))
      return mismatch();
    result[rest] = dynamicDim;
  } else if (want == 0 || have % want != 0) {
    return mismatch();
  } else {
    result[rest] = have / want;
  }
  return finish(std::move(result), out);
}

std::string inferTranspose(const Dims &x, const Dims &permutation, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  if (permutation.size() != x.size())
    return expected("a permutation of " + number(x.size()) + " axes", formatList(permutation));
  Dims result(x.size());
  std::vector<bool> seen(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    int64_t from = permutation[i];
    if (from < 0 || from >= int64_t(x.size()) || seen[from])
      return expected("a permutation of 0.." + number(x.size() - 1), formatList(permutation));
    seen[from] = true;
    result[i] = x[from];
  }
  return finish(std::move(result), out);
}

std::string inferSlice(const Dims &x, const Dims &starts, const Dims &ends, const Dims &axes,
                       const Dims &steps, ResolvedSlice &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  size_t count = starts.size();
  if (ends.size() != count || (!axes.empty() && axes.size() != count) ||
      (!steps.empty() && steps.size() != count))
    return expected("as many ends, axes and steps as starts (" + number(count) + ")",
                    number(ends.size()) + ", " + number(axes.size()) + " and " +
                        number(steps.size()));
  if (count > x.size())
    return expected("at most " + number(x.size()) + " starts", number(count));
  Dims which(count);
  for (size_t i = 0; i < count; ++i)
    which[i] = int64_t(i);
  if (!axes.empty())
    if (std::string error = normalizeAxes(axes, x.size(), which); !error.empty())
      return error;

  ResolvedSlice result{Dims(x.size(), 0), Dims(x.size(), 1), x};
  for (size_t i = 0; i < count; ++i) {
    size_t axis = which[i];
    int64_t size = x[axis], start = starts[i], end = ends[i], step = steps.empty() ? 1 : steps[i];
    if (step == 0)
      return expected("steps that are not 0", formatList(steps));
    if (size == dynamicDim) {
      if (start != 0 || step != 1 || end != INT64_MAX)
        return expected("the dynamic dimension to be kept whole (start 0, step 1, end 2^63-1)",
                        "start " + number(start) + ", end " + number(end) + ", step " +
                            number(step));
      continue;
    }
    // A longer step than the dimension reads one element, as that one does.
    step = std::clamp(step, -std::max<int64_t>(size, 1), std::max<int64_t>(size, 1));
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    start = std::clamp(start < 0 ? start + size : start, step > 0 ? 0 : std::min<int64_t>(0, high),
                       high);
    end = std::clamp(end < 0 ? end + size : end, low, high);
    int64_t distance = step > 0 ? end - start : start - end;
    int64_t length = step > 0 ? step : -step;
    result.sizes[axis] = distance <= 0 ? 0 : (distance + length - 1) / length;
    result.starts[axis] = result.sizes[axis] == 0 ? 0 : start;
    result.steps[axis] = step;
  }
  if (std::string error = finish(result.sizes, result.sizes); !error.empty())
    return error;
  out = std::move(result);
  return {};
}

std::string inferConcat(std::span<const Dims> inputs, int64_t axis, Dims &out) {
  if (inputs.empty())
    return expected("at least one input", "none");
  for (const Dims &input : inputs)
    if (std::string error = checkDims(input); !error.empty())
      return error;
  Dims result = inputs[0];
  if (std::string error = normalizeAxis(axis, result.size(), axis); !error.empty())
    return error;
  if (std::string error = checkKnownAxes(result, {&axis, 1}); !error.empty())
    return error;
  for (const Dims &input : inputs.subspan(1)) {
    bool same = input.size() == result.size();
    for (size_t i = 0; same && i < input.size(); ++i)
      same = int64_t(i) == axis ? input[i] != dynamicDim : input[i] == result[i];
    if (!same)
      return expected("inputs that differ in dimension " + number(axis) + " only",
                      formatDims(inputs[0]) + " and " + formatDims(input));
    if (__builtin_add_overflow(result[axis], input[axis], &result[axis]))
      return expected("a tensor of at most 2^48 elements", "more");
  }
  return finish(std::move(result), out);
}

std::string inferPad(const Dims &x, const Dims &padding, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  if (std::string error = checkAttribute("padding", padding, 2 * x.size(), 0); !error.empty())
    return error;
  Dims result = x;
  for (size_t i = 0; i < x.size(); ++i) {
    int64_t added = padding[i] + padding[i + x.size()];
    if (x[i] == dynamicDim && added != 0)
      return expected("no padding of the dynamic dimension", formatList(padding));
    result[i] += added;
  }
  return finish(std::move(result), out);
}

std::string inferMean(const Dims &x, const Dims &axes, bool keepDims, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  Dims reduced;
  if (std::string error = normalizeAxes(axes, x.size(), reduced); !error.empty())
    return error;
  if (axes.empty())
    for (size_t i = 0; i < x.size(); ++i)
      reduced.push_back(int64_t(i));
  if (std::string error = checkKnownAxes(x, reduced); !error.empty())
    return error;
  Dims result;
  for (size_t i = 0; i < x.size(); ++i) {
    bool drop = std::find(reduced.begin(), reduced.end(), int64_t(i)) != reduced.end();
    if (drop && x[i] == 0)
      return expected("something to average over", formatDims(x));
    if (!drop)
      result.push_back(x[i]);
    else if (keepDims)
      result.push_back(1);
  }
  return finish(std::move(result), out);
}

std::string inferFlatten(const Dims &x, int64_t startAxis, int64_t endAxis, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  int64_t rank = std::max<int64_t>(x.size(), 1);
  int64_t start, end;
  if (std::string error = normalizeAxis(startAxis, rank, start); !error.empty())
    return error;
  if (std::string error = normalizeAxis(endAxis, rank, end); !error.empty())
    return error;
  if (start > end)
    return expected("a start axis no greater than the end axis",
                    number(startAxis) + " and " + number(endAxis));
  if (x.empty())
    return finish({1}, out);
  Dims merged(x.begin() + start, x.begin() + end + 1);
  Dims result(x.begin(), x.begin() + start);
  result.push_back(isDynamic(merged) ? dynamicDim : numElements(merged));
  result.insert(result.end(), x.begin() + end + 1, x.end());
  return finish(std::move(result), out);
}

std::string inferSqueeze(const Dims &x, const Dims &axes, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  Dims dropped;
  if (std::string error = normalizeAxes(axes, x.size(), dropped); !error.empty())
    return error;
  Dims result;
  for (size_t i = 0; i < x.size(); ++i) {
    bool drop = axes.empty()
                    ? x[i] == 1
                    : std::find(dropped.begin(), dropped.end(), int64_t(i)) != dropped.end();
    if (drop && x[i] != 1)
      return expected("dimension " + number(i) + " to be 1", formatDims(x));
    if (!drop)
      result.push_back(x[i]);
  }
  return finish(std::move(result), out);
}

std::string inferUnsqueeze(const Dims &x, const Dims &axes, Dims &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  size_t rank = x.size() + axes.size();
  Dims added;
  if (std::string error = normalizeAxes(axes, rank, added); !error.empty())
    return error;
  Dims result;
  auto next = x.begin();
  for (size_t i = 0; i < rank; ++i) {
    bool isNew = std::find(added.begin(), added.end(), int64_t(i)) != added.end();
    result.push_back(isNew ? 1 : *next++);
  }
  return finish(std::move(result), out);
}

std::string inferSplit(const Dims &x, int64_t axis, const Dims &sizes, std::vector<Dims> &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  if (std::string error = normalizeAxis(axis, x.size(), axis); !error.empty())
    return error;
  if (std::string error = checkKnownAxes(x, {&axis, 1}); !error.empty())
    return error;
  if (sizes.empty())
    return expected("at least one size", "none");
  if (std::string error = checkAttribute("sizes", sizes, sizes.size(), 1); !error.empty())
    return error;
  int64_t sum = 0;
  for (int64_t size : sizes)
    if (__builtin_add_overflow(sum, size, &sum))
      break;
  if (sum != x[axis])
    return expected("sizes that add up to " + number(x[axis]), formatList(sizes));
  std::vector<Dims> result(sizes.size(), x);
  for (size_t i = 0; i < sizes.size(); ++i)
    result[i][axis] = sizes[i];
  out = std::move(result);
  return {};
}

} // namespace quantir::shapes
