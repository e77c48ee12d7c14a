//===- QuantizeBoundaries.cpp - Pass integers where functions meet --------===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"

#include "mlir/IR/PatternMatch.h"

namespace quantir {
#define GEN_PASS_DEF_QUANTIZEBOUNDARIESPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

class QuantizeBoundariesPass
    : public quantir::impl::QuantizeBoundariesPassBase<QuantizeBoundariesPass> {
public:
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() &&
          (failed(quantizeInputs(function)) || failed(quantizeOutputs(function))))
        return signalPassFailure();
    SmallVector<func::CallOp> calls;
    for (auto function : getOperation().getOps<func::FuncOp>())
      function.walk([&](func::CallOp call) { calls.push_back(call); });
    for (func::CallOp call : calls)
      if (auto callee = symbols.lookup<func::FuncOp>(call.getCallee()))
        castToSignature(call, callee);
  }

private:
  LogicalResult quantizeInputs(func::FuncOp function) {
    FailureOr<SmallVector<unsigned>> inputs = quantizedInputs(function);
    if (failed(inputs))
      return failure();
    for (unsigned input : *inputs) {
      BlockArgument argument = function.getArgument(input);
      if (isa<quant::QuantizedType>(getElementTypeOrSelf(argument.getType())))
        continue;
      if (argument.use_empty() && callsOf(function).empty() && function.isPrivate())
        continue;
      auto cast = argument.hasOneUse()
                      ? dyn_cast<quant::QuantizeCastOp>(*argument.getUsers().begin())
                      : quant::QuantizeCastOp();
      if (!cast)
        return function.emitError()
               << "expected input " << input
               << " to be quantized at once, as input_quantized_idxs says; run "
                  "quantir-share-boundary-observers on the prepared module";
      argument.setType(cast.getType());
      cast.replaceAllUsesWith(Value(argument));
      cast.erase();
      ++numQuantized;
    }
    updateType(function);
    return success();
  }

  LogicalResult quantizeOutputs(func::FuncOp function) {
    FailureOr<SmallVector<unsigned>> outputs = quantizedOutputs(function);
    if (failed(outputs))
      return failure();
    Operation *end = function.getBody().front().getTerminator();
    for (unsigned output : *outputs) {
      Value value = end->getOperand(output);
      if (isa<quant::QuantizedType>(getElementTypeOrSelf(value.getType())))
        continue;
      auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
      if (!cast)
        return end->emitError() << "expected operand " << output
                                << " to be dequantized last, as output_quantized_idxs says";
      end->setOperand(output, cast.getInput());
      if (cast->use_empty())
        cast.erase();
      ++numQuantized;
    }
    updateType(function);
    return success();
  }

  static void updateType(func::FuncOp function) {
    Block &body = function.getBody().front();
    function.setFunctionType(FunctionType::get(function.getContext(), body.getArgumentTypes(),
                                               body.getTerminator()->getOperandTypes()));
  }
};

} // namespace
