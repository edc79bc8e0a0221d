// Memblock's work on a list: adding, isolating, merging, removing.
#include <algorithm>

#include "memblock/cap.h"
#include "memblock/memblock.h"

namespace memmap::memblock {
namespace {

bool joins(const Region& low, const Region& high) {
  return low.range.end() == high.range.base() && low.nid == high.nid && low.flags == high.flags;
}

Region joined(const Region& low, const Region& high) {
  Region r = low;
  r.range = PhysRange::make(raw(low.range.base()), raw(high.range.end()));
  return r;
}

}  // namespace

// kernel: memblock_add_range(), mm/memblock.c, v6.1 and v6.12
bool Memblock::add_range(RegionType& type, PhysAddr base, std::uint64_t size, int nid,
                         std::uint32_t flags) {
  if (panicked_) return false;
  size = cap_size(base, size);
  if (size == 0) return true;
  if (!behaviour_.numa) nid = 0;
  if (&type == &memory_) remembered_.no_room.forget();
  const Span span{raw(base), raw(base) + size};
  if (type.list.empty()) {
    if (type.total_size != 0) {
      event(Severity::warning, "memblock_add_range",
            "WARNING: at mm/memblock.c memblock_add_range: an empty list with a total size");
    }
    type.list.insert(type.list.end(), Region{PhysRange::make(span.base, span.end), flags, nid});
    type.total_size = size;
    return true;
  }
  const std::uint64_t room = cnt(type) * 2 + 1;
  const bool roomy = behaviour_.memblock_tight_room_check ? room <= type.max : room < type.max;
  if (!roomy) {
    const std::uint64_t wanted = cover(type, span, nid, flags, false);
    if (wanted == 0) return true;
    // Growing reserves the new array, which may take entries itself; the kernel does not recount.
    while (cnt(type) + wanted > type.max) {
      if (!double_array(type, base, size)) return false;
    }
  }
  cover(type, span, nid, flags, true);
  return true;
}

//   regions        |---|      |----|
//   new         |=====================|
//   inserted    |==|   |======|    |==|
std::uint64_t Memblock::cover(RegionType& type, Span span, int nid, std::uint32_t flags,
                              bool insert) {
  std::uint64_t pieces = 0;
  std::uint64_t first = span.end;
  std::uint64_t last = span.base;
  for (std::uint64_t at = span.base; at < span.end;) {
    const RegionList::Pos pos = type.list.first_ending_above(at);
    std::uint64_t stop = span.end;
    if (pos != type.list.end()) {
      const Region& r = type.list.at(pos);
      if (raw(r.range.base()) <= at) {
        at = std::min(raw(r.range.end()), span.end);
        continue;
      }
      if (raw(r.range.base()) < span.end) {
        stop = raw(r.range.base());
        if (nid != r.nid) {
          event(
              Severity::warning, "memblock_add_range",
              "WARNING: at mm/memblock.c memblock_add_range: nid != memblock_get_region_node(rgn)",
              r.range);
        }
        const bool asks = flags != kNone || !behaviour_.memblock_rsrv_kern;
        if (asks && flags != r.flags) {
          event(Severity::warning, "memblock_add_range",
                "WARNING: at mm/memblock.c memblock_add_range: flags != rgn->flags", r.range);
        }
      }
    }
    ++pieces;
    if (insert) {
      const Region region{PhysRange::make(at, stop), flags, nid};
      type.total_size += region.range.size();
      first = std::min(first, at);
      last = stop;
      if (type.loose) {
        type.list.insert(pos, region);
      } else {
        place(type, region);
      }
    }
    at = stop;
  }
  if (pieces != 0 && insert && type.loose) merge_regions(type, Span{first, last});
  return pieces;
}

// Inserts `region`, which must overlap nothing, and joins it with its neighbours where they match.
// In a list that had nothing to merge this is what inserting and memblock_merge_regions() come to.
void Memblock::place(RegionType& type, const Region& region) {
  RegionList& list = type.list;
  const RegionList::Pos above = list.first_ending_above(raw(region.range.base()));
  const bool joins_above = above != list.end() && joins(region, list.at(above));
  if (above != list.begin()) {
    const RegionList::Pos below = list.prev(above);
    if (joins(list.at(below), region)) {
      Region all = joined(list.at(below), region);
      if (joins_above) {
        all = joined(all, list.at(above));
        list.erase(above);
        list.replace(list.first_ending_above(raw(region.range.base()) - 1), all);
      } else {
        list.replace(below, all);
      }
      return;
    }
  }
  if (joins_above) {
    list.replace(above, joined(region, list.at(above)));
  } else {
    list.insert(above, region);
  }
}

// Splits the regions that cross the bounds of the range.
// kernel: memblock_isolate_range(), mm/memblock.c, v6.12
bool Memblock::isolate_range(RegionType& type, PhysAddr base, std::uint64_t size, Span& isolated) {
  isolated = Span{};
  if (panicked_) return false;
  size = cap_size(base, size);
  if (size == 0) return true;
  while (cnt(type) + 2 > type.max) {
    if (!double_array(type, base, size)) return false;
  }
  isolated = Span{raw(base), raw(base) + size};
  for (const std::uint64_t bound : {isolated.base, isolated.end}) {
    const RegionList::Pos pos = type.list.first_ending_above(bound);
    if (pos == type.list.end()) continue;
    Region r = type.list.at(pos);
    const std::uint64_t from = raw(r.range.base());
    const std::uint64_t to = raw(r.range.end());
    if (from >= bound) continue;
    r.range = PhysRange::make(bound, to);
    type.list.replace(pos, r);
    r.range = PhysRange::make(from, bound);
    type.list.insert(pos, r);
  }
  return true;
}

// Joins touching regions of equal flags and node, around `span` or in the whole list.
// kernel: memblock_merge_regions(), mm/memblock.c, v6.1 and v6.12
void Memblock::merge_regions(RegionType& type, Span span) {
  RegionList& list = type.list;
  if (type.loose && !behaviour_.memblock_merges_around_change) {
    span = Span{0, ~0ull};
    type.loose = false;
  }
  if (list.empty() || span.base == span.end) return;
  RegionList::Pos low = span.base == 0 ? list.begin() : list.first_ending_above(span.base - 1);
  while (low != list.end()) {
    const RegionList::Pos high = list.next(low);
    if (high == list.end() || raw(list.at(high).range.base()) > span.end) return;
    if (!joins(list.at(low), list.at(high))) {
      low = high;
      continue;
    }
    const Region all = joined(list.at(low), list.at(high));
    list.erase(high);
    low = list.first_ending_above(raw(all.range.base()));
    list.replace(low, all);
  }
}

// kernel: memblock_remove_region(), mm/memblock.c, v6.12
void Memblock::count_removed(RegionType& type, std::uint64_t bytes) {
  type.total_size -= bytes;
  if (bytes != 0 && type.list.empty()) warn_emptied(type);
}

// After memblock_trim_memory() the total does not come to 0 when everything is removed.
void Memblock::warn_emptied(const RegionType& type) {
  if (type.total_size == 0) return;
  event(Severity::warning, "memblock_remove_region",
        "WARNING: at mm/memblock.c memblock_remove_region: type->total_size != 0");
}

bool Memblock::remove_range(RegionType& type, PhysAddr base, std::uint64_t size) {
  Span span;
  if (!isolate_range(type, base, size, span)) return false;
  if (span.base == span.end) return true;
  const RegionList::Pos from = type.list.first_ending_above(span.base);
  const RegionList::Pos to = type.list.first_ending_above(span.end);
  if (&type == &reserved_) remembered_.no_room.forget();
  const std::uint64_t before = type.list.bytes();
  type.list.erase(from, to);
  count_removed(type, before - type.list.bytes());
  return true;
}

template <class Change>
bool Memblock::change_regions(RegionType& type, PhysAddr base, std::uint64_t size,
                              const Change& change) {
  Span span;
  if (!isolate_range(type, base, size, span)) return false;
  if (span.base != span.end) {
    if (&type == &memory_) remembered_.no_room.forget();
    const RegionList::Pos to = type.list.first_ending_above(span.end);
    for (RegionList::Pos p = type.list.first_ending_above(span.base); p != to;
         p = type.list.next(p)) {
      Region r = type.list.at(p);
      change(r);
      type.list.replace(p, r);
    }
  }
  merge_regions(type, span);
  return true;
}

// kernel: memblock_setclr_flag(), mm/memblock.c, v6.12
bool Memblock::setclr_flag(RegionType& type, PhysAddr base, std::uint64_t size, FlagEdit edit,
                           std::uint32_t flag) {
  return change_regions(type, base, size, [edit, flag](Region& r) {
    r.flags = edit == FlagEdit::set ? r.flags | flag : r.flags & ~flag;
  });
}

// kernel: memblock_set_node(), mm/memblock.c, v6.12
bool Memblock::set_type_node(RegionType& type, PhysAddr base, std::uint64_t size, int nid) {
  if (!behaviour_.numa) return true;
  return change_regions(type, base, size, [nid](Region& r) { r.nid = nid; });
}

}  // namespace memmap::memblock
