//===- qopt.cpp - Runs passes on Quantir IR --------------------------------===//

#include "quantir/InitAll.h"
#include "quantir/Pipeline/TextLimits.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/MemoryBuffer.h"

/// Whether MLIR's parser can be trusted with the file. Whether it is there, and what standard input
/// holds, is left to MLIR.
static bool canBeParsed(const std::string &path) {
  if (path == "-")
    return true;
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return true;
  std::string error = quantir::checkMlirText((*file)->getBuffer());
  if (!error.empty())
    llvm::errs() << path << ":" << error << "\n";
  return error.empty();
}

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  quantir::registerAllDialects(registry);
  quantir::registerAllPasses();
  auto [input, output] =
      mlir::registerAndParseCLIOptions(argc, argv, "Quantir modular optimizer driver", registry);
  if (!canBeParsed(input))
    return EXIT_FAILURE;
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, input, output, registry));
}
