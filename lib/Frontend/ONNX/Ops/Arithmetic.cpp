//===- Arithmetic.cpp - Elementwise arithmetic -----------------------------===//
//
// Add, Sub, Mul, Div, Pow and Sqrt are operators of the model; the others here only exist in
// computations of shapes.
//
//===----------------------------------------------------------------------===//

#include "../HostOps.h"
#include "../Registry.h"

using namespace quantir;
using namespace quantir::importer;

template <typename OpT, BinaryKind kind> static LogicalResult importBinary(NodeContext &node) {
  const HostTensor *lhs = node.getConstant(0), *rhs = node.getConstant(1);
  if (lhs && rhs)
    return node.bind(0, binaryHost(kind, *lhs, *rhs));
  return node.emit<OpT>({node.getValue(0), node.getValue(1)});
}

static LogicalResult importMod(NodeContext &node) {
  if (node.getFlag("fmod", false))
    return node.emitAttributeError("fmod") << "expected 0, but got 1, which is not supported";
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bind(0, binaryHost(BinaryKind::Mod, *node.getConstant(0), *node.getConstant(1)));
}

/// Min and Max of any number of operands.
template <BinaryKind kind> static LogicalResult importExtremum(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  HostTensor result = *node.getConstant(0);
  for (unsigned index = 1; index < node.getNumInputs(); ++index) {
    HostResult next = binaryHost(kind, result, *node.getConstant(index));
    if (!next)
      return node.bind(0, std::move(next));
    result = std::move(*next);
  }
  return node.bind(0, std::move(result));
}

template <CompareKind kind> static LogicalResult importCompare(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bind(0, compareHost(kind, *node.getConstant(0), *node.getConstant(1)));
}

template <LogicKind kind> static LogicalResult importLogic(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bind(0, logicHost(kind, *node.getConstant(0), *node.getConstant(1)));
}

template <UnaryKind kind> static LogicalResult importUnary(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bind(0, unaryHost(kind, *node.getConstant(0)));
}

/// The only function of one operand here that models have as well.
static LogicalResult importSqrt(NodeContext &node) {
  if (const HostTensor *constant = node.getConstant(0))
    return node.bind(0, unaryHost(UnaryKind::Sqrt, *constant));
  return node.emit<nn::SqrtOp>({node.getValue(0)});
}

/// Powers that are products or roots: x^2 and sqrt(x) are what a normalization is exported as.
static LogicalResult importPow(NodeContext &node) {
  float exponent = node.getConstantFloat(1);
  Value x = node.getValue(0);
  if (node.hasFailed())
    return failure();
  if (exponent == 0.5f)
    return node.emit<nn::SqrtOp>({x});
  if (exponent == 1.0f)
    return node.bind(0, x);
  if (exponent != 2.0f && exponent != 3.0f)
    return node.emitInputError(1) << "expected an exponent of 0.5, 1, 2 or 3, but got "
                                  << std::to_string(exponent) << ", which is not supported";
  auto square = node.create<nn::MulOp>({x, x});
  if (!square || exponent == 2.0f)
    return square ? node.bind(0, square.getResult()) : failure();
  return node.emit<nn::MulOp>({square.getResult(), x});
}

static LogicalResult importNot(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bind(0, notHost(*node.getConstant(0)));
}

static LogicalResult importWhere(NodeContext &node) {
  if (failed(node.requireConstantInputs()))
    return failure();
  return node.bind(0, whereHost(*node.getConstant(0), *node.getConstant(1), *node.getConstant(2)));
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
