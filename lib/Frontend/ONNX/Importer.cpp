//===- Importer.cpp - Import of ONNX models --------------------------------===//

#include "quantir/Frontend/ONNX.h"

#include "EmbeddingBag.h"
#include "Graph.h"
#include "Model.h"
#include "ModulePath.h"
#include "NodeContext.h"
#include "Registry.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::importer;

namespace {

class GraphImporter {
public:
  GraphImporter(MLIRContext *context, const Model &model, const ImportOptions &options,
                StringRef modelName, std::string folder, Location location)
      : model(model), options(options), modelName(modelName), location(location), graph(location),
        reader(std::move(folder)), builder(context), values(builder, graph, reader) {}

  OwningOpRef<ModuleOp> run();

private:
  LogicalResult checkSupported();
  LogicalResult checkOptions();
  FailureOr<Dims> getInputDims(const ::onnx::ValueInfoProto &input);
  LogicalResult importInputs();
  LogicalResult importNodes();
  LogicalResult importOutputs();
  void checkDeclaredShape(const ::onnx::ValueInfoProto &output, const Dims &dims);

  const Model &model;
  const ImportOptions &options;
  StringRef modelName;
  Location location;
  Graph graph;
  TensorReader reader;
  OpBuilder builder;
  ValueTable values;
  func::FuncOp function;
};

} // namespace

OwningOpRef<ModuleOp> GraphImporter::run() {
  if (failed(graph.analyze(model.getGraph())) || failed(checkSupported()) || failed(checkOptions()))
    return nullptr;

  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  (*module)->setAttr("quantir.stage", builder.getStringAttr("float"));
  (*module)->setAttr("quantir.model", builder.getStringAttr(modelName));
  builder.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(builder, location, "main", builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());

  if (failed(importInputs()) || failed(importNodes()) || failed(importOutputs()) ||
      failed(verify(*module)))
    return nullptr;
  return module;
}

/// Looks at all operators before importing any: who has to replace one wants to know about the
/// others.
LogicalResult GraphImporter::checkSupported() {
  SmallVector<std::string> messages;
  llvm::StringSet<> seen;
  for (const ::onnx::NodeProto *node : graph.getNodes())
    if (!findOperator(*node, model.opset) &&
        seen.insert(node->domain() + ":" + node->op_type()).second)
      messages.push_back(importer::describe(*node) + ": " + explainUnsupported(*node, model.opset));
  if (messages.empty())
    return success();
  InFlightDiagnostic diagnostic = emitError(location) << messages[0];
  for (StringRef message : llvm::drop_begin(messages))
    diagnostic.attachNote(location) << "also " << message;
  return diagnostic;
}

