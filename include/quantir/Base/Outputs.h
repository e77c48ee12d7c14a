//===- Outputs.h - The files that a command is to write ---------*- C++ -*-===//
//
// No output of a command overwrites a file that the command reads, or another output. writeTogether
// (Files.h) takes care that none of them appears when the command fails.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_OUTPUTS_H
#define QUANTIR_BASE_OUTPUTS_H

#include "quantir/Base/Files.h"

#include <vector>

namespace quantir {

/// A path of a command line, empty if it is not given, and its name in messages: "--report".
struct NamedPath {
  std::string name;
  std::string path;
};

/// Checks, before the work begins and without touching anything, that none of `outputs` is one of
/// `inputs` or another of `outputs`, by whatever names. Devices and pipes may be both.
Status checkDistinct(const std::vector<NamedPath> &outputs, const std::vector<NamedPath> &inputs);

/// The same, and that each of `outputs` can be written. `companions` lists further files
/// that are read, such as the external data of a model; called only if an output exists already.
Status checkOutputs(const std::vector<NamedPath> &outputs, const std::vector<NamedPath> &inputs,
                    const std::function<std::vector<std::string>()> &companions = {});

/// Runs a program that reads the files among its arguments and writes the one that its option -o
/// names in place, such as MLIR's drivers. That file then appears only if the program succeeds, and
/// it must not be one that an argument names, by itself or in an option. `companions` lists the
/// files that a file among the arguments refers to. Errors, such as a device to read, are printed.
/// Returns the exit code.
int runWithOutput(
    int argc, char **argv, const std::function<int(int argc, char **argv)> &program,
    const std::function<std::vector<std::string>(const std::string &path)> &companions = {});

} // namespace quantir

#endif // QUANTIR_BASE_OUTPUTS_H
