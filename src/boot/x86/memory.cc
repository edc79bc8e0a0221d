#include "boot/x86/memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/early_windows.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "machine/efi.h"
#include "paging/direct_map.h"
#include "paging/features.h"
#include "paging/kernel_map.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kSize2M = paging::kSize2M;

struct BrkArea {
  std::uint64_t used = 0;  // bytes, before the page tables
  PhysRange tables{};      // the first page tables
};

BrkArea& brk_area(Boot& boot) { return boot.scratch.of<BrkArea>(); }

std::vector<PhysRange> memory_ranges(const Boot& boot) {
  std::vector<PhysRange> out;
  for (const memblock::Region& r : boot.state.memblock.memory().regions()) out.push_back(r.range);
  return out;
}

// Tables that the trampoline has for itself: one of each level from 3 on, below its root.
// kernel: kaslr_memory_enabled(); init_trampoline_kaslr(), arch/x86/mm/kaslr.c, v6.1 and v6.12
std::uint64_t trampoline_pages(const Boot& boot) {
  const paging::AddressSpace& tables = boot.state.page_tables;
  const bool random =
      boot.in.profile.has(config::RANDOMIZE_MEMORY) &&
      tables.bases().page_offset != paging::fixed_bases(tables.levels()).page_offset;
  return random ? tables.levels() - 3 : 0;
}

// Takes them from `brk` on; returns what follows. kernel: init_trampoline(), arch/x86/mm/init.c, v6.12
PhysAddr init_trampoline(Boot& boot, PhysAddr brk) {
  for (std::uint64_t i = trampoline_pages(boot); i != 0; --i) {
    boot.state.trampoline_pages.push_back(brk);
    brk = PhysAddr{raw(brk) + kPageSize};
  }
  return brk;
}

// Pages for tables of the direct map, each above the one before from the brk area, below it from memblock.
struct TablePages {
  paging::TablePage first{};
  std::uint64_t count = 0;

  paging::TablePage page(std::uint64_t n) const {
    const bool up = first.origin == paging::TableOrigin::brk;
    const std::uint64_t bytes = n * kPageSize;
    return {PhysAddr{up ? raw(*first.phys) + bytes : raw(*first.phys) - bytes}, first.origin};
  }
};

// From memblock, the first of `count` and those that follow it in a row.
std::optional<TablePages> take_table_pages(Boot& boot, std::uint64_t count, PhysRange limits) {
  const memblock::Caller who{"alloc_low_pages", owner::kPageTables};
  const auto of = [](PhysAddr phys, std::uint64_t pages) {
    return TablePages{{phys, paging::TableOrigin::memblock}, pages};
  };
  const auto how = boot.in.behaviour.bounded;
  if (how == kernel::Behaviour::Bounded::allocates && !boot.story.hears_each_call()) {
    const auto row =
        boot.state.memblock.phys_alloc_row(count, kPageSize, limits.base(), limits.end(), who);
    return row ? std::optional(of(row->first, row->count)) : std::nullopt;
  }
  const auto page = boot.take_within(how, kPageSize, kPageSize, limits.base(), limits.end(), who);
  return page ? std::optional(of(*page, 1)) : std::nullopt;
}

// Pages for `count` tables of the direct map, or for the first of them: the brk area's next while it
// lasts, then some below what is mapped already. nullopt: the kernel dies.
// kernel: alloc_low_pages(), arch/x86/mm/init.c
std::optional<TablePages> alloc_low_pages(Boot& boot, const paging::TableRequest& asked,
                                          std::uint64_t count, PhysAddr& brk) {
  if (asked.from_brk_tables) {
    const TablePages pages{{brk, paging::TableOrigin::brk}, count};
    brk = PhysAddr{raw(brk) + count * kPageSize};
    return pages;
  }
  if (!asked.limits.empty()) {
    if (const auto pages = take_table_pages(boot, count, asked.limits)) return pages;
  }
  // The brk area could serve, but reserve_brk() has closed it.
  if (asked.may_extend_brk) {
    boot.story.tell(Severity::panic, rule::kExtendBrk, "kernel BUG at arch/x86/kernel/setup.c");
  } else {
    boot.story.tell(Severity::panic, rule::kAllocLowPages,
                    "Kernel panic - not syncing: alloc_low_pages: can not alloc memory");
  }
  return std::nullopt;
}

