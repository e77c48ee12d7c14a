//===- KernelInterface.cpp - What passes know about a kernel --------------===//

#include "quantir/dialects/Kernel/Kernel.h"

#include "quantir/dialects/Kernel/KernelInterface.cpp.inc"
