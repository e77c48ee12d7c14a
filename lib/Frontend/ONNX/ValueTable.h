//===- ValueTable.h - What the names of a graph stand for -------*- C++ -*-===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_VALUETABLE_H
#define QUANTIR_LIB_FRONTEND_ONNX_VALUETABLE_H

#include "Graph.h"
#include "HostTensor.h"
#include "TensorReader.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <map>

namespace quantir::importer {

/// A constant repeated along the batch: `value` has a 1 at `axis`, where the whole has `scale`
/// times the batch size. Exporters make class tokens, coordinates and the initial states of
/// recurrent layers so.
struct BatchConstant {
  HostTensor value;
  size_t axis;
  int64_t scale;

  /// Its dimensions, the repeated one dynamic.
  Dims getDims() const {
    Dims dims = value.getDims();
    dims[axis] = shapes::dynamicDim;
    return dims;
  }
};

/// Where an operation that puts a constant into the function comes from.
struct Origin {
  mlir::Location location;
  mlir::StringAttr path;
};

/// During import a name stands for a constant or for a value of the function being built. Constants
/// become operations when an operation first needs them, so those that only feed shapes never do.
class ValueTable {
public:
  ValueTable(mlir::OpBuilder &builder, const Graph &graph, TensorReader &reader)
      : builder(builder), graph(graph), reader(reader) {}

  /// Whether `name` is an initializer or was bound.
  bool isBound(llvm::StringRef name) const;

  void bind(llvm::StringRef name, mlir::Value value);
  /// Fails when evaluated constants take more memory than a model plausibly needs.
  llvm::Error bind(llvm::StringRef name, HostTensor constant);
  void bind(llvm::StringRef name, BatchConstant constant, Origin origin);

  /// The constant that `name` stands for, or null if it is computed from the model's inputs.
  llvm::Expected<const HostTensor *> getConstant(llvm::StringRef name);

  /// The constant that `name` repeats for each sample; null if it stands for something else.
  const BatchConstant *getBatchConstant(llvm::StringRef name) const;

  /// What the constant repeated for each sample called `name` repeats, put here once.
  llvm::Expected<mlir::Value> getRepeatedValue(llvm::StringRef name);

  /// The value that `name` stands for. A constant is put here.
  llvm::Expected<mlir::Value> getValue(llvm::StringRef name);

  /// The dynamic dimension of `value` is this number times the batch size.
  int64_t getBatchScale(mlir::Value value) const;
  void setBatchScale(mlir::Value value, int64_t scale) { batchScales[value] = scale; }

  /// The value of the function that `name` stands for, if there is one already.
  mlir::Value findValue(llvm::StringRef name) const {
    auto it = entries.find(name);
    return it == entries.end() ? mlir::Value() : it->second.value;
  }

  /// What may be at fault when an operator cannot take `value`; empty: nothing that is known.
  llvm::StringRef getSuspicion(mlir::Value value) const {
    auto it = suspicions.find(value);
    return it == suspicions.end() ? llvm::StringRef() : llvm::StringRef(it->second);
  }
  void setSuspicion(mlir::Value value, std::string text) { suspicions[value] = std::move(text); }

private:
  struct Entry {
    mlir::Value value;
    std::unique_ptr<HostTensor> constant = nullptr;
    std::unique_ptr<BatchConstant> batchConstant = nullptr;
    std::optional<Origin> origin = std::nullopt; ///< of the batchConstant
  };

  /// Puts a constant here.
  llvm::Expected<mlir::Value> createConstant(const HostTensor &constant, llvm::StringRef name);
  /// What a constant repeats, under `dims`. Exporters repeat one constant anew for each reader:
  /// elements that stand in one place become one constant.
  llvm::Expected<mlir::Value> getRepeatedValue(const BatchConstant &constant, Dims dims,
                                               llvm::StringRef name);
  /// The same, repeated for each sample.
  llvm::Expected<mlir::Value> createRepeated(const Entry &entry, llvm::StringRef name);

  /// The entry of `name`; that of an initializer is filled when it is first asked for.
  llvm::Expected<Entry *> find(llvm::StringRef name);

  mlir::OpBuilder &builder;
  const Graph &graph;
  TensorReader &reader;
  llvm::StringMap<Entry> entries;
  /// What is repeated for each sample: by the place of the elements, which the entries keep alive,
  /// and their dimensions.
  std::map<std::pair<const char *, Dims>, mlir::Value> repeatedValues;
  llvm::DenseMap<mlir::Value, int64_t> batchScales;
  llvm::DenseMap<mlir::Value, std::string> suspicions;
  /// The memory of evaluated constants, which several names may share.
  llvm::DenseSet<const void *> allocations;
  int64_t allocatedBytes = 0;
};

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_VALUETABLE_H
