//===- Console.cpp - What the programs say to people ----------------------===//

#include "runtime/commands/Console.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <unistd.h>

using namespace quantir;
using namespace quantir::runtime;

void quantir::runtime::printToStderr(std::string_view text) noexcept {
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

void quantir::runtime::printError(std::string_view text) noexcept {
  // In one piece where there is memory for it: other programs may write to the same file.
  try {
    printToStderr(fmt::format("error: {}\n", text));
  } catch (...) {
    printToStderr("error: ");
    printToStderr(text);
    printToStderr("\n");
  }
}

void quantir::runtime::printNotes(std::span<const std::string> notes) {
  for (const std::string &note : notes)
    printToStderr(fmt::format("{}{}\n", note.starts_with("warning: ") ? "" : "note: ", note));
}

std::string quantir::runtime::formatBytes(uint64_t bytes) {
  if (bytes < 1024)
    return fmt::format("{} B", bytes);
  double value = double(bytes);
  std::string_view unit;
  for (std::string_view larger : {"KiB", "MiB", "GiB", "TiB"}) {
    unit = larger;
    value /= 1024;
    if (value < 1023.95)
      break;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::string quantir::runtime::formatDuration(double seconds) {
  int64_t whole = std::isfinite(seconds) ? std::llround(std::clamp(seconds, 0.0, 1e9)) : 0;
  if (whole < 3600)
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string quantir::runtime::formatProgress(std::string_view label, int64_t done, int64_t total,
                                             double elapsedSeconds, int width) {
  total = std::max<int64_t>(total, 1);
  done = std::clamp<int64_t>(done, 0, total);
  double fraction = double(done) / double(total);
  std::string tail = fmt::format(" {:3}%  {}/{}", int(fraction * 100), done, total);
  if (done > 0 && done < total)
    tail += fmt::format("  {} left", formatDuration(elapsedSeconds / fraction - elapsedSeconds));
  int room = width - int(label.size() + tail.size()) - 3;
  std::string bar;
  if (room >= 4) {
    int filled = int(fraction * room);
    bar = fmt::format(" [{}{}]", std::string(size_t(filled), '#'),
                      std::string(size_t(room - filled), '-'));
  }
  std::string line = fmt::format("{}{}{}", label, bar, tail);
  return line.substr(0, size_t(width));
}

ProgressBar::ProgressBar(std::string label, int64_t total)
    : label(std::move(label)), total(total), enabled(::isatty(STDERR_FILENO)), start(Clock::now()),
      lastDrawn(start) {}

ProgressBar::~ProgressBar() {
  if (!drawn)
    return;
  std::array<char, 81> line;
  line.fill(' ');
  line.front() = line.back() = '\r';
  printToStderr({line.data(), line.size()});
}

void ProgressBar::update(int64_t done) {
  if (!enabled)
    return;
  Clock::time_point now = Clock::now();
  if (now - lastDrawn < std::chrono::milliseconds(100))
    return;
  double elapsed = std::chrono::duration<double>(now - start).count();
  printToStderr(fmt::format("\r{:<79}", formatProgress(label, done, total, elapsed, 79)));
  std::fflush(stderr);
  lastDrawn = now;
  drawn = true;
}

Table::Table(std::vector<std::string> header, std::vector<size_t> rightAligned)
    : rightAligned(std::move(rightAligned)) {
  rows.push_back(std::move(header));
}

void Table::addRow(std::vector<std::string> cells) {
  cells.resize(rows.front().size());
  rows.push_back(std::move(cells));
}

std::string Table::str() const {
  std::vector<size_t> widths(rows.front().size(), 0);
  for (const std::vector<std::string> &row : rows) {
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const std::vector<std::string> &row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      bool right = std::find(rightAligned.begin(), rightAligned.end(), i) != rightAligned.end();
      line += right ? fmt::format("{:>{}}", row[i], widths[i])
                    : fmt::format("{:<{}}", row[i], widths[i]);
      if (i + 1 < row.size())
        line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}
