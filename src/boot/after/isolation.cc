#include "boot/after/isolation.h"

#include "base/align.h"
#include "boot/after/image.h"
#include "boot/mm/taken_pages.h"
#include "paging/share.h"

namespace memmap::boot {
namespace {

constexpr paging::TablePage kFromBuddy{.origin = paging::TableOrigin::page_allocator};

// Tables of user space down to `level`, where there are none yet.
// kernel: pti_user_pagetable_walk_*()
void make_user_tables(Boot& boot, VirtAddr virt, unsigned level) {
  paging::AddressSpace& to = *boot.state.user_page_tables;
  std::uint64_t pages = 0;
  for (unsigned l = to.levels() - 1; l >= level; --l) {
    if (to.add_table(l, virt, kFromBuddy)) ++pages;
  }
  take_single_pages(boot, pages, "page tables of user mode");
}

// What is mapped for user mode nobody but the outcome has; its tables count as pages that are taken.
bool keeps_mappings(const Boot& boot) { return boot.in.options.keep_user_space; }

void share(Boot& boot, VirtAddr start, std::uint64_t size, unsigned level) {
  const paging::AddressSpace& from = boot.state.page_tables;
  paging::AddressSpace& to = *boot.state.user_page_tables;
  if (keeps_mappings(boot)) return paging::share(from, to, start, size, level);
  paging::share_tables(from, to, start, size, level, start);
}

void map(Boot& boot, const paging::Mapping& page) {
  if (keeps_mappings(boot)) boot.state.user_page_tables->map(page);
}

// kernel: pti_clone_p4d()
void clone_p4d(Boot& boot, VirtAddr virt) {
  if (boot.state.page_tables.levels() == 5) make_user_tables(boot, virt, 4);
  const VirtAddr start{align_down(raw(virt), paging::entry_size(4))};
  share(boot, start, paging::entry_size(4), 4);
}

// Entries of 2 MiB, which become global in both. kernel: pti_clone_pgtable(), PTI_CLONE_PMD
void clone_pmds(Boot& boot, VirtAddr from, VirtAddr to) {
  paging::AddressSpace& kernel = boot.state.page_tables;
  for (std::uint64_t at = align_down(raw(from), paging::kSize2M); at < raw(to);
       at += paging::kSize2M) {
    const VirtAddr virt{at};
    const paging::Mapping* run = kernel.find(virt);
    const bool large = run != nullptr && run->page_size == paging::kSize2M;
    if (!large && !kernel.table(1, virt)) continue;
    if (large && boot.in.features.pge) {
      kernel.map({virt, PhysAddr{raw(run->phys) + (at - raw(run->virt))}, paging::kSize2M, 1,
                  run->flags | paging::kGlobal});
    }
    make_user_tables(boot, virt, 2);
    share(boot, virt, paging::kSize2M, 2);
  }
}

// The image's code in user space too costs nothing but secrecy, and is of no use where the processor
// has PCIDs. kernel: pti_kernel_image_global_ok()
bool image_may_be_global(const Boot& boot) {
  const bool chosen = boot.in.parameter("pti").value_or("auto") != "auto";
  return !boot.in.machine.cpu.pcid.value_or(true) && !chosen;
}

void clone_entry_text(Boot& boot) {
  const auto from = address_of(boot, symbol::__entry_text_start);
  const auto to = address_of(boot, symbol::__entry_text_end);
  if (from && to) clone_pmds(boot, *from, *to);
}

}  // namespace

// kernel: pti_init(), arch/x86/mm/pti.c, v6.12
void clone_user_tables(Boot& boot) {
  paging::AddressSpace& kernel = boot.state.page_tables;
  // The page behind the kernel's: init_top_pgt has two.
  paging::TablePage user_root = *kernel.table(kernel.levels(), VirtAddr{0});
  if (user_root.phys) user_root.phys = PhysAddr{raw(*user_root.phys) + kPageSize};
  boot.state.user_page_tables.emplace(kernel.levels(), kernel.bases(), user_root);

  // pti_clone_user_shared()
  clone_p4d(boot, paging::kCpuEntryAreas);
  const auto start = boot.in.profile.place_of(symbol::__per_cpu_start);
  const auto tss = boot.in.profile.place_of(symbol::cpu_tss_rw);
  for (unsigned cpu = 0; start && tss && cpu < boot.in.possible_cpus; ++cpu) {
    const auto phys = boot.state.per_cpu.phys(cpu, *tss - *start);
    if (!phys) break;
    const VirtAddr virt{raw(kernel.bases().page_offset) + raw(*phys)};
    make_user_tables(boot, virt, 1);
    map(boot, {virt, *phys, kPageSize, 1, paging::kernel_flags(boot.in.features)});
  }
  // pti_set_kernel_image_nonglobal()
  const VirtAddr text = boot.in.kernel_text();
  const std::uint64_t end = align_up(raw(text) + boot.in.profile.image.end, paging::kSize2M);
  set_memory(boot).nonglobal(text, (end - raw(text)) >> kPageShift);

  clone_entry_text(boot);
  // pti_setup_vsyscall()
  if (const paging::Mapping* page = kernel.find(paging::kVsyscall)) {
    make_user_tables(boot, paging::kVsyscall, 1);
    map(boot, *page);
  }
  if (boot.in.profile.has(config::X86_ESPFIX64)) clone_p4d(boot, paging::kEspfix);
}

// kernel: pti_finalize(), pti_clone_kernel_text(), v6.12
void pti_finalize(Boot& boot) {
  clone_entry_text(boot);
  if (!image_may_be_global(boot)) return;
  const VirtAddr text = boot.in.kernel_text();
  if (const auto end = address_of(boot, symbol::__end_rodata_hpage_align)) {
    // The kernel does this last; tables of small pages, which user mode shares, show it there too.
    paging::SetMemory memory = set_memory(boot);
    memory.keep_read_only();
    memory.global(text, align_up(boot.in.profile.image.etext, kPageSize) >> kPageShift);
    clone_pmds(boot, text, *end);
  }
}

}  // namespace memmap::boot
