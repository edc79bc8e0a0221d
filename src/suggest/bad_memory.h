// Bad memory as memory tests tell it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "base/result.h"

namespace memmap::suggest {

struct BadMemory {
  std::vector<PhysRange> pages{};    // whole pages, ascending, joined
  std::vector<std::string> notes{};  // what was left out
};

// Reads memtest86+'s BadRAM patterns (of `ram` what they name), its memmap= list, its list of pages, its
// table of errors, the lines of the kernel's memtest=, and addresses or ranges `START-LAST`, one or
// several a line. `name` is for messages. Errors: no bad memory is named; a pattern that names more than
// a million pieces.
//
//   badram=0x0000000012345000,0xfffffffffffff000
//   memmap=0x1000$0x12345000
//     0    1    6   000012345678 (291MB)   ffffffff  fffffeff
//   bad mem addr 0x0000000012345000 - 0x0000000012346000 reserved
//   0x12345678
Result<BadMemory> read_bad_memory(const std::string& name, std::string_view text,
                                  const std::vector<PhysRange>& ram);

}  // namespace memmap::suggest
