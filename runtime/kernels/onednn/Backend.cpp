//===- Backend.cpp - The onednn backend -------------------------*- C++ -*-===//
//
// oneDNN's primitives, on tensors of any layout, best channels-last, where they are right; loops of
// our own beside them within a kernel.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/Backend.h"
#include "runtime/kernels/Backends.h"
#include "runtime/kernels/Dispatch.h"
#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/OpenMP.h"
#include "runtime/kernels/onednn/Primitive.h"
#include "runtime/threads/Team.h"

#include <future>
#include <new>

namespace quantir::runtime {

namespace onednn {
namespace {

/// oneDNN's code generator keeps a failure for the thread: all that it is asked for there fails
/// from then on. Such a thread has its kernels made by another.
thread_local bool generatorFailed = false;

class OneDnnBackend final : public Backend {
public:
  std::string_view name() const override { return "onednn"; }
  const Backend *next() const override { return &nativeBackend(); }

  std::string limitation() const override {
    return usesOurThreads() ? ""
                            : "its primitives have one thread: their calls of OpenMP do not reach "
                              "Quantir, because the program loads an OpenMP library before it";
  }

  void offer(const KernelSpec &spec, std::vector<Candidate> &candidates) const override {
    offerFrom<Kernels>(*this, spec, candidates);
    offerFrom<ThroughFloatKernels>(*this, spec, candidates);
  }

  Result<std::unique_ptr<Kernel>> build(const Candidate &candidate,
                                        const KernelSpec &spec) const override {
    if (!generatorFailed)
      return buildHere(candidate, spec);
    const Team *team = currentTeam();
    return std::async(std::launch::async,
                      [&] {
                        const TeamScope scope(team ? *team : Team());
                        return buildHere(candidate, spec);
                      })
        .get();
  }

private:
  /// What oneDNN objects to is declined; a lack of memory is no objection.
  static std::unique_ptr<Kernel> buildHere(const Candidate &candidate, const KernelSpec &spec) {
    requireRoomForPrimitive();
    try {
      const PrimitiveThreads threads;
      return candidate.create(spec);
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
