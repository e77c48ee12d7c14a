//===- Arithmetic.cpp - Elementwise arithmetic -----------------------------===//
//
// Add, Sub, Mul, Div, Pow and Sqrt are operators of the model; the others here only exist in
// computations of shapes.
//
//===----------------------------------------------------------------------===//

#include "lib/Frontend/ONNX/HostOps.h"
#include "lib/Frontend/ONNX/Registry.h"

#include "quantir/Base/Text.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace quantir;
using namespace quantir::importer;

template <typename OpT, BinaryKind kind> static LogicalResult importBinary(NodeContext &node) {
  if (node.canEvaluate())
    return node.bindEvaluated(binaryHost(kind, *node.getHost(0), *node.getHost(1)));
  return node.emit<OpT>({node.getBroadcastValue(0, 1), node.getBroadcastValue(1, 0)});
}

static LogicalResult importMod(NodeContext &node) {
  BinaryKind kind = node.getFlag("fmod", false) ? BinaryKind::Fmod : BinaryKind::Mod;
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bindEvaluated(binaryHost(kind, *node.getHost(0), *node.getHost(1)));
}

/// Min and Max of any number of operands.
template <BinaryKind kind> static LogicalResult importExtremum(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  HostTensor result = *node.getHost(0);
  for (unsigned index = 1; index < node.getNumInputs(); ++index) {
    HostResult next = binaryHost(kind, result, *node.getHost(index));
    if (!next)
      return node.bind(0, std::move(next));
    result = std::move(*next);
  }
  return node.bindEvaluated(std::move(result));
}

template <CompareKind kind> static LogicalResult importCompare(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bindEvaluated(compareHost(kind, *node.getHost(0), *node.getHost(1)));
}

template <LogicKind kind> static LogicalResult importLogic(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bindEvaluated(logicHost(kind, *node.getHost(0), *node.getHost(1)));
}

template <UnaryKind kind> static LogicalResult importUnary(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bindEvaluated(unaryHost(kind, *node.getHost(0)));
}

/// The only function of one operand here that models have as well.
static LogicalResult importSqrt(NodeContext &node) {
  if (node.canEvaluate())
    return node.bindEvaluated(unaryHost(UnaryKind::Sqrt, *node.getHost(0)));
  return node.emit<nn::SqrtOp>({node.getValue(0)});
}

/// The exponent of a Pow, of any type, if all its elements are equal and it changes no dimensions.
static std::optional<double> getExponent(NodeContext &node) {
  Dims base = node.getDims(0);
  const HostTensor *constant = node.getHost(1);
  if (node.hasFailed())
    return std::nullopt;
  HostResult exponents = constant ? castHost(*constant, ElementType::Float64)
                                  : HostResult(makeError("expected a constant"));
  if (!exponents) {
    node.emitInputError(1) << llvm::toString(exponents.takeError());
    return std::nullopt;
  }
  Dims result;
  llvm::ArrayRef<double> values = exponents->getValues<double>();
  std::string error = shapes::inferBroadcast(base, exponents->getDims(), result);
  if (!error.empty() || result != base || exponents->isSymbolic() || values.empty() ||
      !llvm::all_equal(values)) {
    node.emitInputError(1) << "expected one constant exponent for all elements of the input "
                           << shapes::formatDims(base) << ", but got dimensions "
                           << shapes::formatDims(exponents->getDims());
    return std::nullopt;
  }
  return values.front();
}

/// x to a positive whole power, by squaring.
static Value emitProduct(NodeContext &node, Value x, int64_t power) {
  Value result;
  for (; x && power > 0; power /= 2) {
    if (power % 2 == 1) {
      auto product = result ? node.create<nn::MulOp>({result, x}) : nn::MulOp();
      if (result && !product)
        return {};
      result = product ? product.getResult() : x;
    }
    if (power > 1) {
      auto square = node.create<nn::MulOp>({x, x});
      x = square ? square.getResult() : Value();
    }
  }
  return x ? result : Value();
}

/// Small whole powers are products, which can be quantized and which a normalization is made of.
/// Of the negative ones only -1 is a quotient: 1 / (x * x) would be 0 where x * x is infinite.
static LogicalResult importPow(NodeContext &node) {
  if (node.canEvaluate())
    return node.bindEvaluated(powHost(*node.getHost(0), *node.getHost(1)));
  std::optional<double> exponent = getExponent(node);
  Value x = node.getValue(0);
  if (node.hasFailed())
    return failure();
  constexpr double largest = 8;
  const bool isReciprocal = *exponent == -1;
  if (!isReciprocal &&
      (*exponent != std::floor(*exponent) || *exponent < 1 || *exponent > largest)) {
    auto number = static_cast<float>(*exponent);
    if (!std::isfinite(number))
      return node.emitInputError(1)
             << "expected a finite exponent, but got " << formatFloat(number);
    return node.emit<nn::PowOp>({x}, {node.attr("exponent", number)});
  }
  if (!isReciprocal)
    return node.bind(0, emitProduct(node, x, int64_t(*exponent)));
  Value one = node.createConstant(HostTensor::make<float>({}, 1.0f), "one");
  return node.emit<nn::DivOp>({one, x});
}

static LogicalResult importNot(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bindEvaluated(notHost(*node.getHost(0)));
}

static LogicalResult importWhere(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bindEvaluated(whereHost(*node.getHost(0), *node.getHost(1), *node.getHost(2)));
}

static constexpr Operator operators[] = {
    {"Add", 7, 2, 2, 1, "", importBinary<nn::AddOp, BinaryKind::Add>},
    {"Sub", 7, 2, 2, 1, "", importBinary<nn::SubOp, BinaryKind::Sub>},
    {"Mul", 7, 2, 2, 1, "", importBinary<nn::MulOp, BinaryKind::Mul>},
    {"Div", 7, 2, 2, 1, "", importBinary<nn::DivOp, BinaryKind::Div>},
    {"Mod", 10, 2, 2, 1, "fmod", importMod},
    {"Min", 8, 1, unlimited, 1, "", importExtremum<BinaryKind::Min>},
    {"Max", 8, 1, unlimited, 1, "", importExtremum<BinaryKind::Max>},
    {"Equal", 7, 2, 2, 1, "", importCompare<CompareKind::Equal>},
    {"Less", 9, 2, 2, 1, "", importCompare<CompareKind::Less>},
    {"LessOrEqual", 12, 2, 2, 1, "", importCompare<CompareKind::LessOrEqual>},
    {"Greater", 9, 2, 2, 1, "", importCompare<CompareKind::Greater>},
    {"GreaterOrEqual", 12, 2, 2, 1, "", importCompare<CompareKind::GreaterOrEqual>},
    {"And", 7, 2, 2, 1, "", importLogic<LogicKind::And>},
    {"Or", 7, 2, 2, 1, "", importLogic<LogicKind::Or>},
    {"Not", 1, 1, 1, 1, "", importNot},
    {"Neg", 6, 1, 1, 1, "", importUnary<UnaryKind::Neg>},
    {"Abs", 6, 1, 1, 1, "", importUnary<UnaryKind::Abs>},
    {"Floor", 6, 1, 1, 1, "", importUnary<UnaryKind::Floor>},
    {"Ceil", 6, 1, 1, 1, "", importUnary<UnaryKind::Ceil>},
    {"Sqrt", 6, 1, 1, 1, "", importSqrt},
    {"Pow", 7, 2, 2, 1, "", importPow},
    {"Where", 9, 3, 3, 1, "", importWhere},
};

OperatorTable importer::getArithmeticOperators() { return operators; }
