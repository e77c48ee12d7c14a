//===- Files.h - Files that tests make -------------------------*- C++ -*-===//

#ifndef QUANTIR_TEST_SUPPORT_FILES_H
#define QUANTIR_TEST_SUPPORT_FILES_H

#include "quantir/Base/Files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace quantir::test {

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

} // namespace quantir::test

#endif // QUANTIR_TEST_SUPPORT_FILES_H
