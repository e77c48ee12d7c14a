//===- Translation.cpp - Plans as a target of translation tools -----------===//

#include "quantir/Target/Plan/Export.h"

#include "quantir/dialects/Kernel/Kernel.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

void quantir::registerPlanTranslation() {
  TranslateFromMLIRRegistration registration(
      "export-plan", "write a module in kernel form as a plan file",
      [](Operation *op, raw_ostream &output) -> LogicalResult {
        auto module = dyn_cast<ModuleOp>(op);
        if (!module)
          return op->emitOpError("expected a module");
        FailureOr<std::vector<uint8_t>> bytes = exportPlan(module);
        if (failed(bytes))
          return failure();
        output.write(reinterpret_cast<const char *>(bytes->data()), bytes->size());
        return success();
      },
      [](DialectRegistry &registry) {
        // What is not in kernel form is to be refused, not to be unknown.
        registry.insert<arith::ArithDialect, func::FuncDialect, quant::QuantDialect,
                        kernel::KernelDialect, nn::NNDialect, QuantirDialect>();
      });
}
