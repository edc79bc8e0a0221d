// The kernel's memory at one moment: what steps change, and what reports, checks and plugins see.
// The same type while a boot runs and in its outcome.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "boot/iomem.h"
#include "buddy/deferred.h"
#include "buddy/free_area.h"
#include "buddy/pageblocks.h"
#include "buddy/watermarks.h"
#include "buddy/zone_pages.h"
#include "e820/parameters.h"
#include "e820/table.h"
#include "ioremap/early_ioremap.h"
#include "machine/machine.h"
#include "memblock/memblock.h"
#include "numa/nodes.h"
#include "paging/address_space.h"
#include "paging/direct_pages.h"
#include "zones/zones.h"

namespace memmap::boot {

// The kernel's three tables: as the firmware gave it (sanitised), for kexec, and the one it works
// with. kernel: e820_table_firmware, e820_table_kexec, e820_table, arch/x86/kernel/e820.c
struct E820Tables {
  e820::Table firmware{};
  e820::Table kexec{};
  e820::Table table{};
  e820::UserMap user{};  // what the command line did to the table
};

// What a crashkernel= without a place finds when it looks for one.
struct CrashRoom {
  std::vector<PhysRange>
      free{};                  // but for the kernel's image, which KASLR may put elsewhere; joined
  std::uint64_t size = 0;      // asked for; bytes
  std::uint64_t low_size = 0;  // below 4 GiB beside one that lies above; 0: none
  std::uint64_t low_end = 0;   // where `below` ends: 4 GiB, 896 MiB in old kernels
  bool high_first = false;     // `,high`
  bool high_too = true;        // where there is no room below, above
};

// A zone's pages as the page allocator has them.
struct ZoneState {
  zones::Zone zone{};
  std::uint64_t managed_pages = 0;
  buddy::FreeArea free{};
  buddy::OrderedLists lists{};             // the same blocks, each list from head to tail
  std::vector<buddy::PageRun> deferred{};  // free, but not initialised yet; ascending
};

struct NodeState {
  int nid = 0;
  Pfn start_pfn{};
  std::uint64_t spanned_pages = 0;
  std::uint64_t present_pages = 0;
  std::vector<ZoneState> zones{};  // all types, the empty ones too
};

// Reserved memory that becomes the page allocator's behind the hand-over, or counts as managed from
// then on.
struct GivenBack {
  PhysRange range{};        // whole pages
  std::string_view what{};  // in the kernel's words, where it has any: `initrd`
  std::string_view step{};  // the kernel function of the step
};

// `Memory: 207548K/1048056K available (14343K kernel code, ...)`
// kernel: mem_init_print_info(), mm/mm_init.c, v6.12
struct MemoryLine {
  // nullopt: this kernel prints it so late that nobody can tell what else was taken by then.
  std::optional<std::uint64_t> available_pages{};
  std::uint64_t phys_pages = 0;
  std::uint64_t code = 0;  // bytes, up to `bss`
  std::uint64_t rwdata = 0;
  std::uint64_t rodata = 0;
  std::uint64_t init = 0;
  std::uint64_t bss = 0;
  std::uint64_t reserved_pages = 0;
  std::uint64_t cma_pages = 0;
};

// The page allocator's figures, from the hand-over on; at the end of a boot they are user space's.
struct PageAllocator {
  std::uint64_t totalram_pages = 0;  // _totalram_pages: MemTotal
  std::uint64_t totalcma_pages = 0;  // of CMA areas, counted where they are reserved
  // Every zone of every node, in their order; behind them those of nodes without memory.
  std::vector<buddy::ZonePages> zones{};
  // Of `zones`, as init_per_zone_wmark_min() and hugepage_init() leave them; before, empty.
  std::vector<buddy::Watermarks> watermarks{};
  std::vector<buddy::LowmemReserve> lowmem_reserves{};
  std::uint64_t min_free_kbytes = 0;
  std::uint64_t totalreserve_pages = 0;
  std::vector<GivenBack> given_back{};  // in the order in which it came
  std::optional<MemoryLine> memory_line{};
};

// A block of 2^order pages that the kernel took of the page allocator behind the hand-over.
struct TakenBlock {
  std::string_view step{};  // the kernel function of the step
  std::string what{};       // what it is for: a slab cache, page tables
  unsigned order = 0;
  Pfn pfn{};
  int nid = 0;  // where it is
};

struct FreeZone {
  int nid = 0;
  zones::ZoneType type = zones::ZoneType::dma;
  std::uint64_t managed_pages = 0;
  std::uint64_t free_pages = 0;
  buddy::OrderedLists lists{};  // from head to tail
};

// Once mm_core_init() is done (mm_init() before 6.4).
struct CoreInit {
  std::string unknown{};            // why nobody can tell; the rest is empty then
  std::vector<TakenBlock> taken{};  // until then, in order
  std::vector<FreeZone> zones{};    // every zone of every node, in their order
};

// A size of huge pages. kernel: struct hstate
struct HugePageSize {
  std::uint64_t size = 0;  // bytes
  // nullopt: as many as were free when they were asked for, which nobody can tell.
  std::optional<std::uint64_t> pages = 0;
};

// Where the per-CPU units of the processors lie: each in one piece, or page by page.
// kernel: __per_cpu_offset, per_cpu_ptr_to_phys(), mm/percpu.c
struct PerCpuUnits {
  // Of the variables in a unit, in bytes. kernel: struct pcpu_alloc_info
  std::uint64_t static_size = 0;
  std::uint64_t reserved_size = 0;
  std::uint64_t dynamic_size = 0;
  std::uint64_t piece_size = 0;      // bytes: of a unit, or of a page
  std::uint64_t pieces_of_each = 0;  // of a unit
  std::vector<PhysAddr> pieces{};    // processor by processor

