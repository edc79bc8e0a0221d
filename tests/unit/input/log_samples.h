// Kernel logs for the tests: the real ones of data/dmesg, and short ones of the kernel's own
// wording.
#pragma once

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "input/open/source.h"

namespace memmap::input {

inline Source log_of(std::string text) {
  Source source;
  source.name = "boot.log";
  source.bytes = std::move(text);
  return source;
}

inline std::string sample(const std::string& name) {
  std::ifstream in(std::string(MEMMAP_SOURCE_DIR) + "/tests/unit/input/data/dmesg/" + name,
                   std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace memmap::input
