// SLUB's caches while the kernel makes the first of them: how many objects each has left, and when
// it takes another slab. Where in a slab an object lies is chance with CONFIG_SLAB_FREELIST_RANDOM,
// and nobody asks here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "slab/order.h"

namespace memmap::slab {

// kmalloc()'s caches come in as many sets; the first is that of requests that want nothing special.
// kernel: enum kmalloc_cache_type, include/linux/slab.h
struct KmallocSets {
  bool dma = false;      // CONFIG_ZONE_DMA
  bool account = false;  // CONFIG_MEMCG, and not cgroup.memory=nokmem
};

struct Setup {
  OrderRule order{};
  std::vector<int> nodes{0};             // with memory, ascending
  std::uint64_t kmem_cache_bytes = 256;  // of a cache's descriptor, a place for each node included
  std::uint64_t kmem_cache_node_bytes = 64;  // of what a cache keeps for a node
  KmallocSets sets{};
  bool random_lists = false;    // CONFIG_SLAB_FREELIST_RANDOM
  bool odd_sizes_first = true;  // kmalloc-96 and kmalloc-192 are made before the others
  bool buckets = false;         // CONFIG_SLAB_BUCKETS
  bool merges_kmalloc = false;  // a cache may share that of kmalloc()'s first set
};

// A request of the page allocator: who asks (a cache's name), the smallest order that does too, and
// the node, where one is asked for.
struct PageRequest {
  std::string who{};
  unsigned order = 0;
  unsigned least_order = 0;
  std::optional<int> nid{};
};

using TakePages = std::function<void(const PageRequest&)>;

class Caches {
 public:
  Caches(Setup setup, TakePages take) : setup_(std::move(setup)), take_(std::move(take)) {}

  // The two caches of caches, then kmalloc()'s. kernel: kmem_cache_init(), mm/slub.c;
  // create_kmalloc_caches(), mm/slab_common.c, v6.1, v6.12
  void init();
  // A cache of objects of `size` bytes; `align`: a power of two. kernel: kmem_cache_create()
  std::size_t create(const std::string& name, std::uint64_t size, std::uint64_t align);
  void alloc(std::size_t cache) { alloc(cache, std::nullopt); }
  // Of its smallest cache that will do, above 8 KiB whole pages. kernel: kmalloc()
  void kmalloc(std::uint64_t bytes, const std::string& who);

 private:
  struct Cache {
    std::string name{};
    std::uint64_t size = 0;  // of an object, as far as the next
    unsigned order = 0;
    std::uint64_t objects = 0;            // of a slab
    bool shuffled = false;                // it has its random sequence
    std::map<int, std::uint64_t> left{};  // by node; kAnyNode: where it was asked for none
  };
  static constexpr int kAnyNode = -1;

  std::size_t add(const std::string& name, std::uint64_t size, std::uint64_t align);
  void alloc(std::size_t cache, std::optional<int> nid);
  void new_slab(Cache& cache, std::optional<int> nid);
  void alloc_nodes();
  void create_kmalloc(const std::string& set, std::uint64_t size);
  void shuffle(Cache& cache);

  Setup setup_;
  TakePages take_;
  std::vector<Cache> caches_{};                     // in the order in which they were made
  std::map<std::uint64_t, std::size_t> kmalloc_{};  // of the first set, by size
};

}  // namespace memmap::slab
