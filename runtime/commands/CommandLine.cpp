//===- CommandLine.cpp - The commands as arguments ask for them -----------===//

#include "runtime/commands/CommandLine.h"

#include "quantir/Base/OutOfMemory.h"
#include "quantir/Base/Text.h"
#include "quantir/Version.h"
#include "runtime/commands/Console.h"
#include "runtime/commands/Interrupt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <new>
#include <unistd.h>

using namespace quantir;
using namespace quantir::runtime;

//===----------------------------------------------------------------------===//
// Options that programs share
//===----------------------------------------------------------------------===//

void quantir::runtime::addExecutionOptions(CLI::App &app, ExecutionOptions &options) {
  app.add_option("--backend", options.backend,
                 fmt::format("Run every kernel on this backend: {} (default: from the plan)",
                             fmt::join(backendNames(), ", ")))
      ->type_name("NAME");
  app.add_option("--threads", options.threads,
                 "Number of threads (default: all that are available)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  app.add_option("--batch", options.batch, "Batch size (default: chosen to suit the model)")
      ->type_name("N")
      ->check(CLI::Range(int64_t(1), int64_t(1) << 20));
}

void quantir::runtime::addPlanOptions(CLI::App &app, PlanLoadOptions &options) {
  app.add_flag("--no-mmap", options.copy,
               "Read a plan into memory instead of mapping it, so that the file may be overwritten "
               "while in use");
}

CLI::Option *quantir::runtime::addWorkersOption(CLI::App &app, int &workers) {
  return app
      .add_option(
          "--workers", workers,
          "Number of batches to calibrate in parallel (default: chosen to suit --threads and "
          "the data)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
}

void quantir::runtime::addPreprocessingOptions(CLI::App &app,
                                               std::optional<Preprocessing> &preprocessing) {
  auto add = [&](const std::string &name, std::vector<float> Preprocessing::*member,
                 const std::string &description) {
    auto parse = [&preprocessing, name, member](const std::string &text) {
      Result<std::vector<float>> values = parseChannelValues(text, name);
      if (!values)
        throw CLI::ValidationError(values.message());
      if (!preprocessing)
        preprocessing.emplace();
      (*preprocessing).*member = *std::move(values);
    };
    return app.add_option_function<std::string>(name, parse, description)->type_name("R,G,B");
  };
  CLI::Option *mean =
      add("--mean", &Preprocessing::mean,
          "Subtract this from uint8 images after dividing them by 255: one value, or one per "
          "channel; requires --std");
  CLI::Option *std =
      add("--std", &Preprocessing::std,
          "Then divide them by this: one value, or one per channel; requires --mean");
  mean->needs(std);
  std->needs(mean);
}

//===----------------------------------------------------------------------===//
// CommandLine
//===----------------------------------------------------------------------===//

/// `text` with line breaks instead of spaces, so that no line is longer than `width` unless a
/// single word is.
static std::string wrapped(std::string text, size_t width) {
  size_t lineStart = 0, lastSpace = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ')
      lastSpace = i;
    if (text[i] == '\n')
      lineStart = i + 1;
    else if (i - lineStart >= width && lastSpace > lineStart) {
      text[lastSpace] = '\n';
      lineStart = lastSpace + 1;
    }
  }
  return text;
}

/// " FILE", what stands behind the name of an option.
static std::string valueOf(const CLI::Option &option) {
  if (option.get_type_size() == 0)
    return "";
  // CLI11 appends what the checks allow, which the message says when it is not met.
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));
  return name.empty() ? "" : " " + name;
}

namespace {
/// Help for terminals of 80 columns.
class HelpFormatter : public CLI::Formatter {
public:
  HelpFormatter() {
    column_width(28);
    label("Positionals", "Arguments");
    label("SUBCOMMAND", "COMMAND");
  }

  std::string make_description(const CLI::App *app) const override {
    return wrapped(CLI::Formatter::make_description(app), columns);
  }
  std::string make_option_opts(const CLI::Option *option) const override {
    return valueOf(*option) + (option->get_required() ? " (required)" : "");
  }
  std::string make_option_desc(const CLI::Option *option) const override {
    return wrapped(CLI::Formatter::make_option_desc(option), columns - get_column_width());
  }

private:
  static constexpr size_t columns = 80;
};
} // namespace

/// Prints the options of `command`, one a line: the names of the command and of the option, and its
/// help, between tabs. scripts/generate-options.py makes the tables of docs/CommandLine.md of it.
static void listOptions(const CLI::App &command) {
  for (const CLI::Option *option : command.get_options()) {
    if (option->get_group().empty() || option == command.get_help_ptr() ||
        option == command.get_version_ptr())
      continue;
    const std::string name =
        option->get_positional() ? option->get_name(true) : option->get_name(false, true);
    fmt::print("{}\t{}{}\t{}{}\n", command.get_name(), name, valueOf(*option),
               option->get_description(), option->get_required() ? " (required)" : "");
  }
}

