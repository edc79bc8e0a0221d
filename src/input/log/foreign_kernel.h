// Whether a log is of a kernel that memmap does not simulate.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "input/log/log_lines.h"

namespace memmap::input {

// Looks for what only 32-bit kernels, or kernels of other architectures, print. Line by line.
class ForeignKernel {
 public:
  explicit ForeignKernel(const LogText& log) : faults_(log) {}
  void line(const LogLine& line);
  // `has_table`: an e820 table was printed, so that the architecture is x86. nullopt: nothing speaks
  // against a 64-bit x86 kernel.
  std::optional<Error> fault(bool has_table) const;

 private:
  void mark(std::optional<Error>& where, const LogLine& line, std::string_view part,
            std::string message);

  LogFaults faults_;
  std::optional<Error> narrow_{};   // a 32-bit kernel
  std::optional<Error> foreign_{};  // another architecture's
};

}  // namespace memmap::input
