//===- Console.h - What the programs say to people --------------*- C++ -*-===//
//
// Results go to standard output; errors, notes and the progress bar go to standard error.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_COMMANDS_CONSOLE_H
#define QUANTIR_RUNTIME_COMMANDS_CONSOLE_H

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quantir::runtime {

/// Writes to standard error. That nobody can read it (it is closed, or its disk is full) is no
/// reason to end otherwise: nothing is reported.
void printToStderr(std::string_view text) noexcept;

/// "error: <text>" on standard error.
void printError(std::string_view text) noexcept;

/// "note: <text>" on standard error, one line for each; a note that is a warning says so itself.
void printNotes(std::span<const std::string> notes);

/// "1.2 MiB", "640 B".
std::string formatBytes(uint64_t bytes);

/// "0:07", "1:02:03".
std::string formatDuration(double seconds);

/// One bar of at most `width` columns: what is done, how far it is, and how long it will still
/// take.
std::string formatProgress(std::string_view label, int64_t done, int64_t total,
                           double elapsedSeconds, int width = 80);

/// A bar that is redrawn in place while something long runs. It shows itself only on a terminal,
/// and only when the work takes longer than an instant; it leaves an empty line when it goes.
class ProgressBar {
public:
  ProgressBar(std::string label, int64_t total);
  ~ProgressBar();
  ProgressBar(const ProgressBar &) = delete;
  ProgressBar &operator=(const ProgressBar &) = delete;

  void update(int64_t done);

private:
  using Clock = std::chrono::steady_clock;
  std::string label;
  int64_t total;
  bool enabled;
  bool drawn = false;
  Clock::time_point start, lastDrawn;
};

/// Text in columns: every column as wide as its widest cell. Cells of the columns named in
/// `rightAligned` end at the column's right edge.
class Table {
public:
  explicit Table(std::vector<std::string> header, std::vector<size_t> rightAligned = {});
  void addRow(std::vector<std::string> cells);
  bool empty() const { return rows.size() == 1; }
  /// With a line end after each row.
  std::string str() const;

private:
  std::vector<std::vector<std::string>> rows;
  std::vector<size_t> rightAligned;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_COMMANDS_CONSOLE_H
