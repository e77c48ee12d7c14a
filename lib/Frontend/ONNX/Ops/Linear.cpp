//===- Linear.cpp - Gemm and MatMul ----------------------------------------===//

#include "lib/Frontend/ONNX/HostOps.h"
#include "lib/Frontend/ONNX/Registry.h"

#include "llvm/ADT/STLExtras.h"

using namespace quantir;
using namespace quantir::importer;

static LogicalResult importMatMul(NodeContext &node) {
  return node.emit<nn::MatMulOp>({node.getValue(0), node.getValue(1)});
}

static Value transposeMatrix(NodeContext &node, Value matrix) {
  auto op = node.create<nn::TransposeOp>({matrix}, {node.attr("permutation", Dims{1, 0})});
  return op ? op.getResult() : Value();
}

/// The constant times a number.
static HostResult scaleHost(const HostTensor &tensor, float factor) {
  if (factor == 1)
    return tensor;
  return binaryHost(BinaryKind::Mul, tensor, HostTensor::make<float>({}, factor));
}

static Value scaleValue(NodeContext &node, Value value, float factor) {
  if (factor == 1 || !value)
    return value;
  Value number = node.createConstant(HostTensor::make<float>({}, factor), "factor");
  auto op = node.create<nn::MulOp>({value, number});
  return op ? op.getResult() : Value();
}

/// A constant of the function, with an error if it cannot be one.
static Value makeConstant(NodeContext &node, HostResult tensor, llvm::StringRef name) {
  if (tensor)
    return node.createConstant(*tensor, name);
  node.emitError() << llvm::toString(tensor.takeError());
  return {};
}

/// Input `index` times `factor`.
static Value getScaled(NodeContext &node, unsigned index, float factor) {
  const HostTensor *constant = node.getConstant(index);
  if (constant && constant->getType() == ElementType::Float32 && factor != 1)
    return makeConstant(node, scaleHost(*constant, factor), node.getInputName(index));
  return scaleValue(node, node.getValue(index), factor);
}

/// Gemm's C as the bias [n] of a linear layer, if it is that: constant and the same for every row.
static Value getBias(NodeContext &node, int64_t n, float beta) {
  const HostTensor *constant = node.getConstant(2);
  if (!constant || constant->getType() != ElementType::Float32 || constant->isSymbolic())
    return {};
  const Dims &dims = constant->getDims();
  bool isRow = dims.size() <= 2 && constant->getNumElements() == (dims.empty() ? 1 : dims.back()) &&
               (dims.empty() || dims.back() == n || dims.back() == 1);
  if (!isRow)
    return {};
  if (dims == Dims{n} && beta == 1)
    return node.getValue(2);
  HostResult scaled = scaleHost(*constant, beta);
  if (scaled)
    scaled = expandHost(scaled->withDims({constant->getNumElements()}), {n});
  return makeConstant(node, std::move(scaled), node.getInputName(2));
}

/// alpha * A' * B' + beta * C. With a constant B it is a linear layer, whose weight takes up alpha.
static LogicalResult importGemm(NodeContext &node) {
  float alpha = node.getFloat("alpha", 1), beta = node.getFloat("beta", 1);
  bool transA = node.getFlag("transA", false), transB = node.getFlag("transB", false);
  Value a = node.getValue(0);
  for (unsigned index : {0, 1})
    if (!node.hasFailed() && node.getRank(index) != 2)
      node.emitInputError(index) << "expected a matrix, but got dimensions "
                                 << shapes::formatDims(node.getDims(index));
  if (node.hasFailed())
    return failure();
  if (transA)
    a = transposeMatrix(node, a);

  Value result;
  bool hasC = node.hasInput(2) && beta != 0;
  if (const HostTensor *b = node.getConstant(1)) {
    Value weight = transB && alpha == 1 ? node.getValue(1) : Value();
    if (!weight && b->getType() == ElementType::Float32) {
      HostResult rows = transB ? HostResult(*b) : transposeHost(*b, {1, 0});
      if (rows)
        rows = scaleHost(*rows, alpha);
      weight = makeConstant(node, std::move(rows), node.getInputName(1));
    } else if (!weight) {
      weight = node.getValue(1); // reports the type
    }
    if (node.hasFailed())
      return failure();
    llvm::SmallVector<Value> operands{a, weight};
    if (hasC) {
      if (Value bias = getBias(node, nn::getDims(weight)[0], beta)) {
        operands.push_back(bias);
        hasC = false;
      }
    }
    auto op = node.create<nn::LinearOp>(operands);
    result = op ? op.getResult() : Value();
  } else {
    Value b2 = node.getValue(1);
    auto op = node.create<nn::MatMulOp>({a, transB ? transposeMatrix(node, b2) : b2});
    result = op ? scaleValue(node, op.getResult(), alpha) : Value();
  }
  if (!hasC || !result)
    return node.bind(0, result);

  auto sum = node.create<nn::AddOp>({result, getScaled(node, 2, beta)});
  if (sum && sum.getType() != result.getType())
    return node.emitInputError(2) << "expected dimensions that broadcast to "
                                  << shapes::formatDims(nn::getDims(result)) << ", but got "
                                  << shapes::formatDims(node.getDims(2));
  return sum ? node.bind(0, sum.getResult()) : failure();
}

static constexpr Operator operators[] = {
    {"MatMul", 1, 2, 2, 1, "", importMatMul},
    {"Gemm", 9, 2, 3, 1, "alpha beta transA transB", importGemm},
};

OperatorTable importer::getLinearOperators() { return operators; }
