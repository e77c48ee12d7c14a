//===- RuleTests.cpp - The verifier of kernels and the loader of plans ----===//
//
// Random ops, valid and not: what the dialect accepts, the loader accepts, and an op that went
// through a plan is judged as it was before.
//
//===----------------------------------------------------------------------===//

#include "quantir/KernelRules/Rules.h"
#include "quantir/dialects/Kernel/KernelOptions.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "runtime/plan/KernelOptions.h"
#include "runtime/plan/KernelVisit.h"
#include "runtime/plan/Validate.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

namespace {

//===----------------------------------------------------------------------===//
// Mutations
//===----------------------------------------------------------------------===//

class Mutator {
public:
  Mutator(MLIRContext *context, uint64_t seed) : builder(context), random(seed) {}

  int64_t below(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(random); }

  void mutate(Operation *op) {
    SmallVector<NamedAttribute> attributes(op->getAttrDictionary().getValue());
    if (!attributes.empty() && below(2)) {
      NamedAttribute attribute = attributes[below(attributes.size())];
      if (Attribute changed = mutate(attribute.getValue());
          changed && attribute.getName() != "operandSegmentSizes")
        op->setAttr(attribute.getName(), changed);
      return;
    }
    SmallVector<Value> values(op->getOperands());
    llvm::append_range(values, op->getResults());
    Value value = values[below(values.size())];
    if (RankedTensorType type = mutate(cast<RankedTensorType>(value.getType())))
      value.setType(type);
  }

private:
  Attribute mutate(Attribute attribute) {
    if (auto list = dyn_cast<DenseI64ArrayAttr>(attribute))
      return builder.getDenseI64ArrayAttr(mutate<int64_t>(list.asArrayRef()));
    if (auto list = dyn_cast<DenseI32ArrayAttr>(attribute))
      return builder.getDenseI32ArrayAttr(mutate<int32_t>(list.asArrayRef()));
    if (auto list = dyn_cast<DenseF32ArrayAttr>(attribute))
      return builder.getDenseF32ArrayAttr(mutate<float>(list.asArrayRef()));
    if (isa<FloatAttr>(attribute))
      return builder.getF32FloatAttr(anyFloat());
    if (auto integer = dyn_cast<IntegerAttr>(attribute))
      return IntegerAttr::get(integer.getType(), below(5) - 1);
    if (isa<ActivationAttr>(attribute)) // what others would be, its own verifier refuses
      return ActivationAttr::get(builder.getContext(), ActivationKind(1 + below(3)), 0.5f, 6.0f);
    if (isa<UnaryKindAttr>(attribute))
      return UnaryKindAttr::get(builder.getContext(), UnaryKind(below(13)));
    if (isa<PoolKindAttr>(attribute))
      return PoolKindAttr::get(builder.getContext(), PoolKind(below(2)));
    if (isa<ResampleModeAttr>(attribute))
      return ResampleModeAttr::get(builder.getContext(), ResampleMode(below(2)));
    return {};
  }

  float anyFloat() {
    constexpr float values[] = {0,
                                0.5f,
                                -1,
                                6,
                                std::numeric_limits<float>::infinity(),
                                -3,
                                std::numeric_limits<float>::quiet_NaN()};
    return values[below(std::size(values))];
  }

  template <typename T> SmallVector<T> mutate(ArrayRef<T> list) {
    SmallVector<T> changed(list);
    if (changed.empty() || below(6) == 0)
      changed.push_back(T(below(3)));
    else if (below(6) == 0)
      changed.pop_back();
    else
      changed[below(changed.size())] = T(below(6) - 1);
    return changed;
  }

  RankedTensorType mutate(RankedTensorType type) {
    SmallVector<int64_t> shape(type.getShape());
    Type elementType = type.getElementType();
    Attribute layout = type.getEncoding();
    switch (below(4)) {
    case 0:
      if (shape.empty() || below(8) == 0)
        shape.push_back(1 + below(3));
      else if (below(8) == 0)
        shape.pop_back();
      else
        shape[below(shape.size())] = below(5) ? 1 + below(6) : ShapedType::kDynamic;
      break;
    case 1:
      layout = layout ? Attribute() : Attribute(ChannelsLastAttr::get(builder.getContext()));
      break;
    default:
      elementType = anyElementType(shape);
    }
    return elementType
               ? RankedTensorType::getChecked([&] { return emitError(builder.getUnknownLoc()); },
                                              shape, elementType, layout)
               : RankedTensorType();
  }

