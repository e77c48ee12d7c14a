//===- Validate.h - Checking what a plan says -------------------*- C++ -*-===//
//
// The FlatBuffers verifier makes sure that reading a plan stays inside it. These functions check
// what it says, so that nothing behind them has to: no plan that passes, however it was made, lets
// a kernel read or write outside its operands, overflow, or divide by zero.
//
// Four steps, in this order: validateKernels, validateStructure, ResolvedTensors::create,
// validateOps. The first two are done once, when a plan is loaded. The others are done for a batch
// of 1 then, and again for the batch of each session.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_VALIDATE_H
#define QUANTIR_RUNTIME_PLAN_VALIDATE_H

#include "quantir/KernelRules/KernelInfo.h"
#include "quantir/KernelRules/Operand.h"
#include "runtime/plan/Resolve.h"

namespace quantir::runtime {

/// What a plan may at most hold. Far above any model; there so that a small file cannot ask for
/// much memory or time.
namespace planLimits {
inline constexpr size_t tensors = size_t(1) << 18;
inline constexpr size_t ops = size_t(1) << 15;
inline constexpr size_t observers = size_t(1) << 16;
inline constexpr size_t rank = 8;
inline constexpr size_t nameLength = 4096;
/// Entries of one op's operand or option lists.
inline constexpr size_t listLength = rules::maxOperands;
/// Operands of all ops together.
inline constexpr size_t operands = size_t(1) << 20;
/// Elements of one tensor.
inline constexpr int64_t elements = INT32_MAX;
/// Scales of all tensors together.
inline constexpr size_t scales = size_t(1) << 24;
} // namespace planLimits

/// What the rules of kernels know of a tensor. Its dimensions are open where they follow the batch.
rules::KernelOperand operandOf(const plan::Tensor &tensor);

/// That this reader knows the kernels that the plan says it uses, in the form of its writer. Before
/// anything else: what another version wrote may look wrong for other reasons.
Status validateKernels(const plan::Plan &graph);

/// Everything that does not depend on the batch and concerns no single kind of op: limits,
/// enumerators, each tensor's description, constants inside their section, indices, and that every
/// value is defined once and before its use.
Status validateStructure(const plan::Plan &graph, uint64_t constantBytes);

/// Each op: the rules of its kernel (quantir/KernelRules/Rules.h), the batch being what it is in
/// `tensors`.
Status validateOps(const plan::Plan &graph, const ResolvedTensors &tensors);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_VALIDATE_H
