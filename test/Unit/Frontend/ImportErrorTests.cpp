//===- ImportErrorTests.cpp - Models that cannot be imported ---------------===//
//
// Each gives exactly one error, which names the place and what was expected.
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

using namespace quantir;
using namespace quantir::test;
using ::onnx::TensorProto;

namespace {
struct Fixture {
  std::string error(ModelBuilder &model) { return import(context, model).error(); }
  std::string error(llvm::StringRef bytes) { return import(context, bytes).error(); }

  mlir::MLIRContext context;
};
} // namespace

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

TEST_CASE_METHOD(Fixture, "bytes that are no model", "[errors]") {
  CHECK(error("") == "expected an ONNX model, but the file is empty");
  CHECK(error("hello") ==
        "expected an ONNX model, but the file of 5 bytes is something else or cut short");
  CHECK(error(llvm::StringRef("PK\x03\x04....")).ends_with("export that to ONNX"));
  CHECK(error("<!DOCTYPE html>").ends_with("it looks like HTML or XML"));
  // A whole protobuf message, of fields that no model has.
  CHECK(error(llvm::StringRef("\xf8\x07\x01", 3)).starts_with("expected an ONNX model"));
}

TEST_CASE_METHOD(Fixture, "a model cut at any byte", "[errors]") {
  ModelBuilder model;
  model.floats("w", {4, 3, 3, 3}).node("Conv", {"x", "w"}).attr("pads", {1, 1, 1, 1});
  std::string bytes = model.serialize();
  for (size_t size = 0; size < bytes.size(); ++size) {
    INFO("cut to " << size << " of " << bytes.size() << " bytes");
    error(llvm::StringRef(bytes).take_front(size));
  }
}

TEST_CASE_METHOD(Fixture, "versions", "[errors]") {
  auto opsetError = [&](int64_t opset) {
    ModelBuilder model({-1, 3}, opset);
    return error(model.node("Relu", {"x"}));
  };
  CHECK(opsetError(8) ==
        "expected an opset from 9 to 22, but got 8; export the model again with a newer one");
  CHECK(opsetError(23) ==
        "expected an opset from 9 to 22, but got 23; export the model again with an older one");
  CHECK(opsetError(-1).starts_with("expected an opset from 9 to 22, but got -1"));

  ModelBuilder none;
  none.node("Relu", {"x"}).proto.clear_opset_import();
  CHECK(error(none) == "expected an opset of the default domain, but the model has none");
  ModelBuilder two;
  two.node("Relu", {"x"}).proto.add_opset_import()->set_version(18);
  CHECK(error(two) == "expected one opset of the default domain, but got 17 and 18");
  ModelBuilder training;
  training.node("Relu", {"x"}).proto.add_training_info();
  CHECK(error(training).starts_with("models with training information are not supported"));
}

//===----------------------------------------------------------------------===//
// Structure
//===----------------------------------------------------------------------===//

TEST_CASE_METHOD(Fixture, "names", "[errors]") {
  ModelBuilder undefined;
  CHECK(error(undefined.node("Relu", {"z"})) ==
        "node '/Relu' (Relu): its input 0, 'z', is no initializer, no input of the graph and no "
        "output of a node");
  ModelBuilder twice;
  CHECK(error(twice.node("Relu", {"x"}).node("Tanh", {"x"})) ==
        "node '/Tanh' (Tanh): its output 'y' is defined already, by node '/Relu' (Relu)");
  ModelBuilder input;
  CHECK(error(input.node("Relu", {"x"}, "x")) ==
        "node '/Relu' (Relu): its output 'x' is defined already, as an input");
  ModelBuilder initializers;
  CHECK(error(initializers.floats("w", {1}).floats("w", {1}).node("Relu", {"x"})) ==
        "expected initializers with names of their own, but got 'w' twice");
  ModelBuilder inputs;
  inputs.addInput("x", {1});
  CHECK(error(inputs.node("Relu", {"x"})) ==
        "expected inputs with names of their own, but got 'x' twice");
  ModelBuilder output;
  CHECK(error(output.node("Relu", {"x"}).output("z")) ==
        "the graph's output 'z' is no initializer, no input and no output of a node");
  ModelBuilder binary;
  CHECK(error(binary.node("Relu", {"\x01\n" + std::string(200, 'a')}))
            .starts_with("node '/Relu' (Relu): its input 0, '\\01\\0Aaaa"));
}