  // What lies `offset` bytes behind the start of a processor's unit; nullopt: no such unit.
  std::optional<PhysAddr> phys(std::uint64_t cpu, std::uint64_t offset) const;
};

// Filled in the order of the table of steps. Whoever adds a member: a variable of the kernel's that
// outlives the step that sets it; what only one file of steps needs is its scratch (scratch.h).
struct State {
  E820Tables e820{};
  Pfn max_pfn{};
  Pfn max_low_pfn{};

  std::vector<MtrrRange> mtrrs{};    // that are in use, as the kernel has them by now
  std::vector<EfiMemory> efi_map{};  // efi.memmap: as the kernel has it by now

  memblock::Memblock memblock{};
  std::optional<PhysRange> initrd{};     // where it lies now
  PhysRange brk{};                       // what is used of the brk area
  std::optional<PhysRange> real_mode{};  // real_mode_header: where the trampoline lies

  paging::AddressSpace page_tables{4};
  // Under page-table isolation: what a process sees of the kernel while it runs in user mode.
  std::optional<paging::AddressSpace> user_page_tables{};
  // Those of other roots. The trampoline's first entry has pages of its own where the direct map lies at
  // random: of the levels from 3 on.
  std::vector<PhysAddr> trampoline_pages{};
  std::optional<paging::AddressSpace> efi_tables{};
  ioremap::EarlyIoremap early_ioremap{};
  PerCpuUnits per_cpu{};
  // As at the end of the boot, not at the hand-over.
  paging::DirectPages direct_pages{};
  bool direct_gbpages = false;      // 1 GiB pages are used in the direct map, where they fit
  std::vector<PhysRange> mapped{};  // pfn_mapped: by the direct map, joined, ascending

  // iomem_resource: what the kernel's own code for memory enters; bridges, devices and ROMs that only
  // a look at the machine shows are not in it. As at the end of the boot.
  IoMem iomem{};

  numa::Nodes nodes{};
  std::vector<int> possible_nodes{};  // node_possible_map: those without memory too, ascending
  // Behind setup_arch(): node_online_map, those with memory or with a possible processor, ascending.
  std::vector<int> online_nodes{};
  std::map<int, PhysAddr> node_data{};      // NODE_DATA: where each node's pg_data_t lies
  std::vector<int> emulated_from{};         // emu_nid_to_phys: by node, the one it was part of
  bool processors_have_nodes = false;       // firmware's nodes are in use, the processors' too
  PhysAddr firmware_memory_end{};           // of what firmware's nodes span, hot-plug windows too
  std::optional<CrashRoom> crash_room{};    // where one was looked for
  std::uint64_t swiotlb_adjusted = 0;       // bytes that encrypted memory asks for; 0: it does not
  bool hugetlb_cma = false;                 // huge pages come from CMA areas
  std::optional<PhysRange> swiotlb{};       // the bounce buffer as it was made, without its records
  std::optional<PhysRange> kfence_pool{};   // __kfence_pool
  std::vector<PhysRange> gigantic_pages{};  // that memblock gave, in this order
  // Behind the hand-over: hstates, the default one (default_hugepagesz=) first. Empty: no huge pages.
  std::vector<HugePageSize> huge_page_sizes{};
  std::vector<NodeState> node_states{};  // ascending by nid; as at the hand-over
  // Where struct pages are deferred, by node: how many are not, if that is not a section's worth.
  buddy::PagesAtOnce pages_at_once{};
  std::uint64_t nr_kernel_pages = 0;   // by which hash tables are sized
  buddy::PageblockTypes pageblocks{};  // of all zones, as at the hand-over
  bool handed_over = false;            // memblock_free_all() is done
  PageAllocator page_allocator{};
  std::optional<CoreInit> core_init{};  // where Options::follow_pages asks for it
};

// The zones as they were formed, without what the page allocator has of them.
std::vector<zones::Node> zone_nodes(const State& state);

}  // namespace memmap::boot
