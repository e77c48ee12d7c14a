//===- QuantizeCommand.h - quantir quantize ---------------------*- C++ -*-===//

#ifndef QUANTIR_TOOLS_QUANTIR_QUANTIZECOMMAND_H
#define QUANTIR_TOOLS_QUANTIR_QUANTIZECOMMAND_H

#include "runtime/commands/CommandLine.h"

namespace quantir {

void addQuantizeCommand(runtime::CommandLine &line);

} // namespace quantir

#endif // QUANTIR_TOOLS_QUANTIR_QUANTIZECOMMAND_H
