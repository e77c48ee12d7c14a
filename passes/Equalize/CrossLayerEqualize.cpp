//===- CrossLayerEqualize.cpp - Equalize what layers share ----------------===//
//
// The arithmetic is that of torch.ao.quantization._equalize. PyTorch takes any two modules by name;
// here the second has to read what the first makes, through nothing that a factor would not pass.
//
//===----------------------------------------------------------------------===//

#include "quantir/passes/Equalize/Passes.h"

#include "Layers.h"

#include "quantir/Base/Text.h"
#include "quantir/Numerics/Equalization.h"
#include "quantir/Support/JsonReader.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace quantir {
#define GEN_PASS_DEF_CROSSLAYEREQUALIZEPASS
#include "quantir/passes/Equalize/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// Whether `second` reads the result of `first`, which nothing else does.
bool feeds(const Layer &first, const Layer &second) {
  if (!first.scalesWithOutput || first.outputAxis != second.inputAxis)
    return false;
  Operation *op = first.unit;
  while (op->getResult(0).hasOneUse()) {
    OpOperand &use = *op->getResult(0).use_begin();
    if (&use == second.input)
      return true;
    op = use.getOwner();
    auto quantizable = dyn_cast<QuantizableOpInterface>(op);
    if (!quantizable || !quantizable.passesChannelFactors())
      return false;
    // What takes elements together does so behind dimension 1.
    if (!op->hasTrait<mlir::OpTrait::Elementwise>() && first.outputAxis != 1)
      return false;
  }
  return false;
}

class CrossLayerEqualizePass
    : public quantir::impl::CrossLayerEqualizePassBase<CrossLayerEqualizePass> {
public:
  using CrossLayerEqualizePassBase::CrossLayerEqualizePassBase;

  void runOnOperation() override {
    ops.clear();
    layers.clear();
    numbered.clear();
    for (auto func : getOperation().getOps<func::FuncOp>())
      func.walk([&](QuantizableOpInterface op) {
        if (isa<FusedOp>(op->getParentOp()))
          return;
        if (auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName))
          ops.try_emplace(path.getValue(), op);
        if (auto name = dyn_cast<NameLoc>(op->getLoc()))
          ops.try_emplace(name.getName().getValue(), op);
      });
    std::vector<numerics::LayerPair> numbers;
    for (const std::string &pair : pairs)
      if (failed(readPair(pair, numbers)))
        return signalPassFailure();
    if (failed(equalize(numbers)))
      signalPassFailure();
  }

private:
  LogicalResult readPair(StringRef pair, std::vector<numerics::LayerPair> &numbers) {
    auto [first, second] = pair.split(':');
    std::optional<size_t> a = find(first, pair), b = find(second, pair);
    if (!a || !b)
      return failure();
    if (!feeds(layers[*a], layers[*b]))
      return layers[*b].unit->emitError() << "expected '" << second << "' to read what '" << first
                                          << "' makes, which nothing else may read, with at most "
                                             "relu and pooling in between";
    numbers.push_back({*a, *b});
    return success();
  }

  /// The number of the layer called `name`; nothing, after an error, if there is none.
  std::optional<size_t> find(StringRef name, StringRef pair) {
    auto known = numbered.find(name);
    if (known != numbered.end())
      return known->second;
    auto op = ops.find(name);
    if (op == ops.end()) {
      getOperation().emitError() << "pairs: expected two ops by module path or node name, but got '"
                                 << pair << "', and no op is called '" << name << "'"
                                 << didYouMean(name, llvm::make_first_range(ops));
      return std::nullopt;
    }
    std::optional<Layer> layer = layerOf(op->second);
    if (!layer || !isOnlyReader(*layer->weight)) {
      op->second->emitError("expected a linear or convolution with a constant weight of its own, "
                            "to equalize it with another");
      return std::nullopt;
    }
    layers.push_back(*layer);
    numbered[name] = layers.size() - 1;
    return layers.size() - 1;
  }

  LogicalResult equalize(ArrayRef<numerics::LayerPair> numbers) {
    std::vector<numerics::EqualizedLayer> values;
    for (Layer &layer : layers) {
      numerics::EqualizedLayer &value = values.emplace_back();
      value.shape = layer.shape;
      llvm::append_range(value.weight, *nn::getConstantFloats(layer.weight->get()));
      if (layer.bias)
        llvm::append_range(value.bias, *nn::getConstantFloats(layer.bias->get()));
    }
    if (std::string error =
            numerics::equalizeCrossLayer(values, {numbers.data(), numbers.size()}, threshold);
        !error.empty())
      return getOperation().emitError() << "cannot equalize the pairs: " << error;
    for (auto [layer, value] : llvm::zip_equal(layers, values)) {
      auto assign = [](OpOperand *parameter, ArrayRef<float> changed) {
        if (parameter)
          rewriteConstant(*parameter,
                          [&](MutableArrayRef<float> old) { llvm::copy(changed, old.begin()); });
      };
      assign(layer.weight, value.weight);
      assign(layer.bias, value.bias);
    }
    numEqualized += numbers.size();
    return success();
  }

  llvm::MapVector<StringRef, Operation *> ops; ///< by module path and by node name
  std::vector<Layer> layers;
  llvm::StringMap<size_t> numbered; ///< in `layers`
};

} // namespace
