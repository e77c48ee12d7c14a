//===- Backends.cpp - The backends of this build ----------------*- C++ -*-===//

#include "runtime/kernels/Backends.h"

#include "quantir/Base/Text.h"
#include "quantir/Runtime/Session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace quantir::runtime {

std::span<const Backend *const> allBackends() {
  static const std::array table = {
      &referenceBackend(),
      &nativeBackend(),
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

Result<const Backend *> backendNamed(std::string_view name) {
  return backendNamed(name, StatusCode::InvalidArgument, didYouMean(name, backendNames()));
}

Result<const Backend *> backendNamed(std::string_view name, StatusCode code,
                                     std::string_view hint) {
  if (const Backend *backend = findBackend(name))
    return backend;
  return Status::error(code,
                       fmt::format("expected a backend of this build ({}), but got '{}'{}",
                                   fmt::join(backendNames(), ", "), name.substr(0, 200), hint));
}

std::vector<std::string_view> backendNames() {
  std::vector<std::string_view> names;
  for (const Backend *backend : allBackends())
    names.push_back(backend->name());
  return names;
}

} // namespace quantir::runtime
