//===- ArrayFile.h - Files of named arrays: .npy and .npz -------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_DATA_ARRAYFILE_H
#define QUANTIR_RUNTIME_DATA_ARRAYFILE_H

#include "runtime/data/Array.h"

namespace quantir::runtime {

struct NamedArray {
  std::string name; ///< as in the .npz; empty for a .npy file
  Array array;
};

/// All arrays of a `.npy` or `.npz` file; which of the two it is, its first bytes say. Messages
/// name the file and, in a `.npz`, the array.
Result<std::vector<NamedArray>> loadArrays(const std::string &path);

/// The one array of a file: a `.npy`, or a `.npz` that holds just one. `what` says what it is
/// wanted for ("labels").
Result<Array> loadArray(const std::string &path, std::string_view what);

/// Whether `path` asks for a `.npz` file by its name.
bool isNpzPath(std::string_view path);

/// Writes arrays as `.npz` if `path` ends so, else as `.npy`, which takes exactly one. The same
/// arrays make the same bytes every time.
Status saveArrays(const std::string &path, std::span<const NamedArray> arrays);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_ARRAYFILE_H
