//===- ObserverPlaces.cpp - Observers by where they stand -----------------===//

#include "quantir/passes/Prepare/ObserverPlaces.h"

#include "quantir/Base/Text.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace quantir;

namespace {

/// The symbols of the observers at each place.
class Places {
public:
  explicit Places(ModuleOp module) {
    for (auto func : module.getOps<func::FuncOp>())
      func.walk([&](QuantizableOpInterface op) {
        if (!op->getParentOfType<FusedOp>())
          addOp(op);
      });
  }

  ArrayRef<StringRef> find(StringRef place) const {
    auto it = symbols.find(place);
    return it == symbols.end() ? ArrayRef<StringRef>() : it->second.getArrayRef();
  }

  std::vector<std::string_view> getNames() const {
    std::vector<std::string_view> names;
    for (const auto &entry : symbols)
      names.emplace_back(entry.first().data(), entry.first().size());
    llvm::sort(names);
    return names;
  }

private:
  void addOp(QuantizableOpInterface op) {
    auto unit = dyn_cast<FusedOp>(op.getOperation());
    Operation *root = unit ? unit.getRootOp() : op.getOperation();
    unsigned inputs = 0, weights = 0;
    for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
      bool isWeight = op.getOperandRole(index) == OperandRole::Weight;
      if (!isWeight && op.getOperandRole(index) != OperandRole::Activation)
        continue;
      unsigned number = isWeight ? weights++ : inputs++;
      if (auto observe = operand.getDefiningOp<ObserveOp>())
        add(root, makeName(isWeight ? "weight" : "input", number), observe);
    }
    for (auto [index, result] : llvm::enumerate(op->getResults()))
      for (Operation *user : result.getUsers())
        if (auto observe = dyn_cast<ObserveOp>(user))
          addOutput(unit, root, makeName("output", index), observe);
  }

  void addOutput(FusedOp unit, Operation *root, StringRef name, ObserveOp observe) {
    if (!unit)
      return add(root, name, observe);
    for (Operation &op : unit.getBody().getOps())
      add(&op, name, observe);
  }

  void add(Operation *op, StringRef name, ObserveOp observe) {
    auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName);
    if (path && !path.empty())
      symbols[(path.getValue() + "." + name).str()].insert(observe.getObserver());
  }

  static std::string makeName(StringRef name, unsigned number) {
    return number == 0 ? name.str() : (name + "_" + Twine(number)).str();
  }

  llvm::StringMap<llvm::SetVector<StringRef>> symbols;
};

} // namespace

LogicalResult quantir::resolveObserverPlaces(ModuleOp module, numerics::CalibrationState &state) {
  SymbolTable table(module);
  auto isSymbol = [&](const auto &entry) { return bool(table.lookup<ObserverOp>(entry.first)); };
  if (llvm::all_of(state.observers, isSymbol))
    return success();
  Places places(module);
  numerics::CalibrationState resolved;
  resolved.samples = state.samples;
  llvm::StringMap<std::string> origins;
  for (const auto &[name, entry] : state.observers) {
    ArrayRef<StringRef> symbols = places.find(name);
    bool isPlace = !table.lookup<ObserverOp>(name) && !symbols.empty();
    if (isPlace && symbols.size() > 1)
      return module.emitError() << "observers." << name
                                << ": expected a place of one observer, but "
                                << "there are " << llvm::join(symbols, ", ")
                                << "; name one of them";
    if (symbols.empty() && StringRef(name).contains('.'))
      return module.emitError() << "observers." << name << ": the model has no observer there"
                                << nearestInBrackets(name, places.getNames());
    std::string symbol = isPlace ? symbols.front().str() : name;
    auto [it, inserted] = origins.try_emplace(symbol, name);
    if (!inserted)
      return module.emitError() << "observers." << name
                                << ": expected one state for an observer, but " << it->second
                                << " is '" << symbol << "' too";
    resolved.observers[symbol] = entry;
  }
  state = std::move(resolved);
  return success();
}
