//===- PythonRegex.cpp - Regular expressions of Python's re ---------------===//

#include "quantir/Vocabulary/PythonRegex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

using namespace quantir;
using llvm::StringRef;

/// Steps of one match. Module paths are short: an expression that needs more backtracks without
/// end.
static constexpr uint32_t maxSteps = 1'000'000;
static constexpr uint32_t maxHeapKiB = 64 * 1024;

static PCRE2_SPTR8 data(StringRef text) {
  return reinterpret_cast<PCRE2_SPTR8>(text.empty() ? "" : text.data());
}

PythonRegex::PythonRegex(pcre2_real_code_8 *code) : code(code, pcre2_code_free_8) {}

std::optional<PythonRegex> PythonRegex::compile(StringRef pattern, std::string &error) {
  // Text is Unicode in Python; `.` never takes half a character.
  constexpr uint32_t options = PCRE2_ANCHORED | PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
  int code = 0;
  PCRE2_SIZE offset = 0;
  if (pcre2_code_8 *compiled =
          pcre2_compile_8(data(pattern), pattern.size(), options, &code, &offset, nullptr))
    return PythonRegex(compiled);
  PCRE2_UCHAR8 message[128] = {};
  pcre2_get_error_message_8(code, message, sizeof(message));
  error = std::string(reinterpret_cast<const char *>(message)) + " at position " +
          std::to_string(offset);
  return std::nullopt;
}

PythonRegex::Result PythonRegex::match(StringRef text) const {
  std::unique_ptr<pcre2_match_data_8, void (*)(pcre2_match_data_8 *)> matchData(
      pcre2_match_data_create_8(1, nullptr), pcre2_match_data_free_8);
  std::unique_ptr<pcre2_match_context_8, void (*)(pcre2_match_context_8 *)> context(
      pcre2_match_context_create_8(nullptr), pcre2_match_context_free_8);
  pcre2_set_match_limit_8(context.get(), maxSteps);
  pcre2_set_heap_limit_8(context.get(), maxHeapKiB);
  int code = pcre2_match_8(this->code.get(), data(text), text.size(), /*startoffset=*/0,
                           /*options=*/0, matchData.get(), context.get());
  // 0: the groups do not fit into the match data, which nobody asks for.
  if (code >= 0)
    return Result::Match;
  bool gaveUp = code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT ||
                code == PCRE2_ERROR_HEAPLIMIT;
  return gaveUp ? Result::TooComplex : Result::NoMatch;
}
