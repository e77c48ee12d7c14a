//===- PhaseBars.h - How far a long command is ------------------*- C++ -*-===//

#ifndef QUANTIR_TOOLS_QUANTIR_PHASEBARS_H
#define QUANTIR_TOOLS_QUANTIR_PHASEBARS_H

#include "runtime/commands/Console.h"

#include <memory>
#include <string>

namespace quantir {

/// One bar for each phase that says how far it is.
class PhaseBars {
public:
  void update(std::string_view phase, int64_t done, int64_t total) {
    if (!bar || phase != current) {
      bar.reset();
      bar = std::make_unique<runtime::ProgressBar>(std::string(phase), total);
      current = phase;
    }
    bar->update(done);
  }

private:
  std::string current;
  std::unique_ptr<runtime::ProgressBar> bar;
};

} // namespace quantir

#endif // QUANTIR_TOOLS_QUANTIR_PHASEBARS_H
