//===- Builtins.h - Configurations that have a name -------------*- C++ -*-===//
//
// The JSON of lib/Vocabulary/builtins: PyTorch's default observers, fake-quants, qconfigs and
// mappings, and Quantir's own; and what PyTorch's fuse_modules takes.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_VOCABULARY_BUILTINS_H
#define QUANTIR_VOCABULARY_BUILTINS_H

#include "quantir/Support/JsonReader.h"

namespace quantir {

/// The contents of `<table>.json`.
const nlohmann::json &builtinTable(llvm::StringRef table);

/// The entry `name` of a table; null if it has none.
const nlohmann::json *findBuiltin(llvm::StringRef table, llvm::StringRef name);

llvm::SmallVector<llvm::StringRef> builtinNames(llvm::StringRef table);

/// PyTorch's `get_default_qconfig(backend)` and `get_default_qat_qconfig(backend, version)`, as
/// JSON; null if there is none.
const nlohmann::json *findBackendQConfig(bool qat, llvm::StringRef backend, int64_t version);

/// PyTorch's default mapping around the qconfig `global` (an object, or null), as JSON. With
/// `keepGlobal` all object types but those of known range have `global`, as in PyTorch's
/// `_get_default_qconfig_mapping_with_default_qconfig`.
nlohmann::json makeDefaultMapping(const nlohmann::json &global, bool qat, llvm::StringRef backend,
                                  bool keepGlobal);

} // namespace quantir

#endif // QUANTIR_VOCABULARY_BUILTINS_H
