#include "replay/adopt.h"

#include <algorithm>

#include "memblock/memblock.h"

namespace memmap::replay {
namespace {

using memblock::Region;
using memblock::Regions;

bool is_node(int nid, int max_numnodes) { return nid >= 0 && nid < max_numnodes; }

void append(Regions& out, const Region& region) {
  if (!out.empty() && out.back().range.end() == region.range.base() &&
      out.back().nid == region.nid && out.back().flags == region.flags) {
    out.back().range = PhysRange::make(raw(out.back().range.base()), raw(region.range.end()));
  } else {
    out.push_back(region);
  }
}

}  // namespace

Regions as_shown(Regions regions, int max_numnodes) {
  for (Region& r : regions) {
    if (!is_node(r.nid, max_numnodes)) r.nid = memblock::kAnyNode;
  }
  return regions;
}

Adopted adopt(const Regions& ours, const Regions& dump, int max_numnodes) {
  Adopted out;
  auto at = dump.begin();
  const Region* counted_node = nullptr;
  const Region* counted_flags = nullptr;
  for (const Region& region : ours) {
    std::uint64_t from = raw(region.range.base());
    const std::uint64_t end = raw(region.range.end());
    while (from < end) {
      while (at != dump.end() && raw(at->range.end()) <= from) ++at;
      Region piece = region;
      std::uint64_t to = end;
      if (at != dump.end() && raw(at->range.base()) <= from) {
        to = std::min(end, raw(at->range.end()));
        if (is_node(at->nid, max_numnodes) && at->nid != piece.nid) {
          piece.nid = at->nid;
          if (counted_node != &*at) ++out.nodes;
          counted_node = &*at;
        }
        if (at->flags != piece.flags) {
          piece.flags = at->flags;
          if (counted_flags != &*at) ++out.flags;
          counted_flags = &*at;
        }
      } else if (at != dump.end()) {
        to = std::min(end, raw(at->range.base()));
      }
      piece.range = PhysRange::make(from, to);
      append(out.regions, piece);
      from = to;
    }
  }
  return out;
}

Regions reserved_before(const Log& log, std::size_t first_dump,
                        const kernel::Behaviour& behaviour) {
  // A memblock of its own that never runs full: only its lists' arithmetic is needed.
  memblock::Options options;
  options.init_reserved_regions = ~0ull >> 8;
  memblock::Memblock left(behaviour, options);
  const auto& dump = std::get<LoggedDump>(log.entries[first_dump].what);
  for (const Region& r : dump.reserved) left.reserve(r.range.base(), r.range.size());

  memblock::Memblock logged(behaviour, options);
  for (std::size_t i = 0; i < first_dump; ++i) {
    const auto* const call = std::get_if<LoggedCall>(&log.entries[i].what);
    if (call == nullptr) continue;
    if (call->kind == memblock::CallKind::reserve) {
      logged.reserve(call->range.base(), call->range.size());
    } else if (call->kind == memblock::CallKind::free) {
      logged.phys_free(call->range.base(), call->range.size());
    }
  }
  for (const Region& r : logged.reserved().regions()) {
    left.phys_free(r.range.base(), r.range.size());
  }
  return left.reserved().regions();
}

}  // namespace memmap::replay