void place_tables(Boot& boot, const paging::DirectMap& map) {
  PhysAddr brk = brk_area(boot).tables.base();
  for (const paging::MapStep& step : map.steps) {
    if (&step == &map.steps.front() + 1) brk = init_trampoline(boot, brk);
    for (const paging::TableRequest& asked : step.tables) {
      for (std::uint64_t done = 0; done < asked.count;) {
        const auto pages = alloc_low_pages(boot, asked, asked.count - done, brk);
        if (!pages) return;
        for (std::uint64_t n = 0; n < pages->count; ++n, ++done)
          boot.state.page_tables.add_table(asked.level, asked.virt_of(done), pages->page(n));
      }
    }
  }
}

// Bytes of the brk area; kernels of which that is not known have enough.
std::uint64_t brk_room(const Boot& boot) {
  const auto& image = boot.in.profile.image;
  return image.end > image.brk_base ? image.end - image.brk_base : ~std::uint64_t{0};
}

std::uint64_t brk_tables_size(const Boot& boot) {
  return kPageSize * paging::brk_table_pages({boot.in.profile.x86_5level,
                                              boot.in.profile.has(config::RANDOMIZE_MEMORY)});
}

// Bytes of the trampoline's code and data. kernel: real_mode_size_needed(), v6.1 and v6.12
std::uint64_t real_mode_size(const kernel::Profile& profile) {
  return align_up(profile.bytes_between(symbol::real_mode_blob, symbol::real_mode_blob_end),
                  kPageSize);
}

}  // namespace

// SMBIOS's strings and records are copied into the brk area, one behind the other. Where the tables
// are not known they are taken to fit a page, as they do on most machines.
// kernel: dmi_setup(), drivers/firmware/dmi_scan.c; extend_brk(), arch/x86/kernel/setup.c, v6.12
void dmi_setup(Boot& boot) {
  // EFI tells where the entry point is, which no source has; a BIOS's is looked for.
  constexpr std::uint64_t kBiosArea = 0xf0000;  // SMBIOS_ENTRY_POINT_SCAN_START
  if (boot.in.machine.firmware != Firmware::efi) look_at(boot, PhysAddr{kBiosArea}, 64 * kKiB);
  boot.tell_of(FirmwareTable::smbios);
  if (!boot.in.machine.smbios) {
    brk_area(boot).used = kPageSize;
    return;
  }
  const SmbiosCopies& copies = *boot.in.machine.smbios;
  brk_area(boot).used = copies.text + copies.devices * boot.in.profile.size_of(type::dmi_device) +
                        copies.onboard * boot.in.profile.size_of(type::dmi_dev_onboard) +
                        copies.memory_devices * boot.in.profile.size_of(type::dmi_memdev_info);
  if (brk_area(boot).used <= brk_room(boot)) return;
  boot.story.tell(Severity::panic, rule::kExtendBrk, "kernel BUG at arch/x86/kernel/setup.c");
}

// The brk area, up to what has been used of it: what is allocated byte by byte, then, from the next
// page on, the first page tables. kernel: reserve_brk(), early_alloc_pgt_buf()
void reserve_brk(Boot& boot) {
  const std::uint64_t base = raw(boot.in.kernel_base) + boot.in.profile.image.brk_base;
  const std::uint64_t pages = align_up(base + brk_area(boot).used, kPageSize);
  const std::uint64_t tables = brk_tables_size(boot);
  if (pages + tables - base > brk_room(boot)) {
    return boot.story.tell(Severity::panic, rule::kExtendBrk,
                           "kernel BUG at arch/x86/kernel/setup.c");
  }
  brk_area(boot).tables = PhysRange::make(pages, pages + tables);
  boot.state.brk = PhysRange::make(base, pages + tables);
  boot.reserve_kern(boot.state.brk, {"setup_arch", owner::kBrkArea});
}

// What the kernel takes lies near its image, so that other nodes' memory can be taken away.
// kernel: setup_arch(), movable_node_is_enabled()
void movable_node(Boot& boot) { boot.state.memblock.set_bottom_up(true); }

