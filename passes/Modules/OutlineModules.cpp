//===- OutlineModules.cpp - Make functions of modules ---------------------===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"

#include "quantir/Base/Text.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"

namespace quantir {
#define GEN_PASS_DEF_OUTLINEMODULESPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// Whether `path` is that of `module` or of something in it.
bool isWithin(StringRef path, StringRef module) {
  return path.consume_front(module) && (path.empty() || path.front() == '.');
}

/// One module that the config wants apart.
struct Request {
  std::string module; ///< a path of the model, or a class
  bool byClass;
  StandaloneModuleAttr entry; ///< null: non-traceable
  std::string place;          ///< in the config, for messages
};

/// The requests of a config whose paths are seen from `prefix`.
SmallVector<Request> collectRequests(PrepareCustomConfigAttr config, StringRef prefix) {
  SmallVector<Request> requests;
  auto add = [&](StringRef field, ArrayAttr list, bool byClass) {
    if (!list)
      return;
    for (auto [index, element] : llvm::enumerate(list)) {
      auto entry = dyn_cast<StandaloneModuleAttr>(element);
      StringRef name = entry ? entry.getModule() : cast<StringAttr>(element).getValue();
      std::string module = byClass || prefix.empty() ? name.str() : (prefix + "." + name).str();
      requests.push_back({module, byClass, entry, (field + "[" + Twine(index) + "]").str()});
    }
  };
  // A name is stronger than a class, and being standalone than being non-traceable.
  add("standalone_module_name", config.getStandaloneModuleName(), false);
  add("non_traceable_module_name", config.getNonTraceableModuleName(), false);
  add("standalone_module_class", config.getStandaloneModuleClass(), true);
  add("non_traceable_module_class", config.getNonTraceableModuleClass(), true);
  return requests;
}

class OutlineModulesPass : public quantir::impl::OutlineModulesPassBase<OutlineModulesPass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    numWarnings = 0;
    checkPreserved(module);
    SymbolTable symbolTable(module);
    symbols = &symbolTable;
    SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (function.isPublic() && failed(outlineIn(function, boundaryConfigOf(function), "")))
        return signalPassFailure();
    if (numWarnings > maxWarnings)
      emitWarning(module.getLoc()) << "prepare_custom_config: " << numWarnings - maxWarnings
                                   << " more names are not in the model";
  }

