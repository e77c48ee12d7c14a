//===- Flags.h - The flags of a command as a table --------------*- C++ -*-===//
//
// A row says all there is to say about a flag: its name, its help, where its value goes, and, if
// that is a file, what the command does with it. A command is a table, and what it does.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_TOOLS_QUANTIR_FLAGS_H
#define QUANTIR_TOOLS_QUANTIR_FLAGS_H

#include "quantir/Base/Outputs.h"
#include "quantir/Compiler.h"
#include "runtime/commands/CommandLine.h"

namespace quantir {

/// Where the value of a flag goes.
struct FlagTarget {
  std::function<CLI::Option *(CLI::App &app, const char *name, const char *help)> add;
  const std::string *text = nullptr; ///< of a flag whose value is text
};

/// The value goes to `value`, if the checks let it.
template <typename T, typename... Checks> FlagTarget to(T &value, Checks... checks) {
  FlagTarget target;
  target.add = [&value, checks...](CLI::App &app, const char *name, const char *help) {
    CLI::Option *option = app.add_option(name, value, help);
    (option->check(checks), ...);
    return option;
  };
  if constexpr (std::is_same_v<T, std::string>)
    target.text = &value;
  return target;
}

/// A flag without a value sets `value` to `set`.
FlagTarget setTo(bool &value, bool set);

/// The value is text for `read`, which says what is wrong with it.
FlagTarget readBy(std::function<Status(const std::string &)> read);
/// The same for a flag that may be given several times.
FlagTarget eachReadBy(std::function<Status(const std::string &)> read);

/// What a command does with the file that a flag names.
enum class FileUse {
  None,
  Reads,
  Writes,
  ReadsState,  ///< a state to go on from, which may be the one that is written
  WritesState, ///< the state then
};

/// Whether a command can do without.
enum class Presence { Optional, Required };

struct Flag {
  const char *name; ///< "--report", "-o,--output"; in capitals it is an argument without a name
  const char *type; ///< of its value, for the help
  const char *help;
  FlagTarget target;
  FileUse use = FileUse::None;
  Presence presence = Presence::Optional;
};

/// A row, or more, that qrun has too: `add` has its names and its help.
Flag shared(std::function<void(CLI::App &app)> add);

/// The rows of a command.
class Flags {
public:
  Flags(std::initializer_list<Flag> rows) : rows(rows) {}
  Flags &operator+=(const Flags &more) {
    rows.insert(rows.end(), more.rows.begin(), more.rows.end());
    return *this;
  }

  void addTo(CLI::App &app) const;

  /// The files that the command line names for these uses, by the flags' names.
  std::vector<NamedPath> files(std::initializer_list<FileUse> uses) const;

private:
  std::vector<Flag> rows;
};

// Rows that several commands have.

/// MODEL, and what is to be done with it. `data` are the samples: --calibration.
Flags modelFlags(std::string &model, ModelOptions &options, std::string &data, Presence presence);

/// --input-shape and --fixed-batch.
Flags inputShapeFlags(InputShapes &inputs);

/// How a model is run for calibration.
Flags calibrationFlags(CalibrationOptions &options);

} // namespace quantir

#endif // QUANTIR_TOOLS_QUANTIR_FLAGS_H
