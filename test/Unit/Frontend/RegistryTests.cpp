//===- RegistryTests.cpp - The operators that can be imported --------------===//

#include "quantir/Frontend/ONNX.h"
#include "quantir/Frontend/ONNX/Registry.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <catch2/catch_test_macros.hpp>

using namespace quantir;
using namespace quantir::importer;

TEST_CASE("the row of the newest version that the opset has is found", "[registry]") {
  REQUIRE(findOperator("Softmax", 12));
  CHECK(findOperator("Softmax", 12)->sinceOpset == 1);
  CHECK(findOperator("Softmax", 13)->sinceOpset == 13);
  CHECK(findOperator("Softmax", 22)->sinceOpset == 13);
  CHECK(findOperator("HardSwish", 13) == nullptr);
  CHECK(findOperator("HardSwish", 14));
  CHECK(findOperator("softmax", 13) == nullptr);
}

TEST_CASE("the guide lists every operator", "[registry]") {
  auto guide = llvm::MemoryBuffer::getFile(QUANTIR_ONNX_GUIDE);
  REQUIRE(guide);
  llvm::SmallVector<llvm::StringRef> words;
  llvm::SplitString((*guide)->getBuffer(), words, " ,|;\n");
  for (llvm::StringRef name : getSupportedOperators()) {
    INFO(name.str());
    CHECK(llvm::is_contained(words, name));
  }
}
