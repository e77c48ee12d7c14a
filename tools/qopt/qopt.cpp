//===- qopt.cpp - Runs passes on Quantir IR --------------------------------===//

#include "quantir/Base/Outputs.h"
#include "quantir/InitAll.h"
#include "quantir/Support/TextLimits.h"
#include "quantir/passes/Calibrate/Passes.h"

#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"

/// What MlirOptMain does with files, but for the look at text that MLIR's parser cannot bear.
static llvm::LogicalResult run(const std::string &input, const std::string &output,
                               mlir::DialectRegistry &registry,
                               const mlir::MlirOptMainConfig &config) {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> file = mlir::openInputFile(input, &error);
  if (file)
    if (error = quantir::checkMlirText(file->getBuffer()); !error.empty())
      error = (input == "-" ? "<stdin>" : input) + ":" + error;
  std::unique_ptr<llvm::ToolOutputFile> out;
  if (error.empty())
    out = mlir::openOutputFile(output, &error);
  if (!out) {
    llvm::errs() << error << "\n";
    return llvm::failure();
  }
  if (failed(mlir::MlirOptMain(out->os(), std::move(file), registry, config)))
    return llvm::failure();
  out->keep();
  return llvm::success();
}

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  quantir::registerAllDialects(registry);
  quantir::registerAllPasses();
  quantir::registerCalibratePipelines();
  return quantir::runWithOutput(argc, argv, [&](int count, char **arguments) {
    auto [input, output] = mlir::registerAndParseCLIOptions(
        count, arguments, "Quantir modular optimizer driver", registry);
    auto config = mlir::MlirOptMainConfig::createFromCLOptions();
    if (config.shouldShowDialects() || config.shouldListPasses())
      return mlir::asMainReturnCode(mlir::MlirOptMain(count, arguments, input, output, registry));
    llvm::InitLLVM initialized(count, arguments);
    return mlir::asMainReturnCode(run(input, output, registry, config));
  });
}
