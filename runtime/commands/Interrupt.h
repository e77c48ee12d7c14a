//===- Interrupt.h - Signals at a good moment -------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_COMMANDS_INTERRUPT_H
#define QUANTIR_RUNTIME_COMMANDS_INTERRUPT_H

namespace quantir::runtime {

/// For a program to call as it begins. From then on
///  - Ctrl-C (SIGINT), SIGTERM and SIGHUP end it as they do otherwise, but without leaving
///  temporary
///    files;
///  - a mapped file that somebody cuts off (SIGBUS) ends it with a message and exit code 1;
///  - want of memory that a library does not report otherwise ends it with a message and exit code
///  1;
///  - a limit on the size of files is an error of the write (SIGXFSZ is ignored).
/// Signals that the program was started with ignored (nohup) stay so.
void prepareForSignals();

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
