#include "boot/mm/percpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/align.h"
#include "boot/mm/kernel_tables.h"
#include "boot/mm/percpu_layout.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kCacheLine = 64;       // SMP_CACHE_BYTES
constexpr std::uint64_t kMinAlloc = 4;         // PCPU_MIN_ALLOC_SIZE
constexpr PhysAddr kMaxDmaAddress{16 * kMiB};  // __pa(MAX_DMA_ADDRESS)

constexpr std::string_view kFile = "mm/percpu.c";
constexpr const Owner& kOwner = owner::kPerCPUBookkeeping;

std::uint64_t bitmap_bytes(std::uint64_t bits) { return align_up(bits, 64) / 8; }

// kernel: include/linux/percpu.h, v6.1 and v6.12
struct Reserve {
  std::uint64_t fixed = 0;          // PERCPU_FIRST_CHUNK_RESERVE: for modules' static variables
  std::uint64_t dynamic = 0;        // PERCPU_DYNAMIC_RESERVE
  std::uint64_t dynamic_early = 0;  // PERCPU_DYNAMIC_EARLY_SIZE
};

Reserve reserve_of(const Boot& boot) {
  Reserve r;
  const kernel::Profile& p = boot.in.profile;
  if (p.has(config::MODULES)) r.fixed = p.has(config::MEM_ALLOC_PROFILING) ? 8 << 13 : 8 << 10;
  unsigned shift = 10;
  if (p.has(config::RANDOM_KMALLOC_CACHES)) {
    shift = p.has(config::LOCKDEP) && boot.in.behaviour.percpu_grows_with_lockdep ? 13 : 12;
  }
  r.dynamic = 28ull << shift;
  r.dynamic_early = (boot.in.behaviour.percpu_large_early_reserve ? 20ull : 12ull) << shift;
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
      boot.in.profile.size_of(type::pcpu_chunk) +
          (boot.in.behaviour.percpu_counts_map_words ? populated / 8 : populated),
      bitmap_bytes(bits), bitmap_bytes(bits + 1),
      pages * boot.in.profile.size_of(type::pcpu_block_md)};
  for (const std::uint64_t bytes : sizes) {
    boot.alloc_or_panic(bytes, kCacheLine, boot.caller(kOwner, {function::pcpu_alloc_first_chunk}),
                        kFile);
  }
}

// kernel: __pcpu_size_to_slot(), pcpu_setup_first_chunk(), v5.4 to v6.12
std::uint64_t chunk_slots(const Boot& boot, std::uint64_t unit_size) {
  constexpr int kBaseShift = 5;  // PCPU_SLOT_BASE_SHIFT
  const int slot = std::max(static_cast<int>(std::bit_width(unit_size)) - kBaseShift + 2, 1);
  const auto slots = static_cast<std::uint64_t>(slot);
  // And from 0 on, sidelined, free, ...
  if (boot.in.behaviour.percpu_depopulates) return slots + 4;
  // PCPU_NR_CHUNK_TYPES; MEMCG_KMEM goes with MEMCG.
  const bool by_kind = boot.in.behaviour.percpu_lists_by_kind && boot.in.profile.has(config::MEMCG);
  return (slots + 2) * (by_kind ? 2 : 1);
}

// kernel: pcpu_setup_first_chunk(), mm/percpu.c, v6.1 and v6.12
void setup_first_chunk(Boot& boot, const percpu::Layout& layout, std::uint64_t base) {
  const std::uint64_t cpus = boot.in.nr_cpu_ids;
  const std::uint64_t sizes[] = {8 * layout.groups.size(), 8 * layout.groups.size(), 4 * cpus,
                                 8 * cpus, 16 * chunk_slots(boot, layout.unit_size)};
  for (const std::uint64_t bytes : sizes) {
    boot.alloc_or_panic(bytes, kCacheLine, boot.caller(kOwner, {function::pcpu_setup_first_chunk}),
                        kFile);
  }
  const std::uint64_t fixed = align_up(layout.static_size, kMinAlloc);
  const std::uint64_t dynamic = layout.dynamic_size - (fixed - layout.static_size);
  if (layout.reserved_size != 0) alloc_first_chunk(boot, base + fixed, layout.reserved_size);
  alloc_first_chunk(boot, base + fixed + layout.reserved_size, dynamic);
}

}  // namespace

