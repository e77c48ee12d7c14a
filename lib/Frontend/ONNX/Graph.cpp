//===- Graph.cpp - The structure of an ONNX graph --------------------------===//

#include "Graph.h"

#include "HostTensor.h"
#include "Model.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"

#include <functional>
#include <queue>

using namespace quantir;
using namespace quantir::importer;
using llvm::StringRef;
using mlir::emitError;
using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

LogicalResult Graph::analyze(const ::onnx::GraphProto &proto) {
  if (proto.output_size() == 0)
    return emitError(location) << "expected a graph with outputs, but it has none";
  if (failed(define(proto)) || failed(checkInputsDefined(proto)) || failed(sort(proto)))
    return failure();
  dropUnused(proto);
  return success();
}

const ::onnx::TensorProto *Graph::findInitializer(StringRef name) const {
  auto it = definitions.find(name);
  return it == definitions.end() ? nullptr : it->second.initializer;
}

LogicalResult Graph::define(const ::onnx::GraphProto &proto) {
  for (const ::onnx::TensorProto &tensor : proto.initializer()) {
    auto [it, inserted] = definitions.try_emplace(tensor.name());
    if (!inserted || tensor.name().empty())
      return emitError(location) << "expected initializers with names of their own, but got "
                                 << inQuotes(tensor.name())
                                 << (tensor.name().empty() ? "" : " twice");
    it->second.initializer = &tensor;
  }
  if (proto.sparse_initializer_size() != 0)
    return emitError(location) << "the initializer "
                               << inQuotes(proto.sparse_initializer(0).values().name())
                               << " is sparse, which is not supported";

  for (const ::onnx::ValueInfoProto &input : proto.input()) {
    Definition &definition = definitions[input.name()];
    if (definition.isInput || input.name().empty())
      return emitError(location) << "expected inputs with names of their own, but got "
                                 << inQuotes(input.name())
                                 << (input.name().empty() ? "" : " twice");
    definition.isInput = true;
    if (!definition.initializer)
      inputs.push_back(&input);
  }

  for (auto [index, node] : llvm::enumerate(proto.node())) {
    for (const std::string &output : node.output()) {
      if (output.empty())
        continue;
      auto [it, inserted] = definitions.try_emplace(output);
      if (!inserted)
        return emitError(location)
               << describe(node) << ": its output " << inQuotes(output) << " is defined already, "
               << (it->second.node >= 0 ? "by " + describe(proto.node(it->second.node))
                   : it->second.isInput ? std::string("as an input")
                                        : std::string("as an initializer"));
      it->second.node = int(index);
    }
  }
  return success();
}

LogicalResult Graph::checkInputsDefined(const ::onnx::GraphProto &proto) {
  for (const ::onnx::NodeProto &node : proto.node())
    for (auto [index, input] : llvm::enumerate(node.input()))
      if (!input.empty() && !definitions.contains(input))
        return emitError(location)
               << describe(node) << ": its input " << index << ", " << inQuotes(input)
               << ", is no initializer, no input of the graph and no output of a node";
  for (const ::onnx::ValueInfoProto &output : proto.output())
    if (!definitions.contains(output.name()))
      return emitError(location) << "the graph's output " << inQuotes(output.name())
                                 << " is no initializer, no input and no output of a node";
  return success();
}

LogicalResult Graph::sort(const ::onnx::GraphProto &proto) {
  unsigned count = proto.node_size();
  std::vector<std::vector<unsigned>> users(count);
  std::vector<unsigned> missing(count, 0); // inputs not computed yet
  for (unsigned index = 0; index < count; ++index) {
    for (const std::string &input : proto.node(index).input()) {
      int producer = input.empty() ? -1 : definitions.find(input)->second.node;
      if (producer < 0)
        continue;
      users[producer].push_back(index);
      ++missing[index];
    }
  }
  // The first node in the file's order whose inputs are all there comes next.
  std::priority_queue<unsigned, std::vector<unsigned>, std::greater<>> ready;
  for (unsigned index = 0; index < count; ++index)
    if (missing[index] == 0)
      ready.push(index);
  while (!ready.empty()) {
    unsigned index = ready.top();
    ready.pop();
    nodes.push_back(&proto.node(index));
    for (unsigned user : users[index])
      if (--missing[user] == 0)
        ready.push(user);
  }
  if (nodes.size() != count)
    return emitCycle(proto, missing);
  return success();
}

mlir::InFlightDiagnostic Graph::emitCycle(const ::onnx::GraphProto &proto,
                                          llvm::ArrayRef<unsigned> missing) {
  // Going from a node that waits to one it waits for, some node is met again: that one is in the
  // cycle.
  llvm::BitVector seen(missing.size());
  unsigned at =
      std::distance(missing.begin(), llvm::find_if(missing, [](unsigned n) { return n; }));
  while (!seen.test(at)) {
    seen.set(at);
    for (const std::string &input : proto.node(at).input()) {
      int producer = input.empty() ? -1 : definitions.find(input)->second.node;
      if (producer >= 0 && missing[producer] != 0) {
        at = producer;
        break;
      }
    }
  }
  return emitError(location) << describe(proto.node(at))
                             << ": its inputs depend on its own output (the graph has a cycle)";
}

void Graph::dropUnused(const ::onnx::GraphProto &proto) {
  for (const ::onnx::ValueInfoProto &output : proto.output())
    uses.insert(output.name());
  std::vector<const ::onnx::NodeProto *> used;
  for (const ::onnx::NodeProto *node : llvm::reverse(nodes)) {
    if (llvm::none_of(node->output(),
                      [&](const std::string &output) { return uses.contains(output); }))
      continue;
    used.push_back(node);
    for (const std::string &input : node->input())
      if (!input.empty())
        uses.insert(input);
  }
  nodes.assign(used.rbegin(), used.rend());
}
