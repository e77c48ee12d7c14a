//===- ArrayFile.h - Files of named arrays: .npy and .npz -------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_DATA_ARRAYFILE_H
#define QUANTIR_RUNTIME_DATA_ARRAYFILE_H

#include "runtime/data/Array.h"

namespace quantir::runtime {

struct NamedArray {
  std::string name; ///< as in the .npz; empty for a .npy file
  Array array;
};

/// A `.npy` or `.npz` file, its arrays read as they are asked for. Which of the two it is, its
/// first bytes say. Messages name the file and, in a `.npz`, the array.
///
/// Whatever a file claims, reading it takes no more memory than its own size and, for each array
/// that is read, some eleven hundred times (what deflate can make of a byte) the bytes it takes in
/// the file; eight times that where integers become int64.
class ArrayFile {
public:
  static Result<ArrayFile> open(const std::string &path);
  ~ArrayFile();
  ArrayFile(ArrayFile &&) noexcept;

  /// At least one; "" for the array of a `.npy`.
  const std::vector<std::string> &names() const;

  /// The array of that name.
  Result<Array> read(size_t index) const;

private:
  struct Impl;
  explicit ArrayFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// All arrays of a file.
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
