//===- DTypeMatch.h - Does a backend take what a qconfig asks for? -*- C++ -*-===//

#ifndef QUANTIR_PASSES_ANNOTATE_DTYPEMATCH_H
#define QUANTIR_PASSES_ANNOTATE_DTYPEMATCH_H

#include "quantir/dialects/Quantir/Quantir.h"

namespace quantir {

/// Which of a unit's operands and results a dtype config speaks about.
struct UnitShape {
  bool hasWeight = false;
  bool hasBias = false;
};

/// Empty if `config` accepts the qconfig for the unit; else which dtype or constraint it fails, with the values.
std::string mismatch(DTypeConfigAttr config, QConfigAttr qconfig, ObserverSpecAttr resultSpec,
                     UnitShape unit);

} // namespace quantir

#endif // QUANTIR_PASSES_ANNOTATE_DTYPEMATCH_H
