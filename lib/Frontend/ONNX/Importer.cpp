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
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::importer;

namespace {

/// Keeps the errors that are reported while it lives, to report them as one.
class ProblemList {
public:
  explicit ProblemList(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
            return failure(); // for the handler before this one
          add(diagnostic.str());
          return success();
        }) {}

  /// Adds what was not said yet; of one kind, such as an operator, only the first.
  void add(std::string text, std::string kind = "") {
    if (seen.insert(kind.empty() ? text : kind).second)
      texts.push_back(std::move(text));
  }
  ArrayRef<std::string> get() const { return texts; }

private:
  llvm::StringSet<> seen;
  SmallVector<std::string> texts;
  ScopedDiagnosticHandler handler;
};

class GraphImporter {
public:
  GraphImporter(MLIRContext *context, const Model &model, const ImportOptions &options,
                StringRef modelName, std::string folder, Location location)
      : model(model), options(options), modelName(modelName), location(location), graph(location),
        reader(std::move(folder)), builder(context), values(builder, graph, reader) {}

  OwningOpRef<ModuleOp> run();

private:
  LogicalResult checkIsFloat();
  LogicalResult checkOptions();
  /// The shape that the options give for an input, or null.
  const std::vector<int64_t> *findShapeOption(const ::onnx::ValueInfoProto &input) const;
  FailureOr<Dims> getInputDims(const ::onnx::ValueInfoProto &input);
  LogicalResult importInputs();
  void importNodes(ProblemList &problems);
  LogicalResult importOutputs();
  LogicalResult emitProblems(ArrayRef<std::string> problems);
  void checkDeclaredShape(const ::onnx::ValueInfoProto &output, const Dims &dims);

  const Model &model;
  const ImportOptions &options;
  StringRef modelName;
  Location location;
  Graph graph;
  TensorReader reader;
  OpBuilder builder;
  ValueTable values;
  /// The inputs that something reads.
  SmallVector<const ::onnx::ValueInfoProto *> inputs;
  /// What could not be imported, and what depends on it.
  llvm::StringSet<> missing;
  func::FuncOp function;
};

} // namespace

OwningOpRef<ModuleOp> GraphImporter::run() {
  if (failed(graph.analyze(model.getGraph())))
    return nullptr;
  // One that nothing reads would only have to be fed.
  llvm::copy_if(graph.getInputs(), std::back_inserter(inputs),
                [&](const ::onnx::ValueInfoProto *input) { return graph.isUsed(input->name()); });
  if (failed(checkIsFloat()) || failed(checkOptions()))
    return nullptr;

  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  (*module)->setAttr("quantir.stage", builder.getStringAttr("float"));
  (*module)->setAttr("quantir.model", builder.getStringAttr(modelName));
  builder.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(builder, location, "main", builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());

  SmallVector<std::string> found;
  {
    // Who has to change a model wants to know about all that is wrong with it.
    ProblemList problems(builder.getContext());
    if (succeeded(importInputs()))
      importNodes(problems);
    if (inputs.empty() && problems.get().empty())
      problems.add("expected a graph that computes with its inputs, but no output depends on one");
    found.assign(problems.get().begin(), problems.get().end());
  }
  if (!found.empty() && failed(emitProblems(found)))
    return nullptr;
  if (failed(importOutputs()) || failed(verify(*module)))
    return nullptr;
  return module;
}

LogicalResult GraphImporter::emitProblems(ArrayRef<std::string> problems) {
  constexpr size_t most = 30;
  InFlightDiagnostic diagnostic = emitError(location) << problems[0];
  for (StringRef problem : problems.drop_front().take_front(most))
    diagnostic.attachNote(location) << "also " << problem;
  if (problems.size() > most + 1)
    diagnostic.attachNote(location) << "and " << problems.size() - most - 1 << " more";
  return diagnostic;
}

