//===- Npz.h - Reads uncompressed .npz files in tests -----------*- C++ -*-===//
//
// Just enough for golden cases written by numpy.savez: stored members, C order, little endian.
// Throws std::runtime_error, which fails the test. (runtime/data has the reader for files that
// users bring.)
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_TEST_UNIT_SUPPORT_NPZ_H
#define QUANTIR_TEST_UNIT_SUPPORT_NPZ_H

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace quantir::test {

class Npz {
public:
  struct Array {
    std::string type; ///< numpy's: "<f4", "|u1"
    std::vector<int64_t> dims;
    std::vector<char> bytes;

    /// The numbers converted to T.
    template <typename T> std::vector<T> as() const {
      if (type == "<f4")
        return convert<float, T>();
      if (type == "<f8")
        return convert<double, T>();
      if (type == "|u1")
        return convert<uint8_t, T>();
      if (type == "|i1")
        return convert<int8_t, T>();
      if (type == "<u2")
        return convert<uint16_t, T>();
      if (type == "<i2")
        return convert<int16_t, T>();
      if (type == "<i4")
        return convert<int32_t, T>();
      if (type == "<i8")
        return convert<int64_t, T>();
      throw std::runtime_error("npz: unexpected element type " + type);
    }

  private:
    template <typename From, typename To> std::vector<To> convert() const {
      std::vector<From> stored(bytes.size() / sizeof(From));
      std::memcpy(stored.data(), bytes.data(), stored.size() * sizeof(From));
      return std::vector<To>(stored.begin(), stored.end());
    }
  };

  explicit Npz(const std::string &path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
      throw std::runtime_error("npz: cannot open " + path);
    file.assign(std::istreambuf_iterator<char>(stream), {});
    readDirectory();
  }

  bool has(const std::string &name) const { return arrays.count(name) != 0; }

  const Array &operator[](const std::string &name) const {
    auto found = arrays.find(name);
    if (found == arrays.end())
      throw std::runtime_error("npz: no array " + name);
    return found->second;
  }

  template <typename T> std::vector<T> get(const std::string &name) const {
    return (*this)[name].as<T>();
  }

private:
  template <typename T> T at(size_t offset) const {
    T value;
    if (offset + sizeof(T) > file.size())
      throw std::runtime_error("npz: truncated");
    std::memcpy(&value, file.data() + offset, sizeof(T));
    return value;
  }

  void readDirectory() {
    size_t end = file.rfind(std::string("PK\5\6", 4));
    if (end == std::string::npos)
      throw std::runtime_error("npz: not a zip file");
    size_t entry = at<uint32_t>(end + 16);
    for (int n = at<uint16_t>(end + 10); n > 0; --n) {
      if (at<uint16_t>(entry + 10) != 0)
        throw std::runtime_error("npz: compressed");
      size_t size = at<uint32_t>(entry + 24), local = at<uint32_t>(entry + 42);
      size_t nameLength = at<uint16_t>(entry + 28);
      std::string name = file.substr(entry + 46, nameLength);
      size_t data = local + 30 + at<uint16_t>(local + 26) + at<uint16_t>(local + 28);
      arrays[name.substr(0, name.size() - 4)] = readArray(file.substr(data, size));
      entry += 46 + nameLength + at<uint16_t>(entry + 30) + at<uint16_t>(entry + 32);
    }
  }

  /// A header such as {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
  static Array readArray(const std::string &npy) {
    size_t headerSize = uint8_t(npy.at(8)) | uint8_t(npy.at(9)) << 8;
    std::string header = npy.substr(10, headerSize);
    Array array;
    size_t type = header.find("'descr': '") + 10;
    array.type = header.substr(type, header.find('\'', type) - type);
    size_t open = header.find('('), close = header.find(')');
    std::string shape = header.substr(open + 1, close - open - 1);
    for (size_t i = 0; i < shape.size();) {
      size_t used = 0;
      if (isdigit(shape[i]))
        array.dims.push_back(std::stoll(shape.substr(i), &used));
      i += used ? used : 1;
    }
    array.bytes.assign(npy.begin() + 10 + headerSize, npy.end());
    return array;
  }

  std::string file;
  std::map<std::string, Array> arrays;
};

} // namespace quantir::test

#endif // QUANTIR_TEST_UNIT_SUPPORT_NPZ_H
