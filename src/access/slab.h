// kmalloc(), as a model: caches of the kernel's sizes, slabs of the kernel's order, objects in the order
// of their addresses. A kernel with CONFIG_SLAB_FREELIST_RANDOM or CONFIG_RANDOM_KMALLOC_CACHES
// shuffles both, and at the hand-over none has its caches yet: sizes are right, addresses are examples.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/gfp.h"
#include "access/page_allocator.h"
#include "access/script.h"
#include "base/address.h"

namespace memmap::access {

// Above it kmalloc() takes whole pages. kernel: KMALLOC_MAX_CACHE_SIZE, include/linux/slab.h, v6.12
inline constexpr std::uint64_t kLargestCached = 2 * kPageSize;

class Slabs {
 public:
  // `cpus`: present, of which the size of slabs follows; both must outlive it.
  Slabs(PageAllocator& pages, unsigned cpus) : pages_(pages), cpus_(cpus) {}

  struct Object {
    PhysAddr phys{};
    std::uint64_t size = 0;  // bytes that it has
    std::string cache{};     // `kmalloc-64`; empty: whole pages
    bool first_of_slab = false;
    PhysRange slab{};  // or the pages
    CacheFlags flags{};
  };
  // nullopt: no pages are left, or the size is above what pages come in. `size` is above 0. Of the
  // cache of that name, whose objects have that size; without a name: of kmalloc()'s.
  // kernel: kmalloc_slab(), mm/slab_common.c; calculate_order(), mm/slub.c, v6.12
  std::optional<Object> take(std::uint64_t size, Gfp gfp, const std::string& cache = {},
                             const CacheFlags& flags = {});
  // The same at that very place. nullopt: something else is there, the pages that it needs are not
  // free, or it would be whole pages.
  std::optional<Object> take_at(PhysAddr phys, std::uint64_t size, Gfp gfp,
                                const std::string& cache, const CacheFlags& flags);
  // What take() gave and is still taken, at its first byte; nullopt: there is none.
  std::optional<Object> taken(PhysAddr phys) const;
  // Its place is the next that its cache gives. The slab stays with the cache.
  void give_back(PhysAddr phys);
  // What `phys` lies in, in use or not; nullopt: in no slab.
  std::optional<std::string> cache_at(PhysAddr phys) const;

 private:
  struct Slab {
    std::string cache{};
    PhysRange range{};
  };
  std::optional<Object> from_cache(const std::string& name, std::uint64_t size, Gfp gfp);

  PageAllocator& pages_;
  unsigned cpus_;
  std::map<std::string, std::vector<PhysAddr>> free_{};  // by cache; the last is the next
  std::map<PhysAddr, Object> taken_{};
  std::map<PhysAddr, Slab> slabs_{};  // by first address
};

}  // namespace memmap::access
