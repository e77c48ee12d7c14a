//===- WriteFile.cpp - Put a plan in its place ----------------------------===//

#include "quantir/Target/Plan/Export.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

/// Writes into what is there already: a pipe or a device, which a rename would replace.
static std::error_code writeInPlace(StringRef path, StringRef bytes) {
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error, llvm::sys::fs::CD_OpenExisting);
  if (error)
    return error;
  stream << bytes;
  stream.close();
  error = stream.error();
  stream.clear_error();
  return error;
}

static llvm::Error writeAndRename(StringRef path, StringRef bytes) {
  auto file = llvm::sys::fs::TempFile::create(path + ".%%%%%%.tmp");
  if (!file)
    return file.takeError();
  llvm::raw_fd_ostream stream(file->FD, /*shouldClose=*/false);
  stream << bytes;
  stream.flush();
  if (std::error_code error = stream.error()) {
    stream.clear_error();
    llvm::consumeError(file->discard());
    return llvm::errorCodeToError(error);
  }
  return file->keep(path);
}

LogicalResult quantir::writePlanFile(Location location, StringRef path, ArrayRef<uint8_t> bytes) {
  StringRef text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  llvm::sys::fs::file_status status;
  bool special = !llvm::sys::fs::status(path, status) && llvm::sys::fs::exists(status) &&
                 !llvm::sys::fs::is_regular_file(status);
  llvm::Error error =
      special ? llvm::errorCodeToError(writeInPlace(path, text)) : writeAndRename(path, text);
  if (error)
    return emitError(location) << "cannot write '" << path
                               << "': " << llvm::toString(std::move(error));
  return success();
}
