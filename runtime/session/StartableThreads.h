//===- StartableThreads.h - How many threads the system gives ---*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_STARTABLETHREADS_H
#define QUANTIR_RUNTIME_SESSION_STARTABLETHREADS_H

namespace quantir::runtime {

/// How many threads, of `wanted` and with the calling one, can run at this moment: tries it. At
/// least 1. A limit on processes or memory may leave fewer, and OpenMP ends the program where it
/// cannot start one.
int startableThreads(int wanted);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_STARTABLETHREADS_H
