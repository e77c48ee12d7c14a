//===- KernelOps.td - All ops of the kernel dialect -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELOPS_TD

include "quantir/dialects/Kernel/KernelCastOps.td"
include "quantir/dialects/Kernel/KernelElementwiseOps.td"
include "quantir/dialects/Kernel/KernelModelOps.td"
include "quantir/dialects/Kernel/KernelNormOps.td"
include "quantir/dialects/Kernel/KernelPoolOps.td"
include "quantir/dialects/Kernel/KernelResampleOps.td"
include "quantir/dialects/Kernel/KernelSequenceOps.td"
include "quantir/dialects/Kernel/KernelShapeOps.td"
include "quantir/dialects/Kernel/KernelWeightedOps.td"

#endif // QUANTIR_DIALECTS_KERNEL_KERNELOPS_TD
