//===- FloatModel.h - Models on their way to being prepared -----*- C++ -*-===//

#ifndef QUANTIR_COMPILER_FLOATMODEL_H
#define QUANTIR_COMPILER_FLOATMODEL_H

#include "ModelFile.h"

#include "quantir/Compiler.h"

namespace quantir {

/// Reads a model of the stage float or prepared, and puts what is to be done with it into its
/// attributes; warnings about the configuration go to `notes`. Errors: another stage, a
/// configuration for a model that is prepared already.
Result<LoadedModule> loadFloatModel(const std::string &path, const QuantizeOptions &options,
                                    std::vector<std::string> &notes);

/// Fuses, annotates and inserts observers, if that is still to be done. `path` is for messages.
Status prepareModel(LoadedModule &model, const std::string &path);

} // namespace quantir

#endif // QUANTIR_COMPILER_FLOATMODEL_H
