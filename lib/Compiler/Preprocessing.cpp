//===- Preprocessing.cpp - How images become inputs -----------------------===//

#include "Preprocessing.h"

#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace quantir;

static DenseF32ArrayAttr floatsAttr(MLIRContext *context, ArrayRef<float> values) {
  return DenseF32ArrayAttr::get(context, values);
}

void quantir::setPreprocessing(ModuleOp module, const runtime::Preprocessing &preprocessing) {
  Builder builder(module.getContext());
  module->setAttr(
      QuantirDialect::preprocessingAttrName,
      builder.getDictionaryAttr(
          {builder.getNamedAttr("mean", floatsAttr(module.getContext(), preprocessing.mean)),
           builder.getNamedAttr("std", floatsAttr(module.getContext(), preprocessing.std))}));
}

std::optional<runtime::Preprocessing> quantir::getPreprocessing(ModuleOp module) {
  auto dictionary = module->getAttrOfType<DictionaryAttr>(QuantirDialect::preprocessingAttrName);
  if (!dictionary)
    return std::nullopt;
  auto mean = dictionary.getAs<DenseF32ArrayAttr>("mean");
  auto std = dictionary.getAs<DenseF32ArrayAttr>("std");
  if (!mean || !std)
    return std::nullopt;
  return runtime::Preprocessing{{mean.asArrayRef().begin(), mean.asArrayRef().end()},
                                {std.asArrayRef().begin(), std.asArrayRef().end()}};
}
