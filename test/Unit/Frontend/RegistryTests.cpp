//===- RegistryTests.cpp - The operators that can be imported --------------===//

#include "lib/Frontend/ONNX/Registry.h"
#include "quantir/Frontend/ONNX.h"
#include "quantir/Vocabulary/OnnxOperators.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/MLIRContext.h"
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

TEST_CASE("what configurations are told of ONNX's operators is what the importer has",
          "[registry]") {
  std::vector<llvm::StringRef> told, imported = getSupportedOperators();
  // A node of the default domain that is recognized by its graph, and so not in the tables.
  imported.push_back("Loop");
  llvm::sort(imported);
  mlir::MLIRContext context;
  context.loadDialect<nn::NNDialect>();
  for (const OnnxOperator &row : onnxOperators()) {
    told.push_back(row.type);
    llvm::SmallVector<llvm::StringRef> ops;
    row.ops.split(ops, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
    for (llvm::StringRef op : ops) {
      INFO(row.type.str() << " as " << op.str());
      CHECK(mlir::RegisteredOperationName::lookup(op, &context));
    }
  }
  CHECK(llvm::is_sorted(told));
  CHECK(llvm::join(told, " ") == llvm::join(imported, " "));
  CHECK(explainOnnxOperator("onnx::Pow") ==
        "'Pow' is an operator of ONNX, which is imported as 'nn.mul' or 'nn.div' or 'nn.pow'");
  CHECK(explainOnnxOperator("where") ==
        "'Where' is an operator of ONNX, of which the import leaves no op");
}
