//===- qtranslate.cpp - Translates between Quantir IR and other formats ----===//

#include "quantir/Base/Outputs.h"
#include "quantir/Frontend/ONNX.h"
#include "quantir/Target/Plan/Export.h"

#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

#include <filesystem>

/// Weights that an ONNX file keeps beside it.
static std::vector<std::string> findExternalFiles(const std::string &path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) // a pipe can be read once
    return {};
  quantir::Result<quantir::Bytes> bytes = quantir::mapFile(path);
  if (!bytes)
    return {};
  return quantir::listExternalFiles({{bytes->text().data(), bytes->size()}, path});
}

int main(int argc, char **argv) {
  quantir::registerONNXTranslation();
  quantir::registerPlanTranslation();
  auto program = [](int count, char **arguments) {
    return int(failed(mlir::mlirTranslateMain(count, arguments, "Quantir translation driver")));
  };
  return quantir::runWithOutput(argc, argv, program, findExternalFiles);
}
