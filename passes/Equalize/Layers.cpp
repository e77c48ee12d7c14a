//===- Layers.cpp - Ops whose channels can be scaled ----------------------===//

#include "Layers.h"

#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

using namespace mlir;
using namespace quantir;

/// The first operand of `unit` with this role, if none but `root` reads it there; null if there is
/// none.
static OpOperand *operandOfRoot(QuantizableOpInterface unit, Operation *root, OperandRole role) {
  OpOperand *found = llvm::find_if(unit->getOpOperands(), [&](OpOperand &operand) {
    return unit.getOperandRole(operand.getOperandNumber()) == role;
  });
  if (found == unit->getOpOperands().end())
    return nullptr;
  auto fused = dyn_cast<FusedOp>(unit.getOperation());
  if (!fused)
    return found;
  auto users = fused.getBody().getArgument(found->getOperandNumber()).getUsers();
  return llvm::all_of(users, [&](Operation *user) { return user == root; }) ? found : nullptr;
}

/// Whether the unit is `root`, with nothing but nn.relu behind it.
static bool isReluOf(FusedOp unit, Operation *root) {
  return llvm::all_of(unit.getBody().front().without_terminator(),
                      [&](Operation &op) { return &op == root || isa<nn::ReluOp>(op); });
}

std::optional<Layer> quantir::layerOf(Operation *unit) {
  auto quantizable = dyn_cast_or_null<QuantizableOpInterface>(unit);
  auto fused = dyn_cast_or_null<FusedOp>(unit);
  Operation *root = fused ? fused.getRootOp() : unit;
  if (!quantizable || !isa<nn::LinearOp, nn::ConvOp>(root))
    return std::nullopt;
  Layer layer;
  layer.unit = unit;
  layer.scalesWithOutput = !fused || isReluOf(fused, root);
  layer.input = operandOfRoot(quantizable, root, OperandRole::Activation);
  layer.weight = operandOfRoot(quantizable, root, OperandRole::Weight);
  layer.bias = operandOfRoot(quantizable, root, OperandRole::Bias);
  if (!layer.input || !layer.weight || !nn::getConstantFloats(constantBehind(*layer.weight)) ||
      (layer.bias && !nn::getConstantFloats(constantBehind(*layer.bias))))
    return std::nullopt;
  layer.shape.dims = cast<RankedTensorType>(layer.weight->get().getType()).getShape().vec();
  auto rankOf = [](Value value) { return cast<RankedTensorType>(value.getType()).getRank(); };
  layer.shape.groups = cast<QuantizableOpInterface>(root).getChannelGroups();
  if (isa<nn::ConvOp>(root)) {
    layer.inputAxis = layer.outputAxis = 1;
  } else {
    layer.inputAxis = rankOf(layer.input->get()) - 1;
    layer.outputAxis = rankOf(unit->getResult(0)) - 1;
  }
  return layer;
}

Value quantir::constantBehind(OpOperand &parameter) {
  auto observe = parameter.get().getDefiningOp<ObserveOp>();
  return observe ? observe.getInput() : parameter.get();
}

bool quantir::isOnlyReader(OpOperand &parameter) {
  return parameter.get().hasOneUse() && constantBehind(parameter).hasOneUse();
}

/// Lets the observer of a constant see it and nothing else.
static void observeConstant(ObserveOp observe, ArrayRef<float> values) {
  auto observer =
      SymbolTable::lookupNearestSymbolFrom<ObserverOp>(observe, observe.getObserverAttr());
  const numerics::ObserverConfig &config = observer.getSpec().getConfig();
  if (!numerics::needsCalibration(config))
    return;
  std::unique_ptr<numerics::Observer> statistics = numerics::createObserver(config);
  statistics->observe(values.data(), observe.getType().getShape());
  observer.setObserverState(statistics->state());
}

void quantir::rewriteConstant(OpOperand &parameter,
                              llvm::function_ref<void(MutableArrayRef<float>)> change) {
  auto observe = parameter.get().getDefiningOp<ObserveOp>();
  Value old = constantBehind(parameter);
  SmallVector<float> values = *nn::getConstantFloats(old);
  change(values);
  OpBuilder builder(observe ? observe : parameter.getOwner());
  Value constant =
      nn::createConstant(builder, old.getLoc(), cast<RankedTensorType>(old.getType()).getShape(),
                         values, nn::getNameHint(nn::getConstantElements(old)));
  if (observe) {
    observe.getInputMutable().assign(constant);
    observeConstant(observe, values);
  } else {
    parameter.set(constant);
  }
  if (old.use_empty())
    old.getDefiningOp()->erase();
}
