//===- Translation.cpp - Plans as a target of translation tools -----------===//

#include "quantir/Target/Plan/Export.h"

#include "quantir/Support/TextLimits.h"
#include "quantir/dialects/Kernel/Kernel.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quantir;

static LogicalResult translate(const std::shared_ptr<llvm::SourceMgr> &sources, raw_ostream &output,
                               MLIRContext *context) {
  // What is not in kernel form is to be refused, not to be unknown.
  DialectRegistry dialects;
  dialects.insert<arith::ArithDialect, func::FuncDialect, quant::QuantDialect,
                  kernel::KernelDialect, nn::NNDialect, QuantirDialect>();
  context->appendDialectRegistry(dialects);
  const llvm::MemoryBuffer *text = sources->getMemoryBuffer(sources->getMainFileID());
  if (std::string error = checkMlirText(text->getBuffer()); !error.empty())
    return emitError(UnknownLoc::get(context))
           << (text->getBufferIdentifier() == "-" ? "<stdin>" : text->getBufferIdentifier()) << ":"
           << error;
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, context);
  if (!module)
    return failure();
  FailureOr<std::vector<uint8_t>> bytes = exportPlan(*module);
  if (failed(bytes))
    return failure();
  output.write(reinterpret_cast<const char *>(bytes->data()), bytes->size());
  return success();
}

void quantir::registerPlanTranslation() {
  // Not as a translation from MLIR, whose driver parses the text before anyone can look at it.
  TranslateRegistration registration("export-plan", "write a module in kernel form as a plan file",
                                     translate);
}
