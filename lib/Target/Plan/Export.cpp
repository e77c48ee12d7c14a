//===- Export.cpp - From kernels to a plan --------------------------------===//

#include "quantir/Target/Plan/Export.h"

#include "ExportOps.h"
#include "quantir/Serialization/ObserverJson.h"
#include "quantir/Version.h"
#include "quantir/dialects/Kernel/KernelOptions.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Lower/Passes.h"

#include "runtime/plan/PlanFile.h"
#include "runtime/schema/KernelForms.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/xxhash.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <set>
#include <unordered_map>

using namespace mlir;
using namespace quantir;

// What readers accept at most (docs/PlanFormat.md).
static constexpr int64_t maxRank = 8;
static constexpr int64_t maxElements = std::numeric_limits<int32_t>::max();

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// The innermost name of a location.
static StringRef getLocationName(Location location) {
  StringRef name;
  location->walk([&](Location inner) {
    auto named = dyn_cast<NameLoc>(inner);
    if (!named)
      return WalkResult::advance();
    name = named.getName();
    return WalkResult::interrupt();
  });
  return name;
}

/// The module path of an op, else the name of the node that it comes from.
static StringRef getOpName(Operation *op) {
  if (auto path = dyn_cast_if_present<StringAttr>(op->getDiscardableAttr(nn::pathAttrName)))
    return path.getValue();
  return getLocationName(op->getLoc());
}

static std::string getNameOr(StringAttr name, const Twine &fallback) {
  return name && !name.empty() ? name.str() : fallback.str();
}

static std::string getArgumentName(func::FuncOp func, unsigned index) {
  return getNameOr(func.getArgAttrOfType<StringAttr>(index, nn::nameAttrName),
                   "input" + Twine(index));
}

static std::string getResultName(func::FuncOp func, unsigned index) {
  return getNameOr(func.getResultAttrOfType<StringAttr>(index, nn::nameAttrName),
                   "output" + Twine(index));
}

namespace {

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The constants section; equal bytes are stored once.
class ConstantSection {
public:
  uint64_t add(ArrayRef<char> raw) {
    ArrayRef<uint8_t> data(reinterpret_cast<const uint8_t *>(raw.data()), raw.size());
    SmallVector<Range> &known = ranges[llvm::xxh3_64bits(data)];
    for (Range range : known)
      if (range.size == data.size() && std::equal(data.begin(), data.end(), &bytes[range.offset]))
        return range.offset;
    bytes.resize(llvm::alignTo(bytes.size(), runtime::constantAlignment));
    known.push_back({bytes.size(), data.size()});
    bytes.insert(bytes.end(), data.begin(), data.end());
    return known.back().offset;
  }

