//===- Layers.cpp - Ops whose channels can be scaled ----------------------===//

#include "Layers.h"

#include "quantir/dialects/NN/Constants.h"

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

/// Whether a factor of the result of `root` is one of the unit's: behind it are only elementwise
/// ops that pass it, such as nn.relu.
static bool passesFactorsOf(FusedOp unit, Operation *root) {
  return llvm::all_of(unit.getBody().front().without_terminator(), [&](Operation &op) {
    auto quantizable = dyn_cast<QuantizableOpInterface>(op);
    return &op == root || (op.hasTrait<mlir::OpTrait::Elementwise>() && quantizable &&
                           quantizable.passesChannelFactors());
  });
}

std::optional<Layer> quantir::layerOf(Operation *unit) {
  auto quantizable = dyn_cast_or_null<QuantizableOpInterface>(unit);
  if (!quantizable)
    return std::nullopt;
  auto fused = dyn_cast<FusedOp>(unit);
  Operation *root = fused ? fused.getRootOp() : unit;
  // Of a weight whose axis 0 counts output channels, an axis of the result promises a layer: a
  // weight [output channels, input channels of a group, ...] of channels that lie along the same
  // dimension of input and result, which is linear in it (docs/AddingAnOp.md).
  auto weighted = dyn_cast<QuantizableOpInterface>(root);
  std::optional<int64_t> channels = weighted && weighted.getWeightChannelAxis() == 0
                                        ? weighted.getResultChannelAxis()
                                        : std::nullopt;
  if (!channels)
    return std::nullopt;
  Layer layer;
  layer.unit = unit;
  layer.scalesWithOutput = !fused || passesFactorsOf(fused, root);
  layer.input = operandOfRoot(quantizable, root, OperandRole::Activation);
  layer.weight = operandOfRoot(quantizable, root, OperandRole::Weight);
  layer.bias = operandOfRoot(quantizable, root, OperandRole::Bias);
  if (!layer.input || !layer.weight || !nn::getConstantFloats(constantBehind(*layer.weight)) ||
      (layer.bias && !nn::getConstantFloats(constantBehind(*layer.bias))))
    return std::nullopt;
  layer.shape.dims = cast<RankedTensorType>(layer.weight->get().getType()).getShape().vec();
  layer.shape.groups = quantizable.getChannelGroups();
  layer.inputAxis = layer.outputAxis = *channels;
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
