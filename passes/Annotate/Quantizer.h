//===- Quantizer.h - Who decides what is quantized --------------*- C++ -*-===//
//
// Annotations are the narrow waist between deciding and doing. A Quantizer puts them on ops;
// everything after reads nothing else.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_PASSES_ANNOTATE_QUANTIZER_H
#define QUANTIR_PASSES_ANNOTATE_QUANTIZER_H

#include "quantir/Config/BackendConfig.h"
#include "quantir/Config/QConfig.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quantir {

class Quantizer {
public:
  virtual ~Quantizer() = default;

  /// Annotates the ops of `func` that it wants quantized and that have no annotation yet. An op
  /// that it leaves in float gets the reason as `quantir.float_reason`. A failure has been
  /// reported.
  virtual mlir::LogicalResult annotate(mlir::func::FuncOp func) = 0;
};

/// FX graph mode's way: a QConfigMapping says how, a BackendConfig what is possible.
class QConfigQuantizer final : public Quantizer {
public:
  /// `resolver`, that of `mapping`, and `backend` have to outlive it.
  QConfigQuantizer(QConfigMappingAttr mapping, const QConfigResolver &resolver,
                   const BackendPatterns &backend)
      : mapping(mapping), resolver(resolver), backend(backend) {}

  mlir::LogicalResult annotate(mlir::func::FuncOp func) override;

private:
  /// PyTorch's check of what it fuses: `object_type` has the same qconfig for the types of all
  /// modules of `unit`, or none for any.
  mlir::LogicalResult checkFusedTypes(mlir::Operation *unit);

  /// The annotation for one unit; or null, with the reason. `isWanted`: the mapping has a qconfig
  /// for it. A failure has been reported.
  mlir::FailureOr<AnnotationAttr> annotationFor(QuantizableOpInterface op,
                                                const OpIdentity &identity, std::string &reason,
                                                bool &isWanted);

  /// The first dtype config of the pattern that accepts the qconfig; or null, with the reason.
  DTypeConfigAttr findDTypes(QuantizableOpInterface op, const BackendPatterns::Entry &pattern,
                             const ResolvedQConfig &resolved, std::string &reason);

  QConfigMappingAttr mapping;
  const QConfigResolver &resolver;
  const BackendPatterns &backend;
};

} // namespace quantir

#endif // QUANTIR_PASSES_ANNOTATE_QUANTIZER_H
