//===- Boundaries.cpp - Where functions meet ------------------------------===//

#include "Boundaries.h"

#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace mlir;
using namespace quantir;

namespace {

FailureOr<SmallVector<unsigned>> checkIndices(func::FuncOp function, DenseI64ArrayAttr indices,
                                              StringRef key, StringRef what, unsigned count) {
  SmallVector<unsigned> result;
  if (!indices || indices.empty())
    return result;
  if (!function.getBody().hasOneBlock())
    return function.emitError() << "prepare_custom_config." << key
                                << ": expected a function of one block";
  for (auto [position, index] : llvm::enumerate(indices.asArrayRef())) {
    if (index >= count)
      return function.emitError() << "prepare_custom_config." << key << "[" << position
                                  << "]: expected an index below " << count << ", the number of "
                                  << what << ", but got " << index;
    result.push_back(index);
  }
  return result;
}

/// `value` as codes of `type`: what it was dequantized from, or quantized anew.
Value codesOf(OpBuilder &builder, Location loc, Value value, Type type) {
  auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
  if (cast && cast.getInput().getType() == type)
    return cast.getInput();
  Value codes = quant::QuantizeCastOp::create(builder, loc, type, value);
  return KeepOp::create(builder, loc, codes);
}

} // namespace

FailureOr<SmallVector<unsigned>> quantir::quantizedInputs(func::FuncOp function) {
  PrepareCustomConfigAttr config =
      isTraceable(function) ? boundaryConfigOf(function) : PrepareCustomConfigAttr();
  if (!config || function.isExternal())
    return SmallVector<unsigned>();
  return checkIndices(function, config.getInputQuantizedIdxs(), "input_quantized_idxs", "inputs",
                      function.getNumArguments());
}

FailureOr<SmallVector<unsigned>> quantir::quantizedOutputs(func::FuncOp function) {
  PrepareCustomConfigAttr config =
      isTraceable(function) ? boundaryConfigOf(function) : PrepareCustomConfigAttr();
  if (!config || function.isExternal())
    return SmallVector<unsigned>();
  return checkIndices(function, config.getOutputQuantizedIdxs(), "output_quantized_idxs", "outputs",
                      function.getNumResults());
}

SmallVector<func::CallOp> quantir::callsOf(func::FuncOp function) {
  SmallVector<func::CallOp> calls;
  std::optional<SymbolTable::UseRange> uses =
      SymbolTable::getSymbolUses(function, function->getParentOp());
  if (!uses)
    return calls;
  for (SymbolTable::SymbolUse use : *uses)
    if (auto call = dyn_cast<func::CallOp>(use.getUser()))
      calls.push_back(call);
  return calls;
}

void quantir::eraseUnusedSymbols(ModuleOp module, llvm::function_ref<bool(Operation *)> mayErase) {
  // All references at once: to look for those of each symbol would be quadratic.
  std::optional<SymbolTable::UseRange> uses = SymbolTable::getSymbolUses(&module.getBodyRegion());
  if (!uses)
    return;
  llvm::DenseMap<StringAttr, unsigned> counts;
  llvm::DenseMap<Operation *, SmallVector<StringAttr>> namedBy;
  for (SymbolTable::SymbolUse use : *uses) {
    StringAttr name = use.getSymbolRef().getRootReference();
    Operation *top = module.getBody()->findAncestorOpInBlock(*use.getUser());
    ++counts[name];
    namedBy[top].push_back(name);
  }
  llvm::DenseMap<StringAttr, Operation *> symbols;
  SmallVector<Operation *> unused;
  for (Operation &op : *module.getBody())
    if (auto name = op.getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
        name && mayErase(&op)) {
      symbols[name] = &op;
      if (counts.lookup(name) == 0)
        unused.push_back(&op);
    }
  while (!unused.empty()) {
    Operation *op = unused.pop_back_val();
    for (StringAttr name : namedBy.lookup(op))
      if (--counts[name] == 0)
        if (Operation *next = symbols.lookup(name))
          unused.push_back(next);
    op->erase();
  }
}

StringRef quantir::modulePathOf(Operation *op) {
  auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName);
  return path ? path.getValue() : StringRef();
}

FailureOr<QConfigAttr> quantir::qconfigOfModule(const QConfigResolver &mapping,
                                                func::FuncOp function, StringRef path,
                                                StringRef moduleClass) {
  FailureOr<ResolvedQConfig> resolved = mapping.resolve(
      OpIdentity::ofModule(pathWithin(function, path), moduleClass), function.getLoc());
  if (failed(resolved))
    return failure();
  return resolved->qconfig;
}

FailureOr<QConfigAttr> quantir::qconfigOfCall(const QConfigResolver &mapping, func::FuncOp caller,
                                              func::CallOp call, func::FuncOp callee) {
  auto moduleClass = callee->getAttrOfType<StringAttr>(QuantirDialect::customModuleAttrName);
  if (!moduleClass)
    moduleClass = callee->getAttrOfType<StringAttr>(QuantirDialect::moduleClassAttrName);
  return qconfigOfModule(mapping, caller, modulePathOf(call),
                         moduleClass ? moduleClass.getValue() : "");
}

void quantir::castToSignature(func::CallOp call, func::FuncOp callee) {
  OpBuilder builder(call);
  for (auto [operand, type] : llvm::zip(call->getOpOperands(), callee.getArgumentTypes()))
    if (operand.get().getType() != type)
      operand.set(codesOf(builder, call.getLoc(), operand.get(), type));
  builder.setInsertionPointAfter(call);
  for (auto [result, type] : llvm::zip(call.getResults(), callee.getResultTypes())) {
    Type expressed = result.getType();
    if (expressed == type)
      continue;
    result.setType(type);
    auto cast = quant::DequantizeCastOp::create(builder, call.getLoc(), expressed, result);
    result.replaceAllUsesExcept(cast.getResult(), cast);
  }
}
