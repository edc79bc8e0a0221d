#include "boot/boot.h"

#include <fmt/format.h>

#include "base/check.h"

namespace memmap::boot {
namespace {

memblock::Options memblock_options(const Inputs& in) {
  memblock::Options options;
  options.movable_node = in.profile.memory_hotplug && in.has_parameter("movable_node");
  options.mirrored_kernelcore = in.mirrored_kernelcore();
  options.kernel_end = in.kernel_image().end();
  return options;
}

// Of a kernel with other levels of page tables, or of another one's machine, they cannot be.
paging::Bases bases_of(const Inputs& in) {
  const KaslrBases& known = in.machine.kaslr;
  paging::Bases bases = paging::fixed_bases(in.features.levels());
  bases.page_offset = known.page_offset_base.value_or(bases.page_offset);
  bases.vmalloc = known.vmalloc_base.value_or(bases.vmalloc);
  bases.vmemmap = known.vmemmap_base.value_or(bases.vmemmap);
  if (!paging::can_hold_all(bases, in.features.levels())) {
    bases = paging::fixed_bases(in.features.levels());
  }
  if (!in.profile.has(config::RANDOMIZE_BASE)) {
    bases.modules = VirtAddr{raw(paging::kStartKernelMap) + 512 * kMiB};
  }
  return bases;
}

// Those that the image brings: above them all others hang. Five levels need one more for the
// image, whose table the CPU entry areas share.
// kernel: arch/x86/kernel/head_64.S, v6.12; early_ioremap_init(), arch/x86/mm/ioremap.c (bm_pte)
paging::AddressSpace image_tables(const Inputs& in) {
  constexpr VirtAddr kFixmapTables{0xffffffffff400000};  // FIXMAP_PMD_NUM of them, 2
  constexpr VirtAddr kEarlyIoremap{0xffffffffff200000};
  const auto page_of = [&](const kernel::Symbol& symbol, std::uint64_t offset = 0) {
    const auto place = in.profile.place_of(symbol);
    paging::TablePage page{.origin = paging::TableOrigin::image};
    if (place) page.phys = PhysAddr{raw(in.kernel_base) + *place + offset};
    return page;
  };
  const VirtAddr image = paging::kStartKernelMap;
  const unsigned levels = in.features.levels();
  paging::AddressSpace tables(levels, bases_of(in), page_of(symbol::init_top_pgt));
  if (levels == 5) tables.add_table(4, image, page_of(symbol::level4_kernel_pgt));
  tables.add_table(3, image, page_of(symbol::level3_kernel_pgt));
  tables.add_table(2, image, page_of(symbol::level2_kernel_pgt));
  tables.add_table(2, kFixmapTables, page_of(symbol::level2_fixmap_pgt));
  tables.add_table(1, kFixmapTables, page_of(symbol::level1_fixmap_pgt));
  tables.add_table(1, VirtAddr{raw(kFixmapTables) + paging::kSize2M},
                   page_of(symbol::level1_fixmap_pgt, kPageSize));
  tables.add_table(1, kEarlyIoremap, page_of(symbol::bm_pte));
  return tables;
}

State initial_state(const Inputs& in) {
  const e820::Table table(
      in.options.entry_limit ? e820::max_entries(in.profile.nodes_shift) : e820::kNoLimit,
      in.behaviour.e820_table_full);
  State state{.e820 = {.firmware = table, .kexec = table, .table = table},
              .memblock = memblock::Memblock(in.behaviour, memblock_options(in)),
              .initrd = in.machine.initrd,
              .page_tables = image_tables(in)};
  state.memblock.set_policies(in.options.top_down, in.options.bottom_up);
  return state;
}

}  // namespace

Boot::Boot(const Machine& machine, const kernel::Profile& profile, const Options& options)
    : in(machine, profile, options),
      state(initial_state(in)),
      story(state.memblock, options.observer) {}

memblock::Caller Boot::caller(const memblock::Purpose& owner,
                              std::initializer_list<kernel::Function> functions) const {
  MEMMAP_CHECK(functions.size() != 0, "a caller is one of some functions");
  for (const kernel::Function& function : functions) {
    if (in.profile.is_function(function)) return {function.name, owner};
  }
  const kernel::Function& kept =
      in.profile.functions.empty() ? *functions.begin() : *(functions.end() - 1);
  return {kept.name, owner};
}

std::optional<PhysAddr> Boot::alloc_or_panic(std::uint64_t size, std::uint64_t align,
                                             const memblock::Caller& who, std::string_view file) {
  const auto found = state.memblock.alloc(size, align, who);
  if (!found) panic_without_memory({who.function, file}, size);
  return found;
}

std::optional<PhysAddr> Boot::take_within(kernel::Behaviour::Bounded how, std::uint64_t size,
                                          std::uint64_t align, PhysAddr from, PhysAddr to,
                                          const memblock::Caller& who) {
  if (how == kernel::Behaviour::Bounded::allocates) {
    return state.memblock.phys_alloc_range(size, align, from, to, who);
  }
  const auto found = state.memblock.find_in_range(from, to, size, align);
  if (found) state.memblock.reserve(*found, size, who);
  return found;
}

void Boot::tell_of(FirmwareTable table) {
  for (const FirmwareEvent& told : in.machine.firmware_events) {
    if (told.table == table) story.tell(told.event);
  }
}

void Boot::panic_without_memory(const Rule& rule, std::uint64_t size) {
  story.tell(Severity::panic, rule,
             fmt::format("Kernel panic - not syncing: {}: Failed to allocate {} bytes",
                         rule.function, size));
}

}  // namespace memmap::boot
