// Sets of bytes as ranges: union and difference.
#pragma once

#include <algorithm>
#include <vector>

#include "base/range.h"
#include "base/sort_runs.h"

namespace memmap {

// The bytes of all `ranges`, in any order, as ascending ranges that neither overlap nor touch; none
// is empty.
inline std::vector<PhysRange> united(std::vector<PhysRange> ranges) {
  std::erase_if(ranges, [](PhysRange r) { return r.empty(); });
  sort_runs(ranges);
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

// The bytes of `ranges` that are not in `hole`. `ranges` and the result are as united() returns
// them.
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

// The bytes of `ranges` that are in none of `holes`; all three are as united() returns them. O(n).
inline std::vector<PhysRange> without(const std::vector<PhysRange>& ranges,
                                      const std::vector<PhysRange>& holes) {
  std::vector<PhysRange> out;
  auto hole = holes.begin();
  for (const PhysRange r : ranges) {
    std::uint64_t at = raw(r.base());
    while (hole != holes.end() && hole->end() <= r.base()) ++hole;
    // A hole that reaches beyond this range is looked at again for the next one.
    for (; hole != holes.end() && hole->base() < r.end(); ++hole) {
      if (at < raw(hole->base())) out.push_back(PhysRange::make(at, raw(hole->base())));
      at = raw(hole->end());
      if (at >= raw(r.end())) break;
    }
    if (at < raw(r.end())) out.push_back(PhysRange::make(at, raw(r.end())));
  }
  return out;
}

}  // namespace memmap
