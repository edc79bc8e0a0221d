#include "boot/mm/hashes.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

#include "base/align.h"
#include "boot/mm/large_hash.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "memblock/iterate.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kCacheLine = 64;  // SMP_CACHE_BYTES

struct PageCounts {
  std::uint64_t dma_reserve = 0;  // pages below 16 MiB that are taken
};

PageCounts& counts(Boot& boot) { return boot.scratch.of<PageCounts>(); }

// Pages that the kernel counts on: all that is free when zones are formed (since 6.10), or the
// zones' pages without their struct pages. Both nr_kernel_pages and nr_all_pages on 64 bits.
// kernel: calc_nr_kernel_pages(), mm/mm_init.c, v6.12; free_area_init_core(), mm/page_alloc.c, v6.1
std::uint64_t pages_of_zones(Boot& boot) {
  const std::uint64_t page_bytes = boot.in.profile.size_of(type::page);
  std::uint64_t total = 0;
  for (const NodeState& node : boot.state.node_states) {
    bool first = true;
    for (const ZoneState& zone : node.zones) {
      const zones::Zone& z = zone.zone;
      if (z.type == zones::ZoneType::dma && !boot.in.profile.has(config::ZONE_DMA)) continue;
      std::uint64_t pages = z.spanned_pages;
      if (pages > z.present_pages + (z.present_pages >> 4)) pages = z.present_pages;
      const std::uint64_t map = align_up(pages * page_bytes, kPageSize) >> kPageShift;
      std::uint64_t free = z.present_pages;
      if (free >= map) free -= map;
      if (std::exchange(first, false) && free > counts(boot).dma_reserve)
        free -= counts(boot).dma_reserve;
      total += free;
    }
  }
  return total;
}

std::uint64_t free_pages(const Boot& boot) {
  std::uint64_t total = 0;
  for (const memblock::MemRange& r : memblock::free_mem_ranges(boot.state.memblock)) {
    const Pfn start = pfn_up(r.range.base());
    const Pfn end = pfn_down(r.range.end());
    if (start < end) total += raw(end) - raw(start);
  }
  return total;
}

// A table's number of entries as the command line asks for it; 0: it does not.
std::uint64_t asked(const Boot& boot, std::string_view name) {
  std::uint64_t out = 0;
  for (const auto& text : boot.in.values_of(name)) {
    if (!text) continue;
    out = boot.in.behaviour.hash_entries_are_whole ? kernel::kstrtoul(*text).value_or(out)
                                                   : kernel::simple_strtoull(*text).value;
  }
  return out;
}

// kernel: alloc_large_system_hash(), with HASH_EARLY
enum class Contents { zeroed, raw };
PhysRange alloc_hash(Boot& boot, std::string_view name, const Owner& owner,
                     const hash::Table& table, Contents contents = Contents::zeroed) {
  const memblock::Caller caller = boot.caller(owner, {function::alloc_large_system_hash});
  for (std::uint64_t entries = hash::entries(table);; entries /= 2) {
    const std::uint64_t size = entries * table.bucket_bytes;
    const auto found = contents == Contents::zeroed
                           ? boot.state.memblock.alloc(size, kCacheLine, caller)
                           : boot.state.memblock.alloc_raw(size, kCacheLine, caller);
    if (found) {
      boot.story.tell(
          Severity::info, rule::kAllocLargeSystemHash,
          fmt::format("{} hash table entries: {} ({} bytes, linear)", name, entries, size));
      return PhysRange::make(raw(*found), raw(*found) + size);
    }
    if (size <= kPageSize || entries <= 1) break;
  }
  boot.story.tell(
      Severity::panic, rule::kAllocLargeSystemHash,
      fmt::format("Kernel panic - not syncing: Failed to allocate {} hash table", name));
  return {};
}

// Whether the large tables are spread over the nodes, and so wait for vmalloc.
// kernel: hashdist, HASHDIST_DEFAULT, fixup_hashdist(), mm/mm_init.c, v6.12; mm/page_alloc.c, v5.2
bool spread_over_nodes(const Boot& boot) {
  if (!boot.in.profile.numa) return false;
  std::optional<bool> given;
  if (boot.in.behaviour.hash_entries_are_whole) {
    for (const auto& text : boot.in.values_of("hashdist"))
      if (const auto wanted = kernel::kstrtobool(text)) given = *wanted;
  } else if (const auto text = boot.in.parameter("hashdist")) {
    given = kernel::simple_strtoull(*text).value != 0;
  }
  if (given) return *given;
  if (!boot.in.behaviour.hashes_spare_one_node) return true;
  std::set<int> nodes;
  for (const memblock::Region& r : boot.state.memblock.memory().regions()) nodes.insert(r.nid);
  return nodes.size() > 1;
}

}  // namespace

void count_kernel_pages(Boot& boot) {
  boot.state.nr_kernel_pages =
      boot.in.behaviour.hashes_follow_free_pages ? free_pages(boot) : pages_of_zones(boot);
}

