//===- Compiler.h - Quantizing and compiling models -------------*- C++ -*-===//
//
// The whole compiler in two calls, for programs that need not know its passes:
//
//   auto data = quantir::calibrationFile("calibration.npz");
//   auto model = quantir::quantize("model.onnx", data, {});
//   if (!model) { ... model.message() ... }
//   write("model.plan", model->plan);
//
// A model is an ONNX file, or an MLIR file (text or bytecode) of any stage; the content of the file
// decides. Errors name the place and the remedy. Nothing here throws except std::bad_alloc.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_COMPILER_H
#define QUANTIR_COMPILER_H

#include "quantir/Calibration/CalibrationData.h"
#include "quantir/Report.h"
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

/// The parts of its inputs' shapes that an ONNX file leaves open. Other files leave nothing open.
struct InputShapes {
  std::optional<int64_t> batch; ///< the batch size; absent: it stays dynamic
  /// Shapes to use in place of the file's, by input name; the empty name is that of a model's only
  /// input. A -1 is the dynamic dimension.
  std::map<std::string, std::vector<int64_t>> shapes;
};

/// Reads "x=N,3,224,224" into `shapes`: sizes, and N for the batch. Without a name it is the shape
/// of the only input.
Status addInputShape(std::string_view text, InputShapes &shapes);

struct CompileOptions {
  std::string backend;                ///< that executes the plan; empty: the model's, else "onednn"
  runtime::PlanLoadOptions plan = {}; ///< for `load`, if the file is a plan already
  InputShapes inputs = {};
};

/// Compiles a model as it is, in the stage it is in: a float model stays float; a reference model
/// executes each of its casts.
Result<std::vector<uint8_t>> compile(const std::string &path, const CompileOptions &options = {});

/// Loads something that runs: a plan as it is, or a model, which is compiled in memory.
Result<std::shared_ptr<const runtime::Plan>> load(const std::string &path,
                                                  const CompileOptions &options = {});

//===----------------------------------------------------------------------===//
// Quantizing
//===----------------------------------------------------------------------===//

/// How a float model is read, and what is to be done with it.
struct ModelOptions {
  std::string config; ///< a JSON file (docs/QuantizationSpec.md); empty: the default
  /// A built-in backend config. It overrides that of the model; another one in `config` is an
  /// error. Absent: that of `config` or of the model, else "quantir".
  std::optional<std::string> backendConfig;
  std::string backend; ///< that executes the plan; empty: the model's, else "onednn"
  InputShapes inputs;  ///< where the file leaves shapes open
  std::optional<runtime::Preprocessing> preprocessing; ///< stored in the plan
};

/// How a model's observers get their states.
struct CalibrationOptions {
  int threads = 0;   ///< 0: all
  int64_t batch = 0; ///< samples at a time; 0: chosen to suit the model
  /// How many batches run at a time. The result is the same; each takes memory of its own. 0:
  /// chosen to suit `threads` and the data.
  int workers = 0;
  /// A state file of calibrate(), with this model and this configuration. quantize() uses it
  /// instead of running the model, so the samples serve only for the comparison with float;
  /// calibrate() continues from it. Empty: none.
  std::string state;
  /// Called during a long step ("calibrating", "comparing with float") with its progress.
  std::function<void(std::string_view step, int64_t done, int64_t total)> progress;
};

struct QuantizeOptions {
  ModelOptions model;
  CalibrationOptions calibration;
  bool correctBiases = true; ///< bias correction; never with PyTorch's rules
  /// A folder for the MLIR after each stage, which QuantizedModel::writeStages writes; empty: none.
  std::string dumpStages;
};

struct QuantizedModel {
  std::vector<uint8_t> plan;
  QuantizationReport report;
  /// Writes the stages to the folder `dumpStages`; on an error it writes none, and without a folder
  /// it does nothing. Nothing is written before it is called.
  std::function<Status()> writeStages;
};

/// The files that `writeStages` writes to the folder.
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
  /// Called before each batch except the first; true ends the run (CalibrationRun::interrupted).
  std::function<bool()> interrupted;
};

struct CalibratedModel {
  std::string module;      ///< the prepared module with its observers' states, MLIR text
  std::string state;       ///< the calibration state, as the content of a state file
  int64_t firstSample = 0; ///< the samples used were [firstSample, nextSample)
  int64_t nextSample = 0;
  int64_t endSample = 0;    ///< the requested samples were [firstSample, endSample)
  bool interrupted = false; ///< continue at nextSample
  std::vector<std::string> notes;
  /// Writes `recordings`; does nothing without them.
  std::function<Status()> writeRecordings;
};

/// The other files that a model consists of: the external data of ONNX. None if the file cannot be
/// read.
std::vector<std::string> companionFiles(const std::string &path);

/// Imports and prepares a float model, or takes a prepared one, and runs it on the samples. If it
/// stops and continues at the end of a batch, the result has the same bits as that of one run;
/// numerics::merge() merges the states of several machines (Serialization/CalibrationState.h).
Result<CalibratedModel> calibrate(const std::string &path, const CalibrationProvider &calibration,
                                  const CalibrateOptions &options);

} // namespace quantir

#endif // QUANTIR_COMPILER_H
