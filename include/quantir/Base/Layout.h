//===- Layout.h - Physical order of a tensor's elements ---------*- C++ -*-===//

#ifndef QUANTIR_BASE_LAYOUT_H
#define QUANTIR_BASE_LAYOUT_H

#include "quantir/Base/generated/PlanEnums.h"

namespace quantir {

/// Row-major, or with the channels (dimension 1) last. Dimensions are always in logical order.
using plan::Layout;

} // namespace quantir

#endif // QUANTIR_BASE_LAYOUT_H
