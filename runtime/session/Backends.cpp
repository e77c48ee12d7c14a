//===- Backends.cpp - The backends of this build ----------------*- C++ -*-===//

#include "runtime/session/Backends.h"

#include "quantir/Runtime/Session.h"

#include <array>

namespace quantir::runtime {

std::span<const Backend *const> allBackends() {
  static const std::array table = {
      &referenceBackend(),
#if QUANTIR_HAS_ONEDNN
      &onednnBackend(),
#endif
  };
  return table;
}

const Backend *findBackend(std::string_view name) {
  for (const Backend *backend : allBackends())
    if (backend->name() == name)
      return backend;
  return nullptr;
}

std::vector<std::string_view> backendNames() {
  std::vector<std::string_view> names;
  for (const Backend *backend : allBackends())
    names.push_back(backend->name());
  return names;
}

} // namespace quantir::runtime
