//===- ModelFile.cpp - Reading models of any form -------------------------===//

#include "ModelFile.h"

#include "Diagnostics.h"

#include "quantir/Frontend/ONNX.h"
#include "quantir/InitAll.h"
#include "quantir/Support/TextLimits.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "runtime/plan/PlanFile.h"

#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <filesystem>

using namespace mlir;
using namespace quantir;

/// ONNX files are protocol buffers and start with the field number of a small integer; text starts
/// with anything but control characters.
static bool looksLikeText(StringRef text) {
  return llvm::all_of(text.take_front(256), [](char c) {
    unsigned char byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
  });
}

static Result<FileKind> detectKind(StringRef path, const Bytes &bytes) {
  StringRef text(bytes.text().data(), bytes.size());
  if (text.empty())
    return Status::invalidModel(("'" + path + "': the file is empty").str());
  std::span<const uint8_t> raw(reinterpret_cast<const uint8_t *>(text.data()), text.size());
  if (runtime::isPlanFile(raw))
    return FileKind::Plan;
  if (text.starts_with("ML\xefR"))
    return FileKind::MLIR;
  // Past that, the name says what the file is meant to be, so that a damaged one gets the message
  // that fits.
  if (path.ends_with(".plan"))
    return FileKind::Plan;
  if (path.ends_with(".mlir") || path.ends_with(".mlirbc"))
    return FileKind::MLIR;
  if (path.ends_with(".onnx"))
    return FileKind::ONNX;
  return looksLikeText(text) ? FileKind::MLIR : FileKind::ONNX;
}

Result<ModelFile> quantir::readModelFile(const std::string &path, bool copy) {
  Result<Bytes> bytes = copy ? readFile(path) : mapFile(path);
  if (!bytes)
    return bytes.status();
  Result<FileKind> kind = detectKind(path, *bytes);
  if (!kind)
    return kind.status();
  return ModelFile{path, *std::move(bytes), *kind};
}

/// A model is the functions of one module.
static LogicalResult checkIsOneModule(ModuleOp module) {
  WalkResult result = module.walk<WalkOrder::PreOrder>([&](ModuleOp inner) -> WalkResult {
    if (inner == module)
      return WalkResult::advance();
    return inner.emitError("expected a model of one module, but got a module in it; move its "
                           "functions to the outer one");
  });
  return failure(result.wasInterrupted());
}

std::vector<std::string> quantir::companionFiles(const std::string &path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) // a pipe can be read once
    return {};
  Result<Bytes> bytes = mapFile(path);
  Result<FileKind> kind = bytes ? detectKind(path, *bytes) : bytes.status();
  if (!kind || *kind != FileKind::ONNX)
    return {};
  return listExternalFiles({{bytes->text().data(), bytes->size()}, path});
}

/// The module in `text`, verified.
static Result<OwningOpRef<ModuleOp>> parseModule(MLIRContext *context, const std::string &path,
                                                 StringRef text,
                                                 std::vector<std::string> &warnings) {
  if (std::string error = checkMlirText(text); !error.empty())
    return Status::invalidModel(path + ":" + error);
  DiagnosticCollector diagnostics(context);
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(text, path), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, ParserConfig(context));
  if (module && succeeded(checkIsOneModule(*module))) {
    llvm::append_range(warnings, diagnostics.warnings());
    return module;
  }
  Status error = diagnostics.error("reading '" + path + "'");
  // What only looked like MLIR may be anything.
  if (!StringRef(path).contains(".mlir"))
    error = Status::error(
        error.code(), error.message() + "; the file was read as MLIR, for it is neither a plan nor "
                                        "an ONNX model");
  return error;
}

Status quantir::addInputShape(std::string_view text, InputShapes &shapes) {
  std::string error = parseInputShape({text.data(), text.size()}, shapes.shapes);
  return error.empty() ? Status() : Status::invalidArgument(error);
}

Status quantir::checkShapesApply(const ModelFile &file, const InputShapes &inputs) {
  if (file.kind == FileKind::ONNX || (!inputs.batch && inputs.shapes.empty()))
    return Status();
  return Status::invalidArgument("'" + file.path +
                                 "' is not an ONNX model, so it defines the shapes of its inputs; "
                                 "leave --input-shape and --fixed-batch out");
}

std::unique_ptr<MLIRContext> quantir::makeContext() {
  DialectRegistry registry;
  registerAllDialects(registry);
  // The passes work on one function; threads of the runtime are better off with the cores.
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

Result<OwningOpRef<ModuleOp>> quantir::loadModule(MLIRContext *context, const ModelFile &file,
                                                  const InputShapes &inputs,
                                                  std::vector<std::string> &warnings) {
  const std::string &path = file.path;
  const StringRef text(file.bytes.text().data(), file.bytes.size());
  if (file.kind == FileKind::Plan)
    return Status::invalidModel(
        "'" + path + "' is a plan, which is compiled already; give an ONNX or MLIR file");
  QUANTIR_RETURN_IF_ERROR(checkShapesApply(file, inputs));
  if (file.kind == FileKind::MLIR)
    return parseModule(context, path, text, warnings);
  DiagnosticCollector diagnostics(context);
  ImportOptions options;
  options.batch = inputs.batch;
  options.inputShapes = inputs.shapes;
  OwningOpRef<ModuleOp> module = importONNX(context, llvm::MemoryBufferRef(text, path), options);
  if (!module)
    return diagnostics.error("importing '" + path + "'");
  llvm::append_range(warnings, diagnostics.warnings());
  return module;
}

std::string quantir::stageOf(ModuleOp module) {
  auto stage = module->getAttrOfType<StringAttr>(QuantirDialect::stageAttrName);
  return stage ? stage.str() : "float";
}
