#include "access/page_allocator.h"

#include <algorithm>
#include <iterator>

#include "base/align.h"

namespace memmap::access {
namespace {

constexpr int kUnmovable = static_cast<int>(buddy::MigrateType::unmovable);
constexpr int kMovable = static_cast<int>(buddy::MigrateType::movable);
constexpr int kReclaimable = static_cast<int>(buddy::MigrateType::reclaimable);

// kernel: gfp_migratetype(), include/linux/gfp.h, v6.12
int migrate_type_of(Gfp gfp) {
  return (gfp & kGfpMovable) != 0       ? kMovable
         : (gfp & kGfpReclaimable) != 0 ? kReclaimable
                                        : kUnmovable;
}

// Where to take blocks from when there are none of a type.
// kernel: fallbacks[], mm/page_alloc.c, v6.12
const int* fallbacks_of(int type) {
  static constexpr int kOfUnmovable[] = {kReclaimable, kMovable};
  static constexpr int kOfMovable[] = {kReclaimable, kUnmovable};
  static constexpr int kOfReclaimable[] = {kUnmovable, kMovable};
  return type == kMovable ? kOfMovable : type == kReclaimable ? kOfReclaimable : kOfUnmovable;
}

// The highest zone that will do. kernel: gfp_zone(), include/linux/gfp.h, v6.12
zones::ZoneType zone_of(Gfp gfp) {
  if ((gfp & kGfpDma) != 0) return zones::ZoneType::dma;
  if ((gfp & kGfpDma32) != 0) return zones::ZoneType::dma32;
  const bool movable = (gfp & kGfpMovable) != 0 && (gfp & kGfpHighmem) != 0;
  return movable ? zones::ZoneType::movable : zones::ZoneType::normal;
}

}  // namespace

PageAllocator::PageAllocator(const boot::State& state, unsigned max_order, unsigned pageblock_order)
    : max_order_(max_order), pageblock_order_(pageblock_order) {
  for (const boot::NodeState& node : state.node_states) {
    for (const boot::ZoneState& z : node.zones) {
      Zone& zone = zones_.emplace_back();
      zone.nid = node.nid;
      zone.type = z.zone.type;
      zone.start = z.zone.start_pfn;
      zone.end = Pfn{raw(z.zone.start_pfn) + z.zone.spanned_pages};
      for (const buddy::FreeList& list : z.free) {
        if (list.order > max_order) continue;
        const int type = static_cast<int>(list.migratetype);
        List& into = list_of(zone, type, list.order);
        into.insert(into.end(), list.runs.begin(), list.runs.end());
        if (type == kMovable) continue;
        for (const buddy::FreeRun& run : list.runs) {
          zone.types[raw(run.first) >> pageblock_order] = type;
        }
      }
    }
  }
}

PageAllocator::List& PageAllocator::list_of(Zone& zone, int type, unsigned order) {
  std::vector<List>& lists = zone.lists[type];
  lists.resize(max_order_ + 1);
  return lists[order];
}

int PageAllocator::type_at(const Zone& zone, Pfn pfn) const {
  const auto found = zone.types.find(raw(pfn) >> pageblock_order_);
  return found == zone.types.end() ? kMovable : found->second;
}

std::optional<Pfn> PageAllocator::take_first(List& list, unsigned order) {
  if (list.empty()) return std::nullopt;
  const Pfn first = list.front().first;
  if (--list.front().count == 0) {
    list.pop_front();
  } else {
    list.front().first = Pfn{raw(first) + (std::uint64_t{1} << order)};
  }
  return first;
}

bool PageAllocator::take_exactly(List& list, unsigned order, Pfn pfn) {
  const std::uint64_t size = std::uint64_t{1} << order;
  for (auto run = list.begin(); run != list.end(); ++run) {
    const std::uint64_t base = raw(run->first);
    if (raw(pfn) < base || raw(pfn) >= base + run->count * size) continue;
    const std::uint64_t before = (raw(pfn) - base) / size;
    const std::uint64_t behind = run->count - before - 1;
    run = list.erase(run);
    if (behind != 0) run = list.insert(run, {Pfn{raw(pfn) + size}, behind});
    if (before != 0) list.insert(run, {Pfn{base}, before});
    return true;
  }
  return false;
}

// The smallest block that will do; what is left of it goes to the heads of the smaller lists.
//
//   order 3    |===============|
//   taken      |==|                 (order 0, the lowest part)
//   left          |==|===|=======|  orders 0, 1, 2
//
// kernel: __rmqueue_smallest(), expand(), mm/page_alloc.c, v6.12
std::optional<Pfn> PageAllocator::take_smallest(Zone& zone, unsigned order, int type) {
  for (unsigned from = order; from <= max_order_; ++from) {
    const auto first = take_first(list_of(zone, type, from), from);
    if (!first) continue;
    for (unsigned high = from; high > order;) {
      --high;
      list_of(zone, type, high).push_front({Pfn{raw(*first) + (std::uint64_t{1} << high)}, 1});
    }
    return first;
  }
  return std::nullopt;
}

// The largest block of another type becomes one of this type, with its pageblocks; a block below a
// pageblock is only taken from.
// kernel: __rmqueue_fallback(), steal_suitable_fallback(), mm/page_alloc.c, v6.12
bool PageAllocator::steal(Zone& zone, unsigned order, int type) {
  for (unsigned from = max_order_ + 1; from-- > order;) {
    for (int i = 0; i < 2; ++i) {
      const auto first = take_first(list_of(zone, fallbacks_of(type)[i], from), from);
      if (!first) continue;
      list_of(zone, type, from).push_front({*first, 1});
      if (from >= pageblock_order_) {
        const std::uint64_t blocks = std::uint64_t{1} << (from - pageblock_order_);
        for (std::uint64_t b = 0; b < blocks; ++b) {
          zone.types[(raw(*first) >> pageblock_order_) + b] = type;
        }
      }
      return true;
    }
  }
  return false;
}

std::optional<PageAllocator::Block> PageAllocator::take(unsigned order, Gfp gfp) {
  if (order > max_order_ || zones_.empty()) return std::nullopt;
  const int type = migrate_type_of(gfp);
  const int local = zones_.front().nid;
  // Node by node, the local one first; of each the highest zone first.
  for (const bool others : {false, true}) {
    if (others && (gfp & kGfpThisNode) != 0) break;
    for (int t = static_cast<int>(zone_of(gfp)); t >= 0; --t) {
      for (Zone& zone : zones_) {
        if (static_cast<int>(zone.type) != t || (zone.nid == local) == others) continue;
        auto first = take_smallest(zone, order, type);
        if (!first && steal(zone, order, type)) first = take_smallest(zone, order, type);
        if (!first) continue;
        const Block block{*first, order, zone.nid, zone.type};
        taken_.emplace(*first, block);
        return block;
      }
    }
  }
  return std::nullopt;
}

// The block that has it is split down to it, and its other halves stay free.
bool PageAllocator::take_page(Zone& zone, Pfn pfn) {
  for (auto& [type, lists] : zone.lists) {
    lists.resize(max_order_ + 1);
    for (unsigned order = 0; order <= max_order_; ++order) {
      std::uint64_t first = align_down(raw(pfn), std::uint64_t{1} << order);
      if (!take_exactly(lists[order], order, Pfn{first})) continue;
      while (order-- > 0) {
        const std::uint64_t half = std::uint64_t{1} << order;
        const bool upper = raw(pfn) >= first + half;
        lists[order].push_front({Pfn{upper ? first : first + half}, 1});
        if (upper) first += half;
      }
      taken_.emplace(pfn, Block{pfn, 0, zone.nid, zone.type});
      return true;
    }
  }
  return false;
}

bool PageAllocator::take_at(Pfn first, std::uint64_t pages) {
  for (std::uint64_t i = 0; i < pages; ++i) {
    const Pfn pfn{raw(first) + i};
    const bool taken = std::ranges::any_of(zones_, [&](Zone& zone) {
      return pfn >= zone.start && pfn < zone.end && take_page(zone, pfn);
    });
    if (taken) continue;
    while (i-- > 0) give_back(taken_.at(Pfn{raw(first) + i}));
    return false;
  }
  return true;
}

void PageAllocator::give_back(const Block& given) {
  const Block block = given;
  taken_.erase(block.first);
  for (Zone& zone : zones_) {
    if (zone.nid != block.nid || zone.type != block.zone) continue;
    std::uint64_t pfn = raw(block.first);
    unsigned order = block.order;
    for (; order < max_order_; ++order) {
      const Pfn buddy{pfn ^ (std::uint64_t{1} << order)};
      if (buddy < zone.start || buddy >= zone.end) break;
      if (!take_exactly(list_of(zone, type_at(zone, buddy), order), order, buddy)) break;
      pfn &= ~(std::uint64_t{1} << order);
    }
    list_of(zone, type_at(zone, Pfn{pfn}), order).push_front({Pfn{pfn}, 1});
  }
}

const PageAllocator::Block* PageAllocator::taken(Pfn first) const {
  const auto found = taken_.find(first);
  return found == taken_.end() ? nullptr : &found->second;
}

const PageAllocator::Block* PageAllocator::taken_with(Pfn pfn) const {
  const auto next = taken_.upper_bound(pfn);
  if (next == taken_.begin()) return nullptr;
  const Block& block = std::prev(next)->second;
  return raw(pfn) - raw(block.first) < std::uint64_t{1} << block.order ? &block : nullptr;
}

std::optional<Pfn> PageAllocator::next_taken(Pfn pfn) const {
  const auto next = taken_.upper_bound(pfn);
  if (next == taken_.end()) return std::nullopt;
  return next->first;
}

}  // namespace memmap::access
