//===- Child.h - A process that may come to grief --------------*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_FAULTS_CHILD_H
#define QUANTIR_TEST_UNIT_FAULTS_CHILD_H

#include "runtime/commands/Interrupt.h"

#include <csignal>
#include <fcntl.h>
#include <functional>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quantir::test {

/// How a process ends that does `body`, as waitpid tells it.
inline int statusOfChild(const std::function<void()> &body) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGABRT, SIGSEGV}) // not as Catch, or a shell, has
      std::signal(signal, SIG_DFL);
    rlimit none = {0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    runtime::prepareForSignals();
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

} // namespace quantir::test

#endif // QUANTIR_TEST_UNIT_FAULTS_CHILD_H
