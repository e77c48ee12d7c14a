//===- MeasuringModel.cpp - Models whose inner values are outputs ---------===//

#include "MeasuringModel.h"

#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"

using namespace mlir;
using namespace quantir;

func::FuncOp quantir::entryOf(ModuleOp module) {
  func::FuncOp entry;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (!func.isPublic())
      continue;
    if (entry)
      return {};
    entry = func;
  }
  return entry;
}

void quantir::returnOnly(func::FuncOp func, ArrayRef<Value> values) {
  Builder builder(func.getContext());
  Operation *terminator = func.getBody().front().getTerminator();
  terminator->setOperands(values);
  SmallVector<Attribute> attributes;
  for (size_t i = 0; i < values.size(); ++i)
    attributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        nn::nameAttrName, builder.getStringAttr("value_" + std::to_string(i)))));
  func.setType(builder.getFunctionType(func.getArgumentTypes(), ValueRange(values).getTypes()));
  func.setResAttrsAttr(builder.getArrayAttr(attributes));
}

void quantir::removeObservers(ModuleOp module) {
  module.walk([](ObserveOp observe) {
    observe.getResult().replaceAllUsesWith(observe.getInput());
    observe.erase();
  });
  for (ObserverOp observer : llvm::make_early_inc_range(module.getOps<ObserverOp>()))
    observer.erase();
  module.walk([](Operation *op) { op->removeAttr(QuantirDialect::annotationAttrName); });
  module->setAttr(QuantirDialect::stageAttrName, StringAttr::get(module.getContext(), "float"));
}
