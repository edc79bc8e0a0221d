#include "boot/mm/percpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/align.h"
#include "boot/step_functions.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kCacheLine = 64;                 // SMP_CACHE_BYTES
constexpr std::uint64_t kMinAlloc = 4;                   // PCPU_MIN_ALLOC_SIZE
constexpr PhysAddr kMaxDmaAddress{16 * kMiB};            // __pa(MAX_DMA_ADDRESS)
constexpr std::uint64_t kVmalloc4 = 0xffffc90000000000;  // __VMALLOC_BASE_L4
constexpr std::uint64_t kVmalloc5 = 0xffa0000000000000;  // __VMALLOC_BASE_L5

constexpr std::string_view kOwner = "per-CPU bookkeeping";

std::uint64_t bitmap_bytes(std::uint64_t bits) { return align_up(bits, 64) / 8; }

// kernel: include/linux/percpu.h, v6.1 and v6.12
struct Reserve {
  std::uint64_t fixed = 0;          // PERCPU_FIRST_CHUNK_RESERVE: for modules' static variables
  std::uint64_t dynamic = 0;        // PERCPU_DYNAMIC_RESERVE
  std::uint64_t dynamic_early = 0;  // PERCPU_DYNAMIC_EARLY_SIZE
};

Reserve reserve_of(const Boot& boot) {
  Reserve r;
  const kernel::Profile& p = boot.profile;
  if (p.has(config::MODULES)) r.fixed = p.has(config::MEM_ALLOC_PROFILING) ? 8 << 13 : 8 << 10;
  unsigned shift = 10;
  if (p.has(config::RANDOM_KMALLOC_CACHES)) {
    shift = p.has(config::LOCKDEP) && boot.behaviour.percpu_grows_with_lockdep ? 13 : 12;
  }
  r.dynamic = 28ull << shift;
  r.dynamic_early = (boot.behaviour.percpu_large_early_reserve ? 20ull : 12ull) << shift;
  return r;
}

std::uint64_t static_size(const kernel::Profile& p) {
  return p.bytes_between(symbol::__per_cpu_start, symbol::__per_cpu_end);
}

// The memory that the first chunk's description takes: its own bytes, which of it are allocated,
// where allocations end, and a record for each page. kernel: pcpu_alloc_first_chunk()
void alloc_first_chunk(Boot& boot, std::uint64_t base, std::uint64_t size) {
  const std::uint64_t pages = align_up((base & (kPageSize - 1)) + size, kPageSize) / kPageSize;
  const std::uint64_t bits = pages * kPageSize / kMinAlloc;
  const std::uint64_t populated = bitmap_bytes(pages);
  const std::uint64_t sizes[] = {
      boot.profile.size_of(type::pcpu_chunk) +
          (boot.behaviour.percpu_counts_map_words ? populated / 8 : populated),
      bitmap_bytes(bits), bitmap_bytes(bits + 1),
      pages * boot.profile.size_of(type::pcpu_block_md)};
  for (const std::uint64_t bytes : sizes) {
    boot.alloc_or_panic(bytes, kCacheLine, boot.caller(kOwner, {function::pcpu_alloc_first_chunk}));
  }
}

// kernel: __pcpu_size_to_slot(), pcpu_setup_first_chunk(), v5.4 to v6.12
std::uint64_t chunk_slots(const Boot& boot, std::uint64_t unit_size) {
  constexpr int kBaseShift = 5;  // PCPU_SLOT_BASE_SHIFT
  const int slot = std::max(static_cast<int>(std::bit_width(unit_size)) - kBaseShift + 2, 1);
  const auto slots = static_cast<std::uint64_t>(slot);
  if (boot.behaviour.percpu_depopulates) return slots + 4;  // and from 0 on, sidelined, free, ...
  // PCPU_NR_CHUNK_TYPES; MEMCG_KMEM goes with MEMCG.
  const bool by_kind = boot.behaviour.percpu_lists_by_kind && boot.profile.has(config::MEMCG);
  return (slots + 2) * (by_kind ? 2 : 1);
}

