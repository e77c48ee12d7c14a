//===- Plugin.cpp - Dialects and passes for MLIR's own tools --------------===//
//
//   mlir-opt --load-dialect-plugin=QuantirPlugin.so --load-pass-plugin=QuantirPlugin.so ...
//
//===----------------------------------------------------------------------===//

#include "quantir/InitAll.h"
#include "quantir/Version.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

extern "C" LLVM_ATTRIBUTE_WEAK LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "quantir", QUANTIR_VERSION,
          [](mlir::DialectRegistry *registry) { quantir::registerAllDialects(*registry); }};
}

extern "C" LLVM_ATTRIBUTE_WEAK LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "quantir", QUANTIR_VERSION,
          [] { quantir::registerQuantirPasses(); }};
}
