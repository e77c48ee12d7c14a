//===- CalibrateCommand.h - quantir calibrate -------------------*- C++ -*-===//

#ifndef QUANTIR_TOOLS_QUANTIR_CALIBRATECOMMAND_H
#define QUANTIR_TOOLS_QUANTIR_CALIBRATECOMMAND_H

#include "runtime/commands/CommandLine.h"

namespace quantir {

void addCalibrateCommand(runtime::CommandLine &line);

} // namespace quantir

#endif // QUANTIR_TOOLS_QUANTIR_CALIBRATECOMMAND_H
