//===- AttrNames.h - The discardable attributes of the nn dialect -*- C++ -*-===//
//
// Apart from NN.h, for code that looks at ops of any kind.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_NN_ATTRNAMES_H
#define QUANTIR_DIALECTS_NN_ATTRNAMES_H

#include "llvm/ADT/StringRef.h"

namespace quantir::nn {

/// The discardable string attribute with the module path of an op: "layer1.0.conv1".
inline constexpr llvm::StringLiteral pathAttrName = "nn.path";

/// The discardable string attribute that says how the op was called in PyTorch: "module", or
/// "function" for everything else (functions and methods look the same in a file). Absent: not
/// known.
inline constexpr llvm::StringLiteral callAttrName = "nn.call";

/// The discardable string attribute with the one PyTorch name that the op has: "torch.narrow", or
/// "flatten" for the method.
inline constexpr llvm::StringLiteral targetAttrName = "nn.target";

/// The string attribute with the source name of an argument or a result of the function.
inline constexpr llvm::StringLiteral nameAttrName = "nn.name";

} // namespace quantir::nn

#endif // QUANTIR_DIALECTS_NN_ATTRNAMES_H
