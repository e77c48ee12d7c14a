//===- ObjectTypesTests.cpp - The names that ops answer to ----------------===//

#include "quantir/Vocabulary/ObjectTypes.h"

#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch_test_macros.hpp>

using namespace mlir;
using namespace quantir;

namespace {

constexpr const char *source = R"mlir(
func.func @ops(%x: tensor<1x4x8xf32>, %i: tensor<1x4x8x8xf32>, %w: tensor<4x4x1xf32>, %w2: tensor<4x4x1x1xf32>, %b: tensor<4xf32>, %v: tensor<2x4xf32>) {
  %conv1d = nn.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x4x8xf32>, tensor<4x4x1xf32>) -> tensor<1x4x8xf32>
  %conv2d = nn.conv %i, %w2 {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %batch_norm = nn.batch_norm %v, %b, %b, %b, %b : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %relu = nn.relu %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %relu_module = nn.relu %x {nn.call = "module"} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %relu_function = nn.relu %x {nn.call = "function"} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %relu6 = nn.clamp %x {min = 0.0 : f32, max = 6.0 : f32} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %hardtanh = nn.clamp %x {min = -1.0 : f32, max = 1.0 : f32} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %half = nn.clamp %x {min = -1.0 : f32, max = 0x7F800000 : f32} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %slice = nn.slice %x {starts = array<i64: 0>, ends = array<i64: 2>, axes = array<i64: 1>, steps = array<i64: 1>} : (tensor<1x4x8xf32>) -> tensor<1x2x8xf32>
  %narrow = nn.slice %x {nn.target = "torch.narrow", starts = array<i64: 0>, ends = array<i64: 2>, axes = array<i64: 1>, steps = array<i64: 1>} : (tensor<1x4x8xf32>) -> tensor<1x2x8xf32>
  %flatten_method = nn.flatten %x {nn.target = "flatten", start_axis = 1 : i64, end_axis = 2 : i64} : (tensor<1x4x8xf32>) -> tensor<1x32xf32>
  %pool = nn.avg_pool %i {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}
)mlir";

/// The object types of each op of `source` in turn, separated by blanks.
std::vector<std::string> typesOfOps() {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<func::FuncDialect, nn::NNDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(source, &context);
  REQUIRE(module);
  std::vector<std::string> texts;
  module->walk([&](Operation *op) {
    if (!isa<nn::NNDialect>(op->getDialect()))
      return;
    SmallVector<StringRef> types = objectTypesOf(op);
    texts.push_back(llvm::join(types, " "));
    for (StringRef type : types) {
      CHECK(hasObjectType(op, type));
      CHECK(canonicalObjectType(type) == type.str());
    }
    CHECK_FALSE(hasObjectType(op, "torch.nn.ConvTranspose2d"));
  });
  return texts;
}

} // namespace

TEST_CASE("ops answer to PyTorch's names by rank, bounds, kind of call and target") {
  CHECK(typesOfOps() ==
        std::vector<std::string>{
            "torch.nn.Conv1d torch.conv1d nn.conv",
            "torch.nn.Conv2d torch.conv2d nn.conv",
            "torch.nn.BatchNorm1d torch.nn.functional.batch_norm nn.batch_norm",
            "torch.nn.ReLU torch.nn.functional.relu torch.relu torch.relu_ relu relu_ nn.relu",
            "torch.nn.ReLU nn.relu",
            "torch.nn.functional.relu torch.relu torch.relu_ relu relu_ nn.relu",
            "torch.nn.ReLU6 torch.nn.functional.relu6 torch.clamp clamp clamp_ nn.clamp",
            "torch.nn.Hardtanh torch.nn.functional.hardtanh torch.nn.functional.hardtanh_ "
            "torch.clamp clamp clamp_ nn.clamp",
            "torch.clamp clamp clamp_ nn.clamp",
            "operator.getitem nn.slice",
            "torch.narrow nn.slice",
            "flatten nn.flatten",
            "torch.nn.AvgPool2d torch.nn.functional.avg_pool2d nn.avg_pool",
        });
}

