//===- OpenMP.h - oneDNN's parallel regions on our threads ------*- C++ -*-===//
//
// Debian's oneDNN divides its work by OpenMP: by seven functions of libgomp. OpenMP.cpp defines
// these, and a program or library that contains this backend is searched before libgomp. While a
// primitive is made or run they use the team's threads, so that oneDNN's regions and our loops
// share one pool; everywhere else they hand the call on to the OpenMP library that is loaded.
//
// A process can be put together such that the OpenMP library is found before ours (a plug-in in a
// program that links it). Then oneDNN's primitives have one thread.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_OPENMP_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_OPENMP_H

namespace quantir::runtime::onednn {

/// Whether oneDNN's calls reach our functions. Makes a primitive the first time.
bool usesOurThreads();

/// While it lives, primitives that the calling thread makes and runs have the threads of its team;
/// one if `usesOurThreads` is false.
class PrimitiveThreads {
public:
  PrimitiveThreads();
  ~PrimitiveThreads();
  PrimitiveThreads(const PrimitiveThreads &) = delete;
  PrimitiveThreads &operator=(const PrimitiveThreads &) = delete;

private:
  int before = 0; ///< the calling thread's number for its own regions, if it was changed
};

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_OPENMP_H
