//===- TextLimits.h - MLIR text that comes from outside ---------*- C++ -*-===//
//
// MLIR's parser calls itself for what stands in brackets, without a bound, and ends the program on
// a few things that it does not expect. Text of which nobody knows who wrote it is looked at first.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_SUPPORT_TEXTLIMITS_H
#define QUANTIR_SUPPORT_TEXTLIMITS_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace quantir {

/// Brackets, regions and types inside of each other: far above anything that is meant.
inline constexpr size_t maxTextNesting = 256;

/// Why `text` is not to be given to MLIR's parser, with line and column; empty if nothing is known
/// against it. MLIR's bytecode has no text, and passes.
std::string checkMlirText(llvm::StringRef text);

} // namespace quantir

#endif // QUANTIR_SUPPORT_TEXTLIMITS_H
