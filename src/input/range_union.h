// Pieces of memory that several lines of an input tell of, put together.
#pragma once

#include <algorithm>
#include <vector>

#include "base/range.h"
#include "machine/e820_entry.h"

namespace memmap::input {

// Sorted; what overlaps or touches is one range; empty ranges are gone.
inline std::vector<PhysRange> united(std::vector<PhysRange> ranges) {
  std::erase_if(ranges, [](PhysRange r) { return r.empty(); });
  std::sort(ranges.begin(), ranges.end());
  std::vector<PhysRange> out;
  for (PhysRange r : ranges) {
    if (!out.empty() && r.base() <= out.back().end()) {
      out.back() =
          PhysRange::make(raw(out.back().base()), std::max(raw(out.back().end()), raw(r.end())));
    } else {
      out.push_back(r);
    }
  }
  return out;
}

// `ranges` (as united() returns them) without `hole`.
inline std::vector<PhysRange> without(const std::vector<PhysRange>& ranges, PhysRange hole) {
  std::vector<PhysRange> out;
  for (PhysRange r : ranges) {
    if (!r.overlaps(hole)) {
      out.push_back(r);
      continue;
    }
    if (r.base() < hole.base()) out.push_back(PhysRange::make(raw(r.base()), raw(hole.base())));
    if (hole.end() < r.end()) out.push_back(PhysRange::make(raw(hole.end()), raw(r.end())));
  }
  return out;
}

// From the end of base memory to 1 MiB lie the video window and the BIOS: RAM may stand behind
// them, but no PC firmware hands it out.
inline constexpr PhysRange kLegacyHole = PhysRange::make(0xa0000, 0x100000);

inline E820Entry entry_of(PhysRange range, E820Type type) {
  return E820Entry{.addr = range.base(), .size = range.size(), .type = type};
}

}  // namespace memmap::input
