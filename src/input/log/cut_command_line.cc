#include "input/log/cut_command_line.h"

#include <fmt/format.h>

#include "input/log/table_whole.h"

namespace memmap::input {

void CutCommandLine::line(const LogLine& line) {
  const std::size_t width = line.whole.size();
  if (width > widest_) {
    widest_ = width;
    count_ = 0;
  }
  if (width == widest_) ++count_;
  if (width_ != 0 || !(line.text.starts_with("Command line: ") ||
                       line.text.starts_with("Kernel command line: "))) {
    return;
  }
  width_ = width;
  number_ = counter_.number_at(line.offset);
}

std::optional<std::string> CutCommandLine::note() const {
  // Lines of a log differ in width: that three end in the column which none passes is a tool's work.
  constexpr std::size_t kEnough = 3;
  constexpr std::size_t kNarrowest = 60;
  if (width_ != widest_ || count_ < kEnough || widest_ < kNarrowest) return std::nullopt;
  return fmt::format(
      "{}: the command line ends in column {}, as {} lines of the log do, and none is longer: its "
      "end may be cut off",
      at_line(log_, number_), widest_, count_);
}

}  // namespace memmap::input
