//===- Plan.h - A loaded plan file ------------------------------*- C++ -*-===//
//
// A plan is what the compiler hands to the runtime: a graph of ops with their constants, in one
// file (docs/PlanFormat.md). Loading maps the file, verifies its checksum and checks every op, so
// that whatever a Plan object holds is safe to run. (The graph is copied: what was checked stays.)
// Plans do not change; any number of sessions, on any threads, may share one.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_H
#define QUANTIR_RUNTIME_PLAN_H

#include "quantir/Base/DType.h"
#include "quantir/Base/Status.h"
#include "quantir/Runtime/Tensor.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quantir::runtime {

struct PlanContents;

/// An input or output of a plan. A dim below 0, -k, is k times the batch that a session is created
/// with.
struct TensorInfo {
  std::string name;
  DType dtype = DType::Float32;
  std::vector<int64_t> dims;
  std::optional<QuantInfo> quant; ///< set if the elements are codes

  /// The dim that counts samples: the one that follows the batch, else the leading one.
  size_t batchAxis() const {
    auto dynamic = std::find_if(dims.begin(), dims.end(), [](int64_t dim) { return dim < 0; });
    return dynamic == dims.end() ? 0 : dynamic - dims.begin();
  }
};

/// How many samples the inputs of a model without a dynamic batch hold: the greatest common divisor
/// of their leading dims, in which every input has a whole share for each sample. At least 1.
int64_t fixedBatchOf(std::span<const TensorInfo> inputs);

/// An observer that the plan's `observe` ops feed. `config` is its JSON form.
struct ObserverInfo {
  std::string name;
  std::string config;
};

/// How uint8 images become the input: (x / 255 - mean[c]) / std[c]. A single entry is used for all
/// channels.
struct Preprocessing {
  std::vector<float> mean;
  std::vector<float> std;
};

/// One kernel to run, for listings.
struct OpInfo {
  std::string name;    ///< module path or node name
  std::string kind;    ///< "Conv", "MatMul", ...: a member of the schema's OpKind
  std::string backend; ///< the backend that executes it: the plan's, unless the op names another
};

struct PlanLoadOptions {
  /// Read the constants into memory of the plan's own, instead of mapping the file or using the
  /// memory that it is in. A mapped file may be replaced (by
  /// renaming another to its name, as all tools of Quantir do), but not overwritten or truncated
  /// (as `cp` does): that changes the constants, or raises SIGBUS.
  bool copy = false;
};

class Plan {
public:
  /// Loads and checks a plan file, which may be a pipe. Messages name the path.
  static Result<std::shared_ptr<const Plan>> load(const std::string &path,
                                                  const PlanLoadOptions &options = {});

  /// Checks a plan held in memory and takes it over. `name` stands for the path in messages.
  static Result<std::shared_ptr<const Plan>> fromBuffer(std::vector<uint8_t> bytes,
                                                        const std::string &name = "<memory>");

  /// Checks a plan in memory that stays where it is, and as it is, as long as `owner` lives, unless
  /// it is copied. Bytes that are not aligned to 64 always are.
  static Result<std::shared_ptr<const Plan>> fromMemory(std::span<const uint8_t> bytes,
                                                        std::shared_ptr<const void> owner,
                                                        const std::string &name = "<memory>",
                                                        const PlanLoadOptions &options = {});

  ~Plan();
  Plan(const Plan &) = delete;
  Plan &operator=(const Plan &) = delete;

  const std::string &path() const { return path_; }
  size_t fileSize() const;
  size_t constantBytes() const;

  std::string_view producer() const;
  std::string_view model() const;
  /// "float", "prepared", "reference" or "lowered".
  std::string_view stage() const;
  std::string_view backend() const;
  /// The compiler's report, as JSON; may be empty.
  std::string_view summary() const;

  const std::vector<TensorInfo> &inputs() const { return inputs_; }
  const std::vector<TensorInfo> &outputs() const { return outputs_; }
  const std::vector<ObserverInfo> &observers() const { return observers_; }
  const std::vector<OpInfo> &ops() const { return ops_; }
  const std::optional<Preprocessing> &preprocessing() const { return preprocessing_; }

  /// Whether some dim scales with the session's batch.
  bool hasDynamicBatch() const { return dynamicBatch; }

private:
  /// For sessions.
  friend const PlanContents &contentsOf(const Plan &plan);

  explicit Plan(std::unique_ptr<PlanContents> contents);
  static Result<std::shared_ptr<const Plan>> create(std::unique_ptr<PlanContents> contents,
                                                    const std::string &path);
  void collectInfo();

  std::string path_;
  std::unique_ptr<PlanContents> contents;
  std::vector<TensorInfo> inputs_, outputs_;
  std::vector<ObserverInfo> observers_;
  std::vector<OpInfo> ops_;
  std::optional<Preprocessing> preprocessing_;
  bool dynamicBatch = false;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_H
