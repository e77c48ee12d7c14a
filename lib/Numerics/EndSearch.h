//===- EndSearch.h - The best two ends of a range ---------------*- C++ -*-===//
//
// Private to the library.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_ENDSEARCH_H
#define QUANTIR_NUMERICS_ENDSEARCH_H

#include "quantir/Numerics/RangeSearch.h"

#include <functional>

namespace quantir::numerics {

/// The range of least `cost`, found by moving each end of `full` towards zero by a factor (both by
/// the same, if `symmetric`): from `widest`, which may be above 1, down to about 1/1000 in equal
/// ratios, jointly; then from the best to its best neighbour, with ever smaller moves. Never worse
/// than `full`. An end on the far side of zero stays: a range is widened to hold zero anyway.
Range searchEnds(Range full, bool symmetric, double widest,
                 const std::function<double(Range)> &cost);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_ENDSEARCH_H
