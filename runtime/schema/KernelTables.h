//===- KernelTables.h - The options of a kernel in a plan -------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SCHEMA_KERNELTABLES_H
#define QUANTIR_RUNTIME_SCHEMA_KERNELTABLES_H

#include "quantir/KernelRules/generated/KernelList.h"
#include "quantir/KernelRules/generated/KernelOptions.h"
#include "runtime/schema/plan_generated.h"

namespace quantir::plan {

/// What kind of op a plan holds, with its options.
struct KernelTable {
  OpKind kind = OpKind::NONE;
  flatbuffers::Offset<void> table;
};

/// The options of an op, which is of their kind.
template <typename Options> Options readOptions(const Op &op);

#define QUANTIR_KERNEL(name)                                                                       \
  template <> rules::name##Options readOptions(const Op &op);                                      \
  KernelTable writeOptions(flatbuffers::FlatBufferBuilder &builder,                                \
                           const rules::name##Options &options);
QUANTIR_FOR_EACH_KERNEL(QUANTIR_KERNEL)
#undef QUANTIR_KERNEL

} // namespace quantir::plan

#endif // QUANTIR_RUNTIME_SCHEMA_KERNELTABLES_H
