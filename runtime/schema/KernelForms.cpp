//===- KernelForms.cpp - Which form of a kernel a plan is of ---------------===//

#include "runtime/schema/KernelForms.h"

#include <vector>

namespace quantir::plan {

uint64_t formOf(OpKind kind) {
  switch (kind) {
#include "runtime/schema/generated/KernelForms.inc"
  case OpKind::NONE:
    break;
  }
  return 0;
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<KernelForm>>>
writeForms(flatbuffers::FlatBufferBuilder &builder, const std::set<OpKind> &kinds) {
  std::vector<flatbuffers::Offset<KernelForm>> forms;
  for (OpKind kind : kinds)
    forms.push_back(
        CreateKernelForm(builder, builder.CreateString(EnumNameOpKind(kind)), formOf(kind)));
  return builder.CreateVector(forms);
}

} // namespace quantir::plan
