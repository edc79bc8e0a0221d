#include "slab/caches.h"

#include <gtest/gtest.h>

namespace memmap::slab {
namespace {

TEST(CalculateOrder, AsKernelsSay) {
  struct Row {
    std::uint64_t size;
    unsigned cpus;
    unsigned order;
  };
  // Slabs of v6.1 and v6.12, which do not differ here.
  const Row kRows[] = {{8, 1, 0},    {256, 1, 0},  {1024, 1, 1}, {2048, 1, 2}, {256, 2, 0},
                       {512, 2, 1},  {1024, 4, 2}, {2048, 4, 3}, {192, 4, 0},  {256, 8, 1},
                       {512, 8, 2},  {192, 8, 0},  {192, 16, 1}, {512, 16, 2}, {4096, 2, 3},
                       {8192, 2, 3}, {96, 16, 0},  {64, 16, 0}};
  for (const Row& r : kRows) {
    for (const bool half : {false, true}) {
      EXPECT_EQ(calculate_order(r.size, {r.cpus, half}), r.order) << r.size << ' ' << r.cpus;
    }
  }
}

// Where a slab of eight objects would waste three eighths: fewer objects, or more waste.
TEST(CalculateOrder, WastesHalfOrHasFewerObjects) {
  EXPECT_EQ(calculate_order(9000, {4, true}), 3u);
  EXPECT_EQ(calculate_order(9000, {4, false}), 3u);
  EXPECT_EQ(calculate_order(20000, {4, true}), 3u);
  EXPECT_EQ(calculate_order(20000, {4, false}), 3u);
  EXPECT_EQ(calculate_order(40000, {4, true}), 4u);
}

std::vector<std::string> requests(const slab::Setup& setup) {
  std::vector<std::string> out;
  Caches caches(setup, [&](const PageRequest& r) {
    out.push_back(r.who + " " + std::to_string(r.order) +
                  (r.nid ? " on " + std::to_string(*r.nid) : ""));
  });
  caches.init();
  return out;
}

// What 6.1.192 takes with 16 processors.
TEST(Caches, TakeWhatAKernelTakes) {
  const slab::Setup setup{.order = {.cpus = 16, .wastes_half = false},
                          .sets = {.dma = true, .account = true},
                          .random_lists = true,
                          .odd_sizes_first = false};
  EXPECT_EQ(requests(setup),
            (std::vector<std::string>{"kmem_cache_node 0 on 0", "kmem_cache 1", "kmem_cache 1",
                                      "kmalloc-16 0", "kmalloc-32 0", "kmalloc-64 0",
                                      "kmalloc-128 0", "kmalloc-192 1", "kmalloc-256 1",
                                      "kmalloc-512 2", "kmalloc-1k 3", "kmalloc-2k 3"}));
}

// What 6.12.117 takes with one processor and two nodes.
TEST(Caches, TakeASlabOnEachNode) {
  const slab::Setup setup{.order = {.cpus = 1},
                          .nodes = {0, 1},
                          .sets = {.dma = true, .account = true},
                          .random_lists = true,
                          .buckets = true};
  const std::vector<std::string> all = requests(setup);
  ASSERT_GE(all.size(), 7u);
  EXPECT_EQ(
      (std::vector<std::string>(all.begin(), all.begin() + 7)),
      (std::vector<std::string>{"kmem_cache_node 0 on 0", "kmem_cache_node 0 on 1", "kmem_cache 0",
                                "kmem_cache 0", "kmem_cache 0", "kmem_cache 0", "kmalloc-192 0"}));
}

TEST(Caches, ShareAndAllocate) {
  std::vector<std::string> out;
  Caches caches({.merges_kmalloc = true}, [&](const PageRequest& r) { out.push_back(r.who); });
  caches.init();
  out.clear();
  caches.alloc(caches.create("vmap_area", 64, 8));
  EXPECT_EQ(out, std::vector<std::string>{"kmalloc-64"});
  caches.alloc(caches.create("vmap_area", 72, 8));
  EXPECT_EQ(out.back(), "vmap_area");
  caches.kmalloc(9000, "an array");
  EXPECT_EQ(out.back(), "an array");
}

}  // namespace
}  // namespace memmap::slab
