//===- Shared.h - Where models and goldens outside the repository are -===//

#ifndef QUANTIR_TEST_UNIT_SUPPORT_SHARED_H
#define QUANTIR_TEST_UNIT_SUPPORT_SHARED_H

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace quantir::test {

/// $QUANTIR_SHARED, else "shared" beside the source tree, if that exists. Needs the compile
/// definition QUANTIR_SOURCE_DIR.
inline std::optional<std::filesystem::path> sharedFolder() {
  const char *given = std::getenv("QUANTIR_SHARED");
  std::filesystem::path folder =
      given && *given ? std::filesystem::path(given)
                      : std::filesystem::path(QUANTIR_SOURCE_DIR).parent_path() / "shared";
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored))
    return folder;
  return std::nullopt;
}

} // namespace quantir::test

#endif // QUANTIR_TEST_UNIT_SUPPORT_SHARED_H
