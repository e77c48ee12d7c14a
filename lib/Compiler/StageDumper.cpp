//===- StageDumper.cpp - The MLIR after each stage ------------------------===//

#include "StageDumper.h"

#include "quantir/Base/Files.h"
#include "quantir/Compiler.h"

#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>
#include <unistd.h>

using namespace quantir;
namespace fs = std::filesystem;

/// The file of a stage in a folder of them.
static std::string stageFile(const std::string &folder, const std::string &stage) {
  return (fs::path(folder) / (stage + ".mlir")).string();
}

std::vector<std::string> quantir::stageFiles(const std::string &folder) {
  std::vector<std::string> files;
  for (const char *stage : {"float", "prepared", "calibrated", "reference", "lowered"})
    files.push_back(stageFile(folder, stage));
  return files;
}

StageDumper::~StageDumper() {
  for (const auto &[stage, file] : stages)
    std::fclose(file);
}

Status StageDumper::cannotCreate(const std::error_code &error) const {
  return Status::fileError("cannot create the folder '" + folder + "': " + error.message() +
                           "; choose another one");
}

Status StageDumper::open() {
  if (folder.empty())
    return Status();
  std::error_code error;
  place = fs::absolute(folder, error).lexically_normal();
  while (!error && !fs::exists(place, error) && !error && place.has_relative_path())
    place = place.parent_path();
  if (!error && !fs::is_directory(place, error) && !error)
    error = std::make_error_code(std::errc::not_a_directory);
  return error ? cannotCreate(error) : checkWritable((place / "stage").string());
}

Status StageDumper::dump(mlir::ModuleOp module, const std::string &stage) {
  if (folder.empty())
    return Status();
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  stream << '\n'; // as the tools that read it print it
  std::string name = (place / "stage.XXXXXX").string();
  int descriptor = ::mkstemp(name.data());
  bool written = descriptor >= 0 && ::unlink(name.c_str()) == 0;
  std::FILE *file = written ? ::fdopen(descriptor, "w+b") : nullptr;
  if (descriptor >= 0 && !file)
    ::close(descriptor);
  written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size() &&
            std::fflush(file) == 0;
  if (file)
    stages.emplace_back(stage, file);
  return written ? Status()
                 : Status::fileError("cannot write the stage '" + stage + "' in '" +
                                     place.string() + "': " + std::strerror(errno));
}

Status StageDumper::write() const {
  if (folder.empty())
    return Status();
  std::vector<fs::path> made; // by this call, the innermost first
  std::error_code error;
  for (fs::path path = fs::absolute(folder, error).lexically_normal();
       !error && path.has_relative_path() && !fs::exists(path, error); path = path.parent_path())
    made.push_back(path);
  fs::create_directories(folder, error);
  Status status = error ? cannotCreate(error) : writeFiles();
  if (!status)
    for (const fs::path &path : made)
      fs::remove(path, error);
  return status;
}

Status StageDumper::writeFiles() const {
  std::vector<PendingFile> files;
  for (const auto &[stage, file] : stages)
    files.push_back({stageFile(folder, stage), [file = file](const ByteSink &put) {
                       std::fseek(file, 0, SEEK_END);
                       std::string text(size_t(std::max(0L, std::ftell(file))), '\0');
                       std::rewind(file);
                       if (std::fread(text.data(), 1, text.size(), file) != text.size())
                         return Status::fileError("cannot read back a stage");
                       return put(std::as_bytes(std::span(text)));
                     }});
  return writeTogether(std::move(files));
}
