//===- StepBars.h - How far a long command is -------------------*- C++ -*-===//

#ifndef QUANTIR_TOOLS_QUANTIR_STEPBARS_H
#define QUANTIR_TOOLS_QUANTIR_STEPBARS_H

#include "runtime/commands/Console.h"

#include <memory>
#include <string>

namespace quantir {

/// One bar for each step that says how far it is.
class StepBars {
public:
  void update(std::string_view step, int64_t done, int64_t total) {
    if (!bar || step != current) {
      bar.reset();
      bar = std::make_unique<runtime::ProgressBar>(std::string(step), total);
      current = step;
    }
    bar->update(done);
  }

private:
  std::string current;
  std::unique_ptr<runtime::ProgressBar> bar;
};

} // namespace quantir

#endif // QUANTIR_TOOLS_QUANTIR_STEPBARS_H
