//===- Report.h - What quantization did to a model --------------*- C++ -*-===//
//
// The report of quantize(): for people as text, for programs as JSON (docs/CommandLine.md).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_REPORT_H
#define QUANTIR_REPORT_H

#include "quantir/Runtime/Plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quantir {

/// The type of a value in the quantized model.
struct ValueReport {
  std::string dtype = "float32";
  /// One entry per tensor, or one per channel; none for float32.
  std::vector<float> scale;
  std::vector<int64_t> zeroPoint;
};

/// How an op computes.
enum class OpMode {
  Float,
  Static,     ///< on integers
  Dynamic,    ///< in float, on values rounded to codes whose scale is chosen at run time
  Half,       ///< in float, on values rounded to half precision
  WeightOnly, ///< in float; its weight is stored as integers
};

/// "float", "static", "dynamic", "half", "weight_only".
std::string_view toText(OpMode mode);

/// One op of the model, or one unit of fused ops.
struct OpReport {
  std::string name; ///< module path, else node name
  std::string op;   ///< "nn.conv", or the name of the fused unit: "conv_relu"
  OpMode mode = OpMode::Float;
  std::string reason; ///< why it stayed in float; empty if it did not
  /// The SQNR of its result, compared with the float model, on the first calibration samples, in
  /// dB; absent if it was not measured.
  std::optional<double> sqnrDb;

  bool isQuantized() const { return mode != OpMode::Float; }
  std::vector<ValueReport> inputs;
  std::optional<ValueReport> weight;
  std::vector<ValueReport> outputs;
};

/// Compares an output of the quantized model with that of the float model, on the calibration data.
struct OutputReport {
  std::string name;
  /// Mean over the samples for which the float model gives finite numbers that are not all zeros;
  /// 200 if the outputs are equal.
  double sqnrDb = 0;
  /// Share of samples with the same highest-scoring class, 0 to 1; only for outputs that look like
  /// class scores.
  std::optional<double> agreement;
  double totalSqnrDb = 200;       ///< of all samples together: errors beside zeros count, too
  bool isConstant = false;        ///< all its elements are equal, or the same for each sample
  bool isConstantInFloat = false; ///< the float model's are
  bool isZeroInFloat = false;     ///< the float model's are all 0
};

struct QuantizationReport {
  std::string model;
  std::string source; ///< the file
  std::string backend;
  std::string config;                        ///< the configuration file; empty: the default
  std::string qconfigMapping, backendConfig; ///< JSON text of what was applied
  std::optional<runtime::Preprocessing> preprocessing;

  std::string calibrationData; ///< the file
  int64_t calibrationSamples = 0;
  int64_t comparedSamples = 0; ///< with the float model; 0: no comparison
  int64_t calibrationBatch = 0;
  int64_t correctedBiases = 0; ///< the number of ops with a corrected bias

  std::vector<OpReport> ops;
  std::vector<OutputReport> outputs;
  uint64_t floatBytes = 0; ///< the same model as a float plan
  uint64_t planBytes = 0;
  std::vector<std::pair<std::string, double>> seconds; ///< time of each step, in order
  std::vector<std::string> notes;
  /// Why the plan cannot be trusted, each a few lines of text; `notes` has them, too.
  std::vector<std::string> trustWarnings;

  size_t numQuantized() const;
  size_t count(OpMode mode) const;
  /// Each reason why ops stayed in float, with the ops' positions in `ops`; most frequent first.
  std::vector<std::pair<std::string, std::vector<size_t>>> floatReasons() const;

  /// The summary that `quantir quantize` ends with.
  std::string toText() const;
  /// The whole report.
  std::string toJson() const;
  /// The part that a plan stores for `inspect`: without the single ops, and without anything that
  /// depends on the plan's own size.
  std::string toSummaryJson() const;
};

} // namespace quantir

#endif // QUANTIR_REPORT_H
