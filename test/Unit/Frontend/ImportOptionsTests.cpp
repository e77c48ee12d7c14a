//===- ImportOptionsTests.cpp - Options and results of an import -----------===//

#include "ModelBuilder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace quantir;
using namespace quantir::test;

namespace {
/// x [N, 3, 8, 8] flattened and multiplied.
ModelBuilder makeModel() {
  ModelBuilder model;
  model.ints("shape", {-1, 192}).floats("w", {192, 10});
  model.node("Reshape", {"x", "shape"}, "flat").node("MatMul", {"flat", "w"});
  return model;
}

std::string signature(const Imported &imported) {
  REQUIRE(imported.errors == std::vector<std::string>{});
  REQUIRE(imported.module);
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto main = (*imported.module).lookupSymbol<mlir::func::FuncOp>("main");
  REQUIRE(main);
  stream << main.getFunctionType();
  return text;
}
} // namespace

TEST_CASE("an open leading dimension stays dynamic or gets the size wanted", "[options]") {
  mlir::MLIRContext context;
  ModelBuilder model = makeModel();
  CHECK(signature(import(context, model)) == "(tensor<?x3x8x8xf32>) -> tensor<?x10xf32>");
  ImportOptions options;
  options.batch = 4;
  CHECK(signature(import(context, model, options)) == "(tensor<4x3x8x8xf32>) -> tensor<4x10xf32>");
  options.batch = 0;
  CHECK(import(context, model, options).error() ==
        "expected a batch size of at least 1, but got 0");
}

TEST_CASE("the open dimension may be any", "[options]") {
  mlir::MLIRContext context;
  ModelBuilder model({8, -1, 4});
  model.node("Relu", {"x"});
  CHECK(signature(import(context, model)) == "(tensor<8x?x4xf32>) -> tensor<8x?x4xf32>");
  ImportOptions options;
  options.batch = 3;
  CHECK(signature(import(context, model, options)) == "(tensor<8x3x4xf32>) -> tensor<8x3x4xf32>");
}

TEST_CASE("a shape that the file leaves open can be given", "[options]") {
  mlir::MLIRContext context;
  ModelBuilder model({-1, 3, -1, -1});
  model.graph()
      .mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(3)
      ->clear_dim_param();
  model.node("Relu", {"x"});
  CHECK(import(context, model).error() ==
        "input 'x': expected all dimensions but one, the batch, to be fixed, but 0 ('N'), 2 ('N') "
        "and 3 (unnamed) are open; say how large the others are, such as --input-shape "
        "x=N,3,64,64");
  ImportOptions options;
  options.inputShapes["x"] = {-1, 3, 6, 7};
  CHECK(signature(import(context, model, options)) ==
        "(tensor<?x3x6x7xf32>) -> tensor<?x3x6x7xf32>");
  options.inputShapes["x"] = {1, 3, 6};
  CHECK(import(context, model, options).error() ==
        "input 'x': expected a shape of 4 dimensions, but got [1x3x6]");
  options.inputShapes["x"] = {1, 3, 0, 7};
  CHECK(import(context, model, options).error() ==
        "input 'x': expected positive sizes, but got [1x3x0x7]");
  options.inputShapes = {{"image", {1, 3, 6, 7}}};
  CHECK(import(context, model, options).error() ==
        "a shape is given for 'image', but the model's inputs are: 'x'");
}

TEST_CASE("the model is named after its file unless a name is given", "[options]") {
  mlir::MLIRContext context;
  ModelBuilder model = makeModel();
  auto name = [&](const ImportOptions &options) {
    Imported imported = import(context, model, options);
    REQUIRE(imported.module);
    return (*imported.module)->getAttrOfType<mlir::StringAttr>("quantir.model").str();
  };
  CHECK(name({}) == "model");
  ImportOptions options;
  options.modelName = "net";
  CHECK(name(options) == "net");
}

TEST_CASE("the file's shape of an output is checked with a warning", "[options]") {
  mlir::MLIRContext context;
  ModelBuilder model = makeModel();
  model.output("y");
  auto &type = *model.graph().mutable_output(0)->mutable_type()->mutable_tensor_type();
  type.mutable_shape()->add_dim()->set_dim_param("batch");
  type.mutable_shape()->add_dim()->set_dim_value(11);
  std::vector<std::string> warnings;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    CHECK(diagnostic.getSeverity() == mlir::DiagnosticSeverity::Warning);
    warnings.push_back(diagnostic.str());
    return mlir::success();
  });
  std::string bytes = model.serialize();
  CHECK(importONNX(&context, llvm::MemoryBufferRef(bytes, "model.onnx")));
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] == "output 'y': the file says that it is [?x11], but it is [?x10]");
}

TEST_CASE("a file that cannot be opened is an error", "[options]") {
  mlir::MLIRContext context;
  std::string error;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    error += diagnostic.str();
    return mlir::success();
  });
  CHECK_FALSE(importONNX(&context, "/nonexistent/model.onnx"));
  CHECK(error == "cannot open the file: No such file or directory");
  error.clear();
  CHECK_FALSE(importONNX(&context, "/tmp"));
  CHECK(error == "cannot open the file: Is a directory");
}

TEST_CASE("shapes are read from the command line's form", "[options]") {
  std::map<std::string, std::vector<int64_t>> shapes;
  CHECK(parseInputShape("x=N,3,224, 224", shapes).empty());
  CHECK(shapes["x"] == std::vector<int64_t>{-1, 3, 224, 224});
  CHECK(parseInputShape("a=b:0=5,?", shapes).empty());
  CHECK(shapes["a=b:0"] == std::vector<int64_t>{5, -1});
  CHECK(parseInputShape("1,2", shapes).empty());
  CHECK(shapes[""] == std::vector<int64_t>{1, 2});
  CHECK(parseInputShape("x=1", shapes).find("one shape for each input") != std::string::npos);
  for (const char *bad :
       {"", "y=", "y=0", "y=-2,3", "y=N,N", "y=1,,2", "y=1x2", "y=99999999999999999999"})
    CHECK_FALSE(parseInputShape(bad, shapes).empty());

  mlir::MLIRContext context;
  ModelBuilder model({-1, 3, -1, -1});
  model.node("Relu", {"x"});
  ImportOptions options;
  options.inputShapes[""] = {-1, 3, 8, 8};
  CHECK(signature(import(context, model, options)) ==
        "(tensor<?x3x8x8xf32>) -> tensor<?x3x8x8xf32>");
}
