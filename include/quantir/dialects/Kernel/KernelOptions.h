//===- KernelOptions.h - Kernels as rules and plans see them ----*- C++ -*-===//
//
// An op of the dialect in the form that the rules of kernels check and that a plan holds: its
// options and operands.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELOPTIONS_H
#define QUANTIR_DIALECTS_KERNEL_KERNELOPTIONS_H

#include "quantir/KernelRules/Operand.h"
#include "quantir/KernelRules/generated/KernelOptions.h"
#include "quantir/dialects/Kernel/Kernel.h"
#include "quantir/dialects/Kernel/generated/KernelOpList.h"

namespace quantir::kernel {

// optionsOf(ConvOp) and so on. The observer of an ObserveOp is 0: plans number them.
#define QUANTIR_KERNEL_OP(op, name, operands) rules::name##Options optionsOf(op);
QUANTIR_FOR_EACH_KERNEL_OP(QUANTIR_KERNEL_OP)
#undef QUANTIR_KERNEL_OP

/// Calls `visitor(op, options)` with the op's own class; returns false if `op` is no kernel.
template <typename Visitor> bool visitKernel(mlir::Operation *op, Visitor &&visitor) {
#define QUANTIR_KERNEL_OP(opClass, name, operands)                                                 \
  if (auto kernel = mlir::dyn_cast<opClass>(op)) {                                                 \
    visitor(kernel, optionsOf(kernel));                                                            \
    return true;                                                                                   \
  }
  QUANTIR_FOR_EACH_KERNEL_OP(QUANTIR_KERNEL_OP)
#undef QUANTIR_KERNEL_OP
  return false;
}

/// A kernel's operands by their position in its definition; null for one that is absent but has
/// another behind it.
llvm::SmallVector<mlir::Value> getOperandsByPosition(mlir::Operation *op);

/// A tensor whose element type a kernel can have: f32, signless integers of 32 or 64 bits,
/// quantized elements of 8 or 32 bits.
rules::KernelOperand toKernelOperand(mlir::Type tensor);

/// The operands of a kernel, as if its present operands and its results had these types.
rules::KernelOperands toKernelOperands(mlir::Operation *op, mlir::TypeRange operands,
                                       mlir::TypeRange results);

} // namespace quantir::kernel

#endif // QUANTIR_DIALECTS_KERNEL_KERNELOPTIONS_H