TEST_CASE("every spelling of an object type has one canonical form") {
  for (auto [spelling, canonical] : std::initializer_list<std::pair<const char *, const char *>>{
           {"nn.conv", "nn.conv"},
           {"torch.nn.modules.conv.Conv2d", "torch.nn.Conv2d"},
           {"torch.nn.Conv2d", "torch.nn.Conv2d"},
           {"nn.Conv2d", "torch.nn.Conv2d"},
           {"Conv2d", "torch.nn.Conv2d"},
           {"conv2d", "torch.conv2d"},
           {"torchClass.conv2d", "torch.conv2d"},
           {"F.conv2d", "torch.conv2d"},
           {"torch.nn.functional.conv2d", "torch.conv2d"},
           {"torch._C._nn.linear", "torch.nn.functional.linear"},
           {"torch._C._nn.avg_pool2d", "torch.nn.functional.avg_pool2d"},
           {"F.linear", "torch.nn.functional.linear"},
           {"linear", "torch.nn.functional.linear"},
           {"nn.functional.relu", "torch.nn.functional.relu"},
           {"relu", "relu"},
           {"flatten", "flatten"},
           {"torch.Tensor.flatten", "flatten"},
           {"torchClass.flatten", "torch.flatten"},
           {"getitem", "operator.getitem"},
           {"_operator.add", "operator.add"},
           {"cat", "torch.cat"},
           {"torch.nn.functional.boolean_dispatch.<locals>.fn",
            "torch.nn.functional.boolean_dispatch.<locals>.fn"},
           {"torch.nn.Embedding", "torch.nn.Embedding"},
           {"nni.ConvReLU2d", "torch.ao.nn.intrinsic.ConvReLU2d"},
           {"torch.ao.nn.intrinsic.modules.fused.ConvReLU2d", "torch.ao.nn.intrinsic.ConvReLU2d"},
           {"nnqat.Linear", "torch.ao.nn.qat.Linear"},
           {"torch.ao.nn.qat.modules.linear.Linear", "torch.ao.nn.qat.Linear"},
           {"nniqat.ConvBn2d", "torch.ao.nn.intrinsic.qat.ConvBn2d"},
           {"nnqr.LSTMCell", "torch.ao.nn.quantized.reference.LSTMCell"},
           {"nn.convolution", ""},
           {"nn.Conv4d", ""},
           {"torch.nn.functional.cat", ""},
           {"Conv2D", ""},
           {"", ""},
           {"torch.", ""},
       }) {
    INFO(spelling);
    CHECK(canonicalObjectType(spelling) == canonical);
  }
}

TEST_CASE("all object types are listed, sorted, and are their own canonical form") {
  std::vector<StringRef> all = allObjectTypes();
  CHECK(llvm::is_sorted(all));
  CHECK(llvm::is_contained(all, "torch.nn.Conv2d"));
  CHECK(llvm::is_contained(all, "nn.conv"));
  for (StringRef name : all) {
    INFO(name.str());
    CHECK(canonicalObjectType(name) == name.str());
  }
}

TEST_CASE("functions and methods are told from modules") {
  CHECK(isFunctionType("torch.conv2d"));
  CHECK(isFunctionType("sigmoid"));
  CHECK_FALSE(isFunctionType("torch.nn.Conv2d"));
  CHECK_FALSE(isFunctionType("nn.conv"));
  CHECK_FALSE(isFunctionType("no.such"));
}

TEST_CASE("every op of the nn dialect has a row, and none of its names stands for no op") {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<func::FuncDialect, nn::NNDialect>();
  std::vector<StringRef> known = allObjectTypes();
  for (RegisteredOperationName name : context.getRegisteredOperationsByDialect("nn")) {
    INFO(name.getStringRef().str());
    CHECK(llvm::is_contained(known, name.getStringRef()));
  }
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(R"mlir(
    func.func @ops(%x: tensor<2xf32>) {
      %sqrt = nn.sqrt %x : (tensor<2xf32>) -> tensor<2xf32>
      %erf = nn.erf %x : (tensor<2xf32>) -> tensor<2xf32>
      %pow = nn.pow %x {exponent = 0.5 : f32} : (tensor<2xf32>) -> tensor<2xf32>
      return
    })mlir",
                                                             &context);
  REQUIRE(module);
  SmallVector<Operation *> ops;
  module->walk([&](Operation *op) {
    if (isa<nn::NNDialect>(op->getDialect()))
      ops.push_back(op);
  });
  CHECK(llvm::join(objectTypesOf(ops[0]), " ") == "torch.sqrt sqrt nn.sqrt");
  CHECK(llvm::join(objectTypesOf(ops[1]), " ") == "torch.erf erf nn.erf");
  CHECK(llvm::join(objectTypesOf(ops[2]), " ") == "torch.pow operator.pow pow nn.pow");
}
