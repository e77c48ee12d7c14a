//===- Resolve.h - A plan's tensors for one batch size ----------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_PLAN_RESOLVE_H
#define QUANTIR_RUNTIME_PLAN_RESOLVE_H

#include "quantir/Base/Status.h"
#include "runtime/plan/Operand.h"
#include "runtime/schema/plan_generated.h"

#include <vector>

namespace quantir::runtime {

/// The tensors of a plan with the batch put into their dims. Names, and the values of constants,
/// stay in the plan.
class ResolvedTensors {
public:
  /// `graph` has passed validateStructure, `constants` is its section. Error: a tensor that gets
  /// too large.
  static Result<ResolvedTensors> create(const plan::Plan &graph, const uint8_t *constants,
                                        int64_t batch);

  size_t size() const { return operands.size(); }
  Operand &operator[](size_t index) { return operands[index]; }
  const Operand &operator[](size_t index) const { return operands[index]; }

  /// The operand of an index of an op's list; null for -1.
  const Operand *find(int32_t index) const { return index < 0 ? nullptr : &operands[index]; }

  ResolvedTensors(ResolvedTensors &&) = default;
  ResolvedTensors &operator=(ResolvedTensors &&) = default;

private:
  ResolvedTensors() = default;
  std::vector<QuantInfo> quants;
  std::vector<Operand> operands;
};

QuantInfo toQuantInfo(const plan::QuantParams &quant);

/// "tensor 7 (layer1.conv1.weight)".
std::string describeTensor(const plan::Plan &graph, size_t index);

/// "op 3 (layer1.conv1, Conv)".
std::string describeOp(const plan::Plan &graph, size_t index);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_RESOLVE_H
