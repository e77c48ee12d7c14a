//===- QuantirOps.cpp - Ops of the quantization dialect -------------------===//

#include "quantir/dialects/Quantir/Quantir.h"

#include "quantir/Shapes/Shapes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace quantir;

//===----------------------------------------------------------------------===//
// ObserverOp
//===----------------------------------------------------------------------===//

namespace {
constexpr StringLiteral minValKey = "min_val", maxValKey = "max_val", histogramKey = "histogram",
                        countsKey = "counts", blocksKey = "blocks", samplesKey = "samples",
                        nanCountKey = "nan_count", infCountKey = "inf_count";

/// Counts as a resource that is named after the observer and the key.
template <typename Attr, typename T>
Attr makeResource(const std::vector<T> &values, Type element, StringRef observer, StringRef key) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, element);
  return cast<Attr>(
      Attr::get(type, (observer + "_" + key).str(),
                HeapAsmResourceBlob::allocateAndCopyInferAlign<T>(llvm::ArrayRef(values))));
}

template <typename Attr, typename T>
void readResource(DictionaryAttr dict, StringRef key, std::vector<T> &values) {
  if (auto attr = dict.getAs<Attr>(key))
    if (std::optional<ArrayRef<T>> found = attr.tryGetAsArrayRef())
      values.assign(found->begin(), found->end());
}
} // namespace

std::optional<numerics::ObserverState> ObserverOp::getObserverState() {
  DictionaryAttr dict = getStateAttr();
  if (!dict)
    return std::nullopt;
  numerics::ObserverState state;
  auto assign = [&](StringRef key, std::vector<float> &values) {
    if (auto attr = dict.getAs<DenseF32ArrayAttr>(key))
      values.assign(attr.asArrayRef().begin(), attr.asArrayRef().end());
  };
  assign(minValKey, state.minVal);
  assign(maxValKey, state.maxVal);
  readResource<DenseF32ResourceElementsAttr>(dict, histogramKey, state.histogram);
  readResource<DenseI64ResourceElementsAttr>(dict, countsKey, state.counts);
  if (auto blocks = dict.getAs<DenseI64ArrayAttr>(blocksKey))
    state.blocks.assign(blocks.asArrayRef().begin(), blocks.asArrayRef().end());
  for (auto [key, value] :
       {std::pair(samplesKey, &state.samples), std::pair(nanCountKey, &state.nanCount),
        std::pair(infCountKey, &state.infCount)})
    if (auto count = dict.getAs<IntegerAttr>(key))
      *value = count.getInt();
  return state;
}

void ObserverOp::setObserverState(const numerics::ObserverState &state) {
  Builder builder(getContext());
  NamedAttrList fields;
  fields.set(minValKey, builder.getDenseF32ArrayAttr(state.minVal));
  fields.set(maxValKey, builder.getDenseF32ArrayAttr(state.maxVal));
  if (!state.histogram.empty())
    fields.set(histogramKey,
               makeResource<DenseF32ResourceElementsAttr>(state.histogram, builder.getF32Type(),
                                                          getSymName(), histogramKey));
  if (!state.counts.empty())
    fields.set(countsKey, makeResource<DenseI64ResourceElementsAttr>(
                              state.counts, builder.getI64Type(), getSymName(), countsKey));
  if (!state.blocks.empty())
    fields.set(blocksKey, builder.getDenseI64ArrayAttr(state.blocks));
  fields.set(samplesKey, builder.getI64IntegerAttr(state.samples));
  if (state.nanCount)
    fields.set(nanCountKey, builder.getI64IntegerAttr(state.nanCount));
  if (state.infCount)
    fields.set(infCountKey, builder.getI64IntegerAttr(state.infCount));
  setStateAttr(fields.getDictionary(getContext()));
}

