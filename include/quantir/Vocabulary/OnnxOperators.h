//===- OnnxOperators.h - Ops by the names of ONNX ---------------*- C++ -*-===//

#ifndef QUANTIR_VOCABULARY_ONNXOPERATORS_H
#define QUANTIR_VOCABULARY_ONNXOPERATORS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace quantir {

/// An operator that can be imported. The dialects do not know the importer, so a test compares this
/// list with its tables (test/Unit/Frontend/RegistryTests.cpp).
struct OnnxOperator {
  llvm::StringLiteral type;
  /// The ops that it is imported as, the likeliest first, separated by blanks. Empty: it leaves no
  /// op, because the importer computes it, or because it does nothing in inference.
  llvm::StringLiteral ops;
};

/// In alphabetical order.
llvm::ArrayRef<OnnxOperator> onnxOperators();

/// For someone who names ops as ONNX does ("Gemm"), where PyTorch's names or the IR's are expected:
/// "'Gemm' is an operator of ONNX, which is imported as 'nn.linear'"; empty for other names.
std::string explainOnnxOperator(llvm::StringRef name);

} // namespace quantir

#endif // QUANTIR_VOCABULARY_ONNXOPERATORS_H
