//===- StageDumper.h - The MLIR after each stage ----------------*- C++ -*-===//

#ifndef QUANTIR_COMPILER_STAGEDUMPER_H
#define QUANTIR_COMPILER_STAGEDUMPER_H

#include "quantir/Base/Status.h"

#include "mlir/IR/BuiltinOps.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace quantir {

/// Keeps the MLIR after each stage for a folder, if one was asked for: in files that have no name
/// and end with the program, until all is done.
class StageDumper {
public:
  explicit StageDumper(std::string folder) : folder(std::move(folder)) {}
  StageDumper(const StageDumper &) = delete;
  StageDumper &operator=(const StageDumper &) = delete;
  ~StageDumper();

  /// Says whether the folder can be made. Called before long work, as is all checking of outputs.
  Status open();

  Status dump(mlir::ModuleOp module, const std::string &stage);

  /// Makes the folder and what belongs in it, or leaves nothing.
  Status write() const;

private:
  Status cannotCreate(const std::error_code &error) const;
  Status writeFiles() const;

  std::string folder;
  std::filesystem::path place; ///< the nearest directory that exists
  std::vector<std::pair<std::string, std::FILE *>> stages;
};

} // namespace quantir

#endif // QUANTIR_COMPILER_STAGEDUMPER_H