CommandLine::CommandLine(const std::string &program, const std::string &description)
    : root(description, program) {
  root.add_flag_callback("--list-options",
                         [this] {
                           listOptions(root);
                           for (const auto &[command, action] : commands)
                             listOptions(*command);
                           throw CLI::Success();
                         })
      ->group(""); // not in the help: for scripts/generate-options.py
  root.set_help_flag("-h,--help", "Print this help and exit");
  root.set_version_flag("--version", program + " " QUANTIR_VERSION, "Print the version and exit");
  root.formatter(std::make_shared<HelpFormatter>());
}

CLI::App &CommandLine::addCommand(const std::string &name, const std::string &description,
                                  Action action) {
  CLI::App *command = root.add_subcommand(name, description);
  command->group("Commands");
  commands.emplace_back(command, std::move(action));
  root.require_subcommand(1);
  return *command;
}

CLI::App &CommandLine::selected() {
  for (auto &[command, action] : commands) {
    if (command->parsed())
      return *command;
  }
  return root;
}

int CommandLine::usageError(const CLI::App &where, const std::string &text) {
  std::string command = root.get_name();
  if (&where != &root)
    command += " " + where.get_name();
  printError(fmt::format("{}; see '{} --help'", text, command));
  return 2;
}

/// "--name" for each option of `app`.
static std::vector<std::string> optionNames(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::Option *option : app.get_options()) {
    if (option->get_group().empty()) // hidden
      continue;
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
  }
  return names;
}

int CommandLine::reportParseError(const CLI::ParseError &error) {
  if (error.get_exit_code() == int(CLI::ExitCodes::Success)) {
    // --help or --version: prints it.
    root.exit(error);
    return 0;
  }
  CLI::App &where = selected();
  // What was not understood comes first: a misspelt --input explains a missing one.
  for (const std::string &extra : where.remaining()) {
    if (extra.starts_with("-") && extra != "-" && extra != "--") {
      std::string name = extra.substr(0, extra.find('='));
      return usageError(
          where, fmt::format("unknown option '{}'{}", name, didYouMean(name, optionNames(where))));
    }
    if (&where == &root && !commands.empty()) {
      std::vector<std::string> names;
      for (auto &[command, action] : commands)
        names.push_back(command->get_name());
      std::string nearest = didYouMean(extra, names);
      if (nearest.empty())
        nearest = "; expected one of " + listNames(names);
      return usageError(where, fmt::format("unknown command '{}'{}", extra, nearest));
    }
    return usageError(where, fmt::format("unexpected argument '{}'", extra));
  }
  return usageError(where, error.what());
}

int quantir::runtime::exitCodeOf(StatusCode code) {
  switch (code) {
  case StatusCode::Ok:
    return 0;
  case StatusCode::Interrupted:
    return 128 + SIGINT;
  default: // only what the parser of the command line refuses is wrong usage
    return 1;
  }
}

/// Keeps the numbers of the standard streams taken: a file that got one of them would be written to
/// by whoever reports an error. What is missing fails when it is used.
static void reserveStandardStreams() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) == -1)
      (void)!::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/// What `action` returns, or says by throwing.
static Status statusOf(const CommandLine::Action &action) {
  try {
    return action();
  } catch (const std::bad_alloc &) {
    return outOfMemory([] { return "out of memory; try a smaller --batch, or less data"; });
  } catch (const CLI::ParseError &) {
    throw;
  } catch (const std::exception &error) {
    // As fmt tells that a write failed.
    return std::ferror(stdout) ? Status() : Status::internal(error.what());
  }
}

int CommandLine::run(int argc, const char *const *argv) {
  reserveStandardStreams();
  prepareForSignals();
  try {
    try {
      root.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
      const int exitCode = reportParseError(error);
      std::cout.flush();
      return exitCode ? exitCode : finish(Status());
    }
    CLI::App &command = selected();
    Action action = rootAction;
    for (auto &[candidate, candidateAction] : commands) {
      if (candidate == &command)
        action = candidateAction;
    }
    return finish(statusOf(action));
  } catch (const CLI::ParseError &error) { // what only the action finds missing
    return usageError(selected(), error.what());
  } catch (const std::bad_alloc &) {
    return finish(Status::outOfMemory());
  }
}

/// Reports `status`, and that what was printed could not be.
int CommandLine::finish(Status status) {
  if (status && (std::fflush(stdout) != 0 || std::ferror(stdout) || std::cout.bad()))
    status = Status::fileError("cannot write to standard output");
  if (!status)
    printError(status.message());
  return exitCodeOf(status.code());
}
