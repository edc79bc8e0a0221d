#include "policy/measure.h"

#include <algorithm>

#include "base/wildcard.h"
#include "paging/areas.h"
#include "policy/words.h"

namespace memmap::policy {
namespace {

using boot::NodeState;
using boot::Outcome;
using boot::ZoneState;
using Ranges = std::vector<PhysRange>;

// The filter with the turn's node and zone in their places.
struct Where {
  std::optional<PhysRange> within{};
  std::optional<int> node{};
  std::optional<zones::ZoneType> zone{};

  Where(const Filter& filter, const Turn& turn)
      : within(filter.within), node(filter.node), zone(filter.zone) {
    if (!node && (filter.each_node || filter.each_zone)) node = turn.node;
    if (filter.each_zone) zone = turn.zone;
  }
};

template <class Visit>
void each_zone(const Outcome& outcome, const Where& where, const Visit& visit) {
  for (const NodeState& node : outcome.state.node_states) {
    if (where.node && node.nid != *where.node) continue;
    for (const ZoneState& zone : node.zones) {
      if (!where.zone || zone.zone.type == *where.zone) visit(node, zone);
    }
  }
}

PhysRange range_of(const zones::Zone& zone) {
  const std::uint64_t start = raw(zone.start_pfn) << kPageShift;
  return PhysRange::make(start, start + (zone.spanned_pages << kPageShift));
}

// What of the address space is of the node and the zone. nullopt: all of it.
std::optional<Ranges> ground_of(const Outcome& outcome, const Where& where) {
  if (!where.node && !where.zone) return std::nullopt;
  Ranges out;
  const memblock::Regions memory = outcome.state.memblock.memory().regions();
  const auto add = [&](PhysRange in, int nid) {
    for (const memblock::Region& region : memory) {
      const PhysRange common = region.range.intersect(in);
      if (region.nid == nid && !common.empty()) out.push_back(common);
    }
  };
  if (where.zone) {
    each_zone(outcome, where, [&](const NodeState& node, const ZoneState& zone) {
      add(range_of(zone.zone), node.nid);
    });
  } else {
    add(PhysRange::make(0, ~0ull), *where.node);
  }
  std::ranges::sort(out);
  return out;
}

Ranges clipped(const Ranges& pieces, const Ranges& ground) {
  Ranges out;
  for (const PhysRange piece : pieces) {
    for (const PhysRange part : ground) {
      const PhysRange common = piece.intersect(part);
      if (!common.empty()) out.push_back(common);
    }
  }
  return out;
}

Ranges e820_pieces(const Outcome& outcome, E820Type type) {
  Ranges out;
  for (const E820Entry& e : outcome.state.e820.table.entries()) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (e.type == type && range && !range->empty()) out.push_back(*range);
  }
  return out;
}

Ranges direct_map_pieces(const Outcome& outcome, std::uint64_t page_size) {
  Ranges out;
  const paging::AddressSpace& tables = outcome.state.page_tables;
  for (const paging::Mapping& m : tables.mappings()) {
    if (m.page_size != page_size) continue;
    if (paging::area_of(m.virt, tables.levels(), tables.bases()) != paging::kDirectMap) continue;
    if (const auto range = PhysRange::from_size(m.phys, m.bytes())) out.push_back(*range);
  }
  std::ranges::sort(out);
  return out;
}

Ranges free_pieces(const Outcome& outcome) {
  Ranges out;
  for (const NodeState& node : outcome.state.node_states) {
    for (const ZoneState& zone : node.zones) {
      for (const buddy::FreeList& list : zone.free) {
        for (const buddy::FreeRun& run : list.runs) {
          const std::uint64_t start = raw(run.first) << kPageShift;
          out.push_back(PhysRange::make(start, start + (run.count << (list.order + kPageShift))));
        }
      }
    }
  }
  std::ranges::sort(out);
  return out;
}

Ranges whole_pieces(const Expression& e, const Outcome& outcome) {
  switch (e.noun) {
    case Noun::thing:
      return e.thing->of(outcome);
    case Noun::owner: {
      Ranges out;
      for (const boot::Owned& piece : outcome.owners)
        if (is_of(e, piece)) out.push_back(piece.range);
      return out;
    }
    case Noun::e820:
      return e820_pieces(outcome, e.e820);
    case Noun::direct_map:
      return direct_map_pieces(outcome, e.page_size);
    case Noun::free:
      return free_pieces(outcome);
    default:
      return {};
  }
}

std::uint64_t bytes_in(const Ranges& ranges) {
  std::uint64_t out = 0;
  for (const PhysRange range : ranges) out += range.size();
  return out;
}

std::uint64_t free_pages(const ZoneState& zone) {
  std::uint64_t out = 0;
  for (const buddy::FreeList& list : zone.free)
    for (const buddy::FreeRun& run : list.runs) out += run.count << list.order;
  return out;
}

// As in user space, where all that is given back or initialised later is in.
std::optional<Wide> managed(const Outcome& outcome, const Where& where) {
  std::optional<Wide> out;
  for (const buddy::ZonePages& zone : outcome.state.page_allocator.zones) {
    if ((where.node && zone.nid != *where.node) || (where.zone && zone.type != *where.zone))
      continue;
    out = out.value_or(0) + (Wide{zone.managed_pages} << kPageShift);
  }
  return out;
}

std::optional<Wide> zone_amount(const Expression& e, const Outcome& outcome, const Where& where) {
  bool found = false;
  std::uint64_t pages = 0;
  each_zone(outcome, where, [&](const NodeState&, const ZoneState& zone) {
    found = true;
    pages += e.noun == Noun::present   ? zone.zone.present_pages
             : e.noun == Noun::spanned ? zone.zone.spanned_pages
                                       : free_pages(zone);
  });
  if (!found) return std::nullopt;
  return Wide{pages} << kPageShift;
}

// Pages of `size` that have a byte in a piece.
std::uint64_t pages_touched(const Ranges& whole, const Ranges& parts, std::uint64_t size) {
  std::uint64_t out = 0;
  for (const PhysRange run : whole) {
    for (const PhysRange part : parts) {
      const PhysRange common = run.intersect(part);
      if (common.empty()) continue;
      const std::uint64_t first = (raw(common.base()) - raw(run.base())) / size;
      const std::uint64_t last = (raw(common.end()) - 1 - raw(run.base())) / size;
      out += last - first + 1;
    }
  }
  return out;
}

std::optional<Wide> huge_pages(const Expression& e, const Outcome& outcome, const Turn& turn) {
  const Where where(e.filter, turn);
  std::uint64_t pages = 0;
  for (const boot::HugePageSize& size : outcome.state.huge_page_sizes) {
    if (e.page_size != 0 && size.size != e.page_size) continue;
    if (!size.pages) return std::nullopt;
    // On which nodes the page allocator finds smaller ones nobody can tell.
    if ((where.node || where.zone) && size.size < kGiB && *size.pages != 0) return std::nullopt;
    pages += *size.pages;
  }
  const auto ground = ground_of(outcome, where);
  if (!ground) return Wide{pages};
  Ranges gigantic = outcome.state.gigantic_pages;
  if (e.page_size != 0)
    std::erase_if(gigantic, [&](PhysRange page) { return page.size() != e.page_size; });
  return Wide{clipped(gigantic, *ground).size()};
}

}  // namespace

