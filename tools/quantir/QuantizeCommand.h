//===- QuantizeCommand.h - quantir quantize ---------------------*- C++ -*-===//

#ifndef QUANTIR_TOOLS_QUANTIR_QUANTIZECOMMAND_H
#define QUANTIR_TOOLS_QUANTIR_QUANTIZECOMMAND_H

#include "quantir/Compiler.h"
#include "runtime/commands/CommandLine.h"

namespace quantir {

void addQuantizeCommand(runtime::CommandLine &line);

/// --input-shape and --fixed-batch.
void addInputShapeOptions(CLI::App &app, InputShapes &inputs);

/// MODEL, and how it is to be prepared and calibrated: what `quantize` and `calibrate` share.
void addQuantizationOptions(CLI::App &app, std::string &model, std::string &calibration,
                            QuantizeOptions &options);

} // namespace quantir

#endif // QUANTIR_TOOLS_QUANTIR_QUANTIZECOMMAND_H
