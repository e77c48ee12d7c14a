//===- PlanContents.h - What a plan holds, for the session ------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_PLAN_PLANCONTENTS_H
#define QUANTIR_RUNTIME_PLAN_PLANCONTENTS_H

#include "quantir/Base/AlignedBuffer.h"
#include "quantir/Base/Files.h"
#include "quantir/Runtime/Plan.h"
#include "runtime/plan/WeightCache.h"
#include "runtime/schema/plan_generated.h"

namespace quantir::runtime {

struct PlanContents {
  Bytes file;         ///< aligned to 64 bytes
  AlignedBuffer copy; ///< of the graph: what was verified must not change, as a mapped file can
  const plan::Plan *graph = nullptr;  ///< in `copy`
  const uint8_t *constants = nullptr; ///< in `file`; the graph's offsets point into them
  size_t constantBytes = 0;
  mutable WeightCache weights; ///< what sessions make of the constants and share
};

const PlanContents &contentsOf(const Plan &plan);

inline const plan::Plan &graphOf(const Plan &plan) { return *contentsOf(plan).graph; }

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_PLANCONTENTS_H
