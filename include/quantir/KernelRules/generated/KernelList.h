//===- KernelList.h - All kernels --------------------------------*- C++ -*-===//
//
// Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td.
//
// QUANTIR_FOR_EACH_KERNEL(X) is X(name) for each.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_KERNELRULES_GENERATED_KERNELLIST_H
#define QUANTIR_KERNELRULES_GENERATED_KERNELLIST_H

// clang-format off
#define QUANTIR_FOR_EACH_KERNEL(X)                                                                 \
  X(Quantize)                                                                                      \
  X(Dequantize)                                                                                    \
  X(Requantize)                                                                                    \
  X(Reorder)                                                                                       \
  X(Conv)                                                                                          \
  X(ConvTranspose)                                                                                 \
  X(MatMul)                                                                                        \
  X(ChannelAffine)                                                                                 \
  X(Unary)                                                                                         \
  X(Binary)                                                                                        \
  X(Softmax)                                                                                       \
  X(Pool)                                                                                          \
  X(AdaptiveAveragePool)                                                                           \
  X(Mean)                                                                                          \
  X(Reshape)                                                                                       \
  X(Transpose)                                                                                     \
  X(Slice)                                                                                         \
  X(Concat)                                                                                        \
  X(Pad)                                                                                           \
  X(Expand)                                                                                        \
  X(Observe)                                                                                       \
  X(LayerNorm)                                                                                     \
  X(GroupNorm)                                                                                     \
  X(PRelu)                                                                                         \
  X(Resample)                                                                                      \
  X(Embedding)                                                                                     \
  X(Lstm)                                                                                          \
  X(FakeQuantizeDynamic)                                                                           \
  X(RoundFloat16)                                                                                  \
  X(EmbeddingBag)                                                                                  \
  X(FakeQuantizeAffine)
// clang-format on

#endif // QUANTIR_KERNELRULES_GENERATED_KERNELLIST_H