// By the processors' affinities; the others in turns over the nodes that have memory.
// kernel: numa_init_array(), init_cpu_to_node(), arch/x86/mm/numa.c, v6.12
std::vector<int> nodes_of_cpus(const Boot& boot) {
  const std::vector<int> given =
      boot.state.processors_have_nodes ? boot.in.machine.cpu_nodes : std::vector<int>{};
  std::vector<int> out;
  for (unsigned cpu = 0; cpu < boot.in.possible_cpus; ++cpu) {
    const bool known = cpu < given.size() && given[cpu] >= 0;
    if (known && boot.state.emulated_from.empty()) {
      out.push_back(given[cpu]);
    } else if (known) {
      // kernel: numa_emu_update_cpu_to_node(): the first node that was split from the processor's
      const auto part = std::ranges::find(boot.state.emulated_from, given[cpu]);
      out.push_back(part == boot.state.emulated_from.end()
                        ? 0
                        : static_cast<int>(part - boot.state.emulated_from.begin()));
    } else {
      out.push_back(boot.state.nodes.online.empty()
                        ? 0
                        : boot.state.nodes.online[cpu % boot.state.nodes.online.size()]);
    }
  }
  return out;
}

namespace {

percpu::Layout layout_of(const Boot& boot, std::uint64_t dynamic, std::uint64_t atom,
                         const std::vector<int>& nodes) {
  const Reserve r = reserve_of(boot);
  return percpu::layout({.static_size = static_size(boot.in.profile),
                         .reserved_size = r.fixed,
                         .dynamic_size = std::max(dynamic, r.dynamic_early),
                         .atom_size = atom},
                        nodes);
}

// kernel: pcpu_alloc_alloc_info(); the array of groups ends its struct
std::uint64_t info_size(const Boot& boot, const percpu::Layout& layout) {
  const std::uint64_t groups =
      boot.in.profile.size_of(type::pcpu_alloc_info) +
      layout.groups.size() * boot.in.profile.size_of(type::pcpu_group_info);
  return align_up(groups + layout.units() * 4, kPageSize);
}

// A processor's node has its data, with or without memory. kernel: pcpu_fc_alloc()
std::optional<PhysAddr> alloc_area(Boot& boot, std::uint64_t size, std::uint64_t align, int nid,
                                   const kernel::Function& within) {
  const memblock::Caller caller =
      boot.caller(owner::kPerCPUAreas, {function::pcpu_fc_alloc, within});
  if (!std::ranges::binary_search(boot.state.possible_nodes, nid)) {
    return boot.state.memblock.alloc_from(size, align, kMaxDmaAddress, caller);
  }
  return boot.state.memblock.alloc_try_nid(size, align, kMaxDmaAddress, memblock::kAllocAccessible,
                                           nid, caller);
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
      boot.state.memblock.free(PhysAddr{at + keep}, layout.unit_size - keep, caller);
    }
  }
}

// kernel: pcpu_unit_offsets, pcpu_setup_first_chunk()
PerCpuUnits units_in(const percpu::Layout& layout, const std::vector<PhysAddr>& areas,
                     unsigned cpus) {
  PerCpuUnits units{.static_size = layout.static_size,
                    .reserved_size = layout.reserved_size,
                    .dynamic_size = layout.dynamic_size,
                    .piece_size = layout.unit_size,
                    .pieces_of_each = 1,
                    .pieces = std::vector<PhysAddr>(cpus)};
  for (std::size_t group = 0; group < layout.groups.size(); ++group) {
    std::uint64_t at = raw(areas[group]);
    for (const unsigned cpu : layout.groups[group].cpus) {
      units.pieces[cpu] = PhysAddr{at};
      at += layout.unit_size;
    }
  }
  return units;
}

// All units of a node's processors in one block, in the direct map. False: it is not to be had.
// kernel: pcpu_embed_first_chunk(), mm/percpu.c, v6.1 and v6.12
bool embed_first_chunk(Boot& boot) {
  const percpu::Layout layout =
      layout_of(boot, reserve_of(boot).dynamic, paging::kSize2M, nodes_of_cpus(boot));
  const memblock::Caller info = boot.caller(kOwner, {function::pcpu_build_alloc_info});
  const memblock::Caller own = boot.caller(kOwner, {function::pcpu_embed_first_chunk});
  const std::uint64_t list_size = align_up(8 * layout.groups.size(), kPageSize);
  const auto description = boot.state.memblock.alloc(info_size(boot, layout), kPageSize, info);
  if (!description) return false;
  const auto list = boot.state.memblock.alloc(list_size, kCacheLine, own);
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
    boot.state.per_cpu = units_in(layout, areas, boot.in.possible_cpus);
    setup_first_chunk(boot, layout, raw(std::ranges::min(areas)));
  } else {
    for (std::size_t i = 0; i < areas.size(); ++i) {
      boot.state.memblock.free(areas[i], layout.groups[i].units * layout.unit_size, own);
    }
  }
  boot.state.memblock.free(*description, info_size(boot, layout), own);
  if (list) boot.state.memblock.free(*list, list_size, own);
  return done;
}

