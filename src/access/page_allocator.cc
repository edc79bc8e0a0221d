#include "access/page_allocator.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace memmap::access {
namespace {

using buddy::MigrateType;

// kernel: gfp_migratetype(), include/linux/gfp.h, v6.12
MigrateType migrate_type_of(Gfp gfp) {
  return (gfp & kGfpMovable) != 0       ? MigrateType::movable
         : (gfp & kGfpReclaimable) != 0 ? MigrateType::reclaimable
                                        : MigrateType::unmovable;
}

// The highest zone that will do. kernel: gfp_zone(), include/linux/gfp.h, v6.12
zones::ZoneType zone_of(Gfp gfp) {
  if ((gfp & kGfpDma) != 0) return zones::ZoneType::dma;
  if ((gfp & kGfpDma32) != 0) return zones::ZoneType::dma32;
  const bool movable = (gfp & kGfpMovable) != 0 && (gfp & kGfpHighmem) != 0;
  return movable ? zones::ZoneType::movable : zones::ZoneType::normal;
}

}  // namespace

PageAllocator::PageAllocator(buddy::Allocator allocator) : allocator_(std::move(allocator)) {
  const auto zones = allocator_.zones();
  const auto first = std::ranges::find_if(
      zones, [](const buddy::LiveZone& zone) { return zone.present_pages > 0; });
  if (first != zones.end()) local_ = first->nid;
}

std::optional<PageAllocator::Block> PageAllocator::take(unsigned order, Gfp gfp) {
  if (!local_ || order > allocator_.max_page_order()) return std::nullopt;
  const auto got = allocator_.alloc({.order = order,
                                     .type = migrate_type_of(gfp),
                                     .nid = *local_,
                                     .highest = zone_of(gfp),
                                     .this_node = (gfp & kGfpThisNode) != 0});
  if (!got) return std::nullopt;
  const buddy::LiveZone& zone = allocator_.zones()[got->zone];
  const Block block{got->pfn, order, zone.nid, zone.type};
  taken_.emplace(block.first, block);
  return block;
}

bool PageAllocator::take_at(Pfn first, std::uint64_t pages) {
  for (std::uint64_t i = 0; i < pages; ++i) {
    const Pfn pfn{raw(first) + i};
    if (allocator_.take_off(pfn)) {
      const buddy::LiveZone& zone = allocator_.zones()[allocator_.zone_of(pfn)];
      taken_.emplace(pfn, Block{pfn, 0, zone.nid, zone.type});
      continue;
    }
    while (i-- > 0) give_back(taken_.at(Pfn{raw(first) + i}));
    return false;
  }
  return true;
}

void PageAllocator::give_back(const Block& given) {
  const Block block = given;
  taken_.erase(block.first);
  allocator_.free(block.first, block.order);
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
