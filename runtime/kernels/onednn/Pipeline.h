//===- Pipeline.h - Kernels made of stages ----------------------*- C++ -*-===//
//
// A kernel of this backend is a short list of stages: one oneDNN primitive, or a loop of our own,
// or a few of them around each other (copy the addend, convolve into it). Stages read and write
// buffers; where a buffer lies is known when the kernel is built, but for the operands, whose
// pointers come with each run.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_PIPELINE_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_PIPELINE_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/KernelSupport.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quantir::runtime::onednn {

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

  /// Inputs and constants are never written, whatever the pointer says: oneDNN's handles have no
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

/// A oneDNN primitive with its arguments.
class PrimitiveStage final : public Stage {
public:
  explicit PrimitiveStage(const dnnl::primitive &primitive);

  /// `arg` is one of the DNNL_ARG_ numbers.
  void bind(int arg, const dnnl::memory::desc &desc, Buffer buffer);

  /// Throws std::bad_alloc when oneDNN cannot allocate, dnnl::error when it fails otherwise.
  void run(const RunContext &context) override;

private:
  struct Moving {
    dnnl_memory_t memory;
    Buffer buffer;
  };
  dnnl::primitive primitive;
  dnnl::stream stream;
  std::vector<dnnl::memory> memories;
  std::vector<dnnl_exec_arg_t> args;
  std::vector<Moving> moving; ///< arguments whose address comes with each run
};

/// Collects the stages, constants and scratch of one kernel.
class PipelineBuilder {
public:
  /// A part of the scratch memory that is this buffer's for the whole run.
  Buffer scratch(size_t bytes);

  /// Memory that lives as long as the kernel: packed weights, folded biases, tables.
  std::byte *allocate(size_t bytes);

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

  /// A primitive, with its scratchpad bound, for a stage of which it is a part.
  std::unique_ptr<PrimitiveStage> makePrimitive(const dnnl::primitive &primitive,
                                                const dnnl::memory::desc &scratchpad);

  /// The same as a stage of its own.
  PrimitiveStage &addPrimitive(const dnnl::primitive &primitive,
                               const dnnl::memory::desc &scratchpad);

  /// Brings weights into the form `toDesc`: now, when they are constant; else by a stage of its
  /// own. Gives back `from` itself when there is nothing to do, and nothing when it cannot be done
  /// rightly (Packing.h).
  std::optional<Buffer> reorder(Buffer from, const dnnl::memory::desc &fromDesc,
                                const dnnl::memory::desc &toDesc);

  std::unique_ptr<Kernel> finish(std::string implementation);

private:
  size_t scratchSize = 0, constantSize = 0;
  std::vector<std::unique_ptr<Stage>> stages;
  std::vector<std::shared_ptr<std::byte>> constants;
};

/// Throws std::bad_alloc if there is no address space for what oneDNN allocates, unchecked in
/// places, while it makes a primitive: code above all, of which it wants some 100 KB. It crashes
/// where that fails.
void requireRoomForPrimitive();

/// Whether oneDNN, whose kernels hold these numbers in 32 bits, can be asked for a window at all.
bool fitsPrimitive(const WindowInfo &window);

/// Where the values of an input are: in the plan, or given with each run.
Buffer inputBuffer(const KernelSpec &spec, size_t index);

/// The one CPU engine of this process.
const dnnl::engine &cpuEngine();

dnnl::memory::data_type dataType(DType dtype);

/// The operand as oneDNN sees it: its logical dims, its strides.
dnnl::memory::desc descOf(const Operand &operand);

/// The same dims and type, in the order of `layout`.
dnnl::memory::desc descOf(const Operand &operand, Layout layout);

/// A dense vector.
dnnl::memory::desc vectorDesc(int64_t size, dnnl::memory::data_type type);

/// "onednn:brgconv_1x1:avx512_core_vnni"
std::string implementationName(const dnnl::primitive_desc_base &desc);

/// The descriptor of a primitive, empty when oneDNN has no implementation of it. Throws when there
/// was no memory to find out.
template <typename Desc, typename... Args> Desc describePrimitive(const Args &...args) {
  try {
    return Desc(cpuEngine(), args...);
  } catch (const dnnl::error &error) {
    if (error.status == dnnl_out_of_memory)
      throw;
    return Desc();
  }
}

/// Whether oneDNN has something better for this than its reference loops. An empty descriptor is
/// not usable.
bool isUsable(const dnnl::primitive_desc_base &desc);

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_PIPELINE_H