// Page by page, mapped together in the vmalloc area. kernel: pcpu_page_first_chunk()
void page_first_chunk(Boot& boot) {
  const std::vector<int> nodes = nodes_of_cpus(boot);
  const percpu::Layout layout = layout_of(boot, 0, kPageSize, std::vector<int>(nodes.size(), 0));
  const memblock::Caller own = boot.caller(kOwner, {function::pcpu_page_first_chunk});
  const auto description =
      boot.alloc_or_panic(info_size(boot, layout), kPageSize,
                          boot.caller(kOwner, {function::pcpu_build_alloc_info}), kFile);
  const std::uint64_t pages = layout.unit_size / kPageSize;
  const std::uint64_t list_size = align_up(pages * nodes.size() * 8, kPageSize);
  const auto list = boot.alloc_or_panic(list_size, kCacheLine, own, kFile);
  boot.state.per_cpu = {.static_size = layout.static_size,
                        .reserved_size = layout.reserved_size,
                        .dynamic_size = layout.dynamic_size,
                        .piece_size = kPageSize,
                        .pieces_of_each = pages};
  for (std::uint64_t page = 0; page < pages * nodes.size() && !boot.story.panicked(); ++page) {
    if (const auto found = alloc_area(boot, kPageSize, kPageSize, nodes[page / pages],
                                      function::pcpu_page_first_chunk)) {
      boot.state.per_cpu.pieces.push_back(*found);
      continue;
    }
    boot.story.tell(Severity::panic, rule::kSetupPerCpuAreas,
                    "Kernel panic - not syncing: cannot initialize percpu area (err=-12)");
  }
  const std::uint64_t base = raw(boot.state.page_tables.bases().vmalloc);
  make_tables(boot, base, base + layout.unit_size * nodes.size(), owner::kPageTablesOfPerCPUAreas);
  if (boot.story.panicked()) return;
  // kernel: __pcpu_map_pages(), of PAGE_KERNEL
  for (std::uint64_t page = 0; page < boot.state.per_cpu.pieces.size(); ++page) {
    boot.state.page_tables.map({.virt = VirtAddr{base + page * kPageSize},
                                .phys = boot.state.per_cpu.pieces[page],
                                .page_size = kPageSize,
                                .pages = 1,
                                .flags = paging::kernel_flags(boot.in.features)});
  }
  setup_first_chunk(boot, layout, base);
  boot.state.memblock.free(*list, list_size, own);
  boot.state.memblock.free(*description, info_size(boot, layout), own);
}

void alloc_cpumasks(Boot& boot, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    boot.alloc_or_panic(boot.in.cpumask_size(), kCacheLine,
                        boot.caller(owner::kCPUMasks, {function::alloc_bootmem_cpumask_var}),
                        "lib/cpumask.c");
  }
}

}  // namespace

// kernel: setup_per_cpu_areas(), arch/x86/kernel/setup_percpu.c, v6.1 and v6.12
void setup_per_cpu_areas(Boot& boot) {
  const auto told = boot.in.machine.cpu.possible;
  if (boot.in.cpus.origin == CpuCount::Origin::madt && told && *told != boot.in.possible_cpus) {
    boot.story.tell(Severity::debug, rule::kSetupPerCpuAreas,
                    fmt::format("by the MADT {} processors are possible, but the machine had {}",
                                boot.in.possible_cpus, *told));
  }
  // kernel: percpu_alloc_setup(), mm/percpu.c: an unknown word is warned of, and changes nothing
  bool pages = false;
  for (const auto& word : boot.in.values_of("percpu_alloc")) {
    if (word == "page" || word == "embed") {
      pages = word == "page";
    } else if (word) {
      boot.story.tell(Severity::warning, rule::kPercpuAllocSetup,
                      fmt::format("percpu: unknown allocator {} specified", *word));
    }
  }
  if (pages) return page_first_chunk(boot);
  if (embed_first_chunk(boot)) return;
  boot.story.tell(Severity::warning, rule::kSetupPerCpuAreas,
                  "auto allocator failed (-12), falling back to page size");
  page_first_chunk(boot);
}

// A mask of each node's processors and a few more. kernel: setup_node_to_cpumask_map(),
// setup_cpu_local_masks(), v6.1 (four) and v6.12 (one)
void setup_cpu_masks(Boot& boot) {
  if (!boot.in.profile.has(config::CPUMASK_OFFSTACK)) return;
  const int last = boot.state.possible_nodes.empty() ? 0 : boot.state.possible_nodes.back();
  if (boot.in.profile.numa) alloc_cpumasks(boot, static_cast<std::uint64_t>(last) + 1);
  alloc_cpumasks(boot, boot.in.behaviour.bringup_cpumasks);
}

}  // namespace memmap::boot
