// Finds a command line whose end may be cut off: a log of which some tool kept the front of each
// line only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "input/log/log_lines.h"

namespace memmap::input {

class CutCommandLine {
 public:
  explicit CutCommandLine(const LogText& log) : log_(log), counter_(log) {}
  // The lines of one boot, in order.
  void line(const LogLine& line);
  // What to tell of it, with its line; nullopt: nothing shows that it is cut.
  std::optional<std::string> note() const;

 private:
  const LogText& log_;
  LineCounter counter_;
  std::size_t widest_ = 0;  // columns of the widest line
  std::size_t count_ = 0;   // lines so wide
  std::size_t width_ = 0;   // of the command line's; 0: there is none
  std::size_t number_ = 0;  // its line
};

}  // namespace memmap::input
