//===- Pipeline.cpp - Kernels made of stages --------------------*- C++ -*-===//

#include "runtime/kernels/onednn/Pipeline.h"

#include "runtime/kernels/onednn/Packing.h"

#include <cstring>
#include <iterator>
#include <new>
#include <optional>
#include <sys/mman.h>

namespace quantir::runtime::onednn {

namespace {

constexpr size_t alignment = 64;

size_t alignUp(size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

class PipelineKernel final : public Kernel {
public:
  PipelineKernel(size_t scratchSize, size_t constantSize,
                 std::vector<std::unique_ptr<Stage>> stages,
                 std::vector<std::shared_ptr<std::byte>> constants, std::string name)
      : scratchSize(scratchSize), constantSize(constantSize), constants(std::move(constants)),
        stages(std::move(stages)), name(std::move(name)) {}

  void run(const void *const *inputs, void *const *outputs, void *scratch) override {
    const RunContext context{inputs, outputs, static_cast<std::byte *>(scratch)};
    for (const auto &stage : stages)
      stage->run(context);
  }
  size_t scratchBytes() const override { return scratchSize; }
  size_t packedBytes() const override { return constantSize; }
  std::string_view implementation() const override { return name; }

private:
  size_t scratchSize, constantSize;
  std::vector<std::shared_ptr<std::byte>> constants;
  std::vector<std::unique_ptr<Stage>> stages;
  std::string name;
};

} // namespace

void requireRoomForPrimitive() {
  constexpr size_t room = 16 << 20;
  void *probe = ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (probe == MAP_FAILED)
    throw std::bad_alloc();
  ::munmap(probe, room);
}

bool fitsPrimitive(const WindowInfo &window) {
  constexpr int64_t limit = int64_t(1) << 30;
  for (size_t i = 0; i < window.rank(); ++i)
    for (int64_t n : {window.kernel[i], window.strides[i], window.dilations[i], window.padBegin[i],
                      window.padEnd[i], window.dilations[i] * (window.kernel[i] - 1)})
      if (n > limit)
        return false;
  return true;
}

Buffer inputBuffer(const KernelSpec &spec, size_t index) {
  const Operand &operand = *spec.inputs[index];
  return operand.constant ? Buffer::constant(operand.constant) : Buffer::input(index);
}

const dnnl::engine &cpuEngine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::data_type dataType(DType dtype) {
  switch (dtype) {
  case DType::Float32:
    return dnnl::memory::data_type::f32;
  case DType::UInt8:
    return dnnl::memory::data_type::u8;
  case DType::Int8:
    return dnnl::memory::data_type::s8;
  case DType::Int32:
    return dnnl::memory::data_type::s32;
  case DType::Int64: // oneDNN has none
    break;
  }
  return dnnl::memory::data_type::undef;
}

dnnl::memory::desc descOf(const Operand &operand) {
  return dnnl::memory::desc(operand.dims, dataType(operand.dtype), operand.strides);
}

dnnl::memory::desc descOf(const Operand &operand, Layout layout) {
  return dnnl::memory::desc(operand.dims, dataType(operand.dtype),
                            denseStrides(operand.dims, layout));
}

dnnl::memory::desc vectorDesc(int64_t size, dnnl::memory::data_type type) {
  return dnnl::memory::desc({size}, type, dnnl::memory::format_tag::x);
}

std::string implementationName(const dnnl::primitive_desc_base &desc) {
  return std::string("onednn:") + desc.impl_info_str();
}

bool isUsable(const dnnl::primitive_desc_base &desc) {
  return desc.get(true) && !std::string_view(desc.impl_info_str()).starts_with("ref");
}

PrimitiveStage::PrimitiveStage(const dnnl::primitive &primitive)
    : primitive(primitive), stream(cpuEngine()) {}

void PrimitiveStage::bind(int arg, const dnnl::memory::desc &desc, Buffer buffer) {
  void *handle = buffer.isConstant() ? buffer.resolve({}) : nullptr;
  memories.emplace_back(desc, cpuEngine(), handle);
  args.push_back({arg, memories.back().get()});
  if (!buffer.isConstant())
    moving.push_back({memories.back().get(), buffer});
}

static void check(dnnl_status_t status, const char *message) {
  if (status == dnnl_out_of_memory)
    throw std::bad_alloc();
  dnnl::error::wrap_c_api(status, message);
}

void PrimitiveStage::run(const RunContext &context) {
  for (const Moving &m : moving)
    check(dnnl_memory_set_data_handle(m.memory, m.buffer.resolve(context)),
          "oneDNN could not set the address of an argument");
  check(dnnl_primitive_execute(primitive.get(), stream.get(), int(args.size()), args.data()),
        "oneDNN could not execute a primitive");
}

Buffer PipelineBuilder::scratch(size_t bytes) {
  const size_t offset = scratchSize;
  scratchSize += alignUp(bytes);
  return Buffer::scratch(offset);
}

std::byte *PipelineBuilder::allocate(size_t bytes) {
  constexpr auto align = std::align_val_t(alignment);
  auto *data = static_cast<std::byte *>(operator new(std::max<size_t>(bytes, 1), align));
  constantSize += bytes;
  constants.emplace_back(data, [](std::byte *p) { operator delete(p, align); });
  requireRoomForPrimitive(); // for which this memory is
  return data;
}

std::vector<std::unique_ptr<Stage>> PipelineBuilder::takeFrom(size_t first) {
  std::vector<std::unique_ptr<Stage>> taken(std::make_move_iterator(stages.begin() + first),
                                            std::make_move_iterator(stages.end()));
  stages.resize(first);
  return taken;
}

std::unique_ptr<PrimitiveStage>
PipelineBuilder::makePrimitive(const dnnl::primitive &primitive,
                               const dnnl::memory::desc &scratchpad) {
  auto stage = std::make_unique<PrimitiveStage>(primitive);
  if (const size_t bytes = scratchpad.get_size())
    stage->bind(DNNL_ARG_SCRATCHPAD, scratchpad, scratch(bytes));
  return stage;
}

PrimitiveStage &PipelineBuilder::addPrimitive(const dnnl::primitive &primitive,
                                              const dnnl::memory::desc &scratchpad) {
  auto stage = makePrimitive(primitive, scratchpad);
  PrimitiveStage &result = *stage;
  add(std::move(stage));
  return result;
}

std::optional<Buffer> PipelineBuilder::reorder(Buffer from, const dnnl::memory::desc &fromDesc,
                                               const dnnl::memory::desc &toDesc) {
  if (fromDesc == toDesc)
    return from;
  std::optional<Packing> packing = Packing::create(fromDesc, toDesc);
  if (!packing)
    return std::nullopt;
  if (!from.isConstant()) {
    if (!packing->isWhole())
      return std::nullopt;
    const Buffer to = scratch(packing->bytes());
    addLoop([from, to, packing = *std::move(packing)](const RunContext &context) {
      packing.run(from.resolve(context), to.resolve(context));
    });
    return to;
  }
  std::byte *data = allocate(toDesc.get_size());
  const Buffer to = Buffer::constant(data);
  if (packing->isWhole()) {
    packing->run(from.resolve({}), data);
    return to;
  }
  // Only oneDNN knows the sums behind the weights. It can be trusted with them if it gets the
  // weights right.
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::reorder::primitive_desc desc(cpuEngine(), fromDesc, cpuEngine(), toDesc, attr);
  std::vector<std::byte> scratchpad(desc.scratchpad_desc().get_size() + alignment);
  requireRoomForPrimitive();
  PrimitiveStage stage{dnnl::reorder(desc)};
  if (desc.scratchpad_desc().get_size())
    stage.bind(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), Buffer::constant(scratchpad.data()));
  stage.bind(DNNL_ARG_FROM, fromDesc, from);
  stage.bind(DNNL_ARG_TO, toDesc, to);
  stage.run({});
  std::vector<std::byte> expected(packing->bytes());
  packing->run(from.resolve({}), expected.data());
  return std::memcmp(data, expected.data(), expected.size()) == 0 ? std::optional(to)
                                                                  : std::nullopt;
}

std::unique_ptr<Kernel> PipelineBuilder::finish(std::string implementation) {
  return std::make_unique<PipelineKernel>(scratchSize, constantSize, std::move(stages),
                                          std::move(constants), std::move(implementation));
}

} // namespace quantir::runtime::onednn
