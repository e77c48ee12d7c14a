//===- Compiler.h - Quantizing and compiling models -------------*- C++ -*-===//
//
// The whole compiler in two calls, for programs that do not want to know of its passes:
//
//   auto data = quantir::calibrationFile("calibration.npz");
//   auto model = quantir::quantize("model.onnx", data, {});
//   if (!model) { ... model.message() ... }
//   write("model.plan", model->plan);
//
// Models are ONNX files, or MLIR files (text or bytecode) of any stage; which of them, their
// content says. Errors name the place and the remedy. Nothing here throws but std::bad_alloc.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_COMPILER_H
#define QUANTIR_COMPILER_H

#include "quantir/Report.h"
#include "quantir/Runtime/Batched.h"
#include "quantir/Runtime/Plan.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quantir {

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

/// What an ONNX file leaves open of its inputs' shapes. Other files have all they need.
struct InputShapes {
  std::optional<int64_t> batch; ///< the batch size; none: it stays dynamic
  /// Shapes to use in place of the file's, by input name; the empty name is that of a model's only
  /// input. A -1 is the dynamic dimension.
  std::map<std::string, std::vector<int64_t>> shapes;
};

/// Reads "x=N,3,224,224" into `shapes`: sizes, and N for the batch. Without a name it is the shape
/// of the only input.
Status addInputShape(std::string_view text, InputShapes &shapes);

struct CompileOptions {
  std::string backend; ///< for the kernels; empty: what the model says, else "onednn"
  runtime::PlanLoadOptions plan = {}; ///< for `load`, of a file that is a plan already
  InputShapes inputs = {};
};

/// Compiles a model as it is, in the stage it is in: a float model stays float; a reference model
/// executes each of its casts.
Result<std::vector<uint8_t>> compile(const std::string &path, const CompileOptions &options = {});

/// Something that runs: a plan as it is, or a model compiled in memory.
Result<std::shared_ptr<const runtime::Plan>> load(const std::string &path,
                                                  const CompileOptions &options = {});

//===----------------------------------------------------------------------===//
// Quantizing
//===----------------------------------------------------------------------===//

/// The samples to calibrate on.
struct CalibrationData {
  std::string name; ///< for the report
  int64_t samples = 0;
  runtime::SampleSource source;
  std::vector<std::string> notes; ///< what a person should know of them
};

/// Is asked for the samples when the model's inputs are known: those of `model`, the float model.
using CalibrationProvider = std::function<Result<CalibrationData>(const runtime::Plan &model)>;

/// Samples from a .npy or .npz file: float32 in the model's layout, or uint8 images, which the
/// plan's preprocessing turns into inputs. A NaN is an error; infinities are no part of a
/// histogram.
CalibrationProvider calibrationFile(const std::string &path);

/// How a float model is read, and what is to be done with it.
struct ModelOptions {
  std::string config; ///< a JSON file (docs/QuantizationSpec.md); empty: the default
  /// Which ops are quantized how: a built-in backend config. It holds whatever the model says, and
  /// contradicting `config` is an error. Absent: what `config` or the model says, else "quantir".
  std::optional<std::string> backendConfig;
  std::string backend; ///< whose kernels execute it; empty: what the model says, else "onednn"
  InputShapes inputs;  ///< where the file leaves shapes open
  std::optional<runtime::Preprocessing> preprocessing; ///< to be kept in the plan
};

/// How a model's observers come by what they know.
struct CalibrationOptions {
  int threads = 0;   ///< 0: all
  int64_t batch = 0; ///< samples at a time; 0: chosen to suit the model
  /// How many batches run at a time, with the same result; each takes memory of its own. 0: chosen
  /// to suit `threads` and the data.
  int workers = 0;
  /// A state file of calibrate(), of this model and this configuration. quantize() takes it instead
  /// of running the model, so that samples serve the comparison with float only; calibrate() goes
  /// on from it. Empty: none.
  std::string state;
  /// Called as a long phase ("calibrating", "comparing with float") goes on.
  std::function<void(std::string_view phase, int64_t done, int64_t total)> progress;
};

struct QuantizeOptions {
  ModelOptions model;
  CalibrationOptions calibration;
  bool correctBiases = true; ///< for the means that rounded weights move; not with PyTorch's rules
  /// A folder for the MLIR after each stage, which QuantizedModel::writeStages writes; empty: none.
  std::string dumpStages;
};

struct QuantizedModel {
  std::vector<uint8_t> plan;
  QuantizationReport report;
  /// Writes the stages to the folder `dumpStages`, none on an error; does nothing without one.
  /// Until then there is no trace of them.
  std::function<Status()> writeStages;
};

/// The files that `dumpStages` makes.
std::vector<std::string> stageFiles(const std::string &folder);

/// Imports, prepares, calibrates, converts and lowers a float model, and compares the result with
/// it. With `options.calibration.state` there may be no samples (an empty `calibration`), and then
/// there is no comparison.
Result<QuantizedModel> quantize(const std::string &path, const CalibrationProvider &calibration,
                                const QuantizeOptions &options = {});

//===----------------------------------------------------------------------===//
// Calibrating alone
//===----------------------------------------------------------------------===//

struct CalibrateOptions {
  ModelOptions model;
  CalibrationOptions calibration;
  int64_t firstSample = 0; ///< of the data's samples, the first to use
  int64_t endSample = -1;  ///< the first not to use; -1: use all from firstSample on
  /// A .npz for what recording observers kept, which CalibratedModel::writeRecordings writes;
  /// empty: none.
  std::string recordings;
  /// Asked before each batch but the first whether to begin no more: CalibrationRun::interrupted.
  std::function<bool()> interrupted;
};

struct CalibratedModel {
  std::string module;      ///< the prepared module with its observers' states, MLIR text
  std::string state;       ///< what the observers learned, also before: a state file's content
  int64_t firstSample = 0; ///< the samples used were [firstSample, nextSample)
  int64_t nextSample = 0;
  int64_t endSample = 0;    ///< of those asked for
  bool interrupted = false; ///< nextSample is where to go on
  std::vector<std::string> notes;
  /// Writes `recordings`; does nothing without them.
  std::function<Status()> writeRecordings;
};

/// The files that a model is read from besides its own: the external data of ONNX. None for a file
/// that cannot be read.
std::vector<std::string> companionFiles(const std::string &path);

/// Imports and prepares a float model, or takes a prepared one, and shows samples to its observers.
/// Stopped and gone on with at a batch's end it gives the same bits as in one go; states of several
/// machines are merged by numerics::merge() (Serialization/CalibrationState.h).
Result<CalibratedModel> calibrate(const std::string &path, const CalibrationProvider &calibration,
                                  const CalibrateOptions &options);

} // namespace quantir

#endif // QUANTIR_COMPILER_H
