#include "slab/caches.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/address.h"
#include "base/align.h"

namespace memmap::slab {
namespace {

constexpr std::size_t kNodeCache = 0;   // kmem_cache_node
constexpr std::size_t kCacheCache = 1;  // kmem_cache
constexpr std::uint64_t kCacheLine = 64;
constexpr std::uint64_t kLargestCached = 2 * kPageSize;  // KMALLOC_MAX_CACHE_SIZE

// kernel: kmalloc_info[], mm/slab_common.c
constexpr std::array<std::uint64_t, 11> kPowers = {8,   16,   32,   64,   128, 256,
                                                   512, 1024, 2048, 4096, 8192};

std::string kmalloc_name(const std::string& set, std::uint64_t size) {
  return size < 1024 ? set + std::to_string(size) : set + std::to_string(size / 1024) + "k";
}

}  // namespace

std::size_t Caches::add(const std::string& name, std::uint64_t size, std::uint64_t align) {
  Cache cache{.name = name, .size = align_up(align_up(size, 8), align)};
  cache.order = calculate_order(cache.size, setup_.order);
  cache.objects = (kPageSize << cache.order) / cache.size;
  caches_.push_back(std::move(cache));
  return caches_.size() - 1;
}

void Caches::new_slab(Cache& cache, std::optional<int> nid) {
  take_({cache.name, cache.order, get_order(cache.size), nid});
  cache.left[nid.value_or(kAnyNode)] += cache.objects;
}

void Caches::alloc(std::size_t index, std::optional<int> nid) {
  Cache& cache = caches_[index];
  std::uint64_t& left = cache.left[nid.value_or(kAnyNode)];
  if (left == 0) new_slab(cache, nid);
  --left;
}

// What a cache keeps for each node. kernel: init_kmem_cache_nodes()
void Caches::alloc_nodes() {
  for (const int nid : setup_.nodes) alloc(kNodeCache, nid);
}

// An array of as many numbers as a slab has objects.
// kernel: init_cache_random_seq(), mm/slub.c; cache_random_seq_create(), mm/slab_common.c
void Caches::shuffle(Cache& cache) {
  if (!setup_.random_lists || cache.shuffled || cache.objects < 2) return;
  cache.shuffled = true;
  kmalloc(4 * cache.objects, {});
}

void Caches::create_kmalloc(const std::string& set, std::uint64_t size) {
  alloc(kCacheCache, std::nullopt);
  const std::size_t cache = add(kmalloc_name(set, size), size, 8);
  alloc_nodes();
  kmalloc_.emplace(size, cache);  // the first set's alone
}

void Caches::init() {
  add("kmem_cache_node", setup_.kmem_cache_node_bytes, kCacheLine);
  alloc_nodes();
  add("kmem_cache", setup_.kmem_cache_bytes, kCacheLine);
  alloc_nodes();
  for (int i = 0; i < 2; ++i) alloc(kCacheCache, std::nullopt);  // bootstrap() of both

  std::vector<std::string> sets = {"kmalloc-", "kmalloc-rcl-"};
  if (setup_.sets.dma) sets.emplace_back("dma-kmalloc-");
  if (setup_.sets.account) sets.emplace_back("kmalloc-cg-");
  for (const std::string& set : sets) {
    if (setup_.odd_sizes_first) {
      create_kmalloc(set, 96);
      create_kmalloc(set, 192);
    }
    for (const std::uint64_t size : kPowers) {
      create_kmalloc(set, size);
      if (setup_.odd_sizes_first) continue;
      if (size == 64) create_kmalloc(set, 96);
      if (size == 128) create_kmalloc(set, 192);
    }
  }
  constexpr std::uint64_t kBuckets = 14 * 8;  // kmem_buckets: a pointer for each size
  if (setup_.buckets) create("kmalloc_buckets", kBuckets, 8);
  // init_freelist_randomization(): each cache goes to the head of the list of caches.
  for (std::size_t i = caches_.size(); i-- > 2;) shuffle(caches_[i]);
  shuffle(caches_[kNodeCache]);
  shuffle(caches_[kCacheCache]);
}

std::size_t Caches::create(const std::string& name, std::uint64_t size, std::uint64_t align) {
  // kernel: find_mergeable()
  const auto like = kmalloc_.lower_bound(align_up(align_up(size, 8), align));
  if (setup_.merges_kmalloc && like != kmalloc_.end() && like->first % align == 0 &&
      like->first - align_up(align_up(size, 8), align) < 8) {
    return like->second;
  }
  alloc(kCacheCache, std::nullopt);
  const std::size_t cache = add(name, size, align);
  shuffle(caches_[cache]);
  alloc_nodes();
  return cache;
}

void Caches::kmalloc(std::uint64_t bytes, const std::string& who) {
  if (bytes > kLargestCached) {
    const unsigned order = get_order(bytes);
    take_({who, order, order, std::nullopt});
    return;
  }
  alloc(kmalloc_.lower_bound(bytes)->second, std::nullopt);
}

}  // namespace memmap::slab
