//===- RandomTests.cpp - Canonicalization of random programs ---------------===//
//
// A random chain of ops that move data is evaluated twice: op by op, by constant folding; and after
// it was canonicalized for an input that is not known. Both have to give the same values.
// QUANTIR_TEST_SEED sets the seed.
//
//===----------------------------------------------------------------------===//

#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/FoldUtils.h"
#include "mlir/Transforms/Passes.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>
#include <vector>

using namespace mlir;
using namespace quantir;

namespace {

class Generator {
public:
  explicit Generator(unsigned seed) : random(seed) {
    context.loadDialect<arith::ArithDialect, func::FuncDialect, nn::NNDialect>();
    // Attributes are drawn without looking: most attempts are refused.
    context.getDiagEngine().registerHandler([](Diagnostic &) { return success(); });
  }

  int64_t draw(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }

  /// A function of `length` ops on a tensor of random shape.
  OwningOpRef<ModuleOp> makeProgram(int length) {
    OpBuilder builder(&context);
    Location loc = builder.getUnknownLoc();
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    builder.setInsertionPointToStart(module->getBody());
    Dims shape;
    for (int64_t rank = draw(1, 4); rank > 0; --rank)
      shape.push_back(draw(1, 4));
    RankedTensorType type = nn::getTensorType(&context, shape);
    auto function = func::FuncOp::create(builder, loc, "main", builder.getFunctionType(type, type));
    builder.setInsertionPointToStart(function.addEntryBlock());
    Value value = function.getArgument(0);
    for (int made = 0; made < length;)
      if (Operation *op = makeOp(builder, value)) {
        value = op->getResult(0);
        ++made;
      }
    func::ReturnOp::create(builder, loc, value);
    function.setFunctionType(builder.getFunctionType(type, value.getType()));
    return module;
  }

  MLIRContext context;

private:
  using Dims = nn::Dims;

  Dims drawList(int64_t length, int64_t low, int64_t high) {
    Dims list(length);
    for (int64_t &entry : list)
      entry = draw(low, high);
    return list;
  }

  template <typename OpT>
  Operation *make(OpBuilder &b, Value value,
                  std::initializer_list<std::pair<StringRef, Dims>> lists) {
    SmallVector<NamedAttribute> attributes;
    for (auto &[name, list] : lists)
      attributes.push_back(b.getNamedAttr(name, b.getDenseI64ArrayAttr(list)));
    return nn::createChecked<OpT>(b, b.getUnknownLoc(), value, attributes);
  }

  Operation *makeOp(OpBuilder &b, Value value) {
    Dims shape = nn::getDims(value);
    int64_t rank = shape.size(), axes = draw(1, 2);
    switch (draw(0, 6)) {
    case 0:
      return nn::createChecked<nn::FlattenOp>(
          b, b.getUnknownLoc(), value,
          {b.getNamedAttr("start_axis", b.getI64IntegerAttr(draw(-rank, rank))),
           b.getNamedAttr("end_axis", b.getI64IntegerAttr(draw(-rank, rank)))});
    case 1:
      return make<nn::ReshapeOp>(b, value, {{"shape", drawList(draw(0, 4), -1, 6)}});
    case 2:
      return make<nn::SqueezeOp>(b, value, {{"axes", drawList(axes, -rank, rank)}});
    case 3:
      return rank > 5
                 ? nullptr
                 : make<nn::UnsqueezeOp>(b, value, {{"axes", drawList(axes, -rank, rank + 1)}});
    case 4: {
      Dims permutation(rank);
      std::iota(permutation.begin(), permutation.end(), 0);
      std::shuffle(permutation.begin(), permutation.end(), random);
      return make<nn::TransposeOp>(b, value, {{"permutation", permutation}});
    }
    case 5:
      return make<nn::SliceOp>(b, value,
                               {{"starts", drawList(axes, -5, 5)},
                                {"ends", drawList(axes, -6, 6)},
                                {"axes", drawList(axes, -rank, rank)},
                                {"steps", drawList(axes, -2, 2)}});
    default:
      return shapes::numElements(shape) > 256
                 ? nullptr
                 : make<nn::ExpandOp>(b, value, {{"shape", drawList(rank + draw(0, 1), -1, 3)}});
    }
  }

  std::mt19937 random;
};

func::FuncOp getFunction(ModuleOp module) { return *module.getOps<func::FuncOp>().begin(); }

/// Puts 0, 1, 2, … in the place of the function's argument.
void bindArgument(ModuleOp module) {
  func::FuncOp function = getFunction(module);
  BlockArgument argument = function.getArgument(0);
  auto type = cast<RankedTensorType>(argument.getType());
  std::vector<float> values(type.getNumElements());
  std::iota(values.begin(), values.end(), 0.0f);
  OpBuilder builder(function.getBody());
  argument.replaceAllUsesWith(
      nn::createConstant(builder, builder.getUnknownLoc(), type.getShape(), values));
}

void foldInOrder(ModuleOp module) {
  OperationFolder folder(module.getContext());
  for (Operation &op : llvm::make_early_inc_range(getFunction(module).getBody().front()))
    if (isa<nn::NNDialect>(op.getDialect()))
      (void)folder.tryToFold(&op);
}

LogicalResult canonicalize(ModuleOp module) {
  PassManager passes(module.getContext());
  passes.addPass(createCanonicalizerPass());
  return passes.run(module);
}

/// The values that the function returns.
std::optional<SmallVector<float>> getResult(ModuleOp module) {
  Value value = getFunction(module).getBody().front().getTerminator()->getOperand(0);
  return nn::getConstantFloats(value);
}

} // namespace

TEST_CASE("canonicalization keeps the values of random data movement") {
  const char *text = std::getenv("QUANTIR_TEST_SEED");
  const unsigned first = text ? std::strtoul(text, nullptr, 10) : 1;
  for (unsigned seed = first; seed < first + (text ? 1 : 300); ++seed) {
    INFO("QUANTIR_TEST_SEED=" << seed);
    Generator generator(seed);
    OwningOpRef<ModuleOp> program =
        generator.makeProgram(/*length=*/static_cast<int>(seed % 9) + 1);
    REQUIRE(succeeded(verify(*program)));
    Type type = getFunction(*program).getResultTypes().front();

    OwningOpRef<ModuleOp> folded(cast<ModuleOp>(program->getOperation()->clone()));
    bindArgument(*folded);
    foldInOrder(*folded);
    std::optional<SmallVector<float>> expected = getResult(*folded);
    REQUIRE(expected);

    REQUIRE(succeeded(canonicalize(*program)));
    REQUIRE(getFunction(*program).getResultTypes().front() == type);
    bindArgument(*program);
    foldInOrder(*program);
    std::optional<SmallVector<float>> actual = getResult(*program);
    REQUIRE(actual);
    REQUIRE(*actual == *expected);
  }
}
