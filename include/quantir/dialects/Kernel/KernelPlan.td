//===- KernelPlan.td - How a plan file holds a kernel -------*- tablegen -*-===//
//
// The records of the dialect's ops define kernels for the runtime, too: scripts/generate-kernels.py
// writes from them the schema's tables, enums and union, the list of kernels, and their options as
// structs, which an op has, a plan holds, a rule checks and a backend reads. These classes say what an ODS record leaves open.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELPLAN_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELPLAN_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/CommonAttrConstraints.td"

/// An attribute that a plan holds in another form than its own: a field of the schema's type `type`,
/// named `stored` (empty: as the attribute), made by the C++ expression `value`, in which `$0` is the
/// attribute's value.
class PlanField<string attribute, string type, string value, string stored = ""> {
  string planAttribute = attribute;
  string planType = type;
  string planValue = value;
  string planField = stored;
}

/// An op that a plan can hold. `id` is its number in the schema's union: a new op gets the next one,
/// and none is ever changed or used again, so that what an older plan holds is known. `name` is
/// what plans call it; empty: as the op's class, without "Op". A field is added behind the others,
/// too; the kernel has another form then, and a plan says of which one its ops are (KernelForms.h).
class PlanKernel<int id, string name = "", list<PlanField> fields = []> {
  int planId = id;
  string planName = name;
  list<PlanField> planFields = fields;
  /// The fewest and the most inputs, where an operand is variadic and may not be one to any number;
  /// 0: that.
  int minPlanInputs = 0;
  int maxPlanInputs = 0;
  /// Its row in docs/PlanFormat.md: what the inputs are, and what the result is.
  string planOperands = ?;
  string planResult = ?;
}

/// An enum that has one more case in plans, of value 0: what stands for an absent attribute.
class PlanAbsentCase<string name> {
  string planAbsentCase = name;
}

/// An enum of plans that no attribute has.
class PlanEnum<string name, string summary, list<string> cases> {
  string planName = name;
  string planSummary = summary;
  list<string> planCases = cases;
}

def Plan_DType
    : PlanEnum<"DType", "the type of a tensor's elements", ["Float32", "UInt8", "Int8", "Int32", "Int64"]>;

/// ChannelsLast: N, spatial dimensions, C. Rank 3 and more only.
def Plan_Layout
    : PlanEnum<"Layout", "the physical order of a tensor, whose dims are in logical order", ["RowMajor", "ChannelsLast"]>;

/// A dimension, counted from the front. 32 bits in plans.
def Kernel_AxisAttr
    : TypedSignlessIntegerAttrBase<I64, "uint64_t", "64-bit signless integer attribute">;

#endif // QUANTIR_DIALECTS_KERNEL_KERNELPLAN_TD
