//===- Kernel.h - The kernel dialect ----------------------------*- C++ -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNEL_H
#define QUANTIR_DIALECTS_KERNEL_KERNEL_H

#include "quantir/dialects/Kernel/KernelTypes.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "quantir/dialects/Kernel/KernelDialect.h.inc"
#include "quantir/dialects/Kernel/KernelEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "quantir/dialects/Kernel/KernelAttrs.h.inc"

#include "quantir/dialects/Kernel/KernelInterface.h.inc"

namespace quantir::kernel::OpTrait {
/// Marks the ops whose layout interface is declared by the ODS class `KernelInterface`.
template <typename ConcreteType>
class KernelLayout : public mlir::OpTrait::TraitBase<ConcreteType, KernelLayout> {};
} // namespace quantir::kernel::OpTrait

#define GET_OP_CLASSES
#include "quantir/dialects/Kernel/KernelOps.h.inc"

#endif // QUANTIR_DIALECTS_KERNEL_KERNEL_H
