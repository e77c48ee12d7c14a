//===- Recordings.h - What recording observers kept, as a file --*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_DATA_RECORDINGS_H
#define QUANTIR_RUNTIME_DATA_RECORDINGS_H

#include "quantir/Runtime/Session.h"

#include <string>
#include <vector>

namespace quantir::runtime {

/// Writes what the recording observers among `observers` kept as a `.npz`: float32 arrays named
/// after the observer and the call, "act_0/0", "act_0/1". `names` has the name of each observer.
/// Errors: a file of another name, no observer that recorded anything.
Status saveRecordings(const std::string &path, const std::vector<std::string> &names,
                      const ObserverList &observers);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_RECORDINGS_H
