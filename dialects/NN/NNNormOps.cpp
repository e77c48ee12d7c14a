//===- NNNormOps.cpp - Normalizations by a sample's own statistics ---------===//

#include "quantir/dialects/NN/NN.h"

#include "quantir/Shapes/KnownAxes.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::nn;

/// Checks a parameter's shape; an absent one is right.
static std::string checkParameter(StringRef name, Value value, const Dims &dims) {
  if (!value || getDims(value) == dims)
    return {};
  return ("expected a " + name + " of shape " + shapes::formatDims(dims) + ", but got " +
          shapes::formatDims(getDims(value)))
      .str();
}

/// The result of a normalization whose parameters are of shape `dims`.
template <typename OpAdaptor>
static std::string inferNorm(OpAdaptor op, const Dims &dims, Shapes &results) {
  if (std::string error = checkParameter("weight", op.getWeight(), dims); !error.empty())
    return error;
  if (std::string error = checkParameter("bias", op.getBias(), dims); !error.empty())
    return error;
  results.push_back(getDims(op.getInput()));
  return {};
}

static std::string expectRank(const Dims &input, size_t rank) {
  if (input.size() >= rank)
    return {};
  return "expected an input of rank " + std::to_string(rank) + " or more, but got " +
         shapes::formatDims(input);
}

std::string LayerNormOp::inferShapes(Adaptor op, Shapes &results) {
  Dims input = getDims(op.getInput());
  int64_t axis;
  if (std::string error = shapes::normalizeAxis(op.getAxis(), input.size(), axis); !error.empty())
    return error;
  if (std::string error = shapes::checkKnownFrom(input, axis); !error.empty())
    return error;
  return inferNorm(op, Dims(input.begin() + axis, input.end()), results);
}

std::string GroupNormOp::inferShapes(Adaptor op, Shapes &results) {
  Dims input = getDims(op.getInput());
  if (std::string error = expectRank(input, 2); !error.empty())
    return error;
  if (std::string error = shapes::checkKnownFrom(input, 1); !error.empty())
    return error;
  if (int64_t groups = op.getGroups(); groups < 1 || input[1] % groups != 0)
    return "expected a number of groups that divides the " + std::to_string(input[1]) +
           " channels, but got " + std::to_string(groups);
  return inferNorm(op, {input[1]}, results);
}

std::string InstanceNormOp::inferShapes(Adaptor op, Shapes &results) {
  Dims input = getDims(op.getInput());
  if (std::string error = expectRank(input, 3); !error.empty())
    return error;
  // The channels are the groups of one kernel, which has a fixed number of them.
  if (std::string error = shapes::checkKnownFrom(input, 1); !error.empty())
    return error;
  return inferNorm(op, {input[1]}, results);
}

template <typename OpT> static LogicalResult verifyEpsilon(OpT op) {
  const APFloat &epsilon = op.getEpsilonAttr().getValue();
  if (epsilon.isFinite() && !epsilon.isNegative())
    return success();
  return op.emitOpError("expected a finite epsilon that is not negative, but got ")
         << op.getEpsilonAttr();
}

LogicalResult LayerNormOp::verify() { return verifyEpsilon(*this); }
LogicalResult GroupNormOp::verify() { return verifyEpsilon(*this); }
LogicalResult InstanceNormOp::verify() { return verifyEpsilon(*this); }

std::string PReluOp::inferShapes(Adaptor op, Shapes &results) {
  Dims input = getDims(op.getInput()), slope = getDims(op.getSlope());
  if (std::string error = expectRank(input, 1); !error.empty())
    return error;
  bool perChannel = input.size() >= 2 && slope == Dims{input[1]};
  if (!perChannel && slope != Dims{1})
    return "expected a slope of shape [1]" +
           (input.size() < 2 ? std::string() : " or " + shapes::formatDims({input[1]})) +
           ", but got " + shapes::formatDims(slope);
  results.push_back(std::move(input));
  return {};
}
