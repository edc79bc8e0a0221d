#include "access/kernel.h"

#include <algorithm>

#include "base/align.h"
#include "base/range_union.h"
#include "boot/page_allocator.h"
#include "paging/areas.h"
#include "paging/features.h"

namespace memmap::access {
namespace {

using ioremap::Pat;

// kernel: nopat(), pat_bp_init(), arch/x86/mm/pat/memtype.c, v6.12
Pat pat_of(const boot::Inputs& in) {
  if (in.has_parameter("nopat")) return Pat::off;
  const CpuFacts& cpu = in.machine.cpu;
  const bool untrusted = cpu.vendor == "GenuineIntel" && ((cpu.family == 6 && cpu.model <= 0xd) ||
                                                          (cpu.family == 15 && cpu.model <= 6));
  return untrusted ? Pat::lower : Pat::full;
}

// The busy resources of RAM. kernel: e820__reserve_resources(), arch/x86/kernel/e820.c, v6.12
std::vector<PhysRange> system_ram(const boot::State& state) {
  std::vector<PhysRange> out;
  for (const E820Entry& e : state.e820.table.entries()) {
    if (!is_kernel_ram(e.type)) continue;
    if (const auto range = PhysRange::from_size(e.addr, e.size)) out.push_back(*range);
  }
  return united(std::move(out));
}

// Whose pages are PageReserved: what memblock has reserved, and RAM that is none of its memory.
// kernel: memmap_init_reserved_pages(), mm/memblock.c; init_unavailable_range(), mm/mm_init.c, v6.12
std::vector<PhysRange> reserved_pages(const boot::State& state) {
  std::vector<PhysRange> out = system_ram(state);
  for (const memblock::Region& r : state.memblock.memory().regions()) out = without(out, r.range);
  for (const memblock::Region& r : state.memblock.reserved().regions()) out.push_back(r.range);
  return united(std::move(out));
}

unsigned default_phys_bits() { return 46; }

// kernel: nohugeiomap, mm/ioremap.c and arch_vmap_pud_supported(), arch/x86/mm/ioremap.c, v6.12
std::uint64_t largest_io_page(const boot::Inputs& in) {
  const CpuFacts& cpu = in.machine.cpu;
  if (in.has_parameter("nohugeiomap") || !cpu.pse.value_or(true)) return paging::kSize4K;
  return cpu.gbpages.value_or(false) ? paging::kSize1G : paging::kSize2M;
}

ioremap::Surroundings surroundings_of(const boot::Outcome& outcome, const boot::Inputs& in) {
  return {.behaviour = in.behaviour,
          .pat = pat_of(in),
          .phys_bits = in.machine.cpu.phys_bits.value_or(default_phys_bits()),
          .kernel_flags = paging::kernel_flags(in.features),
          .largest_page = largest_io_page(in),
          .max_pfn = outcome.state.max_pfn,
          .system_ram = system_ram(outcome.state),
          .reserved = reserved_pages(outcome.state),
          .mapped = outcome.state.mapped,
          .image = in.image_places(outcome.state.brk.end())};
}

ioremap::MtrrMap mtrrs_of(const boot::Outcome& outcome, const boot::Inputs& in) {
  std::vector<PhysRange> cached = system_ram(outcome.state);
  for (const E820Entry& e : outcome.state.e820.table.entries()) {
    if (e.type != E820Type::acpi && e.type != E820Type::nvs) continue;
    if (const auto range = PhysRange::from_size(e.addr, e.size)) cached.push_back(*range);
  }
  return {in.machine, outcome.state.mtrrs, united(std::move(cached))};
}

// What is mapped there already is an area of somebody's: per-CPU pages.
// kernel: vm_area_register_early(), vmalloc_init(), mm/vmalloc.c, v6.12
void add_early_areas(ioremap::VmapAreas& areas, const paging::AddressSpace& tables) {
  std::optional<ioremap::VmapArea> area;
  for (const paging::Mapping& m : tables.mappings()) {
    if (m.virt < areas.start() || m.virt >= areas.end()) continue;
    if (area && raw(area->virt) + area->size == raw(m.virt)) {
      area->size += m.bytes();
      continue;
    }
    if (area) areas.put(*area);
    area = ioremap::VmapArea{.virt = m.virt, .size = m.bytes()};
  }
  if (area) areas.put(*area);
}

}  // namespace

Kernel::Kernel(const boot::Outcome& what, const boot::Inputs& in)
    : outcome(what),
      inputs(in),
      surroundings(surroundings_of(what, in)),
      tables(*boot::tables_of(what, boot::Root::kernel)),
      pages(boot::page_allocator(what.state, boot::allocator_options(in, what.state))),
      slabs(pages, std::max(in.cpus.present, 1u)),
      places(what, in.machine, pages, slabs),
      memtypes(surroundings.pat != Pat::off, in.has_parameter("debugpat"), surroundings.system_ram,
               mtrrs_of(what, in)),
      areas(tables.bases().vmalloc,
            VirtAddr{raw(tables.bases().vmalloc) + paging::vmalloc_size(tables.levels()) - 1},
            std::max(in.cpus.present, 1u)),
      io(surroundings, tables, memtypes, areas,
         [this](unsigned, VirtAddr) -> std::optional<PhysAddr> {
           const auto block = pages.take(0, kGfpKernel | kGfpZero);
           if (!block) return std::nullopt;
           return phys_of(block->first);
         }),
      early(what.user_space ? what.user_space->early_ioremap : what.state.early_ioremap) {
  if (what.user_space) early.system_runs();
  add_early_areas(areas, tables);
  if (in.behaviour.vmalloc_levels_are_there) preallocate_levels();
}

// Of a root's entries for vmalloc's addresses none is ever added again: what other processes have of it
// need not follow. kernel: preallocate_vmalloc_pages(), arch/x86/mm/init_64.c, v6.12
void Kernel::preallocate_levels() {
  for (const VirtAddr at : paging::vmalloc_root_entries(tables)) {
    io.need_tables(at, tables.levels() - 1);
  }
}

std::vector<std::string> Kernel::notes() const {
  std::vector<std::string> out;
  out.emplace_back(
      outcome.user_space
          ? "the script begins where user space does: the page tables are those that the kernel "
            "has "
            "by then; what drivers and others have mapped and allocated is not there"
          : "the script begins at the hand-over: no driver has mapped or allocated anything, and "
            "vmalloc's addresses are free but for what the boot itself has there");
  if (!memtypes.mtrrs().told()) {
    out.emplace_back(
        "default: MTRRs not known; RAM is taken as write-back, all else as uncachable");
  }
  if (!inputs.machine.cpu.phys_bits) {
    out.emplace_back("default: bits of a physical address not known; taken as 46");
  }
  return out;
}

Walk Kernel::walk(VirtAddr at, bool user) const {
  const bool isolated = user && outcome.user_space && outcome.user_space->user_page_tables;
  paging::Lookup found =
      paging::look_up(isolated ? *outcome.user_space->user_page_tables : tables, at);
  Walk out{.canonical = found.canonical, .steps = std::move(found.steps)};
  if (found.mapping != nullptr) out.mapping = *found.mapping;
  return out;
}

VirtAddr Kernel::virt_of(PhysAddr phys) const {
  return VirtAddr{raw(tables.bases().page_offset) + raw(phys)};
}

std::optional<PhysAddr> Kernel::phys_of_direct(VirtAddr virt) const {
  const std::uint64_t at = raw(virt) - raw(tables.bases().page_offset);
  if (virt < tables.bases().page_offset || at >= raw(phys_of(outcome.state.max_pfn))) {
    return std::nullopt;
  }
  return PhysAddr{at};
}

bool Kernel::map(const paging::Mapping& run) {
  const unsigned leaf = paging::leaf_level(run.page_size);
  const std::uint64_t step = paging::table_size(leaf);
  const std::uint64_t last = raw(run.virt) + run.bytes() - 1;
  std::uint64_t at = align_down(raw(run.virt), step);
  while (true) {
    if (!io.need_tables(VirtAddr{at}, leaf)) return false;
    if (last - at < step) break;
    at += step;
  }
  tables.map(run);
  return true;
}

}  // namespace memmap::access
