//===- ModulePath.cpp - From ONNX names to module paths --------------------===//

#include "ModulePath.h"

#include "Graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <google/protobuf/unknown_field_set.h>
#include <onnx/onnx_pb.h>

using namespace quantir;
using namespace quantir::importer;
using llvm::StringRef;

/// Removes the "_1" that the exporter adds when a module or an operator comes again.
static StringRef dropCounter(StringRef name) {
  StringRef stem = name.rtrim("0123456789");
  return stem.size() != name.size() && stem.size() > 1 && stem.ends_with("_") ? stem.drop_back()
                                                                              : name;
}

std::optional<std::string> importer::parseScopeName(StringRef nodeName) {
  if (!nodeName.consume_front("/"))
    return std::nullopt;
  llvm::SmallVector<StringRef> scopes;
  nodeName.split(scopes, '/');
  scopes.pop_back(); // the operator
  // A module inside of a Sequential or ModuleList repeats its parent: layer1/layer1.0.
  llvm::SmallVector<StringRef> path;
  for (StringRef scope : scopes) {
    if (!path.empty()) {
      StringRef rest = scope;
      if ((rest.consume_front(path.back()) ||
           (rest = scope, rest.consume_front(dropCounter(path.back())))) &&
          rest.starts_with("."))
        path.pop_back();
    }
    path.push_back(scope);
  }
  return llvm::join(path, ".");
}

std::optional<std::string> importer::parseNameScopes(StringRef list) {
  if (!list.consume_front("[") || !list.consume_back("]"))
    return std::nullopt;
  llvm::SmallVector<StringRef> scopes;
  list.split(scopes, ',');
  if (scopes.size() < 2)
    return std::nullopt;
  StringRef scope = scopes[scopes.size() - 2].trim();
  if (scope.size() < 2 || scope.front() != scope.back() ||
      (scope.front() != '\'' && scope.front() != '"'))
    return std::nullopt;
  return scope.drop_front().drop_back().str();
}

std::optional<std::string> importer::parseParameterName(StringRef name) {
  auto [path, parameter] = name.rsplit('.');
  bool known = parameter.starts_with("weight") || parameter.starts_with("bias") ||
               parameter == "running_mean" || parameter == "running_var";
  if (path.empty() || !known)
    return std::nullopt;
  return path.str();
}

/// Calls `visit` with the entries of NodeProto.metadata_props. The field is newer than the protos
/// of ONNX 1.12; with those it is found among the fields that they do not know.
template <typename Node, typename Visit>
static void forEachMetadata(const Node &node, Visit visit) {
  if constexpr (requires { node.metadata_props(); }) {
    for (const ::onnx::StringStringEntryProto &entry : node.metadata_props())
      visit(entry);
  } else {
    constexpr int metadataField = 9;
    const google::protobuf::UnknownFieldSet &fields = node.unknown_fields();
    for (int i = 0; i < fields.field_count(); ++i) {
      const google::protobuf::UnknownField &field = fields.field(i);
      ::onnx::StringStringEntryProto entry;
      if (field.number() == metadataField &&
          field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED &&
          entry.ParseFromString(field.length_delimited()))
        visit(entry);
    }
  }
}

static std::optional<std::string> findNameScopes(const ::onnx::NodeProto &node) {
  std::optional<std::string> path;
  forEachMetadata(node, [&](const ::onnx::StringStringEntryProto &entry) {
    if (entry.key() == "pkg.torch.onnx.name_scopes")
      path = parseNameScopes(entry.value());
  });
  return path;
}

static std::optional<std::string> findParameterPath(const ::onnx::NodeProto &node,
                                                    const Graph &graph) {
  for (const std::string &input : node.input())
    if (graph.findInitializer(input))
      if (std::optional<std::string> path = parseParameterName(input))
        return path;
  return std::nullopt;
}

