//===- Sanitizers.h - What tests cannot do under sanitizers -----*- C++ -*-===//

#ifndef QUANTIR_TEST_SUPPORT_SANITIZERS_H
#define QUANTIR_TEST_SUPPORT_SANITIZERS_H

// Defined under AddressSanitizer and ThreadSanitizer, which put functions of their own in the place
// of the allocator's and of pthread_create.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define QUANTIR_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define QUANTIR_SANITIZED 1
#endif
#endif

#endif // QUANTIR_TEST_SUPPORT_SANITIZERS_H
