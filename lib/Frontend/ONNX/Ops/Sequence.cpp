//===- Sequence.cpp - Recurrent layers -------------------------------------===//

#include "lib/Frontend/ONNX/HostOps.h"
#include "lib/Frontend/ONNX/Registry.h"

#include "llvm/ADT/STLExtras.h"

using namespace quantir;
using namespace quantir::importer;

namespace {
struct LstmSizes {
  int64_t directions, hidden;
};
} // namespace

/// For each gate of nn.lstm, i, f, g, o, its place in ONNX's order, i, o, f, c.
static constexpr int64_t gatePlaces[] = {0, 2, 3, 1};

/// Reports what nn.lstm does not compute.
static LogicalResult checkLstmAttributes(NodeContext &node) {
  if (node.getFlag("input_forget", false))
    return node.emitAttributeError("input_forget") << "coupled gates are not supported";
  if (node.hasAttribute("clip"))
    return node.emitAttributeError("clip") << "clipping of the gates is not supported";
  if (node.getInt("layout", 0) != 0)
    return node.emitAttributeError("layout")
           << "expected 0, time first, but got " << node.getInt("layout", 0);
  if (node.hasInput(4))
    return node.emitInputError(4) << "sequences of different lengths are not supported";
  if (node.hasInput(7))
    return node.emitInputError(7) << "peepholes are not supported";
  if (const ::onnx::AttributeProto *names =
          node.findAttribute("activations", ::onnx::AttributeProto::STRINGS))
    for (auto [index, name] : llvm::enumerate(names->strings()))
      if (!llvm::StringRef(name).equals_insensitive(index % 3 == 0 ? "Sigmoid" : "Tanh"))
        return node.emitAttributeError("activations")
               << "expected Sigmoid, Tanh and Tanh, but got " << inQuotes(name);
  return node.getResult();
}

/// The constant of input `index`, of dimensions `wanted`.
static const HostTensor *getParameter(NodeContext &node, unsigned index, const Dims &wanted) {
  const HostTensor *constant = node.getConstant(index);
  if (node.hasFailed())
    return nullptr;
  if (!constant || constant->getType() != ElementType::Float32 || constant->isSymbolic()) {
    node.emitInputError(index) << "expected a constant of type float32";
    return nullptr;
  }
  if (constant->getDims() == wanted)
    return constant;
  node.emitInputError(index) << "expected dimensions " << shapes::formatDims(wanted) << ", but got "
                             << shapes::formatDims(constant->getDims());
  return nullptr;
}

/// The rows of one direction of W or R, the gates in the order of nn.lstm.
static Value makeWeight(NodeContext &node, unsigned index, const HostTensor &stacked,
                        LstmSizes sizes, int64_t direction) {
  int64_t columns = stacked.getDims()[2], gateSize = sizes.hidden * columns;
  HostTensor weight = HostTensor::zeros(ElementType::Float32, {4 * sizes.hidden, columns});
  llvm::ArrayRef<float> from =
      stacked.getValues<float>().slice(direction * 4 * gateSize, 4 * gateSize);
  for (int64_t gate = 0; gate < 4; ++gate)
    llvm::copy(from.slice(gatePlaces[gate] * gateSize, gateSize),
               weight.getMutableValues<float>().begin() + gate * gateSize);
  return node.createConstant(weight, node.getInputName(index));
}

/// The sum of the two biases of one direction.
static Value makeBias(NodeContext &node, const HostTensor *stacked, LstmSizes sizes,
                      int64_t direction) {
  HostTensor bias = HostTensor::zeros(ElementType::Float32, {4 * sizes.hidden});
  if (!stacked)
    return node.createConstant(bias, "bias");
  llvm::ArrayRef<float> from =
      stacked->getValues<float>().slice(direction * 8 * sizes.hidden, 8 * sizes.hidden);
  for (int64_t gate = 0; gate < 4; ++gate)
    for (int64_t i = 0; i < sizes.hidden; ++i) {
      int64_t row = gatePlaces[gate] * sizes.hidden + i;
      bias.getMutableValues<float>()[gate * sizes.hidden + i] =
          from[row] + from[4 * sizes.hidden + row];
    }
  return node.createConstant(bias, node.getInputName(3));
}