private:
  /// Of more names that the model has not, the number is enough.
  static constexpr unsigned maxWarnings = 20;

  void warn(const Twine &message) {
    if (++numWarnings <= maxWarnings)
      emitWarning(getOperation().getLoc()) << "prepare_custom_config." << message;
  }

  /// Attributes stay at every stage; a name that the model has not is a mistake.
  void checkPreserved(ModuleOp module) {
    auto config =
        module->getAttrOfType<PrepareCustomConfigAttr>(QuantirDialect::prepareCustomConfigAttrName);
    if (!config || !config.getPreservedAttributes())
      return;
    for (auto name : config.getPreservedAttributes().getAsRange<StringAttr>())
      if (!module->hasAttr(name))
        warn("preserved_attributes: the module has no attribute \"" + name.getValue() + "\"");
  }

  LogicalResult outlineIn(func::FuncOp function, PrepareCustomConfigAttr config, StringRef prefix) {
    if (!config || function.isExternal())
      return success();
    SmallVector<Request> requests = collectRequests(config, prefix);
    for (const Request &request : requests) {
      SmallVector<func::FuncOp> outlined = findFunctions(request);
      if (outlined.empty() && !request.byClass) {
        FailureOr<func::FuncOp> made = outline(function, request, requests);
        if (failed(made))
          return failure();
        if (*made)
          outlined.push_back(*made);
      }
      if (outlined.empty() && request.byClass)
        warn(request.place + ": no function has quantir.module_class = \"" + request.module + "\"");
      for (func::FuncOp made : outlined)
        if (failed(mark(made, function, request)))
          return failure();
    }
    return success();
  }

  /// Functions of the model as it came that are the module.
  SmallVector<func::FuncOp> findFunctions(const Request &request) {
    StringRef name =
        request.byClass ? QuantirDialect::moduleClassAttrName : QuantirDialect::modulePathAttrName;
    SmallVector<func::FuncOp> found;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto attr = function->getAttrOfType<StringAttr>(name);
      bool isDone = function->hasAttr(QuantirDialect::standaloneAttrName) ||
                    function->hasAttr(QuantirDialect::nonTraceableAttrName);
      if (attr && attr.getValue() == request.module && !isDone)
        found.push_back(function);
    }
    return found;
  }

  LogicalResult mark(func::FuncOp function, func::FuncOp parent, const Request &request) {
    auto unit = UnitAttr::get(&getContext());
    if (!request.entry) {
      function->setAttr(QuantirDialect::nonTraceableAttrName, unit);
      std::string reason = "in the non-traceable module '" + request.module + "'";
      function.walk([&](QuantizableOpInterface op) {
        op->setAttr(QuantirDialect::floatReasonAttrName, StringAttr::get(&getContext(), reason));
        emitRemark(op->getLoc(), "left in float: ") << reason;
      });
      ++numNonTraceable;
      return success();
    }
    function->setAttr(QuantirDialect::standaloneAttrName, unit);
    auto set = [&](StringRef name, Attribute value) {
      if (value)
        function->setAttr(name, value);
    };
    const SettingsAttr own = SettingsAttr::of(function);
    QConfigMappingAttr mapping = request.entry.getQconfigMapping();
    if (!mapping)
      mapping = own.getMapping();
    FailureOr<QuantizationRules> rules = getAnalysis<Settings>().rulesOf(parent);
    if (failed(rules))
      return failure();
    if (!mapping && rules->standaloneFromModule) {
      FailureOr<QConfigMappingAttr> ofModule = mappingOfModule(function, parent);
      if (failed(ofModule))
        return failure();
      mapping = *ofModule;
    }
    BackendConfigAttr backend = request.entry.getBackendConfig();
    if (!backend)
      backend = own.getBackendConfig();
    if (mapping || backend)
      set(QuantirDialect::settingsAttrName,
          SettingsAttr::get(&getContext(), mapping, backend, {}, {}));
    set(QuantirDialect::prepareCustomConfigAttrName, request.entry.getPrepareCustomConfig());
    ++numStandalone;
    auto path = function->getAttrOfType<StringAttr>(QuantirDialect::modulePathAttrName);
    return outlineIn(function, request.entry.getPrepareCustomConfig(), path ? path.getValue() : "");
  }

  /// PyTorch's mapping for a standalone module without one: the module's own qconfig for all in it.
  FailureOr<QConfigMappingAttr> mappingOfModule(func::FuncOp function, func::FuncOp parent) {
    auto &settings = getAnalysis<Settings>();
    auto text = [&](StringRef name) {
      auto attr = function->getAttrOfType<StringAttr>(name);
      return attr ? attr.getValue() : StringRef();
    };
    FailureOr<QConfigAttr> qconfig = qconfigOfModule(
        settings.resolver(settings.mappingOf(parent)), parent,
        text(QuantirDialect::modulePathAttrName), text(QuantirDialect::moduleClassAttrName));
    if (failed(qconfig))
      return failure();
    return QConfigMappingAttr::get(&getContext(), *qconfig, {}, {}, {}, {});
  }

  /// Moves the ops of a module into a function; a null one if an enclosing module has taken them. A
  /// failure has been reported.
  FailureOr<func::FuncOp> outline(func::FuncOp parent, const Request &request,
                                  ArrayRef<Request> others) {
    llvm::SetVector<Operation *> members;
    // Constants are no members, whatever their path: they stand wherever they are read.
    for (Operation &op : parent.getBody().front())
      if (isWithin(modulePathOf(&op), request.module) && !matchPattern(&op, m_Constant()))
        members.insert(&op);
    if (members.empty()) {
      if (llvm::any_of(others, [&](const Request &other) {
            return &other != &request && !other.byClass && isWithin(request.module, other.module);
          }))
        return func::FuncOp();
      return unknownModule(parent, request);
    }

    llvm::SetVector<Value> inputs;
    llvm::SetVector<Operation *> constants;
    SmallVector<Value> outputs;
    for (Operation *op : members) {
      for (Value operand : op->getOperands()) {
        Operation *maker = operand.getDefiningOp();
        if (maker && matchPattern(maker, m_Constant()))
          constants.insert(maker);
        else if (!maker || !members.contains(maker))
          inputs.insert(operand);
      }
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(),
                         [&](Operation *user) { return !members.contains(user); }))
          outputs.push_back(result);
    }

    func::FuncOp function = makeFunction(parent, request, members.getArrayRef(),
                                         constants.getArrayRef(), inputs.getArrayRef(), outputs);
    OpBuilder builder(members.back());
    auto call =
        func::CallOp::create(builder, members.front()->getLoc(), function, inputs.getArrayRef());
    call->setAttr(nn::pathAttrName, builder.getStringAttr(request.module));
    for (auto [output, result] : llvm::zip(outputs, call.getResults()))
      output.replaceAllUsesWith(result);
    for (Operation *op : llvm::reverse(members))
      op->erase();
    for (Operation *constant : constants)
      if (constant->use_empty())
        constant->erase();
    if (!sortTopologically(&parent.getBody().front())) {
      call->emitError() << "prepare_custom_config." << request.place << ": module '"
                        << request.module
                        << "' cannot be a function of its own: something outside reads one of its "
                           "values and makes another "
                           "that it reads";
      return failure();
    }
    return function;
  }

  func::FuncOp makeFunction(func::FuncOp parent, const Request &request,
                            ArrayRef<Operation *> members, ArrayRef<Operation *> constants,
                            ArrayRef<Value> inputs, ArrayRef<Value> outputs) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfter(parent);
    auto type =
        builder.getFunctionType(TypeRange(ValueRange(inputs)), TypeRange(ValueRange(outputs)));
    auto function = func::FuncOp::create(builder, members.front()->getLoc(), request.module, type);
    function.setPrivate();
    function->setAttr(QuantirDialect::modulePathAttrName, builder.getStringAttr(request.module));
    symbols->insert(function, builder.getInsertionPoint());

    Block *body = function.addEntryBlock();
    builder.setInsertionPointToEnd(body);
    IRMapping mapping;
    mapping.map(inputs, body->getArguments());
    for (Operation *op : constants)
      builder.clone(*op, mapping);
    for (Operation *op : members)
      builder.clone(*op, mapping);
    SmallVector<Value> results;
    for (Value output : outputs)
      results.push_back(mapping.lookup(output));
    func::ReturnOp::create(builder, function.getLoc(), results);
    return function;
  }

  LogicalResult unknownModule(func::FuncOp function, const Request &request) {
    llvm::SetVector<StringRef> paths;
    for (Operation &op : function.getBody().front())
      for (StringRef path = modulePathOf(&op); !path.empty(); path = parentModule(path))
        paths.insert(path);
    return function.emitError() << "prepare_custom_config." << request.place
                                << ": the model has no module '" << request.module << "'"
                                << didYouMean(request.module, paths.getArrayRef());
  }

  SymbolTable *symbols = nullptr;
  unsigned numWarnings = 0;
};

} // namespace
