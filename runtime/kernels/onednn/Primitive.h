//===- Primitive.h - oneDNN's primitives as stages --------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_PRIMITIVE_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_PRIMITIVE_H

#include "runtime/kernels/Pipeline.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quantir::runtime::onednn {

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

/// Throws std::bad_alloc if there is no address space for what oneDNN allocates, unchecked in
/// places, while it makes a primitive: code above all, of which it wants some 100 KB. It crashes
/// where that fails.
void requireRoomForPrimitive();

/// A stage of that primitive and its scratchpad, to be a part of another stage.
template <typename Primitive>
std::unique_ptr<PrimitiveStage> makePrimitive(const typename Primitive::primitive_desc &desc,
                                              PipelineBuilder &builder) {
  requireRoomForPrimitive();
  auto stage = std::make_unique<PrimitiveStage>(Primitive(desc));
  if (const size_t bytes = desc.scratchpad_desc().get_size())
    stage->bind(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), builder.scratch(bytes));
  return stage;
}

/// The same as a stage of its own.
template <typename Primitive>
PrimitiveStage &addPrimitive(const typename Primitive::primitive_desc &desc,
                             PipelineBuilder &builder) {
  auto stage = makePrimitive<Primitive>(desc, builder);
  PrimitiveStage &result = *stage;
  builder.add(std::move(stage));
  return result;
}

/// The weights of an op: input `index` of `spec`, which `desc` describes as oneDNN sees it.
struct WeightSource {
  const KernelSpec &spec;
  size_t index;
  dnnl::memory::desc desc;
  /// Whether the primitive multiplies floats: the codes less their zero point (ThroughFloat.h).
  bool centred = false;
};

/// Brings weights into the form `to`: now, and shared between sessions, when they are constant;
/// else by stages. Nothing when it cannot be done rightly (Packing.h).
std::optional<Buffer> packWeights(const WeightSource &weights, const dnnl::memory::desc &to,
                                  PipelineBuilder &builder);

/// Whether oneDNN, whose kernels hold these numbers in 32 bits, can be asked for a window at all.
bool fitsPrimitive(const WindowInfo &window);

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
  requireRoomForPrimitive();
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

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_PRIMITIVE_H