// kernel: pcpu_setup_first_chunk(), mm/percpu.c, v6.1 and v6.12
void setup_first_chunk(Boot& boot, const percpu::Layout& layout, std::uint64_t base) {
  const std::uint64_t cpus = boot.nr_cpu_ids;
  const std::uint64_t sizes[] = {8 * layout.groups.size(), 8 * layout.groups.size(), 4 * cpus,
                                 8 * cpus, 16 * chunk_slots(boot, layout.unit_size)};
  for (const std::uint64_t bytes : sizes) {
    boot.alloc_or_panic(bytes, kCacheLine, boot.caller(kOwner, {function::pcpu_setup_first_chunk}));
  }
  const std::uint64_t fixed = align_up(layout.static_size, kMinAlloc);
  const std::uint64_t dynamic = layout.dynamic_size - (fixed - layout.static_size);
  if (layout.reserved_size != 0) alloc_first_chunk(boot, base + fixed, layout.reserved_size);
  alloc_first_chunk(boot, base + fixed + layout.reserved_size, dynamic);
}

percpu::Layout layout_of(const Boot& boot, std::uint64_t dynamic, std::uint64_t atom,
                         const std::vector<int>& nodes) {
  const Reserve r = reserve_of(boot);
  return percpu::layout({.static_size = static_size(boot.profile),
                         .reserved_size = r.fixed,
                         .dynamic_size = std::max(dynamic, r.dynamic_early),
                         .atom_size = atom},
                        nodes);
}

// kernel: pcpu_alloc_alloc_info(); the array of groups ends its struct
std::uint64_t info_size(const Boot& boot, const percpu::Layout& layout) {
  const std::uint64_t groups = boot.profile.size_of(type::pcpu_alloc_info) +
                               layout.groups.size() * boot.profile.size_of(type::pcpu_group_info);
  return align_up(groups + layout.units() * 4, kPageSize);
}

// A processor's node has its data, with or without memory. kernel: pcpu_fc_alloc()
std::optional<PhysAddr> alloc_area(Boot& boot, std::uint64_t size, std::uint64_t align, int nid,
                                   const kernel::Function& within) {
  const memblock::Caller caller = boot.caller("per-CPU areas", {function::pcpu_fc_alloc, within});
  if (!std::ranges::binary_search(boot.possible_nodes, nid)) {
    return boot.memblock.alloc_from(size, align, kMaxDmaAddress, caller);
  }
  return boot.memblock.alloc_try_nid(size, align, kMaxDmaAddress, memblock::kAllocAccessible, nid,
                                     caller);
}

// Frees what the units leave of their areas. kernel: pcpu_embed_first_chunk()
void free_unused(Boot& boot, const percpu::Layout& layout, const std::vector<PhysAddr>& areas) {
  const memblock::Caller caller =
      boot.caller({}, {function::pcpu_fc_free, function::pcpu_embed_first_chunk});
  const std::uint64_t used = layout.static_size + layout.reserved_size + layout.dynamic_size;
  for (std::size_t group = 0; group < layout.groups.size(); ++group) {
    const percpu::Group& g = layout.groups[group];
    for (std::uint64_t unit = 0; unit < g.units; ++unit) {
      const std::uint64_t at = raw(areas[group]) + unit * layout.unit_size;
      const std::uint64_t keep = unit < g.cpus.size() ? used : 0;
      boot.memblock.free(PhysAddr{at + keep}, layout.unit_size - keep, caller);
    }
  }
}

// All units of a node's processors in one block, in the direct map. False: it is not to be had.
// kernel: pcpu_embed_first_chunk(), mm/percpu.c, v6.1 and v6.12
bool embed_first_chunk(Boot& boot) {
  const percpu::Layout layout =
      layout_of(boot, reserve_of(boot).dynamic, paging::kSize2M, boot.nodes_of_cpus());
  const memblock::Caller info = boot.caller(kOwner, {function::pcpu_build_alloc_info});
  const memblock::Caller own = boot.caller(kOwner, {function::pcpu_embed_first_chunk});
  const std::uint64_t list_size = align_up(8 * layout.groups.size(), kPageSize);
  const auto description = boot.memblock.alloc(info_size(boot, layout), kPageSize, info);
  if (!description) return false;
  const auto list = boot.memblock.alloc(list_size, kCacheLine, own);
  std::vector<PhysAddr> areas;
  for (const percpu::Group& g : layout.groups) {
    if (!list) break;
    const auto area = alloc_area(boot, g.units * layout.unit_size, paging::kSize2M, g.nid,
                                 function::pcpu_embed_first_chunk);
    if (!area) break;
    areas.push_back(*area);
  }
  const bool done = list && areas.size() == layout.groups.size();
  if (done) {
    free_unused(boot, layout, areas);
    setup_first_chunk(boot, layout, raw(std::ranges::min(areas)));
  } else {
    for (std::size_t i = 0; i < areas.size(); ++i) {
      boot.memblock.free(areas[i], layout.groups[i].units * layout.unit_size, own);
    }
  }
  boot.memblock.free(*description, info_size(boot, layout), own);
  if (list) boot.memblock.free(*list, list_size, own);
  return done;
}

