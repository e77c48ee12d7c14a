//===- ObjectTypes.h - PyTorch's names of ops -------------------*- C++ -*-===//
//
// A qconfig mapping and the patterns of a backend config name ops by object type. The object types
// of an op are its name in the IR ("nn.conv") and PyTorch's names of it: of the module
// ("torch.nn.Conv2d"), the function ("torch.conv2d") and the method ("flatten", a bare string).
// Which of PyTorch's names an op has depends on its spatial rank and, for nn.clamp, on its bounds.
// Two discardable attributes narrow them: `nn.call` to the module's or to the functions' and
// methods' names, `nn.target` to one.
//
// Names of PyTorch for which there is no op, such as those of its fused modules, are valid object
// types, but no op has them.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_VOCABULARY_OBJECTTYPES_H
#define QUANTIR_VOCABULARY_OBJECTTYPES_H

#include "mlir/IR/Operation.h"

#include <string>
#include <vector>

namespace quantir {

/// The canonical form of an object type in any accepted spelling; empty if it is unknown.
///
///     torch.nn.Conv2d     of  torch.nn.modules.conv.Conv2d, nn.Conv2d, Conv2d
///     torch.conv2d        of  torch.nn.functional.conv2d, F.conv2d, torchClass.conv2d, conv2d
///     torch.nn.functional.linear  of  torch._C._nn.linear
///     torch.ao.nn.intrinsic.ConvReLU2d  of  nni.ConvReLU2d
///     nn.conv             of  itself
///
/// A bare name is the method of that name if PyTorch's tensors have one ("relu", "flatten"), else a
/// class, else a function.
std::string canonicalObjectType(llvm::StringRef spelling);

/// The canonical object types of `op`: modules, functions, methods, and last its name in the IR.
llvm::SmallVector<llvm::StringRef> objectTypesOf(mlir::Operation *op);

/// The canonical names of the modules that compute what `op` does, even if it is the call of a
/// function.
llvm::SmallVector<llvm::StringRef> moduleTypesOf(mlir::Operation *op);

/// True if `op` has the object type `canonical`.
bool hasObjectType(mlir::Operation *op, llvm::StringRef canonical);

/// True if ops of the object type `canonical` call a function or a method: their weights are
/// operands of the call, while those of a module belong to it.
bool isFunctionType(llvm::StringRef canonical);

/// All canonical object types, sorted.
std::vector<llvm::StringRef> allObjectTypes();

} // namespace quantir

#endif // QUANTIR_VOCABULARY_OBJECTTYPES_H
