//===- OpChecks.h - Rules of each kind of op --------------------*- C++ -*-===//
//
// One function for each kind of op; validateOps calls the right one after it has checked the number
// of operands. docs/PlanFormat.md lists the rules.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_OPCHECKS_H
#define QUANTIR_RUNTIME_PLAN_OPCHECKS_H

#include "quantir/Base/Status.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/generated/KernelList.h"

#include <vector>

namespace quantir::runtime {

/// One op with its operands; null for an absent optional input.
struct OpOperands {
  const plan::Op &op;
  const plan::Plan &graph;
  std::vector<const Operand *> inputs;
  std::vector<const Operand *> outputs;

  const Operand &input(size_t i) const { return *inputs[i]; }
  const Operand &output() const { return *outputs[0]; }
  const Operand *optional(size_t i) const { return i < inputs.size() ? inputs[i] : nullptr; }
};

// checkQuantize and so on, in Checks*.cpp.
#define QUANTIR_KERNEL(name, minInputs, maxInputs, results)                                        \
  Status check##name(const name##Options &options, const OpOperands &operands);
QUANTIR_FOR_EACH_KERNEL(QUANTIR_KERNEL)
#undef QUANTIR_KERNEL

//===----------------------------------------------------------------------===//
// Rules that several kinds share. `what` names the operand: "the result".
//===----------------------------------------------------------------------===//

inline bool isFloat(const Operand &operand) { return operand.dtype == DType::Float32; }

/// uint8 or int8 with one scale and zero point: what integer kernels compute with.
inline bool isCode(const Operand &operand) {
  return (operand.dtype == DType::UInt8 || operand.dtype == DType::Int8) && operand.quant &&
         operand.quant->perTensor();
}

/// "uint8 with one scale", "int8 with a scale per index of axis 0", "float32".
std::string describeType(const Operand &operand);

Status expectDims(std::string_view what, const Operand &operand, const std::vector<int64_t> &dims);

/// Parameters have one layout, so that a backend may pack them without asking.
Status expectRowMajor(std::string_view what, const Operand &operand);

/// Takes over what a function of Shapes/Shapes.h reports.
Status shapeStatus(std::string message);

/// float32, or 8-bit with one scale and zero point.
Status expectValue(std::string_view what, const Operand &operand);

/// `result` is float32, or both are 8-bit codes: integers come from floats only by Quantize.
Status expectResultOf(const Operand &input, const Operand &result);

/// Same dtype and the same numbers for the same codes. Codes have one scale and zero point or none
/// at all.
Status expectMovable(const Operand &input, const Operand &result);

Status checkActivation(const ActivationInfo &activation);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_OPCHECKS_H