// Page by page, mapped together in the vmalloc area. kernel: pcpu_page_first_chunk()
void page_first_chunk(Boot& boot) {
  const std::vector<int> nodes = boot.nodes_of_cpus();
  const percpu::Layout layout = layout_of(boot, 0, kPageSize, std::vector<int>(nodes.size(), 0));
  const memblock::Caller own = boot.caller(kOwner, {function::pcpu_page_first_chunk});
  const auto description = boot.alloc_or_panic(
      info_size(boot, layout), kPageSize, boot.caller(kOwner, {function::pcpu_build_alloc_info}));
  const std::uint64_t pages = layout.unit_size / kPageSize;
  const std::uint64_t list_size = align_up(pages * nodes.size() * 8, kPageSize);
  const auto list = boot.alloc_or_panic(list_size, kCacheLine, own);
  for (std::uint64_t page = 0; page < pages * nodes.size() && !boot.panicked(); ++page) {
    if (alloc_area(boot, kPageSize, kPageSize, nodes[page / pages],
                   function::pcpu_page_first_chunk))
      continue;
    boot.tell(Severity::panic, "setup_per_cpu_areas(), arch/x86/kernel/setup_percpu.c",
              "Kernel panic - not syncing: cannot initialize percpu area (err=-12)");
  }
  const std::uint64_t base = boot.page_tables.levels == 5 ? kVmalloc5 : kVmalloc4;
  map_kernel_pages(boot, base, base + layout.unit_size * nodes.size(),
                   "page tables of per-CPU areas");
  if (boot.panicked()) return;
  setup_first_chunk(boot, layout, base);
  boot.memblock.free(*list, list_size, own);
  boot.memblock.free(*description, info_size(boot, layout), own);
}

void alloc_cpumasks(Boot& boot, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    boot.alloc_or_panic(boot.cpumask_size(), kCacheLine,
                        boot.caller("CPU masks", {function::alloc_bootmem_cpumask_var}));
  }
}

}  // namespace

// kernel: setup_per_cpu_areas(), arch/x86/kernel/setup_percpu.c, v6.1 and v6.12
void setup_per_cpu_areas(Boot& boot) {
  const auto told = boot.machine.cpu.possible;
  if (boot.cpus.origin == CpuCount::Origin::madt && told && *told != boot.possible_cpus) {
    boot.tell(Severity::debug, "setup_per_cpu_areas(), arch/x86/kernel/setup_percpu.c",
              fmt::format("by the MADT {} processors are possible, but the machine had {}",
                          boot.possible_cpus, *told));
  }
  // kernel: percpu_alloc_setup(), mm/percpu.c: an unknown word is warned of, and changes nothing
  bool pages = false;
  for (const auto& word : boot.values_of("percpu_alloc")) {
    if (word == "page" || word == "embed") {
      pages = word == "page";
    } else if (word) {
      boot.tell(Severity::warning, "percpu_alloc_setup(), mm/percpu.c",
                fmt::format("percpu: unknown allocator {} specified", *word));
    }
  }
  if (pages) return page_first_chunk(boot);
  if (embed_first_chunk(boot)) return;
  boot.tell(Severity::warning, "setup_per_cpu_areas(), arch/x86/kernel/setup_percpu.c",
            "auto allocator failed (-12), falling back to page size");
  page_first_chunk(boot);
}

// A mask of each node's processors and a few more. kernel: setup_node_to_cpumask_map(),
// setup_cpu_local_masks(), v6.1 (four) and v6.12 (one)
void setup_cpu_masks(Boot& boot) {
  if (!boot.profile.has(config::CPUMASK_OFFSTACK)) return;
  const int last = boot.possible_nodes.empty() ? 0 : boot.possible_nodes.back();
  if (boot.profile.numa) alloc_cpumasks(boot, static_cast<std::uint64_t>(last) + 1);
  alloc_cpumasks(boot, boot.behaviour.bringup_cpumasks);
}

}  // namespace memmap::boot
