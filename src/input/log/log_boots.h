// The boots that a kernel log holds.
#pragma once

#include <cstddef>
#include <vector>

#include "input/log/log_lines.h"

namespace memmap::input {

// Bytes [begin, end) of the log. What a boot loader or hypervisor printed before the kernel spoke
// stands in [preamble, begin), behind the boot before.
struct LogBoot {
  std::size_t preamble = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Splits at the kernel's first line, `Linux version ...`. The ring buffer played once more to a
// console that came up later is the same boot: of the two the replay is kept, the whole one. A log
// without that line is one boot; so is a map before the first such line. Never empty.
std::vector<LogBoot> split_boots(const LogText& log);

}  // namespace memmap::input
