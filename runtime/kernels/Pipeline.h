//===- Pipeline.h - Kernels made of stages ----------------------*- C++ -*-===//
//
// A kernel of `native` or `onednn` is a short list of stages: a loop, or a primitive of a library,
// or a few of them around each other (copy the addend, convolve into it). Stages read and write
// buffers; where a buffer lies is known when the kernel is built, except for operands, whose
// pointers come with each run.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_PIPELINE_H
#define QUANTIR_RUNTIME_KERNELS_PIPELINE_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/WeightCache.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quantir::runtime {

/// What a run is given.
struct RunContext {
  const void *const *inputs;
  void *const *outputs;
  std::byte *scratch;
};

/// Memory that a stage uses.
class Buffer {
public:
  static Buffer input(size_t index) { return {Place::Input, index, nullptr}; }
  static Buffer output(size_t index) { return {Place::Output, index, nullptr}; }
  static Buffer scratch(size_t offset) { return {Place::Scratch, offset, nullptr}; }
  static Buffer constant(const void *data) { return {Place::Constant, 0, data}; }

  bool isConstant() const { return place == Place::Constant; }

  /// Inputs and constants are never written, whatever the pointer says: libraries' handles have no
  /// const.
  void *resolve(const RunContext &context) const {
    switch (place) {
    case Place::Input:
      return const_cast<void *>(context.inputs[at]);
    case Place::Output:
      return context.outputs[at];
    case Place::Scratch:
      return context.scratch + at;
    case Place::Constant:
      break;
    }
    return const_cast<void *>(data);
  }

private:
  enum class Place { Input, Output, Scratch, Constant };
  Buffer(Place place, size_t at, const void *data) : place(place), at(at), data(data) {}

  Place place;
  size_t at;
  const void *data;
};

class Stage {
public:
  virtual ~Stage() = default;
  virtual void run(const RunContext &context) = 0;
};

/// A stage that calls `body(context)`; what it captures lives as long as the kernel.
template <typename Body> class LoopStage final : public Stage {
public:
  explicit LoopStage(Body body) : body(std::move(body)) {}
  void run(const RunContext &context) override { body(context); }

private:
  Body body;
};

/// Collects the stages, constants and scratch of one kernel.
class PipelineBuilder {
public:
  /// A part of the scratch memory that is this buffer's for the whole run.
  Buffer scratch(size_t bytes);

  /// Memory that lives as long as the kernel: packed weights, folded biases, tables.
  std::byte *allocate(size_t bytes);

  /// Memory that all sessions of the plan have in common, if `cache` is not null
  /// (WeightCache::get). Nothing when it cannot be made.
  std::optional<Buffer> shared(WeightCache *cache, const std::string &key, size_t bytes,
                               const WeightCache::Fill &fill);

  template <typename T> Buffer constant(const std::vector<T> &values) {
    std::byte *data = allocate(values.size() * sizeof(T));
    std::copy(values.begin(), values.end(), reinterpret_cast<T *>(data));
    return Buffer::constant(data);
  }

  void add(std::unique_ptr<Stage> stage) { stages.push_back(std::move(stage)); }

  size_t numStages() const { return stages.size(); }
  /// Takes the stages from `first` on back out, to be a part of another one.
  std::vector<std::unique_ptr<Stage>> takeFrom(size_t first);

  template <typename Body> void addLoop(Body body) {
    add(std::make_unique<LoopStage<Body>>(std::move(body)));
  }

  std::unique_ptr<Kernel> finish(std::string implementation);

private:
  size_t scratchSize = 0, constantSize = 0;
  std::vector<std::unique_ptr<Stage>> stages;
  std::vector<SharedMemory> constants;
};

/// Where the values of an input are: in the plan, or given with each run.
Buffer inputBuffer(const KernelSpec &spec, size_t index);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_PIPELINE_H
