//===- ObserverList.h - The observers of a plan -----------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_OBSERVERLIST_H
#define QUANTIR_RUNTIME_SESSION_OBSERVERLIST_H

#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/Session.h"

#include <memory>
#include <vector>

namespace quantir::runtime {

/// In the order of Plan::observers().
struct ObserverList : std::vector<std::unique_ptr<numerics::Observer>> {};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_OBSERVERLIST_H