LogicalResult GraphImporter::checkOptions() {
  for (const auto &entry : options.inputShapes) {
    bool exists = llvm::any_of(graph.getInputs(), [&](const ::onnx::ValueInfoProto *input) {
      return input->name() == entry.first;
    });
    if (exists)
      continue;
    std::string names = llvm::join(llvm::map_range(graph.getInputs(),
                                                   [](const ::onnx::ValueInfoProto *input) {
                                                     return inQuotes(input->name());
                                                   }),
                                   ", ");
    return emitError(location) << "a shape is given for " << inQuotes(entry.first)
                               << ", but the model's inputs are: " << names;
  }
  if (options.batch && *options.batch < 1)
    return emitError(location) << "expected a batch size of at least 1, but got " << *options.batch;
  return success();
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// The size of a dimension, dynamicDim if it is left open.
static int64_t getSize(const ::onnx::TensorShapeProto::Dimension &dim) {
  return dim.has_dim_value() ? dim.dim_value() : numerics::dynamicDim;
}

/// The element type of an input of the model; null for one that it cannot have.
static Type getInputElementType(OpBuilder &builder, int32_t onnxType) {
  std::optional<ElementType> type = convertElementType(onnxType);
  if (type == ElementType::Float32)
    return builder.getF32Type();
  if (type == ElementType::Int64)
    return builder.getI64Type();
  return type == ElementType::Int32 ? builder.getI32Type() : Type();
}

FailureOr<Dims> GraphImporter::getInputDims(const ::onnx::ValueInfoProto &input) {
  auto emitInputError = [&] {
    return emitError(location) << "input " << inQuotes(input.name()) << ": ";
  };
  if (!input.type().has_tensor_type())
    return emitInputError() << "expected a tensor, but got another kind of value";
  const ::onnx::TypeProto::Tensor &type = input.type().tensor_type();
  if (!getInputElementType(builder, type.elem_type()))
    return emitInputError()
           << "expected a tensor of float32, or of int64 or int32 for indices, but "
              "got one of "
           << describeElementType(type.elem_type());
  Dims dims;
  auto override = options.inputShapes.find(input.name());
  if (override != options.inputShapes.end()) {
    dims = override->second;
    if (type.has_shape() && size_t(type.shape().dim_size()) != dims.size())
      return emitInputError() << "expected a shape of " << type.shape().dim_size()
                              << " dimensions, but got " << numerics::formatDims(dims);
  } else if (!type.has_shape()) {
    return emitInputError() << "expected a tensor of known rank; import with a shape for it";
  } else {
    for (const ::onnx::TensorShapeProto::Dimension &dim : type.shape().dim()) {
      if (dim.has_dim_value() && dim.dim_value() < 1)
        return emitInputError() << "expected positive sizes, but dimension " << dims.size()
                                << " is " << dim.dim_value();
      dims.push_back(getSize(dim));
      if (dims.back() == numerics::dynamicDim && numerics::findDynamicDim(dims) != dims.size() - 1)
        return emitInputError()
               << "expected all dimensions but one, the batch, to be fixed, but dimension "
               << dims.size() - 1 << ", " << inQuotes(dim.dim_param())
               << ", is open too; import with a shape for the input";
    }
  }
  if (dims.size() > maxRank)
    return emitInputError() << "expected at most " << maxRank << " dimensions, but got "
                            << dims.size();
  if (size_t batch = numerics::findDynamicDim(dims); batch != dims.size() && options.batch)
    dims[batch] = *options.batch;
  for (int64_t dim : dims)
    if (dim < 1 && dim != numerics::dynamicDim)
      return emitInputError() << "expected positive sizes, but got " << numerics::formatDims(dims);
  if (std::string error = numerics::checkDims(dims); !error.empty())
    return emitInputError() << error;
  return dims;
}

LogicalResult GraphImporter::importInputs() {
  if (graph.getInputs().empty())
    return emitError(location) << "expected a graph with inputs, but it has none";
  SmallVector<Type> types;
  for (const ::onnx::ValueInfoProto *input : graph.getInputs()) {
    FailureOr<Dims> dims = getInputDims(*input);
    if (failed(dims))
      return failure();
    auto name = builder.getStringAttr(input->name());
    types.push_back(
        nn::getTensorType(builder.getContext(), *dims)
            .clone(getInputElementType(builder, input->type().tensor_type().elem_type())));
    auto argument = function.getBody().addArgument(types.back(), NameLoc::get(name));
    values.bind(input->name(), argument);
  }
  function.setType(builder.getFunctionType(types, {}));
  for (auto [index, input] : llvm::enumerate(graph.getInputs()))
    function.setArgAttr(index, nn::nameAttrName, builder.getStringAttr(input->name()));
  return success();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

LogicalResult GraphImporter::importNodes() {
  CallForms calls(graph);
  for (const ::onnx::NodeProto *proto : graph.getNodes()) {
    const Operator &op = *findOperator(*proto, model.opset);
    NodeContext node(*proto, model.opset, findModulePath(*proto, graph), calls.of(*proto), graph,
                     values, reader, builder, location);
    if (failed(checkSignature(node, *proto, op)) || failed(op.import(node)) ||
        failed(node.checkOutputsBound()))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// Warns where the file states another shape for an output than its operators give.
void GraphImporter::checkDeclaredShape(const ::onnx::ValueInfoProto &output, const Dims &dims) {
  if (!output.type().tensor_type().has_shape() || options.batch || !options.inputShapes.empty())
    return;
  Dims declared;
  for (const ::onnx::TensorShapeProto::Dimension &dim : output.type().tensor_type().shape().dim())
    declared.push_back(getSize(dim));
  bool agree = llvm::equal(declared, dims, [](int64_t a, int64_t b) {
    return a == b || a == numerics::dynamicDim || b == numerics::dynamicDim;
  });
  if (!agree)
    emitWarning(location) << "output " << inQuotes(output.name()) << ": the file says that it is "
                          << numerics::formatDims(declared) << ", but it is "
                          << numerics::formatDims(dims);
}

LogicalResult GraphImporter::importOutputs() {
  SmallVector<Value> results;
  for (const ::onnx::ValueInfoProto &output : model.getGraph().output()) {
    llvm::Expected<Value> value = values.getValue(output.name());
    if (!value)
      return emitError(location) << "output " << inQuotes(output.name()) << ": "
                                 << llvm::toString(value.takeError());
    results.push_back(*value);
    checkDeclaredShape(output, nn::getDims(*value));
  }
  func::ReturnOp::create(builder, location, results);
  function.setType(builder.getFunctionType(function.getArgumentTypes(), TypeRange(results)));
  for (auto [index, output] : llvm::enumerate(model.getGraph().output()))
    function.setResultAttr(index, nn::nameAttrName, builder.getStringAttr(output.name()));
  return success();
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

void quantir::registerONNXImportDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, func::FuncDialect, nn::NNDialect>();
}

OwningOpRef<ModuleOp> quantir::importONNX(MLIRContext *context, llvm::MemoryBufferRef buffer,
                                          const ImportOptions &options) {
  DialectRegistry registry;
  registerONNXImportDialects(registry);
  context->appendDialectRegistry(registry);
  context->loadDialect<arith::ArithDialect, func::FuncDialect, nn::NNDialect>();

  StringRef path = buffer.getBufferIdentifier();
  Location location = NameLoc::get(StringAttr::get(context, path.empty() ? "model" : path));
  std::unique_ptr<Model> model = parseModel(buffer, location);
  if (!model)
    return nullptr;
  foldEmbeddingBags(*model->proto.mutable_graph());
  std::string name = options.modelName;
  if (name.empty())
    name = llvm::sys::path::stem(path).str();
  std::string folder = options.externalDataFolder;
  if (folder.empty() && llvm::sys::fs::exists(path)) {
    folder = llvm::sys::path::parent_path(path).str();
    folder = folder.empty() ? "." : folder;
  }
  return GraphImporter(context, *model, options, name, folder, location).run();
}

OwningOpRef<ModuleOp> quantir::importONNX(MLIRContext *context, StringRef path,
                                          const ImportOptions &options) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    emitError(NameLoc::get(StringAttr::get(context, path)))
        << "cannot open the file: " << buffer.getError().message();
    return nullptr;
  }
  return importONNX(context, (*buffer)->getMemBufferRef(), options);
}

void quantir::registerONNXTranslation() {
  static TranslateToMLIRRegistration registration(
      "import-onnx", "import an ONNX model as a module of the nn dialect",
      [](llvm::SourceMgr &sources, MLIRContext *context) -> OwningOpRef<Operation *> {
        return importONNX(context,
                          sources.getMemoryBuffer(sources.getMainFileID())->getMemBufferRef());
      },
      registerONNXImportDialects);
}
