//===- Support.h - What the tests of data files share -----------*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_DATA_SUPPORT_H
#define QUANTIR_TEST_UNIT_DATA_SUPPORT_H

#include "runtime/data/Array.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace quantir::runtime::test {

/// A directory that is removed with all it holds.
class TemporaryDirectory {
public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "quantir-data-XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw std::runtime_error("cannot create a temporary directory");
    path = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string file(const std::string &name) const { return (path / name).string(); }
  size_t numFiles() const {
    return size_t(std::distance(std::filesystem::directory_iterator(path), {}));
  }

  std::filesystem::path path;
};

inline void writeText(const std::string &path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string readText(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline Bytes bytesOf(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  return Bytes{std::as_bytes(std::span(*owner)), owner};
}

template <typename T> std::string rawBytes(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char *>(values.begin()), values.size() * sizeof(T));
}

template <typename T> std::vector<T> valuesOf(const Array &array) {
  return {array.as<T>(), array.as<T>() + array.numElements()};
}

} // namespace quantir::runtime::test

#endif // QUANTIR_TEST_UNIT_DATA_SUPPORT_H