/// Entries that depend on the batch size have a value of 0 too, but are not known.
static bool isZero(const HostTensor &tensor) {
  return tensor.getType() == ElementType::Float32 && !tensor.isSymbolic() &&
         llvm::all_of(tensor.getValues<float>(), [](float value) { return value == 0; });
}

/// The initial states; none where they are zeros.
static llvm::SmallVector<Value> getInitialStates(NodeContext &node) {
  llvm::SmallVector<Value> states;
  bool areZero = true;
  for (unsigned index : {5, 6}) {
    if (!node.hasInput(index))
      continue;
    const BatchConstant *repeated = node.getBatchConstant(index);
    const HostTensor *constant = repeated ? &repeated->value : node.getConstant(index);
    areZero &= constant && isZero(*constant);
  }
  if (areZero)
    return states;
  for (unsigned index : {5, 6}) {
    if (!node.hasInput(index))
      node.emitError() << "expected both initial states, or none";
    states.push_back(node.getValue(index));
  }
  return states;
}

/// ONNX's Y is [time, directions, batch, hidden].
static LogicalResult bindLstmOutput(NodeContext &node, Value output, LstmSizes sizes) {
  if (!node.isOutputUsed(0))
    return success();
  if (sizes.directions == 1) {
    auto op = node.create<nn::UnsqueezeOp>({output}, {node.attr("axes", Dims{1})});
    return op ? node.bind(0, op.getResult()) : failure();
  }
  llvm::SmallVector<SymbolicInt> shape = node.getSymbolicDims(0);
  shape.back() = {sizes.directions, 0};
  shape.push_back({sizes.hidden, 0});
  Value split = node.reshape(output, shape);
  if (!split)
    return failure();
  auto op = node.create<nn::TransposeOp>({split}, {node.attr("permutation", Dims{0, 2, 1, 3})});
  return op ? node.bind(0, op.getResult()) : failure();
}

static LogicalResult importLstm(NodeContext &node) {
  llvm::StringRef direction = node.getString("direction", "forward");
  if (direction != "forward" && direction != "bidirectional")
    return node.emitAttributeError("direction")
           << "expected 'forward' or 'bidirectional', but got " << inQuotes(direction);
  Dims input = node.getDims(0), hiddenWeight = node.getDims(2);
  if (failed(checkLstmAttributes(node)))
    return failure();
  if (input.size() != 3 || hiddenWeight.size() != 3 || hiddenWeight[2] < 1)
    return node.emitError() << "expected an input and weights of rank 3, but got "
                            << shapes::formatDims(input) << " and "
                            << shapes::formatDims(hiddenWeight);
  LstmSizes sizes{direction == "forward" ? 1 : 2, hiddenWeight[2]};
  if (node.getInt("hidden_size", sizes.hidden) != sizes.hidden)
    return node.emitAttributeError("hidden_size")
           << "expected " << sizes.hidden << ", as the weights have, but got "
           << node.getInt("hidden_size", 0);

  int64_t rows = 4 * sizes.hidden;
  const HostTensor *w = getParameter(node, 1, {sizes.directions, rows, input[2]});
  const HostTensor *r = getParameter(node, 2, {sizes.directions, rows, sizes.hidden});
  const HostTensor *b =
      node.hasInput(3) ? getParameter(node, 3, {sizes.directions, 2 * rows}) : nullptr;
  llvm::SmallVector<Value> operands{node.getValue(0)};
  if (node.hasFailed())
    return failure();
  for (int64_t d = 0; d < sizes.directions; ++d) {
    operands.push_back(makeWeight(node, 1, *w, sizes, d));
    operands.push_back(makeWeight(node, 2, *r, sizes, d));
    operands.push_back(makeBias(node, b, sizes, d));
  }
  llvm::append_range(operands, getInitialStates(node));
  auto op = node.create<nn::LstmOp>(operands);
  if (!op || failed(bindLstmOutput(node, op.getOutput(), sizes)) || failed(node.bind(1, op.getH())))
    return failure();
  return node.bind(2, op.getC());
}

static constexpr Operator operators[] = {
    {"LSTM", 7, 3, 8, 3,
     "activation_alpha activation_beta activations clip direction hidden_size input_forget",
     importLstm},
    {"LSTM", 14, 3, 8, 3,
     "activation_alpha activation_beta activations clip direction hidden_size input_forget layout",
     importLstm},
};

OperatorTable importer::getSequenceOperators() { return operators; }
