//===- qtranslate.cpp - Translates between Quantir IR and other formats ----===//

#include "quantir/Frontend/ONNX.h"
#include "quantir/Target/Plan/Export.h"

#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  quantir::registerONNXTranslation();
  quantir::registerPlanTranslation();
  return failed(mlir::mlirTranslateMain(argc, argv, "Quantir translation driver"));
}
