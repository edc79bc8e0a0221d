// One line of memblock=debug.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "replay/log.h"

namespace memmap::input {

struct DumpHead {};  // `MEMBLOCK configuration:`
struct DumpSizes {   // ` memory size = 0x... reserved size = 0x...`
  std::uint64_t memory = 0;
  std::uint64_t reserved = 0;
};
struct DumpCount {  // ` memory.cnt  = 0x2`
  replay::List list = replay::List::memory;
  std::uint64_t count = 0;
};
struct DumpRegion {  // ` memory[0x0]	[0x...-0x...], 0x... bytes on node 0 flags: 0x0`
  replay::List list = replay::List::memory;
  std::uint64_t index = 0;
  memblock::Region region{};  // empty: the one that older kernels keep in an empty list
};
struct NoList {};            // of memblock, but neither list is touched
struct UnknownOperation {};  // `memblock_something: `

// What cannot be read, and from where in the line on. `part` is a view into it.
struct LineFault {
  std::string_view part{};
  std::string message{};
};

using MemblockLine = std::variant<replay::LoggedCall, replay::LoggedGrowth, DumpHead, DumpSizes,
                                  DumpCount, DumpRegion, NoList, UnknownOperation, LineFault>;

// nullopt: a line of someone else. `text` is the kernel's message without blanks before it.
std::optional<MemblockLine> read_memblock_line(std::string_view text);

}  // namespace memmap::input
