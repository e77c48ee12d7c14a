//===- qtranslate.cpp - Translates between Quantir IR and other formats ----===//

#include "quantir/Frontend/ONNX.h"
#include "quantir/Target/Plan/Export.h"
#include "runtime/data/Outputs.h"

#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  quantir::registerONNXTranslation();
  quantir::registerPlanTranslation();
  return quantir::runtime::runWithOutput(argc, argv, [](int count, char **arguments) {
    return int(failed(mlir::mlirTranslateMain(count, arguments, "Quantir translation driver")));
  });
}
