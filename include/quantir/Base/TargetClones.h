//===- TargetClones.h - One source, several instruction sets ----*- C++ -*-===//
//
// For loops of lib/Numerics and of the runtime's kernels. A function marked
// QUANTIR_TARGET_CLONES is compiled for the x86-64 levels with AVX-512 and with AVX2, and for the
// baseline, and the loader picks one. What it calls must be marked QUANTIR_INLINE to be compiled
// along. All clones give the same bits: nothing contracts a*b+c (cmake/QuantirOptions.cmake).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_TARGETCLONES_H
#define QUANTIR_BASE_TARGETCLONES_H

// The choice is made by a resolver that runs before a sanitizer is ready.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define QUANTIR_NO_TARGET_CLONES
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define QUANTIR_NO_TARGET_CLONES
#endif
#endif

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(QUANTIR_NO_TARGET_CLONES)
#define QUANTIR_TARGET_CLONES                                                                      \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define QUANTIR_TARGET_CLONES
#endif

#define QUANTIR_INLINE inline __attribute__((always_inline))

/// Before a loop whose passes do not depend on each other. Only GCC needs this: clang compares
/// the addresses first.
#if defined(__GNUC__) && !defined(__clang__)
#define QUANTIR_INDEPENDENT _Pragma("GCC ivdep")
#else
#define QUANTIR_INDEPENDENT
#endif

#endif // QUANTIR_BASE_TARGETCLONES_H
