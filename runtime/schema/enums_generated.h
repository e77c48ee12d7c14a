//===- enums_generated.h - For flatc's headers ------------------*- C++ -*-===//
//
// What flatc's header of generated/kernels.fbs includes for generated/enums.fbs. The enums are
// plain C++, so that those who never see a FlatBuffer have the same.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_SCHEMA_ENUMS_GENERATED_H
#define QUANTIR_RUNTIME_SCHEMA_ENUMS_GENERATED_H

#include "quantir/Base/generated/PlanEnums.h"

#endif // QUANTIR_RUNTIME_SCHEMA_ENUMS_GENERATED_H
