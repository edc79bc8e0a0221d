// EFI's memory map as a log made with efi=debug prints it.
#pragma once

#include <vector>

#include "input/log/log_lines.h"
#include "machine/machine.h"

namespace memmap::input {

// Gathers `efi: mem00: [...] range=[...]` lines: the first map of the boot. What is printed later
// is the rest of the map, after boot services were left.
class EfiMapReader {
 public:
  explicit EfiMapReader(const LogText& log) : faults_(log) {}
  void line(const LogLine& line);

  const std::vector<EfiMemory>& map() const { return map_; }
  bool broken() const { return !faults_.none(); }
  Errors faults() { return faults_.take(); }

 private:
  LogFaults faults_;
  std::vector<EfiMemory> map_{};
  std::uint64_t next_index_ = 0;
  bool done_ = false;
};

}  // namespace memmap::input
