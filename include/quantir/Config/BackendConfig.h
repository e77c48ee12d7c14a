//===- BackendConfig.h - What backends can run, as data ---------*- C++ -*-===//
//
// Backend configs are JSON: those that are built in are files in lib/Config/backends. This header
// gives their attribute form, and the patterns of a config ready to be matched.
// docs/QuantizationSpec.md describes the JSON.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_BACKENDCONFIG_H
#define QUANTIR_CONFIG_BACKENDCONFIG_H

#include "quantir/Support/JsonReader.h"
#include "quantir/dialects/Quantir/Pattern.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/BuiltinOps.h"

namespace quantir {

/// The JSON form of a backend config: the name of one that is built in, or an object.
mlir::FailureOr<BackendConfigAttr> readBackendConfig(JsonReader reader);
nlohmann::json toJson(BackendConfigAttr config);

/// The names of the built-in backend configs.
llvm::ArrayRef<llvm::StringRef> builtinBackendConfigNames();

/// The config with its patterns written out: itself if it has any, else the built-in one of its
/// name.
mlir::FailureOr<BackendConfigAttr> resolveBackendConfig(BackendConfigAttr config,
                                                        mlir::Location loc);

/// What differs between PyTorch's way of quantizing and Quantir's: the value of each `Rule`.
/// docs/Accuracy.md has what each is worth.
struct QuantizationRules {
  /// A result that shares its observer is observed again.
  bool observeShared = false;
  /// What nothing gains from quantizing is left in float.
  bool prune = true;
  /// A fused addition whose sum is read as float adds floats: a residual that goes from one such
  /// sum to the next is not rounded in between.
  bool floatAddends = true;
  /// Ops of a known range take the qconfig's observer, not their own.
  bool fixedFromQConfig = false;
  /// An observer on the same value is reused if its class and dtype are those wanted, whatever its
  /// range and scheme are.
  bool reuseByKind = false;
  /// What a scalar operand says about the observation (`tensor_args`) counts.
  bool scalarsShare = false;
  /// The weight of a module is held against the dtype configs only when it is converted, and only
  /// its dtype is.
  bool moduleWeightsAtConvert = false;
  /// The patterns that are fused are matched before the other patterns.
  bool fusersFirst = false;
  /// Biases make up for the means that rounding the weights moves.
  bool correctBiases = true;
  /// A standalone module without a mapping has its module's qconfig for all that is in it, and not
  /// its parent's mapping.
  bool standaloneFromModule = false;
  /// Modules are fused only if `object_type` has one qconfig for all their types, or none.
  bool checkFusedTypes = false;
  /// Equalization leaves the range of a value whose maker takes the scale into its weight as it
  /// was, what shares the observer of a value that is multiplied gets its new range, too, and of
  /// units of several ops only those with a relu are equalized.
  bool equalizeAsFX = false;
  /// Where an op shares the observer of its inputs and has several (a concatenation), all of them
  /// take the first one's, for everybody who reads them.
  bool joinByFirst = false;
  /// Where an observer's `eps` is its default, it is the least scale; else that is much less
  /// (ObserverLoader.h).
  bool pytorchEps = false;
  /// A weight that one op has in integers has them for another, too, that the config has no pattern
  /// for (an embedding of the same table), so that it is stored once.
  bool tieWeights = true;

  /// Those of a family.
  static QuantizationRules of(Rules family);
  /// Those of a config that has its patterns: its family's, with its overrides.
  static QuantizationRules of(BackendConfigAttr resolved);

  bool &operator[](Rule rule);
  bool operator[](Rule rule) const { return const_cast<QuantizationRules &>(*this)[rule]; }

  /// What has to be set otherwise in `family` for these rules.
  llvm::SmallVector<std::pair<Rule, bool>> overridesOf(Rules family) const;
};

/// The patterns of a backend config, parsed and without alternatives. Of several of the same
/// pattern the last one holds, at the place of the first.
class BackendPatterns {
public:
  struct Entry {
    BackendPatternAttr attr;
    OpPattern tree;
    std::string unitName; ///< of the quantir.fused that a match becomes
  };

  explicit BackendPatterns(BackendConfigAttr resolved);

  llvm::StringRef name() const { return config.getName(); }
  QuantizationRules rules() const { return QuantizationRules::of(config); }

  /// Those of more than one op, the longest first, else in the config's order.
  llvm::ArrayRef<Entry> multiOpPatterns() const { return multiOp; }

  /// Those of one op, in the config's order.
  llvm::ArrayRef<Entry> singleOpPatterns() const { return singleOp; }

  /// The pattern that `op` is a match of; null if there is none. For a quantir.fused it is the one
  /// with its name that its body matches, or that of the module that PyTorch fuses it to; for
  /// another op the one by the strongest of its object types.
  const Entry *find(mlir::Operation *op) const;

  /// Whether the ops of `fused` are modules that PyTorch makes one module of, before anything else.
  bool isFusedModule(FusedOp fused) const;

  /// The op by which a configuration names `unit`, and whose operands the dtype configs are about:
  /// what the pattern of a quantir.fused says, else its op with a weight or its first one; any
  /// other op itself.
  mlir::Operation *rootOf(mlir::Operation *unit) const;

private:
  void add(Entry entry, llvm::StringMap<size_t> &places);
  /// The entry whose pattern the body of `fused` matches, with the match.
  std::pair<const Entry *, PatternMatch> findBody(FusedOp fused) const;
  const Entry *findFused(FusedOp fused) const;

  BackendConfigAttr config;
  llvm::SmallVector<Entry> multiOp;
  llvm::SmallVector<Entry> singleOp;
};

} // namespace quantir

#endif // QUANTIR_CONFIG_BACKENDCONFIG_H