LogicalResult ObserverOp::verify() {
  DictionaryAttr dict = getStateAttr();
  if (!dict)
    return success();
  auto isInt64 = [](Attribute attr) {
    auto integer = dyn_cast<IntegerAttr>(attr);
    return integer && integer.getType().isSignlessInteger(64);
  };
  for (NamedAttribute entry : dict) {
    StringRef key = entry.getName();
    bool isCount = key == samplesKey || key == nanCountKey || key == infCountKey;
    bool wellTyped = key == minValKey || key == maxValKey ? isa<DenseF32ArrayAttr>(entry.getValue())
                     : key == histogramKey ? isa<DenseF32ResourceElementsAttr>(entry.getValue())
                     : key == countsKey    ? isa<DenseI64ResourceElementsAttr>(entry.getValue())
                     : key == blocksKey    ? isa<DenseI64ArrayAttr>(entry.getValue())
                     : isCount             ? isInt64(entry.getValue())
                                           : false;
    if (!wellTyped)
      return emitOpError("expected a state with min_val and max_val (array<f32>), histogram "
                         "(dense_resource of f32), counts (dense_resource of i64), blocks "
                         "(array<i64>), samples, nan_count and inf_count (i64), but got ")
             << key << " = " << entry.getValue();
  }
  auto minVal = dict.getAs<DenseF32ArrayAttr>(minValKey);
  auto maxVal = dict.getAs<DenseF32ArrayAttr>(maxValKey);
  if (!minVal || !maxVal || minVal.size() != maxVal.size())
    return emitOpError("expected as many elements in min_val as in max_val");
  return success();
}

//===----------------------------------------------------------------------===//
// ObserveOp
//===----------------------------------------------------------------------===//

LogicalResult ObserveOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (symbols.lookupNearestSymbolFrom<ObserverOp>(*this, getObserverAttr()))
    return success();
  return emitOpError("expected ") << getObserverAttr() << " to be a quantir.observer of the module";
}

//===----------------------------------------------------------------------===//
// FusedOp
//===----------------------------------------------------------------------===//

namespace {
/// The one op of a body that uses `argument`, with the number of the operand; null if there is
/// none.
OpOperand *firstUse(BlockArgument argument) {
  return argument.use_empty() ? nullptr : &*argument.use_begin();
}

/// Follows the ops that keep their operand's qparams backwards from `value`.
ResultPolicy policyOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return ResultPolicy::sameAsOperand(argument.getArgNumber());
  auto op = value.getDefiningOp<QuantizableOpInterface>();
  if (!op)
    return ResultPolicy::observe();
  ResultPolicy policy = op.getResultPolicy(cast<OpResult>(value).getResultNumber());
  return policy.isSameAsOperand() ? policyOf(op->getOperand(policy.getOperand())) : policy;
}
} // namespace

LogicalResult FusedOp::verify() {
  Block &block = getBody().front();
  if (block.getArgumentTypes() != getInputs().getTypes())
    return emitOpError("expected the block's arguments to have the types of the operands");
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getOperandTypes() != getResultTypes())
    return emitOpError("expected quantir.yield to have the types of the results");
  if (block.without_terminator().empty())
    return emitOpError("expected at least one op in the body");
  if (yield.getNumOperands() == 0 || !yield.getOperand(0).getDefiningOp())
    return emitOpError("expected a result that an op in the body makes");
  for (Operation &op : block.without_terminator()) {
    if (isa<ObserveOp, ObserverOp, FusedOp>(op))
      return op.emitOpError("must not be inside quantir.fused");
    if (!isMemoryEffectFree(&op))
      return op.emitOpError("expected only ops without side effects inside quantir.fused");
  }
  return success();
}

Operation *FusedOp::getRootOp() {
  Block &block = getBody().front();
  for (Operation &op : block.without_terminator())
    if (auto quantizable = dyn_cast<QuantizableOpInterface>(op);
        quantizable && quantizable.getWeightOperand())
      return &op;
  return &block.front();
}

Operation *FusedOp::getLastOp() {
  return cast<YieldOp>(getBody().front().getTerminator()).getOperand(0).getDefiningOp();
}

