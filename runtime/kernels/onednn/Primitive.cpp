//===- Primitive.cpp - oneDNN's primitives as stages -----------------------===//

#include "runtime/kernels/onednn/Primitive.h"

#include "quantir/Base/AlignedBuffer.h"
#include "runtime/kernels/onednn/OpenMP.h"
#include "runtime/kernels/onednn/Packing.h"
#include "runtime/kernels/onednn/ThroughFloat.h"
#include "runtime/plan/WeightCache.h"

#include <cstring>
#include <new>
#include <sys/mman.h>

namespace quantir::runtime::onednn {

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
  const PrimitiveThreads threads;
  for (const Moving &m : moving)
    check(dnnl_memory_set_data_handle(m.memory, m.buffer.resolve(context)),
          "oneDNN could not set the address of an argument");
  check(dnnl_primitive_execute(primitive.get(), stream.get(), int(args.size()), args.data()),
        "oneDNN could not execute a primitive");
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Has oneDNN pack weights with the sums of them that it wants behind them, which only it knows. It
/// can be trusted with the sums if it gets the weights right.
static Status packByReorder(const Packing &packing, const void *from,
                            const dnnl::memory::desc &fromDesc, std::byte *to,
                            const dnnl::memory::desc &toDesc) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  requireRoomForPrimitive();
  const dnnl::reorder::primitive_desc desc(cpuEngine(), fromDesc, cpuEngine(), toDesc, attr);
  const AlignedBuffer scratchpad(desc.scratchpad_desc().get_size());
  if (scratchpad.size() != desc.scratchpad_desc().get_size())
    throw std::bad_alloc();
  PrimitiveStage stage{dnnl::reorder(desc)};
  if (scratchpad.size())
    stage.bind(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), Buffer::constant(scratchpad.data()));
  stage.bind(DNNL_ARG_FROM, fromDesc, Buffer::constant(from));
  stage.bind(DNNL_ARG_TO, toDesc, Buffer::constant(to));
  stage.run({});
  std::vector<std::byte> expected(packing.bytes());
  packing.run(from, expected.data());
  if (std::memcmp(to, expected.data(), expected.size()) != 0)
    return Status::unsupported("oneDNN packs the weights wrongly");
  return {};
}

/// All that packed weights depend on. What oneDNN says of a format, sums of the weights behind them
/// included, it writes down only as a part of what identifies a reorder. Empty if it has none.
static std::string packingKey(const WeightSource &weights, const void *codes,
                              const dnnl::memory::desc &to) {
  std::string key = "onednn ";
  const auto append = [&](const auto &value) {
    key.append(reinterpret_cast<const char *>(&value), sizeof(value));
  };
  append(codes);
  // Weights of the same bytes may be of several types and have several zero points.
  const Operand &operand = *weights.spec.inputs[weights.index];
  append(weights.centred);
  append(operand.dtype);
  if (weights.centred)
    for (const int32_t zeroPoint : operand.quant->zeroPoints)
      append(zeroPoint);
  requireRoomForPrimitive();
  try {
    const dnnl::reorder::primitive_desc reorder(cpuEngine(), weights.desc, cpuEngine(), to);
    const std::vector<uint8_t> id = reorder.get_cache_blob_id();
    return key.append(id.begin(), id.end());
  } catch (const dnnl::error &error) {
    if (error.status == dnnl_out_of_memory)
      throw;
    return {};
  }
}

static std::optional<Buffer> packConstant(const WeightSource &weights, const void *codes,
                                          const dnnl::memory::desc &to,
                                          const std::optional<Packing> &packing,
                                          PipelineBuilder &builder) {
  const Operand &operand = *weights.spec.inputs[weights.index];
  const std::string key = packingKey(weights, codes, to);
  return builder.shared(key.empty() ? nullptr : weights.spec.weights, key, to.get_size(),
                        [&](std::byte *memory) -> Status {
                          std::vector<float> centred;
                          const void *from = codes;
                          if (weights.centred) {
                            centred.resize(packing ? size_t(operand.numElements()) : 0);
                            auto *values =
                                packing ? centred.data() : reinterpret_cast<float *>(memory);
                            centreAll(operand, codes, values);
                            from = values;
                          }
                          if (packing && packing->isWhole())
                            packing->run(from, memory);
                          else if (packing)
                            return packByReorder(*packing, from, weights.desc, memory, to);
                          return {};
                        });
}

std::optional<Buffer> packWeights(const WeightSource &weights, const dnnl::memory::desc &to,
                                  PipelineBuilder &builder) {
  Buffer from = inputBuffer(weights.spec, weights.index);
  const bool isPacked = weights.desc == to;
  if (isPacked && !weights.centred)
    return from;
  std::optional<Packing> packing;
  if (!isPacked && !(packing = Packing::create(weights.desc, to)))
    return std::nullopt;
  if (from.isConstant())
    return packConstant(weights, from.resolve({}), to, packing, builder);
  if (weights.centred)
    from = addCentring(*weights.spec.inputs[weights.index], from, builder);
  if (isPacked)
    return from;
  if (!packing->isWhole())
    return std::nullopt;
  const Buffer packed = builder.scratch(packing->bytes());
  builder.addLoop([from, packed, packing = *std::move(packing)](const RunContext &context) {
    packing.run(from.resolve(context), packed.resolve(context));
  });
  return packed;
}

} // namespace quantir::runtime::onednn
