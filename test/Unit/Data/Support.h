//===- Support.h - What the tests of data files share -----------*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_DATA_SUPPORT_H
#define QUANTIR_TEST_UNIT_DATA_SUPPORT_H

#include "runtime/data/Array.h"
#include "test/Support/Files.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace quantir::runtime::test {

using quantir::test::bytesOf;
using quantir::test::readText;
using quantir::test::TemporaryDirectory;
using quantir::test::writeText;

template <typename T> std::string rawBytes(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char *>(values.begin()), values.size() * sizeof(T));
}

template <typename T> std::vector<T> valuesOf(const Array &array) {
  return {array.as<T>(), array.as<T>() + array.numElements()};
}

} // namespace quantir::runtime::test

#endif // QUANTIR_TEST_UNIT_DATA_SUPPORT_H
