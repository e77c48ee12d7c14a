//===- Outputs.cpp - The files that a command is to write -----------------===//

#include "quantir/Base/Outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace quantir {

/// A device or a pipe, which is written to without being replaced.
static bool isSpecial(const std::string &path) {
  std::error_code ignored;
  fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

static bool exists(const std::string &path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Whether two paths name one file, which may be yet to be made.
static bool isSameFile(const std::string &a, const std::string &b) {
  std::error_code error;
  if (exists(a) && exists(b))
    return fs::equivalent(a, b, error) && !error;
  fs::path first = fs::weakly_canonical(fs::absolute(a, error), error);
  if (error)
    return a == b;
  fs::path second = fs::weakly_canonical(fs::absolute(b, error), error);
  return error ? a == b : first == second;
}

static Status overwrites(const NamedPath &output, const std::string &what) {
  return Status::invalidArgument(
      fmt::format("{} '{}' is the file of {}, which it would overwrite; choose another path",
                  output.name, output.path, what));
}

Status checkDistinct(const std::vector<NamedPath> &outputs, const std::vector<NamedPath> &inputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const NamedPath &output = outputs[i];
    if (output.path.empty() || isSpecial(output.path))
      continue;
    for (const NamedPath &input : inputs)
      if (!input.path.empty() && isSameFile(output.path, input.path))
        return overwrites(output, input.name);
    for (size_t j = 0; j < i; ++j)
      if (!outputs[j].path.empty() && isSameFile(output.path, outputs[j].path))
        return overwrites(output, outputs[j].name);
  }
  return Status();
}

Status checkOutputs(const std::vector<NamedPath> &outputs, const std::vector<NamedPath> &inputs,
                    const std::function<std::vector<std::string>()> &companions) {
  bool replaces = false;
  for (const NamedPath &output : outputs)
    replaces |= !output.path.empty() && exists(output.path) && !isSpecial(output.path);
  std::vector<NamedPath> read = inputs;
  if (replaces && companions)
    for (std::string &path : companions())
      read.push_back({fmt::format("the model's external data, '{}'", path), std::move(path)});
  QUANTIR_RETURN_IF_ERROR(checkDistinct(outputs, read));
  for (const NamedPath &output : outputs)
    if (!output.path.empty())
      QUANTIR_RETURN_IF_ERROR(checkWritable(output.path));
  return Status();
}

/// The place of the value of -o among the arguments, and how much of that is the option itself;
/// none if it is not given.
static std::optional<std::pair<int, size_t>> findOutput(int argc, char **argv) {
  std::optional<std::pair<int, size_t>> found;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    size_t dashes = argument.starts_with("--") ? 2 : 1;
    if (!argument.starts_with("-") || argument.substr(dashes, 1) != "o")
      continue;
    if (argument.size() == dashes + 1 && i + 1 < argc)
      found = {++i, 0};
    else if (argument.substr(dashes + 1).starts_with("="))
      found = {i, dashes + 2};
  }
  return found;
}

/// The files that an argument may name: itself, or, of an option, what its value consists of, such
/// as the "a.json" in --pass=state=a.json and --pipeline=pass{state=a.json}.
static std::vector<std::string> filesIn(std::string_view argument) {
  std::vector<std::string> files;
  auto add = [&](std::string_view path) {
    if (!path.empty() && exists(std::string(path)))
      files.emplace_back(path);
  };
  add(argument);
  if (!argument.starts_with("-"))
    return files;
  constexpr std::string_view separators = "={}(), \t\n'\"";
  for (size_t end = 0; end < argument.size();) {
    size_t begin = std::min(argument.find_first_not_of(separators, end), argument.size());
    end = std::min(argument.find_first_of(separators, begin), argument.size());
    add(argument.substr(begin, end - begin));
  }
  return files;
}

/// A device may have no end; the empty one has, and a terminal ends with its user's input.
static Status checkReadable(const std::string &path) {
  struct stat info, null;
  if (::stat(path.c_str(), &info) != 0 || !(S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) ||
      (::stat("/dev/null", &null) == 0 && info.st_rdev == null.st_rdev))
    return Status();
  const int file = ::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  const bool isTerminal = file >= 0 && ::isatty(file);
  if (file >= 0)
    ::close(file);
  return isTerminal ? Status()
                    : Status::fileError(fmt::format(
                          "cannot read '{}': it is a device; name a file or a pipe", path));
}

/// Prints what is wrong.
static int fail(const Status &status) {
  std::fprintf(stderr, "error: %s\n", status.message().c_str());
  return 1;
}

int runWithOutput(int argc, char **argv, const std::function<int(int, char **)> &program,
                  const std::function<std::vector<std::string>(const std::string &)> &companions) {
  auto place = findOutput(argc, argv);
  std::vector<std::string> arguments(argv, argv + argc), read;
  std::vector<NamedPath> inputs;
  for (int i = 1; i < argc; ++i) {
    if (place && i == place->first)
      continue;
    if (arguments[i].starts_with("@") && exists(arguments[i].substr(1)))
      return fail(Status::invalidArgument(
          fmt::format("'{}': arguments are not read from files, for what those name could not be "
                      "protected; write them out",
                      arguments[i])));
    if (!arguments[i].starts_with("-")) {
      if (Status status = checkReadable(arguments[i]); !status)
        return fail(status);
      read.push_back(arguments[i]);
    }
    for (std::string &file : filesIn(arguments[i]))
      inputs.push_back({fmt::format("the argument '{}'", arguments[i]), std::move(file)});
  }
  if (!place)
    return program(argc, argv);
  auto [index, prefix] = *place;
  const std::string path = arguments[index].substr(prefix);
  if (path.empty() || path == "-" || isSpecial(path))
    return program(argc, argv);
  Status status = checkOutputs({{"-o", path}}, inputs, [&] {
    std::vector<std::string> all;
    for (const std::string &model : read)
      if (companions)
        std::ranges::move(companions(model), std::back_inserter(all));
    return all;
  });
  // A name beside it, which the program makes a file of only when it has something to write.
  std::string temporary = path + ".XXXXXX";
  if (int file = status ? ::mkstemp(temporary.data()) : -1; file >= 0) {
    ::close(file);
    ::unlink(temporary.c_str());
  } else if (status) {
    status = Status::fileError(
        fmt::format("cannot write a file beside '{}': {}", path, std::strerror(errno)));
  }
  if (!status)
    return fail(status);
  std::string replaced = arguments[index].substr(0, prefix) + temporary;
  std::vector<char *> changed(argv, argv + argc);
  changed[index] = replaced.data();
  changed.push_back(nullptr);
  const int code = program(argc, changed.data());
  if (code == 0 && exists(temporary)) {
    Result<Bytes> bytes = mapFile(temporary);
    status = bytes ? writeFile(path, bytes->data) : bytes.status();
  }
  ::unlink(temporary.c_str());
  return status ? code : fail(status);
}

} // namespace quantir
