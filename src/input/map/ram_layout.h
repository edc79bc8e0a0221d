// What inputs that tell of RAM only have in common.
#pragma once

#include "base/range.h"
#include "machine/e820_entry.h"

namespace memmap::input {

// From the end of base memory to 1 MiB lie the video window and the BIOS: RAM may stand behind
// them, but no PC firmware hands it out.
inline constexpr PhysRange kLegacyHole = PhysRange::make(0xa0000, 0x100000);

inline E820Entry entry_of(PhysRange range, E820Type type) {
  return E820Entry{.addr = range.base(), .size = range.size(), .type = type};
}

}  // namespace memmap::input
