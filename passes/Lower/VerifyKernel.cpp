//===- VerifyKernel.cpp - Check that a module can be written as a plan ----===//

#include "quantir/passes/Lower/Passes.h"
#include "quantir/passes/Modules/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace quantir {
#define GEN_PASS_DEF_VERIFYKERNELPASS
#include "quantir/passes/Lower/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

FailureOr<func::FuncOp> quantir::getEntryFunction(ModuleOp module) {
  func::FuncOp entry;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (!func.isPublic() || func.isExternal())
      continue;
    if (entry) {
      InFlightDiagnostic error = func.emitOpError("expected one public function, but got another");
      error.attachNote(entry.getLoc()) << "the first one is here";
      return error;
    }
    entry = func;
  }
  if (!entry)
    return module.emitError("expected a public function to execute, but got none");
  return entry;
}

/// Arguments and results are what users see: row-major, whatever goes on inside.
static LogicalResult verifyInterface(func::FuncOp func, StringRef what, ArrayRef<Type> types) {
  for (auto [index, type] : llvm::enumerate(types)) {
    if (!kernel::isKernelTensor(type))
      return func.emitOpError("expected ")
             << what << " " << index << " to be a tensor that kernels have, but got " << type;
    if (kernel::isChannelsLast(type))
      return func.emitOpError("expected ")
             << what << " " << index << " to be row-major, but got " << type;
  }
  return success();
}

LogicalResult quantir::verifyKernelForm(ModuleOp module) {
  FailureOr<func::FuncOp> func = getEntryFunction(module);
  if (failed(func))
    return failure();
  if (failed(verifyInterface(*func, "argument", func->getArgumentTypes())) ||
      failed(verifyInterface(*func, "result", func->getResultTypes())))
    return failure();
  if (!func->getBody().hasOneBlock())
    return func->emitOpError("expected one block, but got ") << func->getBody().getBlocks().size();

  for (Operation &op : func->getBody().front()) {
    if (isa<func::ReturnOp>(op) || isa<kernel::KernelOpInterface, kernel::ConstantOp>(op))
      continue;
    return op.emitOpError("expected only kernels in a plan");
  }
  return success();
}

namespace {
struct VerifyKernelPass : public quantir::impl::VerifyKernelPassBase<VerifyKernelPass> {
  void runOnOperation() override {
    if (failed(verifyKernelForm(getOperation())))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace

void quantir::lowerToKernels(OpPassManager &pm, const LowerPassOptions &options) {
  pm.addPass(createInlineModulesPass());
  pm.addPass(createLowerPass(options));
  pm.addNestedPass<func::FuncOp>(createAssignLayoutPass());
  pm.addPass(createCSEPass());
  pm.addPass(createVerifyKernelPass());
}
