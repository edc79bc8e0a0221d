// A kernel log as lines of kernel messages, whatever tool carried it: prefixes (time stamps,
// levels, syslog's date and host, colours, quote marks) are taken off; what is done to it besides is
// undone first (log_disguise.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/format.h"
#include "input/open/source.h"
#include "input/text/faults.h"

namespace memmap::input {

// One line. The views are good until the reader moves on.
struct LogLine {
  std::string_view whole{};  // without end of line and colours
  std::string_view text{};   // the kernel's message, a part of `whole`; leading blanks removed
  std::string_view stamp{};  // the kernel's own time stamp, `0.003124`; empty: none
  std::size_t offset = 0;    // of the line's first byte in the log
};

// The text of a source. Lives no longer than the source.
class LogText {
 public:
  // A plain log is taken as it is; of any other its disguises are taken off. Errors: damaged JSON,
  // nested too deep; a diff of which no side is asked for, or a side of what is none; a folder.
  static Result<LogText> open(const Source& source, const std::optional<Side>& side = {});

  std::string_view bytes() const { return is_plain() ? plain_ : std::string_view(undressed_); }
  const std::string& name() const { return *name_; }
  // The lines are those of the file.
  bool is_plain() const { return numbers_.empty(); }
  // The number in the file of the `nth` line of bytes(), both from 1.
  std::size_t number_of(std::size_t nth) const;
  // Line `number` of the file, for people to look at; empty: not to be shown.
  std::string_view file_line(std::size_t number) const;

 private:
  const std::string* name_ = nullptr;
  std::string_view plain_{};
  std::string undressed_{};
  std::vector<std::size_t> numbers_{};  // per line of undressed_: the file's line
};

// Finds lines' numbers; fast where it is asked for in ascending order.
class LineCounter {
 public:
  explicit LineCounter(const LogText& log) : log_(&log) {}
  // The number in the file, from 1, of the line that begins at `offset`.
  std::size_t number_at(std::size_t offset);

 private:
  const LogText* log_;
  std::size_t at_ = 0;
  std::size_t newlines_ = 0;
};

// Takes the prefix off a line without colours: fills `text` and `stamp` of `line` from `whole`.
void strip_prefix(LogLine& line);

// No kernel line is longer (a record of printk holds 1 KiB, a command line 2 KiB); of what is, only
// the beginning is looked at.
inline constexpr std::size_t kLineLimit = 16 * 1024;

// The line without end of line and prefix that holds byte `at`, in `begin` its first byte; colours
// are kept. nullopt: its beginning is further away than kLineLimit.
struct FoundLine {
  LogLine line{};
  std::size_t begin = 0;
};
std::optional<FoundLine> line_around(std::string_view bytes, std::size_t at);

// Reads the lines that begin in [begin, end) of a log; `begin` is the start of a line.
class LineReader {
 public:
  LineReader(const LogText& log, std::size_t begin, std::size_t end);
  bool next(LogLine& line);

 private:
  const LogText& log_;
  std::size_t at_;
  std::size_t end_;
  std::string scratch_{};  // a line without its colours
};

// All that is wrong with a log's lines.
class LogFaults : public Faults {
 public:
  explicit LogFaults(const LogText& log) : log_(&log), counter_(log) {}
  // `part` is the view of `line.whole` at fault; its end is shown when it is empty.
  Error make(const LogLine& line, std::string_view part, std::string message);
  void at(const LogLine& line, std::string_view part, std::string message);

 private:
  const LogText* log_;
  LineCounter counter_;
};

}  // namespace memmap::input
