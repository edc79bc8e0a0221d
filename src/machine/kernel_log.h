// What the kernel that ran on a machine said of itself: no fact of the machine.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace memmap {

// A message, without prefixes and leading blanks.
struct KernelLine {
  std::size_t line = 0;  // of the file, from 1
  std::string text{};
};

struct KernelLog {
  std::string name{};               // of the file, for messages
  std::vector<KernelLine> lines{};  // those that input::ReadOptions::keep asked for, in order
};

}  // namespace memmap
