//===- qrun.cpp - Runs plans; links neither LLVM nor MLIR -----------------===//

#include "runtime/commands/CommandLine.h"

int main(int argc, char **argv) { return quantir::runtime::runQrun(argc, argv); }
