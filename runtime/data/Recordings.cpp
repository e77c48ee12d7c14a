//===- Recordings.cpp - What recording observers kept, as a file ----------===//

#include "runtime/data/Recordings.h"

#include "quantir/Numerics/Observer.h"
#include "runtime/data/ArrayFile.h"
#include "runtime/session/ObserverList.h"

#include <fmt/format.h>

namespace quantir::runtime {

Status saveRecordings(const std::string &path, const std::vector<std::string> &names,
                      const ObserverList &observers) {
  if (!isNpzPath(path))
    return Status::invalidArgument(
        fmt::format("'{}': expected a file name that ends in .npz, for recordings", path));
  std::vector<NamedArray> arrays;
  for (size_t i = 0; i < observers.size(); ++i) {
    std::span<const numerics::RecordedTensor> recorded = observers[i]->recorded();
    for (size_t call = 0; call < recorded.size(); ++call)
      arrays.push_back({fmt::format("{}/{}", names[i], call),
                        Array::fromFloats(recorded[call].dims, recorded[call].values)});
  }
  if (arrays.empty())
    return Status::invalidArgument(
        "expected a recording observer that saw values, but there is none; "
        "prepare the model with a qconfig whose observers are 'recording'");
  return saveArrays(path, arrays);
}

} // namespace quantir::runtime