OperandRole FusedOp::getOperandRole(unsigned operand) {
  if (operand >= getInputs().size())
    return OperandRole::None;
  OpOperand *use = firstUse(getBody().getArgument(operand));
  auto user = use ? dyn_cast<QuantizableOpInterface>(use->getOwner()) : nullptr;
  return user ? user.getOperandRole(use->getOperandNumber()) : OperandRole::None;
}

std::optional<int64_t> FusedOp::getWeightChannelAxis() {
  auto root = dyn_cast<QuantizableOpInterface>(getRootOp());
  return root ? root.getWeightChannelAxis() : std::nullopt;
}

std::optional<int64_t> FusedOp::getResultChannelAxis() {
  auto root = dyn_cast<QuantizableOpInterface>(getRootOp());
  bool reshaped = getRootOp()->getResult(0).getType() != getResult(0).getType();
  return root && !reshaped ? root.getResultChannelAxis() : std::nullopt;
}

ResultPolicy FusedOp::getResultPolicy(unsigned result) {
  return policyOf(getBody().front().getTerminator()->getOperand(result));
}

bool FusedOp::commutesWithQuantization() {
  return llvm::all_of(getBody().front().without_terminator(), [](Operation &op) {
    auto quantizable = dyn_cast<QuantizableOpInterface>(op);
    return quantizable && quantizable.commutesWithQuantization();
  });
}

int64_t FusedOp::getChannelGroups() {
  auto root = dyn_cast<QuantizableOpInterface>(getRootOp());
  return root ? root.getChannelGroups() : 1;
}

SmallVector<float> FusedOp::getOwnElements() {
  SmallVector<float> elements;
  for (Operation &op : getBody().front().without_terminator())
    if (auto quantizable = dyn_cast<QuantizableOpInterface>(op))
      llvm::append_range(elements, quantizable.getOwnElements());
  return elements;
}

#define GET_OP_CLASSES
#include "quantir/dialects/Quantir/QuantirOps.cpp.inc"

//===----------------------------------------------------------------------===//
// FakeQuantizeDynamicOp
//===----------------------------------------------------------------------===//

LogicalResult FakeQuantizeDynamicOp::verify() {
  auto min = static_cast<int32_t>(getQuantMin()), max = static_cast<int32_t>(getQuantMax());
  if (min < max && min >= -128 && max <= 255)
    return success();
  return emitOpError("expected quant_min < quant_max in [-128, 255], but got ")
         << min << " and " << max;
}

//===----------------------------------------------------------------------===//
// FakeQuantizeAffineOp
//===----------------------------------------------------------------------===//

std::string quantir::readAffineQParams(RankedTensorType type, ObserverSpecAttr spec,
                                       DenseF32ArrayAttr scales, DenseI32ArrayAttr zeroPoints,
                                       DenseF32ArrayAttr floatZeroPoints,
                                       numerics::AffineQParams &out) {
  const numerics::ObserverConfig &config = spec.getConfig();
  if (config.kind != numerics::ObserverKind::AffineMinMax)
    return "expected an affine_min_max observer, but got " +
           std::string(numerics::toText(config.kind));
  shapes::Dims dims;
  for (int64_t dim : type.getShape())
    dims.push_back(ShapedType::isDynamic(dim) ? shapes::dynamicDim : dim);
  if (config.isDynamic) {
    std::vector<int64_t> size;
    return scales || zeroPoints || floatZeroPoints
               ? "expected no scales and zero points with is_dynamic, but got some"
               : numerics::blockSizeOf(config.granularity(), dims, size);
  }
  auto values = [](auto array) {
    return array ? array.asArrayRef() : decltype(array.asArrayRef())();
  };
  return numerics::makeAffineQParams(config, dims, values(scales), values(zeroPoints),
                                     values(floatZeroPoints), out);
}

LogicalResult FakeQuantizeAffineOp::verify() {
  numerics::AffineQParams params;
  std::string error =
      readAffineQParams(cast<RankedTensorType>(getType()), getSpec(), getScalesAttr(),
                        getZeroPointsAttr(), getFloatZeroPointsAttr(), params);
  return error.empty() ? success() : LogicalResult(emitOpError(error));
}
