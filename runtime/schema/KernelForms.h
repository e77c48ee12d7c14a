//===- KernelForms.h - Which form of a kernel a plan is of ------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SCHEMA_KERNELFORMS_H
#define QUANTIR_RUNTIME_SCHEMA_KERNELFORMS_H

#include "runtime/schema/plan_generated.h"

#include <cstdint>
#include <set>

namespace quantir::plan {

/// A hash of a kernel's definition: the names and types of its fields, its operands and the number
/// of its results. What these mean is not in it. What an enum has more is no other form: a number
/// that is not known is refused where it is used.
uint64_t formOf(OpKind kind);

/// What a plan that has ops of these kinds says of them.
flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<KernelForm>>>
writeForms(flatbuffers::FlatBufferBuilder &builder, const std::set<OpKind> &kinds);

} // namespace quantir::plan

#endif // QUANTIR_RUNTIME_SCHEMA_KERNELFORMS_H
