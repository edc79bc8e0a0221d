// Ranges as sets: unions and differences.
#pragma once

#include <algorithm>
#include <vector>

#include "base/range.h"

namespace memmap {

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

}  // namespace memmap
