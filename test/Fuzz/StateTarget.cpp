//===- StateTarget.cpp - Fuzzing the state files of calibrations -----------===//
//
// A state that is accepted comes back the same from its own text, and merges with itself or says
// why not.
//
//===----------------------------------------------------------------------===//

#include "Fuzz.h"

#include "quantir/Serialization/CalibrationState.h"

using namespace quantir;
using numerics::CalibrationState;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text(reinterpret_cast<const char *>(data), size);
  CalibrationState state;
  if (!numerics::parseCalibrationState(text, state).empty())
    return 0;
  CalibrationState again;
  std::string error =
      numerics::parseCalibrationState(numerics::formatCalibrationState(state), again);
  fuzz::require(error.empty(), "what was written is refused: " + error);
  fuzz::require(again == state, "a state changed on its way through its text");
  CalibrationState merged = state;
  if (!numerics::merge(merged, state).empty())
    fuzz::require(merged == state, "a merge that failed left something behind");
  return 0;
}
