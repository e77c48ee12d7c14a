//===- Trust.h - Whether a quantized model can be trusted -------*- C++ -*-===//

#ifndef QUANTIR_COMPILER_TRUST_H
#define QUANTIR_COMPILER_TRUST_H

#include "lib/Calibration/UnitComparison.h"
#include "quantir/Report.h"

namespace quantir {

/// Below this an output has little left of the float model's, in dB.
constexpr double leastTrustedSqnr = 15;
/// Of what a layer reads, this share outside of the range that its codes stand for is too much.
constexpr double mostTrustedOutside = 0.03;

/// Returns warnings for the user of the plan of `report`: of an output that is far from the float
/// model's, with the first unit where the error jumps; of a constant output; of layers whose input
/// lies outside its range. Each says what to try. `units` are the rows of the report that
/// `comparison` is about, in its order.
std::vector<std::string> findTrustWarnings(const QuantizationReport &report,
                                           const ModelComparison &comparison,
                                           llvm::ArrayRef<const OpReport *> units);

} // namespace quantir

#endif // QUANTIR_COMPILER_TRUST_H