void e820_memblock_setup(Boot& boot) {
  boot.state.memblock.set_current_limit(PhysAddr{kMiB});  // ISA_END_ADDRESS: no more is mapped yet
  boot.state.memblock.allow_resize();
  // The kernel skips entries that end above what a resource can hold: 2^64 here, so none.
  for (const E820Entry& e : boot.state.e820.table.entries()) {
    if (e.type == E820Type::soft_reserved) {
      boot.state.memblock.reserve(e.addr, e.size, {"e820__memblock_setup", owner::kSoftReserved});
    }
    if (is_kernel_ram(e.type)) {
      boot.state.memblock.add(e.addr, e.size, {"e820__memblock_setup", owner::kRAM});
    }
  }
  // Until memory is mapped nothing else can be allocated, whatever the kernel before this one kept.
  boot.state.memblock.mark_kho_scratch(PhysAddr{0}, kMiB);
}

// At the end of e820__memblock_setup().
void memblock_dump_all(Boot& boot) { boot.story.dump_memblock(); }

void reserve_real_mode(Boot& boot) {
  const auto found = boot.take_within(boot.in.behaviour.bounded, real_mode_size(boot.in.profile),
                                      kPageSize, PhysAddr{0}, PhysAddr{kMiB},
                                      {"reserve_real_mode", owner::kRealModeTrampoline});
  if (!found && !boot.in.behaviour.real_mode_may_wait) {
    return boot.story.tell(Severity::panic, rule::kReserveRealMode,
                           "Kernel panic - not syncing: Cannot allocate trampoline");
  }
  if (!found) {
    boot.story.tell(Severity::warning, rule::kReserveRealMode,
                    boot.in.behaviour.real_mode_tells_limit
                        ? "No memory below 0x0000000000100000 for the real-mode trampoline"
                        : "No sub-1M memory is available for the trampoline");
  } else {
    boot.state.real_mode = PhysRange::from_size(*found, real_mode_size(boot.in.profile));
  }
  const PhysRange first_mib = PhysRange::make(0, kMiB);
  // Where it is the function's last call memblock=debug sees it come from its caller.
  const bool last = !boot.in.behaviour.memblock_kho_scratch;
  if (boot.in.behaviour.reserves_first_mib)
    boot.reserve(first_mib, {last ? "setup_arch" : "reserve_real_mode", owner::kFirstMiB});
  boot.state.memblock.clear_kho_scratch(PhysAddr{0}, kMiB);
  // kernel: crash_reserve_low_1M(), arch/x86/kernel/crash.c, v5.10
  if (boot.in.behaviour.crash_kernel_reserves_first_mib && boot.in.has_parameter("crashkernel")) {
    boot.reserve(first_mib, boot.caller(owner::kFirstMiB, {function::crash_reserve_low_1M}));
    boot.story.tell(Severity::info, rule::kCrashReserveLow1M,
                    "kexec: Reserving the low 1M of memory for crashkernel", first_mib);
  }
}

namespace {

// Of EFI's boot services, which nobody needs any more. kernel: the quirk in efi_unmap_boot_services(),
// arch/x86/platform/efi/quirks.c, v6.12; in efi_free_boot_services(), v6.1
std::optional<PhysRange> real_mode_of_boot_services(const Boot& boot) {
  if (boot.in.has_word("efi", "debug")) return std::nullopt;
  const std::uint64_t size = real_mode_size(boot.in.profile);
  for (const EfiMemory& m : boot.state.efi_map) {
    if (!efi::is_of_boot_services(m.type) || (m.attributes & efi::kRuntime) != 0) continue;
    const PhysAddr start = m.range.base();
    if (m.range.size() >= size && raw(start) + size < kMiB)
      return PhysRange::from_size(start, size);
  }
  return std::nullopt;
}

}  // namespace

// A paravirtualised guest needs none. kernel: xen_start_kernel(), arch/x86/xen/enlighten_pv.c, v6.12
void init_real_mode(Boot& boot) {
  if (boot.state.real_mode || is_pv(boot.in.machine.xen_domain)) return;
  boot.state.real_mode = real_mode_of_boot_services(boot);
  if (boot.state.real_mode) return;
  boot.story.tell(Severity::panic, rule::kInitRealMode,
                  "Kernel panic - not syncing: Real mode trampoline was not allocated");
}

