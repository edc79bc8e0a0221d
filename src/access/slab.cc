#include "access/slab.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/align.h"
#include "slab/order.h"

namespace memmap::access {
namespace {

// The cache's objects. kernel: __kmalloc_index(), include/linux/slab.h, v6.12
std::uint64_t object_size(std::uint64_t size) {
  if (size <= 8) return 8;
  if (size > 64 && size <= 96) return 96;
  if (size > 128 && size <= 192) return 192;
  return std::bit_ceil(size);
}

// kernel: kmalloc_info[], mm/slab_common.c; kmalloc_type(), include/linux/slab.h, v6.12
std::string cache_name(std::uint64_t size, Gfp gfp) {
  const std::string_view before = (gfp & kGfpDma) != 0 ? "dma-" : "";
  const std::string_view kind = (gfp & kGfpDma) != 0           ? ""
                                : (gfp & kGfpReclaimable) != 0 ? "rcl-"
                                : (gfp & kGfpAccount) != 0     ? "cg-"
                                                               : "";
  return size < kKiB ? fmt::format("{}kmalloc-{}{}", before, kind, size)
                     : fmt::format("{}kmalloc-{}{}k", before, kind, size / kKiB);
}

struct Cache {
  std::string name{};
  std::uint64_t size = 0;  // of its objects
};
Cache cache_for(std::uint64_t size, Gfp gfp, const std::string& name) {
  if (!name.empty()) return {name, align_up(size, 8)};
  const std::uint64_t objects = object_size(size);
  return {cache_name(objects, gfp), objects};
}

PhysRange range_of(const PageAllocator::Block& block) {
  const std::uint64_t base = raw(phys_of(block.first));
  return PhysRange::make(base, base + (kPageSize << block.order));
}

}  // namespace

std::optional<Slabs::Object> Slabs::take(std::uint64_t size, Gfp gfp, const std::string& cache,
                                         const CacheFlags& flags) {
  std::optional<Object> out;
  if (size <= kLargestCached) {
    const auto [name, bytes] = cache_for(size, gfp, cache);
    out = from_cache(name, bytes, gfp);
    if (out) out->flags = flags;
  } else if (size <= kGiB) {
    const auto block = pages_.take(slab::get_order(size), gfp);
    if (!block) return std::nullopt;
    out = Object{
        .phys = phys_of(block->first), .size = kPageSize << block->order, .slab = range_of(*block)};
  }
  if (out) taken_.emplace(out->phys, *out);
  return out;
}

std::optional<Slabs::Object> Slabs::from_cache(const std::string& name, std::uint64_t size,
                                               Gfp gfp) {
  std::vector<PhysAddr>& free = free_[name];
  const bool fresh = free.empty();
  if (fresh) {
    const auto block = pages_.take(slab::calculate_order(size, {.cpus = cpus_}), gfp);
    if (!block) return std::nullopt;
    const PhysRange range = range_of(*block);
    slabs_.emplace(range.base(), Slab{name, range});
    for (std::uint64_t i = range.size() / size; i-- > 0;) {
      free.push_back(PhysAddr{raw(range.base()) + i * size});
    }
  }
  Object out{.phys = free.back(), .size = size, .cache = name, .first_of_slab = fresh};
  free.pop_back();
  out.slab = std::prev(slabs_.upper_bound(out.phys))->second.range;
  return out;
}

std::optional<Slabs::Object> Slabs::take_at(PhysAddr phys, std::uint64_t size, Gfp gfp,
                                            const std::string& cache, const CacheFlags& flags) {
  if (size > kLargestCached) return std::nullopt;
  const auto [name, bytes] = cache_for(size, gfp, cache);
  const PhysAddr end{raw(phys) + bytes};
  if (const auto next = taken_.lower_bound(end); next != taken_.begin()) {
    const Object& before = std::prev(next)->second;
    if (raw(before.phys) + before.size > raw(phys)) return std::nullopt;
  }
  Object out{.phys = phys, .size = bytes, .cache = name, .flags = flags};
  const auto next = slabs_.upper_bound(phys);
  if (next != slabs_.begin() && std::prev(next)->second.range.contains(phys)) {
    const Slab& slab = std::prev(next)->second;
    if (slab.cache != name || slab.range.end() < end) return std::nullopt;
    out.slab = slab.range;
    // It may be one that the cache would have given next.
    std::erase_if(free_[name], [&](PhysAddr free) { return free >= phys && free < end; });
  } else {
    out.slab = whole_pages(PhysRange::make(raw(phys), raw(end)));
    if (!pages_.take_at(pfn_down(phys), out.slab.size() / kPageSize)) return std::nullopt;
    slabs_.emplace(out.slab.base(), Slab{name, out.slab});
    out.first_of_slab = true;
  }
  taken_.emplace(phys, out);
  return out;
}

std::optional<Slabs::Object> Slabs::taken(PhysAddr phys) const {
  const auto found = taken_.find(phys);
  if (found == taken_.end()) return std::nullopt;
  return found->second;
}

void Slabs::give_back(PhysAddr phys) {
  const auto found = taken_.find(phys);
  const Object object = found->second;
  taken_.erase(found);
  if (object.cache.empty()) {
    if (const auto* block = pages_.taken(pfn_down(phys))) pages_.give_back(*block);
  } else {
    free_[object.cache].push_back(phys);
  }
}

std::optional<std::string> Slabs::cache_at(PhysAddr phys) const {
  const auto next = slabs_.upper_bound(phys);
  if (next == slabs_.begin()) return std::nullopt;
  const Slab& slab = std::prev(next)->second;
  if (!slab.range.contains(phys)) return std::nullopt;
  return slab.cache;
}

}  // namespace memmap::access
