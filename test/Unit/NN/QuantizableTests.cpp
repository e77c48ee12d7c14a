//===- QuantizableTests.cpp - What the ops say about their quantization ----===//

#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>

using namespace mlir;
using namespace quantir;

namespace {

/// One of each op.
constexpr const char *source = R"mlir(
func.func @ops(%x: tensor<1x4x8xf32>, %w: tensor<4x4x1xf32>, %b: tensor<4xf32>, %m: tensor<8x8xf32>, %k: tensor<4x8xf32>, %h: tensor<4x1xf32>, %i: tensor<2xi64>) {
  %conv = nn.conv %x, %w, %b {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x4x8xf32>, tensor<4x4x1xf32>, tensor<4xf32>) -> tensor<1x4x8xf32>
  %conv_transpose = nn.conv_transpose %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, output_padding = array<i64: 0>, dilations = array<i64: 1>} : (tensor<1x4x8xf32>, tensor<4x4x1xf32>) -> tensor<1x4x8xf32>
  %linear = nn.linear %x, %m : (tensor<1x4x8xf32>, tensor<8x8xf32>) -> tensor<1x4x8xf32>
  %matmul = nn.matmul %x, %m : (tensor<1x4x8xf32>, tensor<8x8xf32>) -> tensor<1x4x8xf32>
  %batch_norm = nn.batch_norm %x, %b, %b, %b, %b : (tensor<1x4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8xf32>
  %relu = nn.relu %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %clamp = nn.clamp %x {min = 0.0 : f32, max = 6.0 : f32} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %leaky_relu = nn.leaky_relu %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %sigmoid = nn.sigmoid %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %tanh = nn.tanh %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %hardsigmoid = nn.hardsigmoid %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %hardswish = nn.hardswish %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %softmax = nn.softmax %x {axis = 1 : i64} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %elu = nn.elu %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %gelu = nn.gelu %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %erf = nn.erf %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %sqrt = nn.sqrt %x : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %pow = nn.pow %x {exponent = 1.5 : f32} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %prelu = nn.prelu %x, %b : (tensor<1x4x8xf32>, tensor<4xf32>) -> tensor<1x4x8xf32>
  %layer_norm = nn.layer_norm %x, %k, %k {axis = 1 : i64} : (tensor<1x4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<1x4x8xf32>
  %group_norm = nn.group_norm %x, %b, %b {groups = 2 : i64} : (tensor<1x4x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8xf32>
  %instance_norm = nn.instance_norm %x, %b : (tensor<1x4x8xf32>, tensor<4xf32>) -> tensor<1x4x8xf32>
  %interpolate = nn.interpolate nearest asymmetric floor %x {sizes = array<i64: 8>} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %add = nn.add %x, %x : (tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %sub = nn.sub %x, %x : (tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %mul = nn.mul %x, %x : (tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %div = nn.div %x, %x : (tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %max_pool = nn.max_pool %x {kernel = array<i64: 1>, strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %avg_pool = nn.avg_pool %x {kernel = array<i64: 1>, strides = array<i64: 1>, padding = array<i64: 0, 0>} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %adaptive_avg_pool = nn.adaptive_avg_pool %x {output_size = array<i64: 1>} : (tensor<1x4x8xf32>) -> tensor<1x4x1xf32>
  %mean = nn.mean %x {axes = array<i64: 2>} : (tensor<1x4x8xf32>) -> tensor<1x4xf32>
  %flatten = nn.flatten %x {start_axis = 1 : i64, end_axis = 2 : i64} : (tensor<1x4x8xf32>) -> tensor<1x32xf32>
  %reshape = nn.reshape %x {shape = array<i64: 32>} : (tensor<1x4x8xf32>) -> tensor<32xf32>
  %transpose = nn.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<1x4x8xf32>) -> tensor<1x8x4xf32>
  %squeeze = nn.squeeze %x {axes = array<i64: 0>} : (tensor<1x4x8xf32>) -> tensor<4x8xf32>
  %unsqueeze = nn.unsqueeze %x {axes = array<i64: 0>} : (tensor<1x4x8xf32>) -> tensor<1x1x4x8xf32>
  %slice = nn.slice %x {starts = array<i64: 0>, ends = array<i64: 2>, axes = array<i64: 1>, steps = array<i64: 1>} : (tensor<1x4x8xf32>) -> tensor<1x2x8xf32>
  %cat = nn.cat %x, %x, %x {axis = 1 : i64} : (tensor<1x4x8xf32>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x12x8xf32>
  %split:2 = nn.split %x {axis = 1 : i64, sizes = array<i64: 2, 2>} : (tensor<1x4x8xf32>) -> (tensor<1x2x8xf32>, tensor<1x2x8xf32>)
  %pad = nn.pad %x {padding = array<i64: 0, 0, 0, 0, 0, 1>} : (tensor<1x4x8xf32>) -> tensor<1x4x9xf32>
  %embedding = nn.embedding %i, %m : (tensor<2xi64>, tensor<8x8xf32>) -> tensor<2x8xf32>
  %embedding_bag = nn.embedding_bag mean %i, %i, %m : (tensor<2xi64>, tensor<2xi64>, tensor<8x8xf32>) -> tensor<2x8xf32>
  %lstm:3 = nn.lstm %x, %k, %h, %b, %k, %h, %b : (tensor<1x4x8xf32>, tensor<4x8xf32>, tensor<4x1xf32>, tensor<4xf32>, tensor<4x8xf32>, tensor<4x1xf32>, tensor<4xf32>) -> (tensor<1x4x2xf32>, tensor<2x4x1xf32>, tensor<2x4x1xf32>)
  %expand = nn.expand %x {shape = array<i64: 3, 4, 8>} : (tensor<1x4x8xf32>) -> tensor<3x4x8xf32>
  return
}
)mlir";

/// "activation weight bias | axis 0 to 1 | observe": all that an op says.
std::string describe(QuantizableOpInterface op) {
  std::string text;
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    text += stringifyOperandRole(op.getOperandRole(i)).str() + " ";
  if (std::optional<int64_t> axis = op.getWeightChannelAxis())
    text += "| axis " + std::to_string(*axis) + " ";
  if (std::optional<int64_t> axis = op.getResultChannelAxis())
    text += "to " + std::to_string(*axis) + " ";
  for (unsigned i = 0; i < op->getNumResults(); ++i) {
    ResultPolicy policy = op.getResultPolicy(i);
    text += "| ";
    if (policy.isObserve())
      text += "observe ";
    else if (policy.isSameAsOperand())
      text += "same as " + std::to_string(policy.getOperand()) + " ";
    else
      text += "fixed " + std::to_string(policy.getScale()) + " " +
              std::to_string(policy.getZeroPoint()) + " ";
  }
  return text + (op.commutesWithQuantization() ? "| commutes" : "");
}

} // namespace

TEST_CASE("every op says how it is quantized") {
  const std::string shared = "activation | same as 0 ", moved = shared + "| commutes",
                    observed = "activation | observe ", unit = "activation | fixed 0.003906 0 ",
                    binary = "activation activation | observe ";
  const std::map<std::string, std::string> expected = {
      {"conv", "activation weight bias | axis 0 to 1 | observe "},
      {"conv_transpose", "activation weight | axis 1 to 1 | observe "},
      {"linear", "activation weight | axis 0 to 2 | observe "},
      {"matmul", binary},
      {"embedding", "none weight | axis 0 | observe "},
      {"embedding_bag", "none none weight | axis 0 | observe "},
      {"lstm", "activation weight weight none weight weight none | axis 0 | observe | observe "
               "| observe "},
      {"batch_norm", "activation none none none none | observe "},
      {"relu", moved},
      {"clamp", moved},
      {"leaky_relu", observed},
      {"sigmoid", unit},
      {"tanh", "activation | fixed 0.007812 128 "},
      {"hardsigmoid", unit},
      {"hardswish", observed},
      {"softmax", unit},
      {"elu", observed},
      {"gelu", observed},
      {"erf", observed},
      {"sqrt", observed},
      {"pow", observed},
      {"prelu", "activation none | observe "},
      {"layer_norm", "activation none none | observe "},
      {"group_norm", "activation none none | observe "},
      {"instance_norm", "activation none | observe "},
      {"interpolate", moved},
      {"add", binary},
      {"sub", binary},
      {"mul", binary},
      {"div", binary},
      {"max_pool", moved},
      {"avg_pool", shared},
      {"adaptive_avg_pool", shared},
      {"mean", shared},
      {"flatten", moved},
      {"reshape", moved},
      {"transpose", moved},
      {"squeeze", moved},
      {"unsqueeze", moved},
      {"slice", moved},
      {"cat", "activation activation activation | same as 0 | commutes"},
      {"split", "activation | same as 0 | same as 0 | commutes"},
      {"pad", moved},
      {"expand", moved},
  };

  MLIRContext context;
  context.loadDialect<arith::ArithDialect, func::FuncDialect, nn::NNDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(source, &context);
  REQUIRE(module);
  size_t seen = 0;
  module->walk([&](QuantizableOpInterface op) {
    std::string name = op->getName().stripDialect().str();
    INFO(name);
    REQUIRE(expected.count(name));
    CHECK(describe(op) == expected.at(name));
    ++seen;
  });
  CHECK(seen == expected.size());
  // An op that is added to the dialect is added here.
  size_t registered = llvm::count_if(context.getRegisteredOperations(),
                                     [](auto name) { return name.getDialectNamespace() == "nn"; });
  CHECK(registered == expected.size());
}

TEST_CASE("the operand with a role") {
  MLIRContext context;
  context.loadDialect<arith::ArithDialect, func::FuncDialect, nn::NNDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(source, &context);
  REQUIRE(module);
  module->walk([](nn::ConvOp conv) {
    auto op = cast<QuantizableOpInterface>(conv.getOperation());
    CHECK(op.getWeightOperand() == conv.getWeight());
    CHECK(op.getBiasOperand() == conv.getBias());
    CHECK(op.getOperandRole(7) == OperandRole::None);
  });
  module->walk([](nn::LinearOp linear) {
    auto op = cast<QuantizableOpInterface>(linear.getOperation());
    CHECK_FALSE(op.getBiasOperand());
  });
}

TEST_CASE("where elements go, and which results read them") {
  constexpr const char *text = R"mlir(
func.func @ops(%x: tensor<?x2x3xf32>) {
  %0 = nn.pad %x {padding = array<i64: 0, 1, 1, 0, 0, 2>, value = -5.0 : f32} : (tensor<?x2x3xf32>) -> tensor<?x3x6xf32>
  %1 = nn.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %2 = nn.tanh %x : (tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
  %3 = nn.softmax %x {axis = 1 : i64} : (tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
  %4 = nn.max_pool %0 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x6xf32>) -> tensor<?x3x3xf32>
  return
})mlir";
  MLIRContext context;
  context.loadDialect<arith::ArithDialect, func::FuncDialect, nn::NNDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  REQUIRE(module);
  SmallVector<QuantizableOpInterface> ops;
  module->walk([&](QuantizableOpInterface op) { ops.push_back(op); });
  REQUIRE(ops.size() == 5);

  const std::pair<int64_t, int64_t> batch(0, ShapedType::kDynamic);
  const Box all = wholeBox(ops[0]->getOperand(0)), part = {batch, {0, 1}, {2, 3}};
  CHECK(all == Box{batch, {0, 2}, {0, 3}});
  CHECK(ops[0].moveBox(all) == Box{batch, {1, 3}, {1, 4}});
  CHECK(ops[1].moveBox(part) == Box{batch, {2, 3}, {0, 1}});
  CHECK(ops[2].moveBox(part) == part);
  CHECK_FALSE(ops[3].moveBox(part));
  CHECK_FALSE(ops[4].moveBox(all));

  CHECK(ops[4].everyResultReads(Box{batch, {0, 3}, {1, 5}}) == true);
  CHECK(ops[4].everyResultReads(Box{batch, {0, 3}, {1, 4}}) == false); // the last window
  CHECK(ops[4].everyResultReads(Box{batch, {1, 3}, {0, 6}}) == false); // the first channel
  CHECK_FALSE(ops[2].everyResultReads(part).has_value());

  ops[0].raiseOwnElements(-7);
  CHECK(ops[0].getOwnElements() == SmallVector<float>{-5});
  ops[0].raiseOwnElements(-1);
  CHECK(ops[0].getOwnElements() == SmallVector<float>{-1});
}

TEST_CASE("a fixed zero point moves with the range of the codes") {
  ResultPolicy tanh = ResultPolicy::fixed(2.0f / 256.0f, 128);
  CHECK(tanh.getZeroPoint() == 128);
  CHECK(tanh.getZeroPoint(/*quantMin=*/-128) == 0);
  ResultPolicy sigmoid = ResultPolicy::fixed(1.0f / 256.0f, 0);
  CHECK(sigmoid.getZeroPoint(/*quantMin=*/-128) == -128);
}