  Type anyElementType(ArrayRef<int64_t> shape) {
    if (int64_t kind = below(8); kind < 3)
      return kind == 0 ? Type(builder.getF32Type()) : builder.getIntegerType(kind == 1 ? 32 : 64);
    auto emit = [&] { return emitError(builder.getUnknownLoc()); };
    const unsigned width = below(6) ? 8 : 32;
    const bool isSigned = width == 32 || below(2);
    const int64_t max = width == 32 ? INT32_MAX : isSigned ? 127 : 255;
    const int64_t min = width == 32 ? INT32_MIN : isSigned ? -128 : 0;
    const double scale = below(8) ? 0.5 / double(1 + below(3)) : 1e-40;
    if (shape.empty() || below(3))
      return quant::UniformQuantizedType::getChecked(emit, isSigned, builder.getIntegerType(width),
                                                     builder.getF32Type(), scale,
                                                     below(2) ? 0 : below(400) - 50, min, max);
    const int64_t axis = below(shape.size());
    const int64_t size = below(8) && shape[axis] > 0 ? shape[axis] : 2;
    return quant::UniformQuantizedPerAxisType::getChecked(
        emit, isSigned, builder.getIntegerType(width), builder.getF32Type(),
        SmallVector<double>(size, scale), SmallVector<int64_t>(size, 0), axis, min, max);
  }

  Builder builder;
  std::mt19937_64 random;
};

//===----------------------------------------------------------------------===//
// Verdicts
//===----------------------------------------------------------------------===//

/// A plan of one op.
class OnePlan {
public:
  explicit OnePlan(Operation *op) {
    plan::KernelTable table;
    visitKernel(op,
                [&](auto, const auto &options) { table = plan::writeOptions(builder, options); });
    rules::KernelOperands operands =
        toKernelOperands(op, op->getOperandTypes(), op->getResultTypes());
    std::vector<int32_t> inputs, outputs;
    for (const std::optional<rules::KernelOperand> &input : operands.inputs)
      inputs.push_back(input ? add(*input, 1) : -1);
    for (const rules::KernelOperand &result : operands.results)
      outputs.push_back(add(result, multipleOf(op)));
    auto planOp = plan::CreateOp(builder, 0, table.kind, table.table, builder.CreateVector(inputs),
                                 builder.CreateVector(outputs));
    auto observer = plan::CreateObserver(builder, builder.CreateString("a"));
    auto observers = builder.CreateVector({observer});
    auto ops = builder.CreateVector({planOp});
    auto tensorList = builder.CreateVector(tensors);
    builder.Finish(plan::CreatePlan(builder, 0, 0, 0, 0, tensorList, ops, 0, 0, observers));
  }

  const plan::Plan &graph() const {
    return *flatbuffers::GetRoot<plan::Plan>(builder.GetBufferPointer());
  }

private:
  /// How many times the batch the result's open dimension is.
  static int64_t multipleOf(Operation *op) {
    if (!isa<ReshapeOp>(op))
      return 1;
    const int64_t before = shapes::numElements(getDims(op->getOperand(0).getType()));
    const int64_t after = shapes::numElements(getDims(op->getResult(0).getType()));
    return after > 0 && before % after == 0 ? before / after : 1;
  }

  int32_t add(const rules::KernelOperand &operand, int64_t multiple) {
    std::vector<int64_t> dims = operand.dims;
    for (int64_t &dim : dims)
      dim = dim == shapes::dynamicDim ? -multiple : dim;
    flatbuffers::Offset<plan::QuantParams> quant;
    if (operand.quant)
      quant = plan::CreateQuantParams(builder, builder.CreateVector(operand.quant->scales),
                                      builder.CreateVector(operand.quant->zeroPoints),
                                      operand.quant->axis, int32_t(operand.quant->min),
                                      int32_t(operand.quant->max));
    tensors.push_back(plan::CreateTensor(builder, 0, operand.dtype, builder.CreateVector(dims),
                                         operand.layout, quant));
    return int32_t(tensors.size() - 1);
  }

