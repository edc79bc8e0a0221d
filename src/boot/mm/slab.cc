#include "boot/mm/slab.h"

#include <algorithm>
#include <optional>

#include "boot/mm/taken_pages.h"
#include "slab/caches.h"

namespace memmap::boot {
namespace {

struct FirstCaches {
  std::optional<slab::Caches> caches{};
};

constexpr std::uint64_t kCacheLine = 64;
constexpr std::uint64_t kWord = 8;

slab::Caches* first_caches(Boot& boot) {
  auto& caches = boot.scratch.of<FirstCaches>().caches;
  return caches && follows_pages(boot) ? &*caches : nullptr;
}

slab::OrderRule order_rule(const Inputs& in) {
  slab::OrderRule rule;
  const unsigned present = std::min(in.cpus.present, in.possible_cpus);
  rule.cpus = present > 1 ? present : in.nr_cpu_ids;
  rule.wastes_half = in.behaviour.slab_wastes_half;
  return rule;
}

// kernel: mem_cgroup_kmem_disabled(), mm/memcontrol.c
bool accounts_kmem(const Inputs& in) {
  const bool built = in.profile.has(config::MEMCG) &&
                     (in.behaviour.memcg_has_kmem || in.profile.has(config::MEMCG_KMEM));
  return built && !in.has_word("cgroup.memory", "nokmem");
}

// Of a cache's descriptor, without its places for nodes; where the profile does not tell the size of
// all of it, or another number of nodes, as v6.1 and v6.12 have it.
std::uint64_t descriptor_size(const kernel::Profile& profile) {
  constexpr std::uint64_t kUsual = 216;
  constexpr std::uint64_t kMost = 1024;
  const std::uint64_t places = kWord << profile.nodes_shift;
  const std::uint64_t all = profile.size_of(type::kmem_cache);
  return all > places && all - places <= kMost ? all - places : kUsual;
}

slab::Setup setup_of(const Boot& boot) {
  const Inputs& in = boot.in;
  slab::Setup setup{.order = order_rule(in), .nodes = {}};
  int last = 0;
  for (const NodeState& node : boot.state.node_states) {
    if (node.present_pages > 0) setup.nodes.push_back(node.nid);
  }
  for (const int nid : boot.state.possible_nodes) last = std::max(last, nid);
  setup.kmem_cache_bytes =
      descriptor_size(in.profile) + (static_cast<std::uint64_t>(last) + 1) * kWord;
  setup.kmem_cache_node_bytes = in.profile.size_of(type::kmem_cache_node);
  setup.sets = {.dma = in.profile.has(config::ZONE_DMA), .account = accounts_kmem(in)};
  setup.random_lists = in.profile.has(config::SLAB_FREELIST_RANDOM);
  setup.odd_sizes_first = in.behaviour.kmalloc_odd_sizes_first;
  setup.buckets = in.profile.has(config::SLAB_BUCKETS);
  setup.merges_kmalloc = in.behaviour.slab_merges_by_config &&
                         !in.profile.has(config::HARDENED_USERCOPY) &&
                         !in.profile.has(config::MEMCG) && !in.has_parameter("slab_nomerge");
  return setup;
}

}  // namespace

void kmem_cache_init(Boot& boot) {
  if (!follows_pages(boot)) return;
  auto& caches = boot.scratch.of<FirstCaches>().caches;
  caches.emplace(setup_of(boot), [&boot](const slab::PageRequest& request) {
    take_pages(boot, {request.order, request.least_order, request.nid}, request.who);
  });
  caches->init();
}

// kernel: ptlock_cache_init(), mm/memory.c; ALLOC_SPLIT_PTLOCKS, include/linux/mm_types_task.h
void ptlock_cache_init(Boot& boot) {
  constexpr std::uint64_t kRtLock = 32;  // struct spinlock on rt_mutex_base
  if (slab::Caches* caches = first_caches(boot)) caches->create("page->ptl", kRtLock, kWord);
}

// kernel: vmalloc_init(), mm/vmalloc.c; vmap_init_nodes(), shrinker_alloc(), mm/shrinker.c, v6.12
void vmalloc_init(Boot& boot) {
  slab::Caches* caches = first_caches(boot);
  if (caches == nullptr) return;
  const kernel::Profile& profile = boot.in.profile;
  const std::size_t areas = caches->create("vmap_area", profile.size_of(type::vmap_area), kWord);
  const bool has_nodes = boot.in.behaviour.vmalloc_has_nodes;
  const unsigned nodes = std::clamp(boot.in.possible_cpus, 1u, 128u);
  if (has_nodes && nodes > 1)
    caches->kmalloc(nodes * profile.size_of(type::vmap_node), "vmap nodes");
  caches->alloc(areas);
  if (!has_nodes) return;
  caches->kmalloc(profile.size_of(type::shrinker), {});
  caches->kmalloc(kWord, {});  // nr_deferred
}

// kernel: mm_cache_init(), kernel/fork.c, v6.12
void mm_cache_init(Boot& boot) {
  slab::Caches* caches = first_caches(boot);
  if (caches == nullptr) return;
  std::uint64_t size = boot.in.profile.size_of(type::mm_struct) + boot.in.cpumask_size();
  if (boot.in.profile.has(config::SCHED_MM_CID)) size += boot.in.cpumask_size();
  caches->create("mm_struct", size, kCacheLine);
}

}  // namespace memmap::boot