// Maps all memory one to one, and the kernel's image at its own addresses.
void init_mem_mapping(Boot& boot) {
  memblock::Memblock& memblock = boot.state.memblock;
  paging::DirectMapOptions options;
  options.features = boot.in.features;
  options.page_offset = boot.state.page_tables.bases().page_offset;
  options.max_pfn = boot.state.max_pfn;
  options.kernel_end = boot.in.kernel_image().end();
  options.brk_tables = brk_area(boot).tables;
  options.pages_behind_first = trampoline_pages(boot);
  if (memblock.bottom_up()) {
    options.direction = paging::Direction::bottom_up;
  } else {
    const PhysAddr end = phys_of(boot.state.max_pfn);
    std::optional<PhysAddr> found;
    if (boot.in.behaviour.bounded == kernel::Behaviour::Bounded::finds_and_reserves) {
      found = memblock.find_in_range(PhysAddr{kMiB}, end, kSize2M, kSize2M);
    } else {
      found = memblock.phys_alloc_range(kSize2M, kSize2M, PhysAddr{kMiB}, end,
                                        {"init_mem_mapping", owner::kPageTables});
      if (found) memblock.phys_free(*found, kSize2M, {"init_mem_mapping", {}});
    }
    options.top_end = paging::top_block_end(found.value_or(PhysAddr{0}), boot.state.max_pfn);
  }
  const paging::DirectMap map = paging::direct_map(memory_ranges(boot), options);
  memblock.set_current_limit(phys_of(map.max_pfn_mapped));
  boot.state.direct_pages = map.pages;
  boot.state.direct_gbpages = paging::largest_page(options.features) == paging::kSize1G;
  place_tables(boot, map);
  if (boot.story.panicked()) return;

  for (const paging::Mapping& m : map.mappings) {
    boot.state.page_tables.map(m);
    const std::uint64_t end = raw(m.phys) + m.page_size * m.pages;
    if (!boot.state.mapped.empty() && boot.state.mapped.back().end() == m.phys) {
      boot.state.mapped.back() = PhysRange::make(raw(boot.state.mapped.back().base()), end);
    } else {
      boot.state.mapped.push_back(PhysRange::make(raw(m.phys), end));
    }
  }
  const VirtAddr text = boot.in.kernel_text();
  const VirtAddr brk_end{raw(text) + raw(boot.state.brk.end()) - raw(boot.in.kernel_base)};
  for (const paging::Mapping& m : paging::kernel_map(text, boot.in.kernel_base, brk_end))
    boot.state.page_tables.map(m);
}

// The initrd stays where it is if all of it is mapped; else a copy of it does.
// kernel: reserve_initrd(), relocate_initrd(), arch/x86/kernel/setup.c, v6.1 and v6.12
void reserve_initrd(Boot& boot) {
  boot.story.tell(
      Severity::info, rule::kReserveInitrd,
      fmt::format("RAMDISK: [mem {:#010x}-{:#010x}]", raw(boot.in.machine.initrd->base()),
                  align_up(raw(boot.in.machine.initrd->end()), kPageSize) - 1),
      boot.in.machine.initrd);
  const PhysAddr base = boot.in.machine.initrd->base();
  // With its last page; what would end behind all addresses is nowhere mapped.
  const std::uint64_t pages = align_up(raw(boot.in.machine.initrd->end()), kPageSize) - raw(base);
  const auto whole = PhysRange::from_size(base, pages);
  if (whole &&
      std::ranges::any_of(boot.state.mapped, [&](PhysRange r) { return r.contains(*whole); })) {
    return;
  }
  const std::uint64_t size = align_up(boot.in.machine.initrd->size(), kPageSize);
  const auto found = boot.take_within(
      boot.in.behaviour.bounded_crash_kernel, size, kPageSize, PhysAddr{0},
      boot.state.memblock.current_limit(),
      boot.caller(owner::kInitrd, {function::relocate_initrd, function::setup_arch}));
  if (!found) {
    return boot.story.tell(
        Severity::panic, rule::kRelocateInitrd,
        fmt::format("Kernel panic - not syncing: Cannot find place for new RAMDISK of size {}",
                    boot.in.machine.initrd->size()));
  }
  boot.story.tell(Severity::info, rule::kRelocateInitrd,
                  fmt::format("Allocated new RAMDISK: [mem {:#010x}-{:#010x}]", raw(*found),
                              raw(*found) + boot.in.machine.initrd->size() - 1),
                  PhysRange::from_size(*found, size));
  look_through(boot, *boot.in.machine.initrd);
  boot.state.initrd = PhysRange::from_size(*found, boot.in.machine.initrd->size());
  boot.state.memblock.phys_free(base, pages, {"setup_arch", owner::kInitrd});
}

}  // namespace memmap::boot