  flatbuffers::FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<plan::Tensor>> tensors;
};

/// What the rules of lowered ops say of the op that the plan holds.
std::string checkLowered(const plan::Plan &graph) {
  const plan::Op &op = *graph.ops()->Get(0);
  for (const plan::Tensor *tensor : *graph.tensors()) {
    const rules::KernelOperand operand = runtime::operandOf(*tensor);
    if (std::string error = shapes::checkDims(operand.dims); !error.empty())
      return error;
    if (std::string error = rules::checkOperand(operand); !error.empty())
      return error;
  }
  rules::KernelOperands operands;
  for (int32_t index : *op.inputs())
    operands.inputs.push_back(
        index < 0 ? std::nullopt : std::optional(runtime::operandOf(*graph.tensors()->Get(index))));
  for (int32_t index : *op.outputs())
    operands.results.push_back(runtime::operandOf(*graph.tensors()->Get(index)));
  return runtime::visitKind(op, [&]<typename Options>() {
    return rules::check(plan::readOptions<Options>(op), operands, rules::Forms::Lowered);
  });
}

/// What the loader says, for a batch of 1.
std::string checkLoaded(const plan::Plan &graph) {
  for (const plan::Tensor *tensor : *graph.tensors())
    if (std::string error = rules::checkOperand(runtime::operandOf(*tensor)); !error.empty())
      return error;
  auto tensors = runtime::ResolvedTensors::create(graph, nullptr, 1);
  if (!tensors)
    return tensors.message();
  return std::string(runtime::validateOps(graph, *tensors).message());
}

/// Whether a plan can say how large the result is: whole samples, so the exporter asks.
bool isExportable(Operation *op) {
  if (!isa<ReshapeOp>(op) || cast<RankedTensorType>(op->getResult(0).getType()).hasStaticShape())
    return true;
  const int64_t after = shapes::numElements(getDims(op->getResult(0).getType()));
  return after > 0 && shapes::numElements(getDims(op->getOperand(0).getType())) % after == 0;
}

struct Count {
  int accepted = 0, refused = 0;
};

void checkOp(Operation *op, Count &count) {
  std::string verified;
  bool accepted = false;
  {
    ScopedDiagnosticHandler handler(op->getContext(), [&](Diagnostic &diagnostic) {
      verified = diagnostic.str();
      return success();
    });
    accepted = succeeded(op->getName().verifyInvariants(op));
  }
  (accepted ? count.accepted : count.refused) += 1;
  const bool isTensors = llvm::all_of(op->getOperandTypes(), isKernelTensor) &&
                         llvm::all_of(op->getResultTypes(), isKernelTensor);
  OnePlan plan(op);
  const std::string lowered = checkLowered(plan.graph());
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, OpPrintingFlags().printGenericOpForm());
  INFO(text << "\nverifier: " << verified << "\nfrom the plan: " << lowered);
  CHECK(accepted == lowered.empty());
  visitKernel(op, [&](auto, const auto &options) {
    using Options = std::remove_cvref_t<decltype(options)>;
    const Options same = options;
    if (same == options) // no NaN
      CHECK(plan::readOptions<Options>(*plan.graph().ops()->Get(0)) == options);
  });
  if (!isTensors)
    CHECK(!accepted);
  if (accepted && isExportable(op))
    CHECK(checkLoaded(plan.graph()) == "");
}

OwningOpRef<ModuleOp> parse(const char *name, MLIRContext *context) {
  // The ops are verified below, one by one.
  const ParserConfig config(context, /*verifyAfterParse=*/false);
  return parseSourceFile<ModuleOp>(std::string(QUANTIR_SOURCE_DIR "/test/") + name, config);
}

} // namespace

TEST_CASE("the loader accepts what the dialect accepts, and judges as it does") {
  MLIRContext context;
  context.loadDialect<func::FuncDialect, quant::QuantDialect, QuantirDialect, KernelDialect>();
  context.getDiagEngine().registerHandler([](Diagnostic &) { return success(); });
  std::map<std::string, Count> counts;
#define QUANTIR_KERNEL_OP(op, name, operands) counts[kernel::op::getOperationName().str()];
  QUANTIR_FOR_EACH_KERNEL_OP(QUANTIR_KERNEL_OP)
#undef QUANTIR_KERNEL_OP

  Mutator mutator(&context, 7);
  for (const char *name : {"Dialect/Kernel/round-trip.mlir", "Dialect/Kernel/norm-ops.mlir",
                           "Target/Plan/export-plan-affine.mlir"}) {
    OwningOpRef<ModuleOp> module = parse(name, &context);
    INFO(name);
    REQUIRE(module);
    module->walk([&](KernelOpInterface kernel) {
      Operation *op = kernel;
      const DictionaryAttr attributes = op->getAttrDictionary();
      SmallVector<Value> values(op->getOperands());
      llvm::append_range(values, op->getResults());
      SmallVector<Type> types(ValueRange(values).getTypes());
      for (int i = 0; i != 60; ++i) {
        for (int64_t mutations = mutator.below(3); mutations >= 0 && i; --mutations)
          mutator.mutate(op);
        checkOp(op, counts.at(op->getName().getStringRef().str()));
        op->setAttrs(attributes);
        for (auto [value, type] : llvm::zip_equal(values, types))
          value.setType(type);
      }
    });
  }
  for (const auto &[name, count] : counts) {
    INFO(name << ": " << count.accepted << " accepted, " << count.refused << " refused");
    CHECK(count.accepted > 0);
    CHECK(count.refused > 0);
  }
}
