//===- QConfig.h - QConfig and QConfigMapping -------------------*- C++ -*-===//
//
// The JSON form of qconfigs and of QConfigMapping, the qconfigs and mappings that have a name, and
// the question that annotation asks: which qconfig does this op get? docs/QuantizationSpec.md
// describes the JSON.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_QCONFIG_H
#define QUANTIR_CONFIG_QCONFIG_H

#include "quantir/Support/JsonReader.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <array>

namespace quantir {

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// An observer: an object, a name of PyTorch ("default_weight_observer"), or the text that PyTorch
/// prints for one. Null or nn.Identity: none (a null attribute).
mlir::FailureOr<ObserverSpecAttr> readObserver(JsonReader reader);

/// A qconfig: an object with `activation` and `weight`, an array of the two, a name of PyTorch
/// ("default_qconfig"), or "get_default_qconfig('x86')". Null: none (a null attribute).
mlir::FailureOr<QConfigAttr> readQConfig(JsonReader reader);
nlohmann::json toJson(QConfigAttr config);

/// The levels of a mapping that are lists, from the weakest to the strongest.
enum class MappingLevel { ObjectType, ModuleNameRegex, ModuleName, ModuleNameObjectTypeOrder };
inline constexpr std::array<MappingLevel, 4> mappingLevels = {
    MappingLevel::ObjectType, MappingLevel::ModuleNameRegex, MappingLevel::ModuleName,
    MappingLevel::ModuleNameObjectTypeOrder};

/// The key of the level: "object_type".
llvm::StringRef stringify(MappingLevel level);
llvm::ArrayRef<QConfigRuleAttr> rulesOf(QConfigMappingAttr mapping, MappingLevel level);

/// Where the settings of a mapping stand: for each level a JSON path for each setting; empty for
/// one that came with a built-in mapping.
using SettingPaths = std::array<std::vector<std::string>, mappingLevels.size()>;

/// The keys that a mapping may have.
llvm::SmallVector<llvm::StringRef> qconfigMappingKeys();

/// A mapping: the name of a built-in one, PyTorch's call that makes one, or an object with the keys
/// of PyTorch's `QConfigMapping.to_dict()`, which may build on another mapping (`base`).
mlir::FailureOr<QConfigMappingAttr> readQConfigMapping(JsonReader reader);
/// The same, and where its settings stand.
mlir::FailureOr<QConfigMappingAttr> readQConfigMappingAndPaths(JsonReader reader,
                                                               SettingPaths &paths);

/// An equalization qconfig: "default_equalization_qconfig", or what PyTorch prints for one; as a
/// qconfig it has the observers of the columns' ranges. Null: none (a null attribute).
mlir::FailureOr<QConfigAttr> readEqualizationQConfig(JsonReader reader);

/// PyTorch's `_equalization_config`: an object with the levels of a mapping, whose settings are
/// equalization qconfigs.
mlir::FailureOr<QConfigMappingAttr> readEqualizationConfig(JsonReader reader, SettingPaths &paths);
nlohmann::json toJson(QConfigMappingAttr mapping);

/// The mapping used when nothing is said.
QConfigMappingAttr getDefaultQConfigMapping(mlir::MLIRContext *context);

/// The names of the built-in mappings, and of the things that have one, for tools and
/// documentation.
llvm::SmallVector<llvm::StringRef> builtinQConfigMappingNames();
llvm::SmallVector<llvm::StringRef> builtinQConfigNames();
llvm::SmallVector<llvm::StringRef> builtinObserverNames();

//===----------------------------------------------------------------------===//
// Which op gets what
//===----------------------------------------------------------------------===//

/// What a mapping knows an op by.
struct OpIdentity {
  llvm::SmallVector<llvm::StringRef> objectTypes; ///< canonical, the strongest first
  llvm::StringRef modulePath; ///< "layer1.0.conv1"; of a function the module that calls it
  bool isFunction = false;    ///< known to be no module
  /// For each object type: how many ops of it came before in the module.
  llvm::SmallVector<int64_t> indices;

  /// The module that the op is called in.
  llvm::StringRef enclosingModule() const;

  /// A module that is a function, of a class that may be empty. Such modules are not counted.
  static OpIdentity ofModule(llvm::StringRef path, llvm::StringRef moduleClass);
};

/// Counts the ops of a function as it meets them.
class OpIdentifier {
public:
  /// The identity of `op`, the next one in program order, which stands at `path` (the op's own
  /// `nn.path`, or that of the unit whose root it is). One that is not counted has no number.
  OpIdentity next(mlir::Operation *op, llvm::StringRef path, bool isCounted = true);

private:
  llvm::StringMap<int64_t> counts; ///< by module and object type
};

/// Which setting of a mapping decided, and what it said.
struct ResolvedQConfig {
  QConfigAttr qconfig; ///< null: the op stays float
  std::string setting; ///< "global", "module_name 'layer1'"; for messages
};

/// For each level which of its settings hold for an op.
using MatchedSettings = std::array<llvm::BitVector, mappingLevels.size()>;

/// A mapping that is asked for many ops: its names in tables, its expressions compiled. It alone
/// knows when a setting holds for an op.
class QConfigResolver {
public:
  /// `paths`, which have to outlive it, tell in messages where the settings stand.
  explicit QConfigResolver(QConfigMappingAttr mapping, const SettingPaths *paths = nullptr);
  ~QConfigResolver();
  QConfigResolver(QConfigResolver &&) noexcept;

  /// Applies the levels of the mapping, from module_name_object_type_order down to global. Fails,
  /// with an error at `loc`, on a regular expression that backtracks without end.
  mlir::FailureOr<ResolvedQConfig> resolve(const OpIdentity &op, mlir::Location loc) const;

  /// Adds the settings that hold for the op, also those that a stronger one overrides. Fails as
  /// `resolve` does.
  mlir::LogicalResult addMatches(const OpIdentity &op, mlir::Location loc,
                                 MatchedSettings &matched) const;

  /// Where a setting stands, for messages; empty for one of a built-in mapping.
  std::string placeOf(MappingLevel level, size_t index) const;

private:
  struct Tables;
  std::unique_ptr<Tables> tables;
};

/// Warns of settings that match nothing in `module`, unless they are PyTorch's defaults: with the
/// place, from `paths` (without: the setting's number in its list), and the nearest names that
/// there are. Fails on a regular expression that backtracks without end. The warnings are at `loc`.
mlir::LogicalResult checkSettings(QConfigMappingAttr mapping, mlir::ModuleOp module,
                                  mlir::Location loc, const SettingPaths *paths = nullptr);

/// The enclosing module of a path: "layer1.0" of "layer1.0.conv1", "" of "conv1".
llvm::StringRef parentModule(llvm::StringRef path);

} // namespace quantir

#endif // QUANTIR_CONFIG_QCONFIG_H
