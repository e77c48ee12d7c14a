//===- QConfig.h - QConfig and QConfigMapping -------------------*- C++ -*-===//
//
// The JSON form of qconfigs and of QConfigMapping, the qconfigs and mappings that have a name, and the question that annotation
// asks: which qconfig does this op get? docs/QuantizationSpec.md describes the JSON.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_QCONFIG_H
#define QUANTIR_CONFIG_QCONFIG_H

#include "quantir/Config/JsonReader.h"
#include "quantir/dialects/Quantir/Quantir.h"

namespace quantir {

/// A qconfig: the name of a built-in one, an object with `activation` and `weight`, or null for none (a null attribute).
mlir::FailureOr<QConfigAttr> readQConfig(JsonReader reader);
nlohmann::json toJson(QConfigAttr config);

/// A mapping: the name of a built-in one, or an object with the keys of PyTorch's `QConfigMapping.to_dict()`.
mlir::FailureOr<QConfigMappingAttr> readQConfigMapping(JsonReader reader);
nlohmann::json toJson(QConfigMappingAttr mapping);

/// The mapping used when nothing is said.
QConfigMappingAttr getDefaultQConfigMapping(mlir::MLIRContext *context);

/// What a mapping knows an op by.
struct OpIdentity {
  llvm::StringRef objectType; ///< "nn.conv"
  llvm::StringRef modulePath; ///< "layer1.0.conv1"
  int64_t index = 0;          ///< how many of this type came before it in its parent module
};

/// Which setting of a mapping decided, and what it said.
struct ResolvedQConfig {
  QConfigAttr qconfig; ///< null: the op stays float
  std::string setting; ///< "global", "module_name 'layer1'"; for messages
};

/// Applies the levels of the mapping, from module_name_object_type_order down to global.
ResolvedQConfig resolveQConfig(QConfigMappingAttr mapping, const OpIdentity &op);

/// The enclosing module of a path: "layer1.0" of "layer1.0.conv1", "" of "conv1".
llvm::StringRef parentModule(llvm::StringRef path);

} // namespace quantir

#endif // QUANTIR_CONFIG_QCONFIG_H
