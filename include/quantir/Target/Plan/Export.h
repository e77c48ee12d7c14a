//===- Export.h - From kernels to a plan ------------------------*- C++ -*-===//
//
// Writes a module in kernel form (what quantir-verify-kernel accepts) as a plan: what the runtime
// loads and executes. docs/PlanFormat.md describes the file.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_TARGET_PLAN_EXPORT_H
#define QUANTIR_TARGET_PLAN_EXPORT_H

#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <vector>

namespace quantir {

/// The bytes of a plan file. `summary` is JSON about how the module was made, kept in the plan for
/// people. Errors are emitted at the op they concern.
mlir::FailureOr<std::vector<uint8_t>> exportPlan(mlir::ModuleOp module,
                                                 llvm::StringRef summary = "");

/// Registers --export-plan with mlir-translate's machinery.
void registerPlanTranslation();

} // namespace quantir

#endif // QUANTIR_TARGET_PLAN_EXPORT_H
