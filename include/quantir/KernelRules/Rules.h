//===- Rules.h - Which ops a kernel exists for ------------------*- C++ -*-===//
//
// The rules of each kernel, once: the verifier of the kernel dialect and the loader of plans both
// ask here. docs/PlanFormat.md lists them.
//
// A check returns what is wrong as "expected X, but got Y", and an empty string when nothing is.
// Nothing is trusted but what is said to be.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_KERNELRULES_RULES_H
#define QUANTIR_KERNELRULES_RULES_H

#include "quantir/KernelRules/Operand.h"
#include "quantir/KernelRules/generated/KernelList.h"
#include "quantir/KernelRules/generated/KernelOptions.h"
#include "quantir/Numerics/Observer.h"

namespace quantir::rules {

/// Which of the forms that a computation can have.
enum class Forms {
  /// What lowering makes, and the dialect verifies: integers in and out, weights with zero point 0,
  /// casts and changes of layout where they can be seen, as ops of their own.
  Lowered,
  /// Besides, what plans made by hand may hold, since the kernels compute it: a float32 result of
  /// codes, requantization per channel or of the inputs of a Concat, weights with zero points, an
  /// int32 bias without a scale (its unit is that of the products), operands of different layouts.
  All,
};

// For each kernel:
//   checkShapes  that the options are in range and the shapes of the operands belong together;
//   checkTypes   that the kernel exists for these element types. The shapes are right.
// The operands are as many as the kernel's definition says.
#define QUANTIR_KERNEL(name, ...)                                                                  \
  [[nodiscard]] std::string checkShapes(const name##Options &options, const KernelOperands &o);    \
  [[nodiscard]] std::string checkTypes(const name##Options &options, const KernelOperands &o,      \
                                       Forms forms);
QUANTIR_FOR_EACH_KERNEL(QUANTIR_KERNEL)
#undef QUANTIR_KERNEL

/// How many operands there are.
[[nodiscard]] std::string checkCounts(const KernelInfo &info, const KernelOperands &o);

/// What the kernel asks of the layout of its data.
template <typename Options> LayoutRule layoutRuleOf(const Options &) {
  return Options::info.layout;
}
LayoutRule layoutRuleOf(const MeanOptions &options);

/// Whether input `position` of `count` belongs to the model and not to its data. Such an input is
/// always row-major.
template <typename Options> bool isParameter(const Options &, size_t position, size_t) {
  return position < 32 && (Options::info.parameters >> position & 1);
}
bool isParameter(const LstmOptions &options, size_t position, size_t count);

/// Whether `Forms::All` has operands of other layouts than the kernel's rule says. Parameters are
/// row-major all the same.
template <typename Options> constexpr bool takesAnyLayout = true;
template <> inline constexpr bool takesAnyLayout<FakeQuantizeDynamicOptions> = false;
template <> inline constexpr bool takesAnyLayout<FakeQuantizeAffineOptions> = false;
template <> inline constexpr bool takesAnyLayout<RoundFloat16Options> = false;
template <> inline constexpr bool takesAnyLayout<EmbeddingOptions> = false;
template <> inline constexpr bool takesAnyLayout<EmbeddingBagOptions> = false;
template <> inline constexpr bool takesAnyLayout<LstmOptions> = false;

/// The layouts of the operands. `parameters`: which inputs are.
[[nodiscard]] std::string checkLayouts(LayoutRule rule, const std::vector<bool> &parameters,
                                       const KernelOperands &o);

/// All rules of an op. What each operand is alone is not looked at: `checkOperand`.
template <typename Options>
[[nodiscard]] std::string check(const Options &options, const KernelOperands &o, Forms forms) {
  if (std::string error = checkCounts(Options::info, o); !error.empty())
    return error;
  if (std::string error = checkShapes(options, o); !error.empty())
    return error;
  if (std::string error = checkTypes(options, o, forms); !error.empty())
    return error;
  std::vector<bool> parameters;
  for (size_t i = 0; i < o.inputs.size(); ++i)
    parameters.push_back(isParameter(options, i, o.inputs.size()));
  const bool any = forms == Forms::All && takesAnyLayout<Options>;
  return checkLayouts(any ? LayoutRule::Any : layoutRuleOf(options), parameters, o);
}

[[nodiscard]] std::string checkActivation(const ActivationInfo &activation);

/// An empty list of options stands for `fallback` for each of `count` entries.
std::vector<int64_t> orElse(std::vector<int64_t> list, size_t count, int64_t fallback);

/// The configuration of a FakeQuantizeAffine on a tensor of `dims` and, unless it is dynamic, its
/// parameters.
[[nodiscard]] std::string readFakeQuantizeAffine(const FakeQuantizeAffineOptions &options,
                                                 const Dims &dims, numerics::ObserverConfig &config,
                                                 numerics::AffineQParams &params);

} // namespace quantir::rules

#endif // QUANTIR_KERNELRULES_RULES_H
