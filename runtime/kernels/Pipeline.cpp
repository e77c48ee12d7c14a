//===- Pipeline.cpp - Kernels made of stages --------------------*- C++ -*-===//

#include "runtime/kernels/Pipeline.h"

#include <iterator>
#include <new>

namespace quantir::runtime {

namespace {

constexpr size_t alignment = 64;

size_t alignUp(size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

class PipelineKernel final : public Kernel {
public:
  PipelineKernel(size_t scratchSize, size_t constantSize,
                 std::vector<std::unique_ptr<Stage>> stages, std::vector<SharedMemory> constants,
                 std::string name)
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
  std::vector<SharedMemory> constants;
  std::vector<std::unique_ptr<Stage>> stages;
  std::string name;
};

} // namespace

Buffer inputBuffer(const KernelSpec &spec, size_t index) {
  const Operand &operand = *spec.inputs[index];
  return operand.constant ? Buffer::constant(operand.constant) : Buffer::input(index);
}

Buffer PipelineBuilder::scratch(size_t bytes) {
  const size_t offset = scratchSize;
  scratchSize += alignUp(bytes);
  return Buffer::scratch(offset);
}

std::byte *PipelineBuilder::allocate(size_t bytes) {
  std::byte *data = nullptr;
  const Result<SharedMemory> memory = WeightCache::make(bytes, [&](std::byte *made) {
    data = made;
    return Status();
  });
  constants.push_back(*memory);
  constantSize += bytes;
  return data;
}

std::optional<Buffer> PipelineBuilder::shared(WeightCache *cache, const std::string &key,
                                              size_t bytes, const WeightCache::Fill &fill) {
  Result<SharedMemory> memory =
      cache ? cache->get(key, bytes, fill) : WeightCache::make(bytes, fill);
  if (!memory)
    return std::nullopt;
  constants.push_back(*std::move(memory));
  constantSize += bytes;
  return Buffer::constant(constants.back().get());
}

std::vector<std::unique_ptr<Stage>> PipelineBuilder::takeFrom(size_t first) {
  std::vector<std::unique_ptr<Stage>> taken(std::make_move_iterator(stages.begin() + first),
                                            std::make_move_iterator(stages.end()));
  stages.resize(first);
  return taken;
}

std::unique_ptr<Kernel> PipelineBuilder::finish(std::string implementation) {
  return std::make_unique<PipelineKernel>(scratchSize, constantSize, std::move(stages),
                                          std::move(constants), std::move(implementation));
}

} // namespace quantir::runtime
