#include "zones/form.h"

#include <algorithm>
#include <array>
#include <optional>

namespace memmap::zones {
namespace {

// In page frame numbers; start <= end.
struct Span {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

struct Arch {
  std::array<Span, kZoneTypes> zones{};  // arch_zone_{lowest,highest}_possible_pfn
  int highest = 0;                       // movable_zone
};

std::uint64_t clamp(std::uint64_t v, Span s) { return std::clamp(v, s.start, s.end); }

Span pages_of(const memblock::Region& r) {
  const std::uint64_t start = raw(pfn_up(r.range.base()));
  return {start, std::max(start, raw(pfn_down(r.range.end())))};
}

Arch arch_zones(std::span<const memblock::Region> memory, const Limits& limits) {
  Arch arch;
  std::uint64_t start = memory.empty() ? 0 : raw(pfn_down(memory.front().range.base()));
  const std::array<Pfn, 3> ends{limits.dma, limits.dma32, limits.normal};
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::uint64_t end = std::max(raw(ends[i]), start);
    arch.zones[i] = {start, end};
    if (end > start) arch.highest = static_cast<int>(i);
    start = end;
  }
  return arch;
}

// The pages that a zone spans of `node`, once ZONE_MOVABLE has taken its part.
// kernel: zone_spanned_pages_in_node(), adjust_zone_range_for_zone_movable()
Span spanned(ZoneType type, Span node, const Arch& arch, std::optional<Pfn> movable, bool mirror) {
  const Span zone = arch.zones[static_cast<std::size_t>(type)];
  Span s{clamp(node.start, zone), clamp(node.end, zone)};
  if (movable) {
    const std::uint64_t from = raw(*movable);
    if (type == ZoneType::movable) {
      s = {from, std::min(node.end, arch.zones[static_cast<std::size_t>(arch.highest)].end)};
    } else if (!mirror && s.start < from && s.end > from) {
      s.end = from;
    } else if (s.start >= from) {
      s.start = s.end;
    }
  }
  return s.start < s.end ? s : Span{};
}

// kernel: zone_absent_pages_in_node()
std::uint64_t present(ZoneType type, Span zone, int nid, bool mirror_splits,
                      std::span<const memblock::Region> memory) {
  std::uint64_t pages = 0;
  for (const memblock::Region& r : memory) {
    const Span s = pages_of(r);
    const std::uint64_t common = clamp(s.end, zone) - clamp(s.start, zone);
    if (r.nid == nid) pages += common;
    // With kernelcore=mirror Normal and Movable overlap, and each page is present in one of them.
    // The kernel takes off the regions of all nodes here.
    const bool mirrored = (r.flags & memblock::kMirror) != 0;
    if (mirror_splits &&
        ((type == ZoneType::movable && mirrored) || (type == ZoneType::normal && !mirrored))) {
      pages -= common;
    }
  }
  return pages;
}

}  // namespace

std::string_view name(ZoneType type) {
  switch (type) {
    case ZoneType::dma:
      return "DMA";
    case ZoneType::dma32:
      return "DMA32";
    case ZoneType::normal:
      return "Normal";
    case ZoneType::movable:
      return "Movable";
  }
  return "?";
}

PfnRange node_range(std::span<const memblock::Region> memory, int nid) {
  std::optional<Span> all;
  for (const memblock::Region& r : memory) {
    const Span s = pages_of(r);
    if (r.nid != nid || s.start == s.end) continue;
    if (!all) all = s;
    all->end = s.end;
  }
  if (!all) return {};
  return {Pfn{all->start}, Pfn{all->end}};
}

Formed form(std::span<const memblock::Region> memory, std::span<const int> nids,
            const Limits& limits, const Options& options) {
  Formed formed;
  const Arch arch = arch_zones(memory, limits);
  std::map<int, Pfn> movable;
  if (options.movable.any()) {
    const Pfn lowest{arch.zones[static_cast<std::size_t>(arch.highest)].start};
    movable = movable_starts(memory, lowest, options.movable, options.max_page_order,
                             options.behaviour, formed.events);
  }
  const bool mirror = options.movable.kernelcore_mirror;

  for (const int nid : nids) {
    const PfnRange range = node_range(memory, nid);
    const Span whole{raw(range.start), raw(range.end)};
    std::optional<Pfn> from;
    if (const auto found = movable.find(nid); found != movable.end()) {
      from = found->second;
    }

    Node node{.nid = nid, .start_pfn = range.start};
    std::uint64_t zones_spanned = 0;
    for (int i = 0; i < kZoneTypes; ++i) {
      const auto type = static_cast<ZoneType>(i);
      const Span s = whole.start == whole.end ? Span{} : spanned(type, whole, arch, from, mirror);
      Zone zone{.type = type};
      if (s.start != s.end) {
        zone.start_pfn = Pfn{s.start};
        zone.spanned_pages = s.end - s.start;
        zone.present_pages = present(type, s, nid, mirror && from, memory);
      }
      zones_spanned += zone.spanned_pages;
      node.present_pages += zone.present_pages;
      node.zones.push_back(zone);
    }
    node.spanned_pages =
        options.behaviour.zones_sum_to_node ? zones_spanned : whole.end - whole.start;
    formed.nodes.push_back(std::move(node));
  }
  std::sort(formed.nodes.begin(), formed.nodes.end(),
            [](const Node& a, const Node& b) { return a.nid < b.nid; });
  return formed;
}

}  // namespace memmap::zones
