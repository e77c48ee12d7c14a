//===- Interrupt.cpp - Signals at a good moment ---------------------------===//

#include "runtime/commands/Interrupt.h"

#include "quantir/Base/Files.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <unistd.h>

using namespace quantir;
using namespace quantir::runtime;

static constexpr std::array signals = {SIGINT, SIGTERM};
static volatile std::sig_atomic_t received = 0;
static std::array<struct sigaction, signals.size()> previous;

/// Ends the program by `signal`, from its handler: once that returns, the default action comes.
static void endBy(int signal) {
  if (SignalDeferral::defer(signal))
    return;
  removeTemporaryFiles();
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  ::raise(signal);
}

static void reportBusError(int signal, siginfo_t *info, void *) {
  if (info->si_code != BUS_ADRERR)
    return endBy(signal);
  removeTemporaryFiles();
  constexpr std::string_view text =
      "error: a file that is in use was cut off, or cannot be read any more; replace files by "
      "renaming (mv) instead of writing over them (cp), or give --no-mmap\n";
  (void)!::write(STDERR_FILENO, text.data(), text.size());
  ::_exit(1);
}

/// A library beneath may throw where nothing catches it.
[[noreturn]] static void reportUncaught() {
  removeTemporaryFiles();
  try {
    if (std::exception_ptr thrown = std::current_exception())
      std::rethrow_exception(thrown);
  } catch (const std::bad_alloc &) {
    constexpr std::string_view text = "error: out of memory; try a smaller --batch, or less data\n";
    (void)!::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(1);
  } catch (...) {
  }
  std::abort();
}

void quantir::runtime::prepareForSignals() {
  std::set_terminate(reportUncaught);
  struct sigaction action = {};
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before;
    if (::sigaction(signal, nullptr, &before) != 0 || before.sa_handler == SIG_IGN)
      continue;
    action.sa_handler = endBy;
    ::sigaction(signal, &action, nullptr);
  }
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &action, nullptr);
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = reportBusError;
  ::sigaction(SIGBUS, &action, nullptr);
}

static void note(int signal) {
  if (received != 0)
    return endBy(signal);
  received = signal;
}

InterruptGuard::InterruptGuard() {
  received = 0;
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], nullptr, &previous[i]);
    if (previous[i].sa_handler != SIG_IGN)
      ::sigaction(signals[i], &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (size_t i = 0; i < signals.size(); ++i)
    ::sigaction(signals[i], &previous[i], nullptr);
}

bool InterruptGuard::requested() { return received != 0; }

void InterruptGuard::exit() {
  std::fflush(nullptr);
  const int signal = received;
  endBy(signal);
  std::_Exit(128 + signal);
}