/// Whether `path` is `parameterPath` up to the counters of modules that are called several times.
static bool isRepeatOf(StringRef path, StringRef parameterPath) {
  llvm::SmallVector<StringRef> scopes, parameterScopes;
  path.split(scopes, '.');
  parameterPath.split(parameterScopes, '.');
  return llvm::equal(scopes, parameterScopes, [](StringRef scope, StringRef parameterScope) {
    return scope == parameterScope || dropCounter(scope) == parameterScope;
  });
}

std::string importer::findModulePath(const ::onnx::NodeProto &node, const Graph &graph) {
  if (std::optional<std::string> path = findNameScopes(node))
    return *path;
  std::optional<std::string> parameterPath = findParameterPath(node, graph);
  if (std::optional<std::string> path = parseScopeName(node.name())) {
    // The second call of module "conv" is in the scope "conv_1". Its parameters tell.
    return parameterPath && isRepeatOf(*path, *parameterPath) ? *parameterPath : *path;
  }
  if (parameterPath)
    return *parameterPath;
  if (!node.name().empty() || node.output_size() == 0)
    return node.name();
  bool tellsType = StringRef(node.output(0)).starts_with(node.op_type());
  return tellsType ? node.output(0) : node.op_type() + "_" + node.output(0);
}

//===----------------------------------------------------------------------===//
// Call forms
//===----------------------------------------------------------------------===//

/// The scopes of a node as one text, counters and all ("/l1/r_1"); nullopt for a node without.
static std::optional<std::string> findScope(const ::onnx::NodeProto &node) {
  if (std::optional<std::string> path = findNameScopes(node))
    return path->empty() ? "" : "/" + *path;
  StringRef name = node.name();
  if (!name.starts_with("/"))
    return std::nullopt;
  return name.take_front(name.rfind('/')).str();
}

static bool isMovement(StringRef type) {
  return llvm::StringSwitch<bool>(type)
      .Cases({"Shape", "Gather", "Slice", "Concat", "Split", "Unsqueeze", "Squeeze"}, true)
      .Cases({"Cast", "Expand", "Transpose", "Reshape", "Flatten", "Identity"}, true)
      .Default(false);
}

/// Whether a module of PyTorch's is exported as these operators, in any order.
static bool areOfOneModule(std::vector<std::string> types) {
  if (types.size() == 1)
    return true;
  llvm::sort(types);
  return llvm::StringSwitch<bool>(llvm::join(types, " "))
      .Case("Add MatMul", true)                    // Linear on more than two dimensions
      .Case("Add Div Erf Mul Mul", true)           // GELU
      .Case("Add InstanceNormalization Mul", true) // GroupNorm
      .Case("Add Add Div Mul Pow ReduceMean ReduceMean Sqrt Sub", true) // LayerNorm
      .Case("Add Div Pow ReduceMean ReduceMean Sqrt Sub", true)         // the same, not affine
      .Default(false);
}

CallForms::CallForms(const Graph &graph) {
  for (const ::onnx::NodeProto *node : graph.getNodes()) {
    std::optional<std::string> text = findScope(*node);
    if (!text || node->op_type() == "Constant" || node->op_type() == "ConstantOfShape")
      continue;
    Scope &scope = scopes[*text];
    if (isMovement(node->op_type()))
      ++scope.movements;
    else
      scope.operators.push_back(node->op_type());
    StringRef parent = *text;
    while (!parent.empty()) {
      parent = parent.take_front(parent.rfind('/'));
      scopes[parent].hasChildren = true;
    }
  }
}

CallForm CallForms::of(const ::onnx::NodeProto &node) const {
  std::optional<std::string> text = findScope(node);
  auto found = text ? scopes.find(*text) : scopes.end();
  if (found == scopes.end())
    return CallForm::Unknown;
  const Scope &scope = found->second;
  if (text->empty() || scope.hasChildren)
    return CallForm::Function;
  bool isModule = scope.operators.empty() ? scope.movements == 1 : areOfOneModule(scope.operators);
  return isModule ? CallForm::Module : CallForm::Function;
}
