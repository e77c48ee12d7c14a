//===- SequenceShapes.cpp - Shapes of lookups and recurrences -------------===//

#include "ShapesSupport.h"

namespace quantir::shapes {

using namespace quantir::shapes::detail;

std::string inferEmbedding(const Dims &indices, const Dims &table, Dims &out) {
  for (const Dims *dims : {&indices, &table})
    if (std::string error = checkDims(*dims); !error.empty())
      return error;
  if (table.size() != 2 || isDynamic(table))
    return expected("a table of rank 2", formatDims(table));
  Dims result = indices;
  result.push_back(table[1]);
  return finish(std::move(result), out);
}

std::string inferEmbeddingBag(const Dims &indices, const Dims &offsets, const Dims &table,
                              bool includeLastOffset, Dims &out) {
  for (const Dims *dims : {&indices, &offsets, &table})
    if (std::string error = checkDims(*dims); !error.empty())
      return error;
  if (indices.size() != 1 || offsets.size() != 1)
    return expected("indices and offsets of rank 1",
                    formatDims(indices) + " and " + formatDims(offsets));
  if (table.size() != 2 || isDynamic(table))
    return expected("a table of rank 2", formatDims(table));
  if (isDynamic(indices) && isDynamic(offsets))
    return expected("a fixed number of indices or of offsets", "two dynamic ones, which differ");
  if (!includeLastOffset)
    return finish({offsets[0], table[1]}, out);
  if (offsets[0] < 2)
    return expected("a fixed number of offsets, at least 2, of which the last ends the last bag",
                    formatDims(offsets));
  return finish({offsets[0] - 1, table[1]}, out);
}

/// Checks that an operand has these dimensions.
static std::string checkOperand(const char *name, const Dims &dims, const Dims &wanted) {
  if (dims == wanted)
    return {};
  return expected(std::string(name) + " of shape " + formatDims(wanted), formatDims(dims));
}

std::string inferLstm(const Dims &x, std::span<const Dims> parameters, LstmShapes &out) {
  if (std::string error = checkDims(x); !error.empty())
    return error;
  if (x.size() != 3 || x[0] == dynamicDim || x[2] == dynamicDim)
    return expected("an input [time, batch, features] of which at most the batch is dynamic",
                    formatDims(x));
  size_t directions = parameters.size() / 3, states = parameters.size() % 3;
  if (directions < 1 || directions > 2 || states == 1)
    return expected("two weights and a bias for one or two directions, then no states or two",
                    number(parameters.size()) + " operands");
  const Dims &hiddenWeight = parameters[1];
  if (hiddenWeight.size() != 2 || isDynamic(hiddenWeight) || hiddenWeight[1] < 1 ||
      hiddenWeight[0] % 4 != 0 || hiddenWeight[0] / 4 != hiddenWeight[1])
    return expected("a hidden weight [4 * hidden, hidden]", formatDims(hiddenWeight));
  int64_t gates = hiddenWeight[0], hidden = hiddenWeight[1];
  for (size_t direction = 0; direction < directions; ++direction) {
    std::span<const Dims> own = parameters.subspan(3 * direction, 3);
    if (std::string error = checkOperand("an input weight", own[0], {gates, x[2]}); !error.empty())
      return error;
    if (std::string error = checkOperand("a hidden weight", own[1], {gates, hidden});
        !error.empty())
      return error;
    if (std::string error = checkOperand("a bias", own[2], {gates}); !error.empty())
      return error;
  }
  LstmShapes result;
  int64_t count = int64_t(directions);
  if (std::string error = finish({x[0], x[1], count * hidden}, result.output); !error.empty())
    return error;
  if (std::string error = finish({count, x[1], hidden}, result.state); !error.empty())
    return error;
  for (const Dims &state : parameters.subspan(3 * directions))
    if (std::string error = checkOperand("an initial state", state, result.state); !error.empty())
      return error;
  out = std::move(result);
  return {};
}

} // namespace quantir::shapes
