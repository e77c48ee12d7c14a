//===- quantir.cpp - The user's program -----------------------------------===//

#include "CalibrateCommand.h"
#include "Flags.h"
#include "QuantizeCommand.h"

using namespace quantir;

int main(int argc, char **argv) {
  runtime::CommandLine line("quantir",
                            "Quantize trained neural networks to 8-bit integers, and run them.");
  InputShapes inputs;
  runtime::FileLoader loader{"ONNX model, MLIR file of any stage, or plan",
                             [&](const std::string &path, const std::string &backend,
                                 const runtime::PlanLoadOptions &plan) {
                               return load(path, CompileOptions{backend, plan, inputs});
                             },
                             companionFiles,
                             [&](CLI::App &app) { inputShapeFlags(inputs).addTo(app); }};
  addQuantizeCommand(line);
  addCalibrateCommand(line);
  addMergeStatesCommand(line);
  addEvalCommand(line, loader);
  addRunCommand(line, loader);
  addBenchCommand(line, loader);
  addInspectCommand(line, loader);
  return line.run(argc, argv);
}
