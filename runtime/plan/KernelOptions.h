//===- KernelOptions.h - The options of kernels, for the runtime -*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_PLAN_KERNELOPTIONS_H
#define QUANTIR_RUNTIME_PLAN_KERNELOPTIONS_H

#include "quantir/KernelRules/Rules.h"
#include "runtime/schema/KernelTables.h"
#include "runtime/schema/PlanLists.h"

namespace quantir::runtime {

#define QUANTIR_KERNEL(name) using rules::name##Options;
QUANTIR_FOR_EACH_KERNEL(QUANTIR_KERNEL)
#undef QUANTIR_KERNEL
using plan::readOptions;
using plan::toVector;
using rules::ActivationInfo;
using rules::orElse;

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_KERNELOPTIONS_H