  ArrayRef<uint8_t> getBytes() const { return bytes; }

private:
  struct Range {
    uint64_t offset, size;
  };
  std::vector<uint8_t> bytes;
  std::unordered_map<uint64_t, SmallVector<Range>> ranges;
};

/// The elements of a constant in the physical order of its type; null if it has none.
ElementsAttr getPhysicalElements(kernel::ConstantOp op) {
  ElementsAttr value = op.getValue();
  if (!kernel::isChannelsLast(op.getType()) || kernel::isLayoutFree(op.getType()))
    return value;
  ArrayRef<int64_t> shape = value.getShapedType().getShape();
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = int64_t(shape.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * shape[i + 1];
  auto toChannelsLast = [](ArrayRef<int64_t> dims) {
    SmallVector<int64_t> result(dims);
    std::rotate(result.begin() + 1, result.begin() + 2, result.end());
    return result;
  };
  auto type = RankedTensorType::get(toChannelsLast(shape), value.getElementType());
  return nn::gatherElements(value, type, /*offset=*/0, toChannelsLast(strides));
}

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

class PlanExporter {
public:
  PlanExporter(ModuleOp module, func::FuncOp func) : module(module), func(func) {}

  FailureOr<std::vector<uint8_t>> run(StringRef summary);

private:
  LogicalResult exportArguments();
  LogicalResult exportOp(Operation *op);
  LogicalResult exportResults(Operation *terminator);
  LogicalResult exportConstant(kernel::ConstantOp op);

  /// Adds a tensor of the type of `value`.
  FailureOr<int32_t> addTensor(Value value, StringRef name, int64_t batchMultiple,
                               std::optional<uint64_t> constantOffset = {});
  /// Adds a tensor and makes it the one that uses of `value` mean.
  LogicalResult define(Value value, StringRef name, int64_t batchMultiple,
                       std::optional<uint64_t> constantOffset = {});
  flatbuffers::Offset<plan::QuantParams> exportQuantParams(const rules::Quantization *quant);
  /// The index of a value that has been defined, as operands are before their users. Were one not,
  /// no reader would take the plan.
  int32_t indexOf(Value value) const {
    auto index = indices.find(value);
    assert(index != indices.end() && "the value was not defined");
    return index == indices.end() ? std::numeric_limits<int32_t>::max() : index->second;
  }
  void addOp(StringRef name, plan::KernelTable kind, ArrayRef<int32_t> inputs,
             ArrayRef<int32_t> outputs, StringRef backend);

  uint32_t getObserverIndex(StringRef symbol);
  flatbuffers::Offset<plan::Preprocessing> exportPreprocessing();
  /// The stage that the module says it is at, else the one that its ops show.
  StringRef getStage();
  StringRef getStringAttr(StringRef name);

  ModuleOp module;
  func::FuncOp func;
  flatbuffers::FlatBufferBuilder builder;
  ConstantSection constants;
  std::vector<flatbuffers::Offset<plan::Tensor>> tensors;
  std::vector<flatbuffers::Offset<plan::Op>> ops;
  std::vector<flatbuffers::Offset<plan::Observer>> observers;
  llvm::StringMap<uint32_t> observerIndices;
  std::vector<int32_t> inputs, outputs;
  /// Of the ops.
  std::set<plan::OpKind> kinds;
  /// Index and batch multiple of each value.
  DenseMap<Value, int32_t> indices;
  DenseMap<Value, int64_t> multiples;
  /// The names of values that are results of the function.
  DenseMap<Value, std::string> resultNames;
};

} // namespace

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

flatbuffers::Offset<plan::QuantParams>
PlanExporter::exportQuantParams(const rules::Quantization *quant) {
  if (!quant)
    return 0;
  return plan::CreateQuantParams(builder, builder.CreateVector(quant->scales),
                                 builder.CreateVector(quant->zeroPoints), quant->axis,
                                 int32_t(quant->min), int32_t(quant->max));
}

FailureOr<int32_t> PlanExporter::addTensor(Value value, StringRef name, int64_t batchMultiple,
                                           std::optional<uint64_t> constantOffset) {
  Type type = value.getType();
  rules::KernelOperand operand = kernel::toKernelOperand(type);
  shapes::Dims &dims = operand.dims;
  if (int64_t(dims.size()) > maxRank)
    return emitError(value.getLoc())
           << "expected at most " << maxRank << " dimensions in a plan, but got " << dims.size();
  int64_t elements = shapes::numElements(dims);
  if (elements == 0 || elements > maxElements)
    return emitError(value.getLoc()) << "expected a tensor of 1 to " << maxElements
                                     << " elements in a plan, but got " << type;
  for (int64_t &dim : dims)
    if (dim == shapes::dynamicDim)
      dim = -batchMultiple;

  auto nameOffset = builder.CreateString(name.data(), name.size());
  auto dimsOffset = builder.CreateVector(dims);
  auto quant = exportQuantParams(operand.quant.get());
  tensors.push_back(plan::CreateTensor(builder, nameOffset, operand.dtype, dimsOffset,
                                       operand.layout, quant, constantOffset.has_value(),
                                       constantOffset.value_or(0)));
  return int32_t(tensors.size() - 1);
}

LogicalResult PlanExporter::define(Value value, StringRef name, int64_t batchMultiple,
                                   std::optional<uint64_t> constantOffset) {
  FailureOr<int32_t> index = addTensor(value, name, batchMultiple, constantOffset);
  if (failed(index))
    return failure();
  indices[value] = *index;
  multiples[value] = batchMultiple;
  return success();
}

LogicalResult PlanExporter::exportConstant(kernel::ConstantOp op) {
  if (op->use_empty())
    return success();
  if (op.getValue().getNumElements() > maxElements)
    return op.emitOpError("expected at most ") << maxElements << " elements in a plan";
  SmallVector<char> storage;
  ElementsAttr value = getPhysicalElements(op);
  std::optional<ArrayRef<char>> raw = value ? nn::getRawData(value, storage) : std::nullopt;
  if (!raw)
    return op.emitOpError("expected a constant whose values are in the module");
  return define(op.getResult(), nn::getNameHint(op.getValue()), 1, constants.add(*raw));
}

//===----------------------------------------------------------------------===//
// Arguments, ops, results
//===----------------------------------------------------------------------===//

LogicalResult PlanExporter::exportArguments() {
  llvm::StringSet<> names;
  for (BlockArgument argument : func.getArguments()) {
    std::string name = getArgumentName(func, argument.getArgNumber());
    if (!names.insert(name).second)
      return func.emitOpError("expected arguments of different names, but got two of name '")
             << name << "'";
    if (failed(define(argument, name, /*batchMultiple=*/1)))
      return failure();
    inputs.push_back(indexOf(argument));
  }
  return success();
}

void PlanExporter::addOp(StringRef name, plan::KernelTable kind, ArrayRef<int32_t> inputs,
                         ArrayRef<int32_t> outputs, StringRef backend) {
  auto nameOffset = builder.CreateString(name.data(), name.size());
  auto inputOffset = builder.CreateVector(inputs.data(), inputs.size());
  auto outputOffset = builder.CreateVector(outputs.data(), outputs.size());
  flatbuffers::Offset<flatbuffers::String> backendOffset;
  if (!backend.empty())
    backendOffset = builder.CreateString(backend.data(), backend.size());
  kinds.insert(kind.kind);
  ops.push_back(plan::CreateOp(builder, nameOffset, kind.kind, kind.table, inputOffset,
                               outputOffset, backendOffset));
}

LogicalResult PlanExporter::exportOp(Operation *op) {
  plan::KernelTable kind =
      exportOptions(builder, op, [&](StringRef symbol) { return getObserverIndex(symbol); });
  if (kind.kind == plan::OpKind::NONE)
    return op->emitOpError("expected only kernels in a plan");

  SmallVector<int32_t> operands, results;
  for (Value operand : kernel::getOperandsByPosition(op))
    operands.push_back(operand ? indexOf(operand) : -1);
  StringRef name = getOpName(op);
  for (Value result : op->getResults()) {
    int64_t multiple = 1;
    if (!cast<RankedTensorType>(result.getType()).hasStaticShape()) {
      FailureOr<int64_t> inferred =
          getBatchMultiple(op, [&](Value operand) { return multiples.lookup(operand); });
      if (failed(inferred))
        return op->emitOpError("expected a dynamic dimension that is a multiple of the batch");
      multiple = *inferred;
    }
    auto resultName = resultNames.find(result);
    if (failed(
            define(result, resultName == resultNames.end() ? name : resultName->second, multiple)))
      return failure();
    results.push_back(indexOf(result));
  }
  auto backend = op->getAttrOfType<StringAttr>("backend");
  addOp(name, kind, operands, results, backend ? backend.getValue() : StringRef());
  return success();
}

/// A tensor has one name. A result that is also an argument, a constant or another result is copied
/// to one of its own.
LogicalResult PlanExporter::exportResults(Operation *terminator) {
  llvm::StringSet<> names;
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    std::string name = getResultName(func, index);
    if (!names.insert(name).second)
      return func.emitOpError("expected results of different names, but got two of name '")
             << name << "'";
    int32_t source = indexOf(value);
    auto own = resultNames.find(value);
    if (own != resultNames.end() && own->second == name) {
      outputs.push_back(source);
      continue;
    }
    FailureOr<int32_t> copy = addTensor(value, name, multiples.lookup(value));
    if (failed(copy))
      return failure();
    plan::KernelTable kind{plan::OpKind::Reorder, plan::CreateReorder(builder).Union()};
    addOp(name, kind, source, *copy, /*backend=*/"");
    outputs.push_back(*copy);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// What belongs to the module
//===----------------------------------------------------------------------===//

StringRef PlanExporter::getStringAttr(StringRef name) {
  auto attr = module->getAttrOfType<StringAttr>(name);
  return attr ? attr.getValue() : StringRef();
}

uint32_t PlanExporter::getObserverIndex(StringRef symbol) {
  auto [entry, isNew] = observerIndices.try_emplace(symbol, observers.size());
  if (isNew) {
    auto observer = module.lookupSymbol<ObserverOp>(symbol);
    std::string config =
        observer ? numerics::toJson(observer.getSpec().getConfig()).dump() : std::string("{}");
    auto name = builder.CreateString(symbol.data(), symbol.size());
    observers.push_back(plan::CreateObserver(builder, name, builder.CreateString(config)));
  }
  return entry->second;
}

flatbuffers::Offset<plan::Preprocessing> PlanExporter::exportPreprocessing() {
  auto attr = module->getAttrOfType<DictionaryAttr>(QuantirDialect::preprocessingAttrName);
  if (!attr)
    return 0;
  auto mean = attr.getAs<DenseF32ArrayAttr>("mean"), std = attr.getAs<DenseF32ArrayAttr>("std");
  if (!mean || !std)
    return 0;
  auto meanOffset = builder.CreateVector(mean.asArrayRef().data(), mean.size());
  auto stdOffset = builder.CreateVector(std.asArrayRef().data(), std.size());
  return plan::CreatePreprocessing(builder, meanOffset, stdOffset);
}

StringRef PlanExporter::getStage() {
  if (StringRef stage = getStringAttr(QuantirDialect::stageAttrName); !stage.empty())
    return stage;
  if (!observers.empty())
    return "prepared";
  bool quantized =
      func.walk([](kernel::QuantizeOp) { return WalkResult::interrupt(); }).wasInterrupted();
  return quantized ? "lowered" : "float";
}

FailureOr<std::vector<uint8_t>> PlanExporter::run(StringRef summary) {
  Block &body = func.getBody().front();
  Operation *terminator = body.getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands()))
    if (isa_and_nonnull<kernel::KernelOpInterface>(value.getDefiningOp()))
      resultNames.try_emplace(value, getResultName(func, index));

