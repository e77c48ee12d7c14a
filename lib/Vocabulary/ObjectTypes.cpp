//===- ObjectTypes.cpp - The names that ops answer to ---------------------===//

#include "quantir/Vocabulary/ObjectTypes.h"

#include "quantir/dialects/NN/AttrNames.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

#include <cmath>

using namespace mlir;
using namespace quantir;

namespace {

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

constexpr int anyRank = -1;

/// PyTorch's names of an op, each list separated by blanks. Modules are in `torch.nn`; `F.` is
/// `torch.nn.functional.`. They hold for ops of a spatial rank for which `condition` is true.
struct NamesOfOp {
  const char *op; ///< empty: names for which there is no op
  const char *modules;
  const char *functions;
  const char *methods;
  int spatialRank;
  bool (*condition)(Operation *op);
};

/// The modules of a package of torch.ao.
struct PackageModules {
  const char *package;
  const char *modules;
};

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

bool always(Operation *) { return true; }

struct Bounds {
  double min, max;
};

/// Of an nn.clamp, which has both; one that clips nothing is infinite.
Bounds boundsOf(Operation *op) {
  auto bound = [&](StringRef name) {
    return op->getAttrOfType<FloatAttr>(name).getValueAsDouble();
  };
  return {bound("min"), bound("max")};
}

bool isReLU6(Operation *op) {
  Bounds bounds = boundsOf(op);
  return bounds.min == 0 && bounds.max == 6;
}

bool isHardtanh(Operation *op) {
  Bounds bounds = boundsOf(op);
  return !isReLU6(op) && std::isfinite(bounds.min) && std::isfinite(bounds.max);
}

#include "generated/TorchNames.inc"

/// Other spellings of the beginning of a name, tried in this order.
struct Prefix {
  const char *spelling;
  const char *canonical;
};

constexpr Prefix prefixes[] = {
    {"torchClass.", "torch."},
    {"torch._C._nn.", "torch.nn.functional."},
    {"_operator.", "operator."},
    {"F.", "torch.nn.functional."},
    {"nn.functional.", "torch.nn.functional."},
    {"nniqat.", "torch.ao.nn.intrinsic.qat."},
    {"nni.", "torch.ao.nn.intrinsic."},
    {"nnqatd.", "torch.ao.nn.qat.dynamic."},
    {"nnqat.", "torch.ao.nn.qat."},
    {"nnqr.", "torch.ao.nn.quantized.reference."},
    {"torch.nn.intrinsic.", "torch.ao.nn.intrinsic."},
    {"torch.nn.qat.", "torch.ao.nn.qat."},
    {"torch.nn.quantizable.", "torch.ao.nn.quantizable."},
    {"torch.Tensor.", ""},
};

/// Functions that torch.nn.functional has under the same name from torch.
constexpr const char *sharedFunctions =
    "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d avg_pool1d "
    "adaptive_avg_pool1d pixel_shuffle pixel_unshuffle channel_shuffle relu_";

constexpr StringLiteral functionalPrefix = "torch.nn.functional.";

//===----------------------------------------------------------------------===//
// The registry: the table, ready for look-ups
//===----------------------------------------------------------------------===//

void forEachName(StringRef list, function_ref<void(StringRef)> callback) {
  SmallVector<StringRef> names;
  list.split(names, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  llvm::for_each(names, callback);
}

std::string expanded(StringRef function) {
  bool inFunctional = function.consume_front("F.");
  return ((inFunctional ? StringRef(functionalPrefix) : StringRef()) + function).str();
}

enum class NameKind { Module, Function, Method, Op };

class Registry {
public:
  /// The canonical names of a row, each pointing into `kinds`.
  struct Row {
    const NamesOfOp *names;
    SmallVector<StringRef> modules, functions, methods;
  };

  static const Registry &get() {
    static const Registry registry;
    return registry;
  }

  /// The canonical name equal to `name`; empty if there is none.
  StringRef find(StringRef name) const {
    auto it = kinds.find(name);
    return it == kinds.end() ? StringRef() : it->getKey();
  }

  std::optional<NameKind> kindOf(StringRef name) const {
    auto it = kinds.find(name);
    return it == kinds.end() ? std::nullopt : std::optional(it->getValue());
  }

  /// The rows of the ops of one name.
  ArrayRef<Row> rowsOf(StringRef opName) const {
    auto it = entries.find(opName);
    return it == entries.end() ? ArrayRef<Row>() : it->getValue();
  }

  /// All canonical names, sorted.
  const std::vector<StringRef> &names() const { return sortedNames; }

private:
  Registry() {
    for (const NamesOfOp &names : table) {
      Row row{&names, {}, {}, {}};
      forEachName(names.modules, [&](StringRef name) {
        row.modules.push_back(add(("torch.nn." + name).str(), NameKind::Module));
      });
      forEachName(names.functions, [&](StringRef name) {
        row.functions.push_back(add(expanded(name), NameKind::Function));
      });
      forEachName(names.methods,
                  [&](StringRef name) { row.methods.push_back(add(name, NameKind::Method)); });
      if (*names.op)
        add(names.op, NameKind::Op);
      entries[names.op].push_back(std::move(row));
    }
    for (const PackageModules &package : packages)
      forEachName(package.modules,
                  [&](StringRef name) { add((package.package + name).str(), NameKind::Module); });
    for (const auto &entry : kinds)
      sortedNames.push_back(entry.getKey());
    llvm::sort(sortedNames);
  }

  StringRef add(StringRef name, NameKind kind) {
    return kinds.try_emplace(name, kind).first->getKey();
  }

  llvm::StringMap<NameKind> kinds;
  std::vector<StringRef> sortedNames;
  llvm::StringMap<SmallVector<Row, 3>> entries;
};

//===----------------------------------------------------------------------===//
// Spellings
//===----------------------------------------------------------------------===//

/// Leaves out the Python file that a class is in: "torch.nn.modules.conv.Conv2d" ->
/// "torch.nn.Conv2d".
std::string withoutFile(StringRef name) {
  auto [package, rest] = name.split(".modules.");
  return rest.empty() ? name.str() : (package + "." + rest.rsplit('.').second).str();
}

std::string withCanonicalPrefix(StringRef spelling) {
  for (const Prefix &prefix : prefixes)
    if (StringRef rest = spelling; rest.consume_front(prefix.spelling))
      return (prefix.canonical + rest).str();
  // "nn.Conv2d" is a class of PyTorch, "nn.conv" an op of the IR.
  if (spelling.starts_with("nn.") && spelling.size() > 3 && llvm::isUpper(spelling[3]))
    return ("torch." + spelling).str();
  return spelling.str();
}

StringRef findBareName(StringRef name) {
  const Registry &registry = Registry::get();
  for (StringRef prefix : {"", "torch.nn.", "torch.", "torch.nn.functional.", "operator."})
    if (StringRef found = registry.find((prefix + name).str()); !found.empty())
      return found;
  return "";
}

bool isSharedFunction(StringRef name) {
  bool found = false;
  forEachName(sharedFunctions, [&](StringRef shared) { found |= shared == name; });
  return found;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// The spatial dimensions of the op's input; a batch norm of [N, C] counts as one of [N, C, L], as
/// it does in PyTorch.
int spatialRankOf(Operation *op) {
  if (op->getNumOperands() == 0)
    return anyRank;
  auto type = dyn_cast<ShapedType>(op->getOperand(0).getType());
  return type && type.hasRank() ? std::max<int>(1, type.getRank() - 2) : anyRank;
}

StringRef stringAttr(Operation *op, StringRef name) {
  auto attr = op->getAttrOfType<StringAttr>(name);
  return attr ? attr.getValue() : StringRef();
}

} // namespace

std::string quantir::canonicalObjectType(StringRef spelling) {
  const Registry &registry = Registry::get();
  std::string name = withoutFile(withCanonicalPrefix(spelling));
  if (StringRef found = registry.find(name); !found.empty())
    return found.str();
  StringRef rest = name;
  if (rest.consume_front(functionalPrefix))
    return isSharedFunction(rest) ? ("torch." + rest).str() : std::string();
  return rest.contains('.') ? std::string() : findBareName(rest).str();
}

/// The rows of the table that hold for `op`.
static SmallVector<const Registry::Row *> rowsFor(Operation *op) {
  SmallVector<const Registry::Row *> rows;
  for (const Registry::Row &row : Registry::get().rowsOf(op->getName().getStringRef())) {
    const NamesOfOp &names = *row.names;
    if (names.condition(op) &&
        (names.spatialRank == anyRank || names.spatialRank == spatialRankOf(op)))
      rows.push_back(&row);
  }
  return rows;
}

SmallVector<StringRef> quantir::moduleTypesOf(Operation *op) {
  SmallVector<StringRef> types;
  for (const Registry::Row *row : rowsFor(op))
    types.append(row->modules);
  return types;
}

SmallVector<StringRef> quantir::objectTypesOf(Operation *op) {
  SmallVector<StringRef> types;
  if (StringRef target = stringAttr(op, nn::targetAttrName); !target.empty()) {
    StringRef canonical = Registry::get().find(canonicalObjectType(target));
    return {canonical.empty() ? target : canonical, op->getName().getStringRef()};
  }
  StringRef opName = op->getName().getStringRef(), call = stringAttr(op, nn::callAttrName);
  SmallVector<StringRef> functions, methods;
  for (const Registry::Row *row : rowsFor(op)) {
    if (call != "function")
      types.append(row->modules);
    if (call != "module") {
      functions.append(row->functions);
      methods.append(row->methods);
    }
  }
  types.append(functions);
  types.append(methods);
  types.push_back(opName);
  return types;
}

bool quantir::hasObjectType(Operation *op, StringRef canonical) {
  return llvm::is_contained(objectTypesOf(op), canonical);
}

bool quantir::isFunctionType(StringRef canonical) {
  std::optional<NameKind> kind = Registry::get().kindOf(canonical);
  return kind == NameKind::Function || kind == NameKind::Method;
}

std::vector<StringRef> quantir::allObjectTypes() { return Registry::get().names(); }