// kernel: memblock_find_dma_reserve(), arch/x86/mm/init.c, v6.1
void memblock_find_dma_reserve(Boot& boot) {
  static constexpr std::uint64_t kMaxDmaPfn = 16 * kMiB >> kPageShift;
  const auto below = [](std::uint64_t start, std::uint64_t end) {
    start = std::min(start, kMaxDmaPfn);
    end = std::min(end, kMaxDmaPfn);
    return start < end ? end - start : 0;
  };
  std::uint64_t all = 0;
  std::uint64_t free = 0;
  for (const memblock::PfnRange& r : memblock::mem_pfn_ranges(boot.state.memblock)) {
    all += below(raw(r.start), raw(r.end));
  }
  for (const memblock::MemRange& r : memblock::free_mem_ranges(boot.state.memblock)) {
    free += below(raw(pfn_up(r.range.base())), raw(pfn_down(r.range.end())));
  }
  counts(boot).dma_reserve = all - free;
}

// kernel: vfs_caches_init_early(): dcache_init_early(), inode_init_early(), v6.1 and v6.12
void vfs_caches_init_early(Boot& boot) {
  if (spread_over_nodes(boot)) {
    return boot.story.tell(
        Severity::debug, rule::kDcacheInitEarly,
        "the large hash tables are spread over the nodes: vmalloc has them, later");
  }
  hash::Table dentry{.bucket_bytes = boot.in.profile.size_of(type::hlist_bl_head),
                     .asked = asked(boot, "dhash_entries"),
                     .scale = 13,
                     .least = 2,
                     .pages = boot.state.nr_kernel_pages};
  alloc_hash(boot, "Dentry cache", owner::kDentryHashTable, dentry);
  hash::Table inode{.bucket_bytes = boot.in.profile.size_of(type::hlist_head),
                    .asked = asked(boot, "ihash_entries"),
                    .scale = 14,
                    .least = 0,
                    .pages = boot.state.nr_kernel_pages};
  if (!boot.story.panicked()) alloc_hash(boot, "Inode-cache", owner::kInodeHashTable, inode);
}

// slab_debug (slub_debug in older kernels): each part, up to a `;`, opens with flags; without any,
// all are meant. kernel: setup_slub_debug(), parse_slub_debug_flags(), mm/slub.c
bool stores_traces(const Inputs& in) {
  const auto wants = [](std::string_view part) {
    const std::string_view flags = part.substr(0, part.find(','));
    const std::size_t user = flags.find_last_of("uU");
    const std::size_t none = flags.find_last_of('-');
    if (flags.empty()) return part.starts_with(',');
    return user != flags.npos && (none == flags.npos || none < user);
  };
  // kernel: early_page_owner_param(), mm/page_owner.c: asked for once, it is kept
  if (in.profile.has(config::PAGE_OWNER)) {
    bool on = false;
    for (const auto& value : in.values_of("page_owner")) {
      on = kernel::kstrtobool(value).value_or(on);
      if (on) return true;
    }
  }
  for (const kernel::Parameter& p : in.parameters) {
    const bool leak = kernel::parameq(p.name, "kmemleak") && p.value == "on";
    if (leak && in.profile.has(config::DEBUG_KMEMLEAK)) return true;
    const bool slab = (in.behaviour.has_slab_debug && kernel::parameq(p.name, "slab_debug")) ||
                      kernel::parameq(p.name, "slub_debug");
    if (!slab || !in.profile.has(config::SLUB_DEBUG)) continue;
    if (!p.value || p.value->empty()) return true;
    for (std::string_view rest = *p.value; !rest.empty();) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      if (wants(rest.substr(0, end))) return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return false;
}

// kernel: parse_max_pools(), DEPOT_POOL_INDEX_BITS, lib/stackdepot.c, v7.2
std::uint64_t stack_max_pools(const Boot& boot) {
  constexpr std::uint64_t kLeast = 1024;
  constexpr std::uint64_t kMost = (1u << 17) - 1;
  std::uint64_t pools = 8192;
  for (const auto& text : boot.in.values_of("stack_depot_max_pools")) {
    const auto asked = kernel::kstrtoul(text.value_or(""));
    if (asked && *asked >= kLeast && *asked <= kMost) pools = *asked;
  }
  return pools;
}

// Where there is no room for the list of pools the table goes, too.
// kernel: stack_depot_early_init(), lib/stackdepot.c, v6.1, v6.12 and v7.2
void stack_depot_early_init(Boot& boot) {
  if (boot.in.switched("stack_depot_disable", false)) return;
  const bool lists = boot.in.behaviour.stack_depot_lists;
  const hash::Table table{.bucket_bytes = lists ? 16u : 8u,
                          .scale = 14,
                          .least = 1u << 12,
                          .pages = boot.state.nr_kernel_pages,
                          .most = 1u << 20};
  const PhysRange at = alloc_hash(boot, "stackdepot", owner::kStackDepot, table,
                                  lists ? Contents::raw : Contents::zeroed);
  if (!boot.in.behaviour.stack_depot_has_pools || boot.story.panicked()) return;
  const memblock::Caller caller{"stack_depot_early_init", owner::kStackDepot};
  if (!boot.state.memblock.alloc(stack_max_pools(boot) * 8, kPageSize, caller))
    boot.state.memblock.free(at.base(), at.size(), caller);
}

}  // namespace memmap::boot
