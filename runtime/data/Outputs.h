//===- Outputs.h - The files that a command is to write ---------*- C++ -*-===//
//
// When a command fails, none of its outputs appears; none ever takes the place of what it reads or
// of another. (A signal that ends the program between two renames can leave a part of them, each
// whole.)
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_DATA_OUTPUTS_H
#define QUANTIR_RUNTIME_DATA_OUTPUTS_H

#include "runtime/data/Files.h"

#include <vector>

namespace quantir::runtime {

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

/// A file to write, by a function that gives its contents.
struct PendingFile {
  std::string path;
  std::function<Status(const ByteSink &put)> write;
};

/// Writes all of `files`, or none: each is written under a temporary name, then `last` is called,
/// and when that has succeeded they get their names. Empty paths are left out.
Status writeTogether(const std::vector<PendingFile> &files,
                     const std::function<Status()> &last = {});

/// Runs a program that writes the file its option -o names in place, such as MLIR's drivers: so
/// that this file appears when the program has succeeded, and is none of its other arguments. What
/// is wrong is printed. Returns the exit code.
int runWithOutput(int argc, char **argv, const std::function<int(int argc, char **argv)> &program);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_OUTPUTS_H
