// A page allocator of a few blocks.
#pragma once

#include <utility>
#include <vector>

#include "buddy/allocator.h"

namespace memmap::access {

// [start, end) page frames of a zone of that node.
struct FreeZonePages {
  int nid = 0;
  zones::ZoneType type = zones::ZoneType::dma32;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

// `free`: ascending, one row a zone, a node's zones in a row.
inline buddy::Allocator allocator_of(const std::vector<FreeZonePages>& free) {
  memblock::Regions memory;
  std::vector<zones::Node> nodes;
  for (const FreeZonePages& f : free) {
    memory.push_back({PhysRange::make(f.start << kPageShift, f.end << kPageShift), 0, f.nid});
    if (nodes.empty() || nodes.back().nid != f.nid) nodes.push_back({.nid = f.nid});
    nodes.back().present_pages += f.end - f.start;
    nodes.back().zones.push_back({f.type, Pfn{f.start}, f.end - f.start, f.end - f.start});
  }
  const buddy::Options handoff{.max_low_pfn = Pfn{free.back().end}};
  return {memory, nodes, buddy::free_all(memory, {}, nodes, handoff), {.handoff = handoff}};
}

}  // namespace memmap::access
