#include "boot/after/page_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/after/image.h"
#include "boot/after/trampoline.h"
#include "boot/mm/taken_pages.h"
#include "boot/rules.h"
#include "paging/areas.h"

namespace memmap::boot {
namespace {

// Of a kernel whose symbols are not known, a part of its image stays as it was at the hand-over.
void tell_unknown(Boot& boot, const Rule& rule, std::string_view what) {
  boot.story.tell(Severity::info, rule,
                  std::string("not simulated, since the kernel's profile lacks the symbols: ") +
                      std::string(what));
}

}  // namespace

// kernel: preallocate_vmalloc_pages(), arch/x86/mm/init_64.c, v6.12
void preallocate_vmalloc_pages(Boot& boot) {
  paging::AddressSpace& tables = boot.state.page_tables;
  std::uint64_t pages = 0;
  for (const VirtAddr at : paging::vmalloc_root_entries(tables)) {
    if (tables.add_table(tables.levels() - 1, at, {.origin = paging::TableOrigin::page_allocator}))
      ++pages;
  }
  take_single_pages(boot, pages, "page tables");
}

namespace {

// A page of stacks is shared by 64 processors, and mapped read-only at 65536 addresses of 4 GiB: by one
// page table, which one table above it has in all of its entries, which four entries of the table
// above that have. 16 pages share these. Which 4 GiB, and which of the 16 places in it, is chance.
// kernel: init_espfix_ap(), init_espfix_random(), arch/x86/kernel/espfix_64.c, v6.1, v6.12 and v7.2
void add_espfix_stacks(Boot& boot) {
  constexpr std::uint64_t kStacksPerPage = 64;
  constexpr std::uint64_t kPagesPerTable = 16;
  constexpr std::uint64_t kStep = 4 * kGiB;
  const std::uint64_t cpus =
      std::clamp(boot.in.setup_max_cpus, 1u, std::min(boot.in.cpus.present, boot.in.possible_cpus));
  const std::uint64_t pages = (cpus + kStacksPerPage - 1) / kStacksPerPage;
  const std::uint64_t tables = (pages + kPagesPerTable - 1) / kPagesPerTable;
  for (std::uint64_t i = 0; i < tables; ++i) {
    const VirtAddr at{raw(paging::kEspfix) + i * kStep};
    for (const unsigned level : {2u, 1u}) {
      boot.state.page_tables.add_table(level, at, {.origin = paging::TableOrigin::page_allocator});
    }
  }
  boot.story.tell(
      Severity::debug, rule::kInitEspfixRandom,
      fmt::format(
          "the kernel places these stacks at random: {} page{} for {} processor{}, mapped at "
          "65536 addresses each, {} left out; {} page tables are shown at the area's start",
          pages, pages == 1 ? "" : "s", cpus, cpus == 1 ? "" : "s", pages == 1 ? "is" : "are",
          2 * tables));
}

}  // namespace

// The stacks of processors that come later too, which the user's tables share.
// kernel: init_espfix_bsp(), arch/x86/kernel/espfix_64.c, v6.12
void init_espfix_bsp(Boot& boot) {
  paging::AddressSpace& tables = boot.state.page_tables;
  const paging::TablePage from_buddy{.origin = paging::TableOrigin::page_allocator};
  if (tables.levels() == 5 && tables.add_table(4, paging::kEspfix, from_buddy))
    take_single_pages(boot, 1, "page tables");
  paging::TablePage page{.origin = paging::TableOrigin::image};
  if (const auto place = boot.in.profile.place_of(symbol::espfix_pud_page))
    page.phys = PhysAddr{raw(boot.in.kernel_base) + *place};
  tables.add_table(3, paging::kEspfix, page);
  add_espfix_stacks(boot);
  // The boot processor's: two tables, and the page of its stack. kernel: init_espfix_ap()
  take_single_pages(boot, 3, "stacks with 16-bit addresses");
}

// kernel: idt_setup_apic_and_irq_gates(), idt_map_in_cea(), arch/x86/kernel/idt.c, v6.12
void idt_setup_apic_and_irq_gates(Boot& boot) {
  const auto place = boot.in.profile.place_of(symbol::idt_table);
  if (!place) return tell_unknown(boot, rule::kIdtSetup, "the IDT becomes read-only");
  const paging::Features& f = boot.in.features;
  const paging::Mapping idt{
      .virt = paging::kCpuEntryAreas,  // CPU_ENTRY_AREA_RO_IDT
      .phys = PhysAddr{raw(boot.in.kernel_base) + *place},
      .pages = 1,
      .flags = (f.nx ? paging::kNoExecute : 0u) | (f.pge ? paging::kGlobal : 0u)};
  boot.state.page_tables.map(idt);
  // The tables of the areas are those of user mode too. kernel: pti_clone_user_shared()
  if (boot.state.user_page_tables) boot.state.user_page_tables->map(idt);
  set_memory(boot).ro(VirtAddr{raw(boot.in.kernel_text()) + *place}, 1);
}

// KFENCE's objects lie on pages of their own, between pages that nobody may touch: the first one, then
// every second. Large pages are split for it.
// kernel: kfence_init_pool(), mm/kfence/core.c; arch_kfence_init_pool(),
// arch/x86/include/asm/kfence.h, v6.1 and v6.12
void kfence_init(Boot& boot) {
  const std::optional<PhysRange> pool = boot.state.kfence_pool;
  if (!pool) return;
  const VirtAddr base{raw(boot.state.page_tables.bases().page_offset) + raw(pool->base())};
  paging::SetMemory memory = set_memory(boot);
  memory.np_noalias(base, 1);
  for (std::uint64_t at = kPageSize; at < pool->size(); at += 2 * kPageSize)
    memory.np_noalias(VirtAddr{raw(base) + at}, 1);
}

// What says where to patch locks is of no use once it is sure that they stay, or that no second
// processor can come. Where one alone comes up but others may later, locks are patched out and the
// list is kept. kernel: alternative_instructions(), alternatives_smp_module_add(),
// arch/x86/kernel/alternative.c, v6.1 and v6.12; free_smp_locks(), v7.2
void free_smp_locks(Boot& boot) {
  const bool one_comes =
      std::min(boot.in.cpus.present, boot.in.possible_cpus) == 1 || boot.in.setup_max_cpus <= 1;
  const bool uniproc_patched = one_comes && !boot.in.has_parameter("noreplace-smp");
  if (uniproc_patched && boot.in.possible_cpus != 1) {
    return boot.story.tell(Severity::debug, rule::kAlternatives,
                           "locks are patched out; their list stays, for processors to come");
  }
  const auto from = address_of(boot, symbol::__smp_locks);
  const auto to = address_of(boot, symbol::__smp_locks_end);
  if (!from || !to) return tell_unknown(boot, rule::kAlternatives, "the list of locks is freed");
  paging::SetMemory memory = set_memory(boot);
  free_init_pages(boot, memory, "SMP alternatives", *from, *to);
}

// kernel: set_real_mode_permissions(), arch/x86/realmode/init.c; realmode.lds.S, v6.12
void set_real_mode_permissions(Boot& boot) {
  if (!boot.state.real_mode) return;
  const VirtAddr base{raw(boot.state.page_tables.bases().page_offset) +
                      raw(boot.state.real_mode->base())};
  const VirtAddr text{raw(base) + kPageSize};
  paging::SetMemory memory = set_memory(boot);
  memory.nx(base, boot.state.real_mode->size() >> kPageShift);
  const std::uint64_t code = real_mode_code_pages(*boot.state.real_mode);
  memory.ro(base, 1 + code);
  memory.x(text, code);
}

// kernel: free_initmem(), arch/x86/mm/init.c; mem_encrypt_free_decrypted_mem(), v6.12
void free_initmem(Boot& boot) {
  const auto from = address_of(boot, symbol::__init_begin);
  const auto to = address_of(boot, symbol::__init_end);
  if (!from || !to) return tell_unknown(boot, rule::kFreeInitmem, "the init sections are freed");
  paging::SetMemory memory = set_memory(boot);
  const auto shared_from = address_of(boot, symbol::__start_bss_decrypted_unused);
  const auto shared_to = address_of(boot, symbol::__end_bss_decrypted);
  if (shared_from && shared_to)
    free_init_pages(boot, memory, "unused decrypted", *shared_from, *shared_to);
  free_kernel_image_pages(boot, memory, "unused kernel image (initmem)", *from, *to);
}

// kernel: mark_rodata_ro(), arch/x86/mm/init_64.c, v6.12
void mark_rodata_ro(Boot& boot) {
  const kernel::ImageLayout& image = boot.in.profile.image;
  const auto end = address_of(boot, symbol::__end_rodata_hpage_align);
  if (!end) return tell_unknown(boot, rule::kMarkRodataRo, "read-only data becomes so");
  const auto aligned = [&](std::uint64_t offset) {
    return VirtAddr{raw(boot.in.kernel_text()) + align_up(offset, kPageSize)};
  };
  const VirtAddr text = boot.in.kernel_text();
  const VirtAddr text_end = aligned(image.etext);
  const std::uint64_t brk_end = raw(boot.state.brk.end()) - raw(boot.in.kernel_base) + raw(text);
  const std::uint64_t all_end = align_up(brk_end, paging::kSize2M);
  paging::SetMemory memory = set_memory(boot);
  memory.ro(text, pages_between(text, *end));
  memory.keep_read_only();
  memory.nx(text_end, pages_between(text_end, VirtAddr{all_end}));
  free_kernel_image_pages(boot, memory, "unused kernel image (text/rodata gap)", text_end,
                          aligned(image.start_rodata));
  free_kernel_image_pages(boot, memory, "unused kernel image (rodata/data gap)",
                          aligned(image.end_rodata), VirtAddr{raw(text) + image.sdata});
}

}  // namespace memmap::boot
