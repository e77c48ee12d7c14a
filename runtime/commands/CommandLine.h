//===- CommandLine.h - The commands as arguments ask for them ---*- C++ -*-===//
//
// What a program's main needs: options that the programs share, the shared subcommands, and one way
// to turn errors into messages and exit codes: 0 for success, 1 for an error, 2 for wrong usage.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_COMMANDS_COMMANDLINE_H
#define QUANTIR_RUNTIME_COMMANDS_COMMANDLINE_H

#include "runtime/commands/Commands.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace quantir::runtime {

/// Turns the FILE of a command line into something that runs.
struct FileLoader {
  std::string help; ///< "a plan file"
  /// Loads `path` for execution with `backend` (empty: whatever suits).
  std::function<Result<PlanPtr>(const std::string &path, const std::string &backend,
                                const PlanLoadOptions &plan)>
      load;
  /// The files that are read besides `path`; empty: there are none.
  std::function<std::vector<std::string>(const std::string &path)> companions = {};
  /// Adds options for `load` to a command; empty: there are none.
  std::function<void(CLI::App &command)> addOptions = {};
};

/// --backend, --threads, --batch.
void addExecutionOptions(CLI::App &app, ExecutionOptions &options);

/// --no-mmap.
void addPlanOptions(CLI::App &app, PlanLoadOptions &options);

/// --workers, for commands that calibrate.
CLI::Option *addWorkersOption(CLI::App &app, int &workers);

/// --mean and --std, which come together or not at all. The value is set while parsing.
void addPreprocessingOptions(CLI::App &app, std::optional<Preprocessing> &preprocessing);

/// What a program ends with: 0, 130 when it was interrupted, else 1.
int exitCodeOf(StatusCode code);

/// A program: its options, what it does, how it fails.
class CommandLine {
public:
  using Action = std::function<Status()>;

  CommandLine(const std::string &program, const std::string &description);

  CLI::App &app() { return root; }

  /// A subcommand; `action` runs after everything is parsed.
  CLI::App &addCommand(const std::string &name, const std::string &description, Action action);

  /// What runs when there are no subcommands.
  void setAction(Action action) { rootAction = std::move(action); }

  /// Parses, runs what was asked for, reports errors, and returns the exit code.
  int run(int argc, const char *const *argv);

private:
  int finish(Status status);
  int usageError(const CLI::App &where, const std::string &text);
  int reportParseError(const CLI::ParseError &error);
  CLI::App &selected();

  CLI::App root;
  Action rootAction;
  std::vector<std::pair<CLI::App *, Action>> commands;
};

// The subcommands that need nothing but a runtime.
void addRunCommand(CommandLine &line, const FileLoader &loader);
void addEvalCommand(CommandLine &line, const FileLoader &loader);
void addBenchCommand(CommandLine &line, const FileLoader &loader);
void addInspectCommand(CommandLine &line, const FileLoader &loader);
void addMergeStatesCommand(CommandLine &line);

/// `qrun`: the same and calibration, chosen by options instead of subcommands.
int runQrun(int argc, const char *const *argv);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_COMMANDS_COMMANDLINE_H
