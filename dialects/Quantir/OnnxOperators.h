//===- OnnxOperators.h - Ops by the names of ONNX ---------------*- C++ -*-===//

#ifndef QUANTIR_DIALECTS_QUANTIR_ONNXOPERATORS_H
#define QUANTIR_DIALECTS_QUANTIR_ONNXOPERATORS_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace quantir {

/// For someone who names ops as ONNX does ("Gemm"), where PyTorch's names or the IR's are expected:
/// "'Gemm' is an operator of ONNX, which is imported as 'nn.linear'"; empty for other names.
std::string explainOnnxOperator(llvm::StringRef name);

} // namespace quantir

#endif // QUANTIR_DIALECTS_QUANTIR_ONNXOPERATORS_H
