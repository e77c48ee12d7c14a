//===- ModulePath.h - From ONNX names to module paths -----------*- C++ -*-===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_MODULEPATH_H
#define QUANTIR_LIB_FRONTEND_ONNX_MODULEPATH_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <vector>

namespace onnx {
class NodeProto;
} // namespace onnx

namespace quantir::importer {

class Graph;

/// The path in a node name of PyTorch's TorchScript exporter: "/layer1/layer1.0/conv1/Conv" gives
/// "layer1.0.conv1". A function called by a module has the module's path; "/Relu", called by the
/// outermost one, the empty path.
std::optional<std::string> parseScopeName(llvm::StringRef nodeName);

/// The path in the metadata of PyTorch's newer exporter, a Python list of the paths of the scopes
/// and the operator's name: "['', 'layer1', 'layer1.0.conv1', 'conv2d']" gives "layer1.0.conv1".
std::optional<std::string> parseNameScopes(llvm::StringRef list);

/// The path in the name of a parameter: "layer1.0.conv1.weight" gives "layer1.0.conv1".
std::optional<std::string> parseParameterName(llvm::StringRef name);

/// The path of the module that a node comes from: from the node's metadata, name or parameters, in
/// this order. A node that has none of them is its own module; its path is its name, or made of its
/// type and output.
std::string findModulePath(const ::onnx::NodeProto &node, const Graph &graph);

/// How a node was called in PyTorch.
enum class CallForm { Unknown, Module, Function };

/// Tells calls of PyTorch's modules from those of functions, by the scopes of all nodes of a graph.
/// A module of PyTorch's own is a scope without scopes inside and with a single operator, or with
/// those that the exporter writes for one module, a GroupNorm for example: what the model's author
/// wrote has others, or is called "/Relu" in the author's scope. (A scope of the author's around a
/// single function looks like a module.)
class CallForms {
public:
  explicit CallForms(const Graph &graph);

  CallForm of(const ::onnx::NodeProto &node) const;

private:
  struct Scope {
    std::vector<std::string> operators; ///< types of the nodes that compute
    unsigned movements = 0; ///< nodes that move data, which often prepare an operator's operands
    bool hasChildren = false;
  };
  llvm::StringMap<Scope> scopes;
};

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_MODULEPATH_H
