//===- Backend.cpp - The onednn backend -------------------------*- C++ -*-===//
//
// Everything that runs on OpenMP: oneDNN's primitives and loops of our own, on tensors of any
// layout, best channels-last.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/Backend.h"
#include "runtime/kernels/Backends.h"
#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/Pipeline.h"
#include "runtime/kernels/onednn/Threads.h"
#include "runtime/kernels/onednn/Weighted.h"
#include "runtime/plan/KernelSupport.h"

#include <algorithm>
#include <future>
#include <new>
#include <pthread.h>

namespace quantir::runtime {

namespace onednn {
namespace {

/// Indices are moved by the reference backend.
bool hasIndices(const KernelSpec &spec) {
  return std::any_of(spec.inputs.begin(), spec.inputs.end(), [](const Operand *operand) {
    return operand && operand->dtype == DType::Int64;
  });
}

std::unique_ptr<Kernel> create(const KernelSpec &spec) {
  if (hasIndices(spec))
    return nullptr;
  switch (spec.op->kind_type()) {
  case plan::OpKind::Quantize:
  case plan::OpKind::Dequantize:
  case plan::OpKind::Requantize:
  case plan::OpKind::Reorder:
    return createCast(spec);
  case plan::OpKind::Conv:
  case plan::OpKind::ConvTranspose:
    return createConv(spec);
  case plan::OpKind::MatMul:
    return createMatMul(spec);
  case plan::OpKind::ChannelAffine:
    return createChannelAffine(spec);
  case plan::OpKind::Unary:
    return createUnary(spec);
  case plan::OpKind::Binary:
    return createBinary(spec);
  case plan::OpKind::Softmax:
    return createSoftmax(spec);
  case plan::OpKind::Pool:
    return createPool(spec);
  case plan::OpKind::AdaptiveAveragePool:
  case plan::OpKind::Mean:
    return createAverage(spec);
  case plan::OpKind::LayerNorm:
    return createLayerNorm(spec);
  case plan::OpKind::GroupNorm:
    return createGroupNorm(spec);
  case plan::OpKind::PRelu:
    return createPRelu(spec);
  case plan::OpKind::Resample:
    return createResample(spec);
  case plan::OpKind::Reshape:
  case plan::OpKind::Transpose:
  case plan::OpKind::Slice:
  case plan::OpKind::Concat:
  case plan::OpKind::Pad:
  case plan::OpKind::Expand:
    return createMovement(spec);
  default:
    return nullptr;
  }
}

/// Whether an input lies in memory as the result does, element by element.
bool sameMemory(const KernelSpec &spec, size_t index) {
  const Operand &input = *spec.inputs[index], &output = *spec.outputs[0];
  return !input.constant && sizeOf(input.dtype) == sizeOf(output.dtype) &&
         input.dims == output.dims && input.strides == output.strides;
}

/// Whether this thread has a pool of OpenMP's.
thread_local bool hasPool = false;

/// A child has none of the pool's threads, and libgomp, which does not know that, would wait for
/// them for ever: they are ended before a fork. Both processes make new ones when they need them.
void endPool() {
  if (hasPool && !omp_in_parallel())
    omp_pause_resource_all(omp_pause_hard);
  hasPool = false;
}

/// oneDNN's code generator keeps a failure for the thread: all that it is asked for there fails
/// from then on. Such a thread has its kernels made by another.
thread_local bool generatorFailed = false;

class OneDnnBackend final : public Backend {
public:
  std::string_view name() const override { return "onednn"; }

  int availablePool(int wanted) const override {
    if (omp_in_parallel() || omp_get_max_active_levels() < 1)
      return 1;
    return std::min(wanted, omp_get_thread_limit());
  }

  PoolSettings usePool(PoolSettings settings) const override {
    [[maybe_unused]] static const int registered = pthread_atfork(endPool, nullptr, nullptr);
    hasPool = true;
    const PoolSettings before = {omp_get_max_threads(), omp_get_dynamic() != 0};
    if (before.threads != settings.threads)
      omp_set_num_threads(settings.threads);
    if (before.dynamic != settings.dynamic)
      omp_set_dynamic(settings.dynamic);
    return before;
  }

  void runParallel(int parts, const std::function<void(int part)> &body) const override {
    parallelFor(parts, minParallelWork, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part)
        body(int(part));
    });
  }

  int inPlaceInput(const KernelSpec &spec) const override {
    const auto index = WeightedOp::addendIndex;
    switch (spec.op->kind_type()) {
    case plan::OpKind::Conv:
    case plan::OpKind::MatMul:
      return canAddInPlace(spec, optionalInput(spec, index)) ? int(index) : -1;
    case plan::OpKind::Unary:
    case plan::OpKind::ChannelAffine:
    case plan::OpKind::PRelu:
    case plan::OpKind::Requantize:
      return sameMemory(spec, 0) ? 0 : -1;
    case plan::OpKind::Binary:
      return sameMemory(spec, 0) ? 0 : sameMemory(spec, 1) ? 1 : -1;
    default:
      return -1;
    }
  }

  Result<std::unique_ptr<Kernel>> createKernel(const KernelSpec &spec) const override {
    if (!generatorFailed)
      return createHere(spec);
    return std::async(std::launch::async,
                      [&] {
                        usePool({spec.threads});
                        return createHere(spec);
                      })
        .get();
  }

private:
  /// Whatever oneDNN objects to, the reference backend does; a lack of memory is no objection.
  static std::unique_ptr<Kernel> createHere(const KernelSpec &spec) {
    requireRoomForPrimitive();
    try {
      return create(spec);
    } catch (const dnnl::error &error) {
      if (error.status != dnnl_out_of_memory)
        return nullptr;
      generatorFailed = true;
      throw std::bad_alloc();
    }
  }
};

} // namespace
} // namespace onednn

const Backend &onednnBackend() {
  static const onednn::OneDnnBackend backend;
  return backend;
}

} // namespace quantir::runtime
