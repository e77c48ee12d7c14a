//===- Outputs.h - The files that a command is to write ---------*- C++ -*-===//
//
// None of a command's outputs ever takes the place of what it reads, or of another. That none of
// them appears when it fails is writeTogether's part (Files.h).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_OUTPUTS_H
#define QUANTIR_BASE_OUTPUTS_H

#include "quantir/Base/Files.h"

#include <vector>

namespace quantir {

/// A path of a command line, empty where it is not given, and what a message calls it: "--report".
struct NamedPath {
  std::string name;
  std::string path;
};

/// Says, before the work begins and without touching anything, whether none of `outputs` is one of
/// `inputs` or another of `outputs`, by whatever names. Devices and pipes may be both.
Status checkDistinct(const std::vector<NamedPath> &outputs, const std::vector<NamedPath> &inputs);

/// The same, and that each of `outputs` can be written. `companions` lists files that are read
/// besides, such as the external data of a model; it is asked only if an output exists already.
Status checkOutputs(const std::vector<NamedPath> &outputs, const std::vector<NamedPath> &inputs,
                    const std::function<std::vector<std::string>()> &companions = {});

/// Runs a program that reads the files among its arguments and writes the one its option -o names
/// in place, such as MLIR's drivers: so that this file appears when the program has succeeded, and
/// is none that an argument names, alone or in an option. `companions` lists what a file among the
/// arguments refers to. What is wrong, also a device to read, is printed. Returns the exit code.
int runWithOutput(
    int argc, char **argv, const std::function<int(int argc, char **argv)> &program,
    const std::function<std::vector<std::string>(const std::string &path)> &companions = {});

} // namespace quantir

#endif // QUANTIR_BASE_OUTPUTS_H
