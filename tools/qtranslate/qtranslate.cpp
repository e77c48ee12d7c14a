//===- qtranslate.cpp - Translates between Quantir IR and other formats ----===//

#include "quantir/Frontend/ONNX.h"

#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  quantir::registerONNXTranslation();
  return failed(mlir::mlirTranslateMain(argc, argv, "Quantir translation driver"));
}
