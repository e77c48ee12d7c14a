//===- Interrupt.h - Ctrl-C at a good moment --------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_COMMANDS_INTERRUPT_H
#define QUANTIR_RUNTIME_COMMANDS_INTERRUPT_H

namespace quantir::runtime {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM are only noted, for work that can save what it has
/// done. A second one ends the program as usual. One at a time.
class InterruptGuard {
public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard &) = delete;
  InterruptGuard &operator=(const InterruptGuard &) = delete;

  /// Whether one came.
  static bool requested();

  /// Ends the program by the signal that came, which is what a shell wants to see: exit code 130
  /// after Ctrl-C.
  [[noreturn]] static void exit();
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_COMMANDS_INTERRUPT_H