bool counts(const Expression& e, const Event& event) {
  if (e.severity && event.severity != *e.severity) return false;
  if (!e.name.empty() && !matches(e.name, event.text)) return false;
  return std::ranges::none_of(
      e.except, [&](const std::string& pattern) { return matches(pattern, event.text); });
}

bool is_of(const Expression& e, const boot::Owned& piece) {
  return e.owner != nullptr ? piece.owner == e.owner : matches(e.name, piece.words);
}

std::vector<PhysRange> pieces_of(const Expression& e, const Outcome& outcome, const Turn& turn,
                                 Part part) {
  Ranges out = whole_pieces(e, outcome);
  if (part == Part::whole) return out;
  const Where where(e.filter, turn);
  if (where.within) out = clipped(out, {*where.within});
  if (const auto ground = ground_of(outcome, where)) out = clipped(out, *ground);
  return out;
}

std::optional<Wide> amount_of(const Expression& e, const Outcome& outcome, const Turn& turn) {
  if (e.filter.node && std::ranges::find(outcome.state.node_states, *e.filter.node,
                                         &NodeState::nid) == outcome.state.node_states.end())
    return std::nullopt;  // of a node that is not there nothing is so, not even that it has none
  switch (e.noun) {
    case Noun::events:
      return std::ranges::count_if(outcome.events,
                                   [&](const Event& event) { return counts(e, event); });
    case Noun::huge_pages:
      return huge_pages(e, outcome, turn);
    case Noun::managed:
      return managed(outcome, Where(e.filter, turn));
    case Noun::present:
    case Noun::spanned:
      return zone_amount(e, outcome, Where(e.filter, turn));
    case Noun::free:
      if (!e.filter.within) return zone_amount(e, outcome, Where(e.filter, turn));
      break;
    case Noun::direct_map:
      return pages_touched(pieces_of(e, outcome, turn, Part::whole),
                           pieces_of(e, outcome, turn, Part::filtered), e.page_size);
    default:
      break;
  }
  const Ranges pieces = pieces_of(e, outcome, turn, Part::filtered);
  return e.type == Type::count ? Wide{pieces.size()} : Wide{bytes_in(pieces)};
}

}  // namespace memmap::policy