  if (failed(exportArguments()))
    return failure();
  for (Operation &op : body.without_terminator()) {
    auto constant = dyn_cast<kernel::ConstantOp>(op);
    if (failed(constant ? exportConstant(constant) : exportOp(&op)))
      return failure();
  }
  if (failed(exportResults(terminator)))
    return failure();

  auto tensorsOffset = builder.CreateVector(tensors);
  auto opsOffset = builder.CreateVector(ops);
  auto inputsOffset = builder.CreateVector(inputs);
  auto outputsOffset = builder.CreateVector(outputs);
  auto observersOffset = builder.CreateVector(observers);
  auto preprocessing = exportPreprocessing();
  auto string = [&](StringRef text) { return builder.CreateString(text.data(), text.size()); };
  auto producer = string("quantir " QUANTIR_VERSION);
  auto model = string(getStringAttr(QuantirDialect::modelAttrName));
  auto stage = string(getStage());
  auto backend = string(getStringAttr(kernel::KernelDialect::backendAttrName));
  auto summaryOffset = string(summary);
  auto kernelsOffset = plan::writeForms(builder, kinds);
  builder.Finish(plan::CreatePlan(builder, producer, model, stage, backend, tensorsOffset,
                                  opsOffset, inputsOffset, outputsOffset, observersOffset,
                                  preprocessing, summaryOffset, kernelsOffset),
                 plan::PlanIdentifier());
  return runtime::assemblePlanFile({builder.GetBufferPointer(), builder.GetSize()},
                                   {constants.getBytes().data(), constants.getBytes().size()});
}

FailureOr<std::vector<uint8_t>> quantir::exportPlan(ModuleOp module, StringRef summary) {
  if (failed(verifyKernelForm(module)))
    return failure();
  return PlanExporter(module, *getEntryFunction(module)).run(summary);
}
