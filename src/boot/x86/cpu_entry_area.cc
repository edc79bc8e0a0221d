#include "boot/x86/cpu_entry_area.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/align.h"
#include "boot/mm/kernel_tables.h"
#include "boot/owner.h"
#include "boot/rules.h"

namespace memmap::boot {
namespace {

// What one area maps of its processor's per-CPU data.
struct Part {
  std::uint64_t at = 0;      // within the area, bytes
  std::uint64_t offset = 0;  // within the per-CPU unit, bytes
  std::uint64_t size = 0;    // bytes; whole pages of it are mapped
  bool writable = false;
};

// Where a per-CPU variable lies within a unit; nullopt: the kernel's symbols are not known.
std::optional<std::uint64_t> offset_in_unit(const kernel::Profile& p,
                                            const kernel::Symbol& variable) {
  const auto start = p.place_of(symbol::__per_cpu_start);
  const auto place = p.place_of(variable);
  if (!start || !place || *place < *start) return std::nullopt;
  return *place - *start;
}

bool has_debug_store(const Boot& boot) {
  return boot.in.machine.cpu.vendor == "GenuineIntel" &&
         boot.in.profile.offset_of(member::cpu_entry_area_cpu_debug_store) <
             boot.in.profile.size_of(type::cpu_entry_area);
}

// kernel: init_cea_offsets(), arch/x86/mm/cpu_entry_area.c; kaslr_enabled(), v6.2
bool are_random(const Boot& boot) {
  return boot.in.behaviour.cpu_entry_areas_are_random &&
         boot.in.profile.has(config::RANDOMIZE_MEMORY) &&
         !kernel::find_option_bool(boot.in.command_line, "nokaslr");
}

// Bytes from one of random areas to the next: all of them lie in the reach of one entry of the root.
// kernel: CPU_ENTRY_AREA_MAP_SIZE, arch/x86/include/asm/pgtable_64_types.h, v6.2
std::uint64_t random_step(std::uint64_t count) {
  constexpr std::uint64_t kMapSize = 512 * kGiB;
  return std::min(paging::kSize1G,
                  align_down((kMapSize - kPageSize) / count, std::uint64_t{paging::kSize2M}));
}

// Empty where the profile does not tell where the per-CPU variables lie.
// kernel: setup_cpu_entry_area(), percpu_setup_exception_stacks(), percpu_setup_debug_store(),
// arch/x86/mm/cpu_entry_area.c, v6.1 and v6.12
std::vector<Part> parts_of(const Boot& boot) {
  const kernel::Profile& p = boot.in.profile;
  const auto gdt = offset_in_unit(p, symbol::gdt_page);
  const auto entry_stack = offset_in_unit(p, symbol::entry_stack_storage);
  const auto tss = offset_in_unit(p, symbol::cpu_tss_rw);
  const auto stacks = offset_in_unit(p, symbol::exception_stacks);
  if (!gdt || !entry_stack || !tss || !stacks) return {};
  // With 64 bits the GDT and the task state are read-only here.
  std::vector<Part> parts = {
      {0, *gdt, kPageSize, false},
      {p.offset_of(member::cpu_entry_area_entry_stack_page), *entry_stack, kPageSize, true},
      {p.offset_of(member::cpu_entry_area_tss), *tss, p.size_of(type::tss_struct), false}};
  const std::uint64_t stack_size = p.offset_of(member::exception_stacks_NMI_stack) -
                                   p.offset_of(member::exception_stacks_DF_stack);
  const std::pair<const kernel::Member&, const kernel::Member&> kStacks[] = {
      {member::cea_exception_stacks_DF_stack, member::exception_stacks_DF_stack},
      {member::cea_exception_stacks_NMI_stack, member::exception_stacks_NMI_stack},
      {member::cea_exception_stacks_DB_stack, member::exception_stacks_DB_stack},
      {member::cea_exception_stacks_MCE_stack, member::exception_stacks_MCE_stack}};
  for (const auto& [in_area, in_unit] : kStacks) {
    parts.push_back({p.offset_of(member::cpu_entry_area_estacks) + p.offset_of(in_area),
                     *stacks + p.offset_of(in_unit), stack_size, true});
  }
  if (has_debug_store(boot)) {
    const auto store = offset_in_unit(p, symbol::cpu_debug_store);
    if (!store) return {};
    parts.push_back({p.offset_of(member::cpu_entry_area_cpu_debug_store), *store,
                     p.size_of(type::debug_store), true});
  }
  return parts;
}

// Page by page where the processor's data is (percpu_alloc=page). Shared with user space, so the pages
// are global under page-table isolation too. kernel: cea_set_pte(), cea_map_percpu_pages()
void map_part(Boot& boot, std::uint64_t area, std::uint64_t cpu, const Part& part) {
  const paging::Features& f = boot.in.features;
  const std::uint32_t flags = (part.writable ? paging::kWritable : 0u) |
                              (f.nx ? paging::kNoExecute : 0u) | (f.pge ? paging::kGlobal : 0u);
  const std::uint64_t size = align_down(part.size, kPageSize);
  const std::uint64_t step = boot.state.per_cpu.pieces_of_each == 1 ? size : kPageSize;
  for (std::uint64_t done = 0; done < size; done += step) {
    const auto phys = boot.state.per_cpu.phys(cpu, part.offset + done);
    if (!phys) return;
    boot.state.page_tables.map({.virt = VirtAddr{area + part.at + done},
                                .phys = *phys,
                                .page_size = kPageSize,
                                .pages = step >> kPageShift,
                                .flags = flags});
  }
}

}  // namespace

// Every processor's piece of the area that is mapped in user space too: its GDT, TSS, stacks.
// kernel: setup_cpu_entry_areas(), arch/x86/mm/cpu_entry_area.c, v6.1 and v6.12
void setup_cpu_entry_areas(Boot& boot) {
  const kernel::Profile& p = boot.in.profile;
  const std::uint64_t size = p.size_of(type::cpu_entry_area);
  // Confidential guests alone have the last two stacks, Intel's processors alone the debug store,
  // if the kernel is for them at all.
  const std::uint64_t stacks_end = p.offset_of(member::cpu_entry_area_estacks) +
                                   p.offset_of(member::cea_exception_stacks_VC_stack_guard);
  const std::uint64_t debug_store = p.offset_of(member::cpu_entry_area_cpu_debug_store);
  const bool maps_debug_store = has_debug_store(boot);
  const bool random = are_random(boot);
  const std::uint64_t step = random ? random_step(boot.in.possible_cpus) : size;
  if (random) {
    boot.story.tell(
        Severity::debug, rule::kInitCeaOffsets,
        fmt::format("the kernel places these areas at random, hardly ever two within the reach of "
                    "one table: each is shown {}, and may cross into one more table",
                    step == paging::kSize1G ? "at the start of a GiB of its own"
                                            : "as far from the next as all of them may lie"));
  }
  const std::vector<Part> parts = parts_of(boot);
  if (parts.empty()) {
    boot.story.tell(Severity::debug, rule::kSetupCpuEntryAreas,
                    "where the kernel's per-CPU variables lie is not known: what the CPU entry "
                    "areas map is left out");
  }
  // Those of the debug store's buffers too, which are not mapped yet.
  TableMaker maker(boot, owner::kPageTablesOfCPUEntryAreas);
  const auto area = [&](std::uint64_t cpu) {
    return raw(paging::kCpuEntryAreas) + kPageSize + cpu * step;
  };
  for (std::uint64_t cpu = 0; cpu < boot.in.possible_cpus; ++cpu) {
    maker.expect(area(cpu), area(cpu) + stacks_end);
    if (maps_debug_store) maker.expect(area(cpu) + debug_store, area(cpu) + size);
  }
  for (std::uint64_t cpu = 0; cpu < boot.in.possible_cpus && !boot.story.panicked(); ++cpu) {
    const std::uint64_t at = area(cpu);
    maker.make(at, at + stacks_end);
    if (maps_debug_store && !boot.story.panicked()) maker.make(at + debug_store, at + size);
    for (const Part& part : parts) map_part(boot, at, cpu, part);
  }
}

}  // namespace memmap::boot