/// A model that is quantized already is no collection of operators that happen to be missing.
LogicalResult GraphImporter::checkIsFloat() {
  const auto &nodes = graph.getNodes();
  auto first = llvm::find_if(nodes, [](const auto *node) { return isOfQuantizedModel(*node); });
  if (first == nodes.end())
    return success();
  return emitError(location)
         << importer::describe(**first) << ": the model is quantized already, as this and "
         << llvm::count_if(nodes, [](const auto *node) { return isOfQuantizedModel(*node); }) - 1
         << " other nodes show; give the float model that it was made from";
}

const std::vector<int64_t> *
GraphImporter::findShapeOption(const ::onnx::ValueInfoProto &input) const {
  auto shape = options.inputShapes.find(input.name());
  if (shape == options.inputShapes.end() && inputs.size() == 1)
    shape = options.inputShapes.find("");
  return shape == options.inputShapes.end() ? nullptr : &shape->second;
}

LogicalResult GraphImporter::checkOptions() {
  for (const auto &entry : options.inputShapes) {
    bool exists = llvm::any_of(inputs, [&](const ::onnx::ValueInfoProto *input) {
      return input->name() == entry.first || (entry.first.empty() && inputs.size() == 1);
    });
    if (exists)
      continue;
    std::string names = llvm::join(
        llvm::map_range(
            inputs, [](const ::onnx::ValueInfoProto *input) { return inQuotes(input->name()); }),
        ", ");
    return emitError(location) << "a shape is given for "
                               << (entry.first.empty() ? std::string("an input without a name")
                                                       : inQuotes(entry.first))
                               << ", but the model's inputs are: " << names;
  }
  if (options.batch && *options.batch < 1)
    return emitError(location) << "expected a batch size of at least 1, but got " << *options.batch;
  return success();
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// The size of a dimension, dynamicDim if it is left open; some exporters write -1 for that.
static int64_t getSize(const ::onnx::TensorShapeProto::Dimension &dim) {
  return dim.has_dim_value() && dim.dim_value() != -1 ? dim.dim_value() : shapes::dynamicDim;
}

/// "0 ('N'), 2 (unnamed) and 3 ('W')": the open dimensions.
static std::string describeOpenDims(const ::onnx::TensorShapeProto &shape) {
  SmallVector<std::string> open;
  for (auto [index, dim] : llvm::enumerate(shape.dim()))
    if (getSize(dim) == shapes::dynamicDim)
      open.push_back(
          std::to_string(index) + " (" +
          (dim.dim_param().empty() ? std::string("unnamed") : inQuotes(dim.dim_param())) + ")");
  std::string last = open.pop_back_val();
  return open.empty() ? last : llvm::join(open, ", ") + " and " + last;
}

/// An input's name for a command line that is advised. One that is too long to be shown is left to
/// be put in: a part of it would be another name.
static std::string nameInAdvice(const ::onnx::ValueInfoProto &input) {
  return input.name().size() <= 60 ? input.name() : "NAME";
}

/// "--input-shape x=N,3,224,224", with a number for each dimension that is open besides the first,
/// or with `hasBatch` false for all of them.
static std::string suggestShape(const ::onnx::ValueInfoProto &input, bool hasBatch = true) {
  SmallVector<std::string> items;
  for (const ::onnx::TensorShapeProto::Dimension &dim : input.type().tensor_type().shape().dim()) {
    int64_t size = getSize(dim);
    bool isFirst = hasBatch && size == shapes::dynamicDim && !llvm::is_contained(items, "N");
    items.push_back(isFirst ? "N" : std::to_string(size == shapes::dynamicDim ? 64 : size));
  }
  return "--input-shape " + nameInAdvice(input) + "=" + llvm::join(items, ",");
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
  if (const std::vector<int64_t> *shape = findShapeOption(input)) {
    dims = *shape;
    if (type.has_shape() && size_t(type.shape().dim_size()) != dims.size())
      return emitInputError() << "expected a shape of " << type.shape().dim_size()
                              << " dimensions, but got " << shapes::formatDims(dims);
  } else if (!type.has_shape()) {
    return emitInputError() << "expected a tensor of known rank; say its shape, such as "
                               "--input-shape "
                            << nameInAdvice(input) << "=N,3,224,224";
  } else {
    for (const ::onnx::TensorShapeProto::Dimension &dim : type.shape().dim()) {
      dims.push_back(getSize(dim));
      if (dims.back() < 1 && dims.back() != shapes::dynamicDim)
        return emitInputError() << "expected positive sizes, but dimension " << dims.size() - 1
                                << " is " << dims.back();
    }
    if (llvm::count(dims, shapes::dynamicDim) > 1)
      return emitInputError() << "expected all dimensions but one, the batch, to be fixed, but "
                              << describeOpenDims(type.shape())
                              << " are open; say how large the others are, such as "
                              << suggestShape(input);
  }
  if (dims.size() > maxRank)
    return emitInputError() << "expected at most " << maxRank << " dimensions, but got "
                            << dims.size();
  if (size_t batch = shapes::findDynamicDim(dims); batch != dims.size() && options.batch)
    dims[batch] = *options.batch;
  for (int64_t dim : dims)
    if (dim < 1 && dim != shapes::dynamicDim)
      return emitInputError() << "expected positive sizes, but got " << shapes::formatDims(dims);
  if (std::string error = shapes::checkDims(dims); !error.empty())
    return emitInputError() << error;
  return dims;
}

LogicalResult GraphImporter::importInputs() {
  if (graph.getInputs().empty())
    return emitError(location) << "expected a graph with inputs, but it has none";
  SmallVector<Type> types;
  SmallVector<Attribute> names;
  for (const ::onnx::ValueInfoProto *input : inputs) {
    FailureOr<Dims> dims = getInputDims(*input);
    if (failed(dims)) {
      missing.insert(input->name());
      continue;
    }
    names.push_back(builder.getStringAttr(input->name()));
    types.push_back(
        nn::getTensorType(builder.getContext(), *dims)
            .clone(getInputElementType(builder, input->type().tensor_type().elem_type())));
    auto argument =
        function.getBody().addArgument(types.back(), NameLoc::get(cast<StringAttr>(names.back())));
    values.bind(input->name(), argument);
    size_t open = shapes::findDynamicDim(*dims);
    // Sequences have the time before the batch.
    bool isUnusual = open >= 2 || (open == 1 && dims->front() == 1);
    if (isUnusual && open != dims->size() && !findShapeOption(*input))
      values.setSuspicion(argument, "input " + inQuotes(input->name()) + ": its open dimension " +
                                        describeOpenDims(input->type().tensor_type().shape()) +
                                        " is taken for the batch; if it is not that, say how large "
                                        "it is, such as " +
                                        suggestShape(*input, /*hasBatch=*/false));
  }
  function.setType(builder.getFunctionType(types, {}));
  for (auto [index, name] : llvm::enumerate(names))
    function.setArgAttr(index, nn::nameAttrName, name);
  return success();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// Imports what can be: nodes that depend on one that cannot are left out without a word.
void GraphImporter::importNodes(ProblemList &problems) {
  CallForms calls(graph);
  for (const ::onnx::NodeProto *proto : graph.getNodes()) {
    bool imported = false;
    if (const Operator *op = findOperator(*proto, model.opset); !op) {
      problems.add(importer::describe(*proto) + ": " + explainUnsupported(*proto, model.opset),
                   proto->domain() + ":" + proto->op_type());
    } else if (llvm::none_of(proto->input(),
                             [&](const std::string &name) { return missing.contains(name); })) {
      NodeContext node(*proto, model.opset, findModulePath(*proto, graph), calls.of(*proto), graph,
                       values, reader, builder, location);
      imported = succeeded(checkSignature(node, *proto, *op)) && succeeded(op->import(node)) &&
                 succeeded(node.checkOutputsBound());
    }
    if (!imported)
      for (const std::string &output : proto->output())
        missing.insert(output);
  }
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
    return a == b || a == shapes::dynamicDim || b == shapes::dynamicDim;
  });
  if (!agree)
    emitWarning(location) << "output " << inQuotes(output.name()) << ": the file says that it is "
                          << shapes::formatDims(declared) << ", but it is "
                          << shapes::formatDims(dims);
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

std::vector<std::string> quantir::listExternalFiles(llvm::MemoryBufferRef buffer) {
  std::vector<std::string> files;
  ::onnx::ModelProto proto;
  if (!parseProto(buffer.getBuffer(), proto))
    return files;
  llvm::StringSet<> seen;
  auto add = [&](const ::onnx::TensorProto &tensor) {
    for (const ::onnx::StringStringEntryProto &entry : tensor.external_data()) {
      if (entry.key() != "location" || !seen.insert(entry.value()).second)
        continue;
      llvm::SmallString<256> file(llvm::sys::path::parent_path(buffer.getBufferIdentifier()));
      llvm::sys::path::append(file, entry.value());
      files.push_back(file.str().str());
    }
  };
  for (const ::onnx::TensorProto &tensor : proto.graph().initializer())
    add(tensor);
  for (const ::onnx::NodeProto &node : proto.graph().node())
    for (const ::onnx::AttributeProto &attribute : node.attribute())
      if (attribute.has_t())
        add(attribute.t());
  return files;
}

std::string quantir::parseInputShape(StringRef text,
                                     std::map<std::string, std::vector<int64_t>> &shapes) {
  auto explain = [&](const std::string &expected) {
    return "expected " + expected + ", such as x=N,3,224,224, but got " + inQuotes(text);
  };
  // Names of values may have any characters, also this one.
  size_t split = text.rfind('=');
  std::string name = split == StringRef::npos ? "" : text.take_front(split).str();
  SmallVector<StringRef> items;
  StringRef(split == StringRef::npos ? text : text.drop_front(split + 1)).split(items, ',');
  std::vector<int64_t> dims;
  for (StringRef item : items) {
    item = item.trim();
    int64_t size = 0;
    if (item == "N" || item == "n" || item == "?" || item == "-1")
      dims.push_back(shapes::dynamicDim);
    else if (!item.getAsInteger(10, size) && size > 0)
      dims.push_back(size);
    else
      return explain("positive sizes, and N for the batch");
  }
  if (llvm::count(dims, shapes::dynamicDim) > 1)
    return explain("at most one N, the batch");
  if (!shapes.try_emplace(name, dims).second)
    return explain("one shape for each input");
  return "";
}

namespace {
/// The options of `qtranslate --import-onnx`.
struct TranslationOptions {
  llvm::cl::opt<int64_t> batch{"fixed-batch",
                               llvm::cl::desc("Import with this batch size (default: open)"),
                               llvm::cl::init(0)};
  llvm::cl::list<std::string> shapes{
      "input-shape", llvm::cl::desc("The shape of an input, N for the batch: x=N,3,224,224")};
};
} // namespace

static OwningOpRef<Operation *> translate(const TranslationOptions &given, llvm::SourceMgr &sources,
                                          MLIRContext *context) {
  ImportOptions options;
  if (given.batch.getNumOccurrences())
    options.batch = given.batch;
  for (const std::string &shape : given.shapes)
    if (std::string error = parseInputShape(shape, options.inputShapes); !error.empty()) {
      emitError(UnknownLoc::get(context)) << "--input-shape: " << error;
      return nullptr;
    }
  return importONNX(context, sources.getMemoryBuffer(sources.getMainFileID())->getMemBufferRef(),
                    options);
}

void quantir::registerONNXTranslation() {
  static TranslationOptions options;
  static TranslateToMLIRRegistration registration(
      "import-onnx", "import an ONNX model as a module of the nn dialect",
      [](llvm::SourceMgr &sources, MLIRContext *context) {
        return translate(options, sources, context);
      },
      registerONNXImportDialects);
}
