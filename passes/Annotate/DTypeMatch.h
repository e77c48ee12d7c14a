//===- DTypeMatch.h - Does a backend take what a qconfig asks for? -*- C++ -*-===//

#ifndef QUANTIR_PASSES_ANNOTATE_DTYPEMATCH_H
#define QUANTIR_PASSES_ANNOTATE_DTYPEMATCH_H

#include "quantir/Config/BackendConfig.h"
#include "quantir/dialects/Quantir/Quantir.h"

namespace quantir {

/// Which of a unit's parameters are held against the dtype configs before anything is observed.
struct UnitShape {
  bool hasWeight = false;
  bool hasBias = false;
};

/// All that the unit has; but by PyTorch's rules only those that are operands of a function's call,
/// which the function's own pattern says with `indices`. What belongs to a module is looked at when
/// it is converted: see convertMismatch.
UnitShape getUnitShape(QuantizableOpInterface unit, const BackendPatterns &backend);

/// Empty if `config` accepts the qconfig for the unit, whose result is observed by `resultSpec`;
/// else which dtype or constraint it fails, with both values.
std::string mismatch(DTypeConfigAttr config, QConfigAttr qconfig, ObserverSpecAttr resultSpec,
                     UnitShape unit);

/// PyTorch's weaker test of a module that is converted: empty if one of `configs` has exactly the
/// qconfig's dtypes, which may have any ranges; else the dtypes that none has. The module then
/// stays in float, between the casts of its operands and results.
std::string convertMismatch(llvm::ArrayRef<DTypeConfigAttr> configs, QConfigAttr qconfig);

} // namespace quantir

#endif // QUANTIR_PASSES_ANNOTATE_DTYPEMATCH_H
