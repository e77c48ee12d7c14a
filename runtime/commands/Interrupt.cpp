//===- Interrupt.cpp - Ctrl-C at a good moment ----------------------------===//

#include "runtime/commands/Interrupt.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

using namespace quantir::runtime;

static constexpr std::array signals = {SIGINT, SIGTERM};
static volatile std::sig_atomic_t received = 0;
static std::array<struct sigaction, signals.size()> previous;

static void note(int signal) { received = signal; }

InterruptGuard::InterruptGuard() {
  received = 0;
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART | SA_RESETHAND;
  for (size_t i = 0; i < signals.size(); ++i)
    ::sigaction(signals[i], &action, &previous[i]);
}

InterruptGuard::~InterruptGuard() {
  for (size_t i = 0; i < signals.size(); ++i)
    ::sigaction(signals[i], &previous[i], nullptr);
}

bool InterruptGuard::requested() { return received != 0; }

void InterruptGuard::exit() {
  std::fflush(nullptr);
  const int signal = received;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);
}
