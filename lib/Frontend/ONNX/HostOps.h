//===- HostOps.h - Evaluation of constant tensors ---------------*- C++ -*-===//
//
// The operators of shape computations, on constants. Results follow ONNX; arithmetic on floats is
// done in the tensors' own precision. Elements that depend on the batch size (see HostTensor.h)
// stay exact where the result is again `value + scale * batch`, and become unknown otherwise.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_HOSTOPS_H
#define QUANTIR_LIB_FRONTEND_ONNX_HOSTOPS_H

#include "HostTensor.h"

namespace quantir::importer {

using HostResult = llvm::Expected<HostTensor>;

// Data movement, on any element type. Dimensions are checked.
HostResult reshapeHost(const HostTensor &input, const Dims &shape);
HostResult transposeHost(const HostTensor &input, const Dims &permutation);
HostResult sliceHost(const HostTensor &input, const shapes::ResolvedSlice &slice);
HostResult expandHost(const HostTensor &input, const Dims &shape);
/// `axis` is a valid, non-negative one.
HostResult concatHost(llvm::ArrayRef<const HostTensor *> inputs, int64_t axis);
/// The same for `axis`. Indices may be negative.
HostResult gatherHost(const HostTensor &input, const HostTensor &indices, int64_t axis);
/// All elements of the result are the one element of `value`.
HostResult fillHost(const HostTensor &value, const Dims &shape);
/// start, start + delta, …, up to but not including limit.
HostResult rangeHost(const HostTensor &start, const HostTensor &limit, const HostTensor &delta);
HostResult whereHost(const HostTensor &condition, const HostTensor &ifTrue,
                     const HostTensor &ifFalse);

// Arithmetic with numpy's broadcasting, on float32, float64, int32, int64; And, Or and Not on bool.
enum class BinaryKind { Add, Sub, Mul, Div, Min, Max, Mod, Fmod };
enum class CompareKind { Equal, Less, LessOrEqual, Greater, GreaterOrEqual };
enum class LogicKind { And, Or };
enum class UnaryKind { Neg, Abs, Floor, Ceil, Sqrt };
HostResult binaryHost(BinaryKind kind, const HostTensor &lhs, const HostTensor &rhs);
HostResult compareHost(CompareKind kind, const HostTensor &lhs, const HostTensor &rhs);
HostResult logicHost(LogicKind kind, const HostTensor &lhs, const HostTensor &rhs);
HostResult unaryHost(UnaryKind kind, const HostTensor &input);
/// The result has the base's type; the exponent may have another.
HostResult powHost(const HostTensor &base, const HostTensor &exponent);
HostResult notHost(const HostTensor &input);

/// Any element type to float32, float64, int32, int64 or bool. Numbers out of an integer's range
/// are an error.
HostResult castHost(const HostTensor &input, ElementType type);

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_HOSTOPS_H
