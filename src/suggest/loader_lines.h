// A parameter as each boot loader's file or tool wants it written, so that the kernel gets it as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace memmap::suggest {

struct LoaderLine {
  std::string_view loader{};  // `GRUB`
  std::string_view where{};   // a file, or `command`
  std::string text{};         // what to write, or to run
  std::string note{};         // what to do then, or beside it; may be empty
};

// Of what parameters hold (no quotes, no line ends) only `$` is special to any of them.
std::vector<LoaderLine> loader_lines(std::string_view parameter);

}  // namespace memmap::suggest