TEST_CASE_METHOD(Fixture, "cycles", "[errors]") {
  ModelBuilder self;
  CHECK(error(self.node("Add", {"x", "y"})) ==
        "node '/Add' (Add): its inputs depend on its own output (the graph has a cycle)");
  ModelBuilder longer;
  longer.node("Tanh", {"c"}, "after").node("Add", {"x", "b"}, "a").node("Relu", {"a"}, "b");
  longer.node("Sigmoid", {"b"}, "c").output("after");
  CHECK(error(longer).ends_with("(the graph has a cycle)"));
}

TEST_CASE_METHOD(Fixture, "graphs without inputs or outputs", "[errors]") {
  ModelBuilder inputs;
  inputs.graph().clear_input();
  CHECK(error(inputs.floats("w", {1}).node("Relu", {"w"})) ==
        "expected a graph with inputs, but it has none");
  ModelBuilder outputs;
  outputs.node("Relu", {"x"});
  CHECK(error(outputs.proto.SerializeAsString()) ==
        "expected a graph with outputs, but it has none");
}

TEST_CASE_METHOD(Fixture, "inputs", "[errors]") {
  auto inputError = [&](std::vector<int64_t> shape, int type = TensorProto::FLOAT) {
    ModelBuilder model;
    model.graph().clear_input();
    model.addInput("x", shape, type);
    return error(model.node("Relu", {"x"}));
  };
  CHECK(inputError({1, 3}, TensorProto::INT64).find("must be ranked tensor of f32 values") !=
        std::string::npos);
  CHECK(inputError({1, 3}, TensorProto::UINT8) ==
        "input 'x': expected a tensor of float32, or of int64 or int32 for indices, but got one of "
        "uint8");
  CHECK(inputError({1, 3}, 99) ==
        "input 'x': expected a tensor of float32, or of int64 or int32 for indices, but got one of "
        "type 99");
  CHECK(inputError({-2, 3}) == "input 'x': expected positive sizes, but dimension 0 is -2");
  CHECK(inputError({1, 0}) == "input 'x': expected positive sizes, but dimension 1 is 0");
  CHECK(inputError({1, int64_t(1) << 40, int64_t(1) << 40}).starts_with("input 'x': "));
  CHECK(inputError(std::vector<int64_t>(20, 1)) ==
        "input 'x': expected at most 16 dimensions, but got 20");
  ModelBuilder rank;
  rank.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  CHECK(error(rank.node("Relu", {"x"})) ==
        "input 'x': expected a tensor of known rank; say its shape, such as --input-shape "
        "x=N,3,224,224");
  // Some exporters write -1 for an open dimension.
  ModelBuilder minus({2, 3});
  auto &dims = *minus.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
  dims.mutable_shape()->mutable_dim(0)->set_dim_value(-1);
  CHECK(import(context, minus.node("Relu", {"x"})).text().find("tensor<?x3xf32>") !=
        std::string::npos);
  ModelBuilder sequence;
  sequence.graph().mutable_input(0)->mutable_type()->mutable_sequence_type();
  CHECK(error(sequence.node("Relu", {"x"})) ==
        "input 'x': expected a tensor, but got another kind of value");
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

TEST_CASE_METHOD(Fixture, "initializers", "[errors]") {
  auto tensorError = [&](auto change) {
    ModelBuilder model({-1, 2});
    TensorProto &tensor = model.addTensor("w", {2}, TensorProto::FLOAT);
    tensor.add_float_data(1);
    tensor.add_float_data(2);
    change(tensor);
    std::string text = error(model.node("Add", {"x", "w"}));
    llvm::StringRef rest = text;
    CHECK(rest.consume_front("node '/Add' (Add): input 1, 'w': "));
    return rest.str();
  };
  CHECK(tensorError([](TensorProto &t) { t.add_float_data(3); }) ==
        "expected 2 elements, as its dimensions say, but got 3");
  CHECK(tensorError([](TensorProto &t) { t.set_raw_data("123456789"); }) ==
        "expected 8 bytes of data, as its dimensions and its type float32 say, but got 9");
  CHECK(tensorError([](TensorProto &t) { t.set_dims(0, -2); }) ==
        "expected dimensions that are not negative, but got -2");
  CHECK(tensorError([](TensorProto &t) {
          t.set_dims(0, int64_t(1) << 62);
          t.add_dims(int64_t(1) << 62);
        }).starts_with("expected"));
  CHECK(tensorError([](TensorProto &t) {
          for (int i = 0; i < 40; ++i)
            t.add_dims(1);
        }) == "expected at most 16 dimensions, but got 41");
  CHECK(tensorError([](TensorProto &t) { t.set_data_type(TensorProto::STRING); }) ==
        "its element type string is not supported");
  CHECK(tensorError([](TensorProto &t) { t.set_data_type(22); }) ==
        "its element type int4 is not supported");
  CHECK(tensorError([](TensorProto &t) { t.mutable_segment(); }) ==
        "tensors in segments are not supported");
  CHECK(tensorError([](TensorProto &t) {
          t.set_data_type(TensorProto::UINT8);
          t.clear_float_data();
          t.add_int32_data(1);
          t.add_int32_data(300);
        }) == "expected values in the range of uint8, but got 300");
  CHECK(tensorError([](TensorProto &t) {
          t.set_data_type(TensorProto::FLOAT16);
          t.set_raw_data("1234");
        }) == "expected a tensor of type float32, but got float16");
  CHECK(tensorError([](TensorProto &t) {
          t.clear_float_data();
          t.set_dims(0, 0);
        }) == "expected a tensor with elements, but got dimensions [0]");
}

TEST_CASE_METHOD(Fixture, "external data", "[errors]") {
  auto externalError = [&](std::vector<std::pair<std::string, std::string>> entries) {
    ModelBuilder model({-1, 2});
    TensorProto &tensor = model.addTensor("w", {2}, TensorProto::FLOAT);
    tensor.set_data_location(TensorProto::EXTERNAL);
    for (auto &[key, value] : entries) {
      auto *entry = tensor.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    model.node("Add", {"x", "w"});
    ImportOptions options;
    options.externalDataFolder = QUANTIR_ONNX_INPUTS;
    std::string text = import(context, model, options).error();
    llvm::StringRef rest = text;
    CHECK(rest.consume_front("node '/Add' (Add): input 1, 'w': "));
    return rest.str();
  };
  auto escapes = [](const std::string &location) {
    return "expected an external file in the model's folder, but got '" + location + "'";
  };
  for (std::string location :
       {"", "/etc/passwd", ".", "..", "../weights.bin", "a/../../weights.bin"})
    CHECK(externalError({{"location", location}}) == escapes(location));
  CHECK(externalError({{"location", std::string("weights.bin\0", 12)}}) ==
        escapes("weights.bin\\00"));
  CHECK(externalError({{"location", "weights.bin"}, {"offset", "20"}}) ==
        "expected 8 bytes at offset 20 of its external file 'weights.bin', which has 24");
  CHECK(externalError({{"location", "weights.bin"}, {"offset", "18446744073709551615"}})
            .starts_with("expected 8 bytes at offset 18446744073709551615"));
  CHECK(externalError({{"location", "weights.bin"}, {"offset", "-8"}}) ==
        "expected the external data's offset to be a number, but got '-8'");
  CHECK(externalError({{"location", "weights.bin"}, {"length", "4"}}) ==
        "expected 8 bytes of data, as its dimensions and its type float32 say, but got 4");
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

TEST_CASE_METHOD(Fixture, "signatures", "[errors]") {
  ModelBuilder few;
  CHECK(error(few.node("Conv", {"x"})) == "node '/Conv' (Conv): expected 2 to 3 inputs, but got 1");
  ModelBuilder empty;
  CHECK(error(empty.node("Conv", {"x", ""})) ==
        "node '/Conv' (Conv): expected an input 1, but it is not given");
  ModelBuilder outputs;
  outputs.node("Relu", {"x"}).lastNode().add_output("z");
  CHECK(error(outputs) == "node '/Relu' (Relu): expected 1 outputs, but got 2");
  ModelBuilder unknown;
  CHECK(error(unknown.node("LeakyRelu", {"x"}).attr("slope", 0.5f)) ==
        "node '/LeakyRelu' (LeakyRelu): expected attributes among alpha in opset 17, but got "
        "'slope'");
  ModelBuilder removed;
  CHECK(error(removed.node("Squeeze", {"x"}).attr("axes", std::vector<int64_t>{0})) ==
        "node '/Squeeze' (Squeeze): expected no attributes in opset 17, but got 'axes'");
  ModelBuilder type;
  CHECK(error(type.node("LeakyRelu", {"x"}).attr("alpha", int64_t(1))) ==
        "node '/LeakyRelu' (LeakyRelu): attribute 'alpha': expected a float, but got an integer");
  ModelBuilder twice;
  CHECK(error(twice.node("LeakyRelu", {"x"}).attr("alpha", 1.0f).attr("alpha", 2.0f)) ==
        "node '/LeakyRelu' (LeakyRelu): attribute 'alpha': expected it once, but got it twice");
  ModelBuilder opset({-1, 3}, 13);
  CHECK(error(opset.node("HardSwish", {"x"})) ==
        "node '/HardSwish' (HardSwish): operator 'HardSwish' of domain 'ai.onnx', opset 13, is not "
        "supported; it exists since opset 14");
  ModelBuilder indices;
  indices.node("MaxPool", {"x"}).attr("kernel_shape", {2, 2}).lastNode().add_output("indices");
  CHECK(error(indices.output("indices")) ==
        "node '/MaxPool' (MaxPool): its output 1, 'indices', is used, but cannot be imported");
}

TEST_CASE_METHOD(Fixture, "windows", "[errors]") {
  auto convError = [&](const std::string &name, auto value) {
    ModelBuilder model;
    std::string text =
        error(model.floats("w", {4, 3, 3, 3}).node("Conv", {"x", "w"}).attr(name, value));
    llvm::StringRef rest = text;
    CHECK(rest.consume_front("node '/Conv' (Conv): "));
    return rest.str();
  };
  using List = std::vector<int64_t>;
  CHECK(convError("strides", List{0, 1}) ==
        "attribute 'strides': expected values from 1 to 2147483647, but got 0");
  CHECK(convError("pads", List{1, 1}) == "attribute 'pads': expected 4 values, but got 2");
  CHECK(convError("pads", List{-1, 0, 0, 0}) ==
        "attribute 'pads': expected values from 0 to 2147483647, but got -1");
  CHECK(convError("dilations", List{int64_t(1) << 40, 1})
            .starts_with("attribute 'dilations': expected values from 1"));
  CHECK(convError("kernel_shape", List{5, 5}) ==
        "attribute 'kernel_shape': expected the weight's [3x3], but got [5x5]");
  CHECK(convError("auto_pad", "SAME") == "attribute 'auto_pad': expected NOTSET, SAME_UPPER, "
                                         "SAME_LOWER or VALID, but got 'SAME'");
  CHECK_FALSE(convError("group", int64_t(2)).empty());
  CHECK_FALSE(convError("group", int64_t(0)).empty());
  CHECK_FALSE(convError("dilations", List{5, 5}).empty());

  ModelBuilder kernel;
  CHECK(error(kernel.node("MaxPool", {"x"})) ==
        "node '/MaxPool' (MaxPool): expected an attribute 'kernel_shape', but it is not given");
  ModelBuilder rank({-1, 3});
  CHECK(error(rank.node("GlobalAveragePool", {"x"})) ==
        "node '/GlobalAveragePool' (GlobalAveragePool): input 0, 'x': expected dimensions [N, C, "
        "spatial...], but got [?x3]");
}

TEST_CASE_METHOD(Fixture, "what cannot be expressed", "[errors]") {
  ModelBuilder training;
  for (const char *name : {"scale", "bias", "mean", "variance"})
    training.floats(name, {3});
  training.node("BatchNormalization", {"x", "scale", "bias", "mean", "variance"});
  CHECK(
      error(training.attr("training_mode", int64_t(1))) ==
      "node '/BatchNormalization' (BatchNormalization): attribute 'training_mode': expected 0, but "
      "got 1; export the model for inference");
  ModelBuilder mode;
  CHECK(error(mode.ints("pads", std::vector<int64_t>(8, 1))
                  .node("Pad", {"x", "pads"})
                  .attr("mode", "reflect")) ==
        "node '/Pad' (Pad): attribute 'mode': expected 'constant', but got 'reflect', which is not "
        "supported");
  ModelBuilder computed({-1, 1});
  CHECK(
      error(computed.node("Clip", {"x", "x"})) ==
      "node '/Clip' (Clip): input 1, 'x': expected a constant, but it is computed from the model's "
      "inputs");
  ModelBuilder shapesOnly;
  CHECK(error(shapesOnly.node("Floor", {"x"}))
            .starts_with("node '/Floor' (Floor): input 0, 'x': expected a constant, because the "
                         "operator is supported only in computations of shapes"));
  ModelBuilder open({1, 3, -1, 8});
  open.floats("w", {4, 3, 3, 3});
  CHECK(error(open.node("Conv", {"x", "w"}))
            .starts_with("input 'x': its open dimension 2 ('N') is taken for the batch; if it is "
                         "not that, say how large it is, such as --input-shape x=1,3,64,8; behind "
                         "it, node '/Conv' (Conv): "));
  ModelBuilder cast;
  CHECK(error(cast.node("Cast", {"x"}).attr("to", int64_t(TensorProto::FLOAT16))) ==
        "node '/Cast' (Cast): attribute 'to': expected values of the model to stay float32, but "
        "got a "
        "cast to float16");
  ModelBuilder integers({-1, 2});
  CHECK(error(integers.ints("w", {1, 2}).node("Add", {"x", "w"})) ==
        "node '/Add' (Add): input 1, 'w': expected a tensor of type float32, but got int64");
}

TEST_CASE_METHOD(Fixture, "shapes for one batch size", "[errors]") {
  auto reshapeError = [&](std::vector<int64_t> shape) {
    ModelBuilder model;
    return error(model.ints("shape", shape).node("Reshape", {"x", "shape"}));
  };
  CHECK(reshapeError({1, 192}) ==
        "node '/Reshape' (Reshape): expected a shape that fits every batch size for an input of "
        "[?x3x8x8], but got [1x192], which has a batch of 1 written into it; export the model with "
        "a dynamic batch there, or fix the batch size with --fixed-batch 1");
  CHECK(reshapeError({-1, -1}).find("fits every batch size") != std::string::npos);
  CHECK(reshapeError({-1, 5}).find("fits every batch size") != std::string::npos);
  CHECK(reshapeError({-1, 0, 0, 0, 0}).find("expected a 0 only where") != std::string::npos);
  CHECK(reshapeError({-1, int64_t(1) << 62, 4}).find("fits every batch size") != std::string::npos);
  CHECK(reshapeError({-1, -5}).find("fits every batch size") != std::string::npos);

  // What is at fault is the shape, not the node that cannot take the result.
  ModelBuilder model;
  model.ints("shape", {1, -1}).floats("w", {192, 10});
  model.node("Reshape", {"x", "shape"}, "flat").node("Relu", {"flat"}, "r");
  CHECK(error(model.node("Gemm", {"r", "w"}))
            .starts_with("node '/Reshape' (Reshape): its shape has a batch of 1 written into it; "
                         "export the model with a dynamic batch there, or fix the batch size with "
                         "--fixed-batch 1; behind it, node '/Gemm' (Gemm): "));
}

TEST_CASE_METHOD(Fixture, "operators that are missing", "[errors]") {
  auto operatorError = [&](const char *type, const char *domain = "") {
    ModelBuilder model;
    model.node(type, {"x"}).lastNode().set_domain(domain);
    return error(model);
  };
  CHECK(operatorError("Sofmax").ends_with("; did you mean 'Softmax'?"));
  // Operators of ONNX are no misspellings.
  for (const char *type : {"ArgMax", "Selu", "ReduceMax", "Cos"})
    CHECK(operatorError(type).ends_with("or leave it out of the part that is exported"));
  CHECK(operatorError("Frobnicate").find("did you mean") == std::string::npos);
  for (const char *type : {"QuantizeLinear", "DequantizeLinear", "QLinearConv", "ConvInteger"})
    CHECK(operatorError(type).find("the model is quantized already") != std::string::npos);
  CHECK(operatorError("QLinearAdd", "com.microsoft").find("quantized already") !=
        std::string::npos);
}

TEST_CASE_METHOD(Fixture, "all problems of a model at once", "[errors]") {
  std::vector<std::string> texts;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    texts.push_back(diagnostic.str());
    for (const mlir::Diagnostic &note : diagnostic.getNotes())
      texts.push_back(note.str());
    return mlir::success();
  });
  ModelBuilder model;
  model.addInput("z", {-1, 3, -1});
  model.node("ArgMax", {"x"}, "a").node("ArgMax", {"a"}, "b");
  model.node("Softmax", {"x"}, "s").attr("axis", int64_t(9));
  model.node("Relu", {"s"}, "after").node("Elu", {"z"}, "e").node("Selu", {"x"}, "c");
  model.output("b").output("after").output("e").output("c");
  std::string bytes = model.serialize();
  CHECK_FALSE(importONNX(&context, llvm::MemoryBufferRef(bytes, "model.onnx")));
  REQUIRE(texts.size() == 4);
  CHECK(texts[0].find("input 'z': expected all dimensions but one") == 0);
  CHECK(texts[1].find("also node '/ArgMax' (ArgMax): operator 'ArgMax'") == 0);
  CHECK(texts[2].find("also node '/Softmax' (Softmax): attribute 'axis'") == 0);
  CHECK(texts[3].find("also node '/Selu' (Selu)") == 0);
}

TEST_CASE_METHOD(Fixture, "initial states that depend on the batch size are not zeros",
                 "[errors]") {
  ModelBuilder lstm({3, -1, 4});
  lstm.floats("w", {1, 8, 4}).floats("r", {1, 8, 2}).ints("one", {1}).ints("shape", {1, 1, 2});
  lstm.node("Shape", {"x"}, "dims").node("Gather", {"dims", "one"}, "n");
  lstm.node("Cast", {"n"}, "float").attr("to", int64_t(TensorProto::FLOAT));
  lstm.node("Expand", {"float", "shape"}, "h");
  CHECK(
      error(lstm.node("LSTM", {"x", "w", "r", "", "", "h", "h"}).attr("hidden_size", int64_t(2))) ==
      "node '/LSTM' (LSTM): input 5, 'h': expected a constant, but it depends on the batch size");
}

TEST_CASE_METHOD(Fixture, "inputs that nothing reads", "[errors]") {
  ModelBuilder model;
  model.addInput("unused", {-1, -1, -1}, TensorProto::STRING);
  Imported imported = import(context, model.node("Relu", {"x"}));
  CHECK(imported.errors.empty());
  CHECK(imported.text().find("unused") == std::string::npos);
  ModelBuilder none;
  CHECK(error(none.floats("w", {1}).node("Relu", {"w"})) ==
        "expected a graph that computes with its inputs, but no output depends on one");
}

TEST_CASE_METHOD(Fixture, "small files that ask for much memory", "[errors]") {
  ModelBuilder filled({-1, 4});
  filled.ints("shape", {1 << 20, 1 << 20}).node("ConstantOfShape", {"shape"}, "big");
  CHECK(error(filled.node("Add", {"x", "big"})) ==
        "node '/ConstantOfShape' (ConstantOfShape): expected a constant of at most 16777216 "
        "elements, "
        "but got [1048576x1048576]");
  ModelBuilder doubled({-1, 4});
  doubled.ints("one", {1}).node("Identity", {"one"}, "v0");
  for (int i = 0; i < 60; ++i) {
    std::string from = "v" + std::to_string(i), to = "v" + std::to_string(i + 1);
    doubled.node("Concat", {from, from}, to).attr("axis", int64_t(0));
  }
  CHECK(error(doubled.node("Reshape", {"x", "v60"}))
            .find("expected a constant of at most 16777216 elements") != std::string::npos);
}
