//===- Backends.h - The backends of this build ------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_BACKENDS_H
#define QUANTIR_RUNTIME_KERNELS_BACKENDS_H

#include "quantir/Base/Status.h"
#include "runtime/kernels/Backend.h"

#include <string_view>

namespace quantir::runtime {

/// Plain loops; implements every op (kernels/reference).
const Backend &referenceBackend();

/// Loops for vector units and several threads, for most ops (kernels/native).
const Backend &nativeBackend();

#if QUANTIR_HAS_ONEDNN
/// oneDNN's primitives, for what they are best at and right (kernels/onednn).
const Backend &onednnBackend();
#endif

/// Null when this build has none of that name.
const Backend *findBackend(std::string_view name);

/// The same, or an error that lists those there are; with a hint for the reader, which may be empty
/// ("; choose another one"), or, by default, the name that may be meant.
Result<const Backend *> backendNamed(std::string_view name);
Result<const Backend *> backendNamed(std::string_view name, StatusCode code, std::string_view hint);

/// All of them, `reference` first.
std::span<const Backend *const> allBackends();

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_BACKENDS_H
