//===- Outputs.cpp - The files that a command is to write -----------------===//

#include "runtime/data/Outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <unistd.h>

namespace fs = std::filesystem;

namespace quantir::runtime {

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

/// Writes `files` from `index` on. Each call holds the temporary file of one, until all those
/// behind it are in their places.
static Status writeFrom(const std::vector<PendingFile> &files, size_t index,
                        const std::function<Status()> &last) {
  if (index == files.size())
    return last ? last() : Status();
  const PendingFile &file = files[index];
  if (file.path.empty())
    return writeFrom(files, index + 1, last);
  return writeFile(file.path, [&](const ByteSink &put) {
    QUANTIR_RETURN_IF_ERROR(file.write(put));
    return writeFrom(files, index + 1, last);
  });
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

int runWithOutput(int argc, char **argv, const std::function<int(int, char **)> &program) {
  auto place = findOutput(argc, argv);
  if (!place)
    return program(argc, argv);
  auto [index, prefix] = *place;
  std::string argument = argv[index], path = argument.substr(prefix);
  if (path.empty() || path == "-" || isSpecial(path))
    return program(argc, argv);
  std::vector<NamedPath> inputs;
  for (int i = 1; i < argc; ++i)
    if (i != index && argv[i][0] != '-' && exists(argv[i]))
      inputs.push_back({fmt::format("the argument '{}'", argv[i]), argv[i]});
  Status status = checkOutputs({{"-o", path}}, inputs);
  // A name beside it, which the program makes a file of only when it has something to write.
  std::string temporary = path + ".XXXXXX";
  if (int file = status ? ::mkstemp(temporary.data()) : -1; file >= 0) {
    ::close(file);
    ::unlink(temporary.c_str());
  } else if (status) {
    status = Status::fileError(
        fmt::format("cannot write a file beside '{}': {}", path, std::strerror(errno)));
  }
  if (!status) {
    std::fprintf(stderr, "error: %s\n", status.message().c_str());
    return 1;
  }
  std::string replaced = argument.substr(0, prefix) + temporary;
  std::vector<char *> arguments(argv, argv + argc);
  arguments[index] = replaced.data();
  arguments.push_back(nullptr);
  const int code = program(argc, arguments.data());
  if (code == 0 && exists(temporary)) {
    Result<Bytes> bytes = mapFile(temporary);
    status = bytes ? writeFile(path, bytes->data) : bytes.status();
  }
  ::unlink(temporary.c_str());
  if (status)
    return code;
  std::fprintf(stderr, "error: %s\n", status.message().c_str());
  return 1;
}

Status writeTogether(const std::vector<PendingFile> &files, const std::function<Status()> &last) {
  // Devices come last: what has been sent cannot be taken back, but a full one still keeps the
  // others from appearing.
  std::vector<PendingFile> ordered = files;
  std::stable_partition(ordered.begin(), ordered.end(),
                        [](const PendingFile &file) { return !isSpecial(file.path); });
  return writeFrom(ordered, 0, last);
}

} // namespace quantir::runtime
