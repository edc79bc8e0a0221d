#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/step_functions.h"
#include "boot/x86/acpi_upgrade.h"
#include "paging/direct_map.h"
#include "paging/features.h"
#include "paging/kernel_map.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kSize2M = paging::kSize2M;

std::vector<PhysRange> memory_ranges(const Boot& boot) {
  std::vector<PhysRange> out;
  for (const memblock::Region& r : boot.memblock.memory().list.regions()) out.push_back(r.range);
  return out;
}

// Places the tables of the direct map as the kernel finds them: in the brk area while it lasts,
// then below what is mapped already. kernel: alloc_low_pages(), arch/x86/mm/init.c
void place_tables(Boot& boot, const paging::DirectMap& map) {
  for (const paging::MapStep& step : map.steps) {
    for (const paging::TableRequest& table : step.tables) {
      if (table.from_brk_tables) continue;
      const PhysRange limits = table.limits;
      const bool found = !limits.empty() && boot.take_within(boot.behaviour.bounded, kPageSize,
                                                             kPageSize, limits.base(), limits.end(),
                                                             {"alloc_low_pages", "page tables"});
      if (found) continue;
      return boot.tell(Severity::panic, "alloc_low_pages(), arch/x86/mm/init.c",
                       "Kernel panic - not syncing: alloc_low_pages: can not alloc memory");
    }
  }
}

// Bytes of the brk area; kernels of which that is not known have enough.
std::uint64_t brk_room(const Boot& boot) {
  const auto& image = boot.profile.image;
  return image.end > image.brk_base ? image.end - image.brk_base : ~std::uint64_t{0};
}

std::uint64_t brk_tables_size(const Boot& boot) {
  return kPageSize * paging::brk_table_pages(
                         {boot.profile.x86_5level, boot.profile.has(config::RANDOMIZE_MEMORY)});
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
  if (!boot.machine.smbios) {
    boot.brk_bytes = kPageSize;
    return;
  }
  const SmbiosCopies& copies = *boot.machine.smbios;
  boot.brk_bytes = copies.text + copies.devices * boot.profile.size_of(type::dmi_device) +
                   copies.onboard * boot.profile.size_of(type::dmi_dev_onboard) +
                   copies.memory_devices * boot.profile.size_of(type::dmi_memdev_info);
  if (boot.brk_bytes <= brk_room(boot)) return;
  boot.tell(Severity::panic, "extend_brk(), arch/x86/kernel/setup.c",
            "kernel BUG at arch/x86/kernel/setup.c");
}

// The brk area, up to what has been used of it: what is allocated byte by byte, then, from the next
// page on, the first page tables. kernel: reserve_brk(), early_alloc_pgt_buf()
void reserve_brk(Boot& boot) {
  const std::uint64_t base = raw(boot.kernel_base) + boot.profile.image.brk_base;
  const std::uint64_t pages = align_up(base + boot.brk_bytes, kPageSize);
  const std::uint64_t tables = brk_tables_size(boot);
  if (pages + tables - base > brk_room(boot)) {
    return boot.tell(Severity::panic, "extend_brk(), arch/x86/kernel/setup.c",
                     "kernel BUG at arch/x86/kernel/setup.c");
  }
  boot.brk_tables = PhysRange::make(pages, pages + tables);
  boot.brk = PhysRange::make(base, pages + tables);
  boot.reserve(boot.brk, {"setup_arch", "brk area"});
}

// What the kernel takes lies near its image, so that other nodes' memory can be taken away.
// kernel: setup_arch(), movable_node_is_enabled()
void movable_node(Boot& boot) { boot.memblock.set_bottom_up(true); }

void e820_memblock_setup(Boot& boot) {
  boot.memblock.set_current_limit(PhysAddr{kMiB});  // ISA_END_ADDRESS: no more is mapped yet
  boot.memblock.allow_resize();
  // The kernel skips entries that end above what a resource can hold: 2^64 here, so none.
  for (const E820Entry& e : boot.table.entries()) {
    if (e.type == E820Type::soft_reserved) {
      boot.memblock.reserve(e.addr, e.size, {"e820__memblock_setup", "soft reserved"});
    }
    if (e.type == E820Type::ram || e.type == E820Type::reserved_kern) {
      boot.memblock.add(e.addr, e.size, {"e820__memblock_setup", "RAM"});
    }
  }
}

// At the end of e820__memblock_setup().
void memblock_dump_all(Boot& boot) { boot.dump_memblock(); }

void reserve_real_mode(Boot& boot) {
  const auto found =
      boot.take_within(boot.behaviour.bounded, real_mode_size(boot.profile), kPageSize, PhysAddr{0},
                       PhysAddr{kMiB}, {"reserve_real_mode", "real mode trampoline"});
  if (!found) {
    boot.tell(Severity::warning, "reserve_real_mode(), arch/x86/realmode/init.c",
              "No sub-1M memory is available for the trampoline");
  }
  const PhysRange first_mib = PhysRange::make(0, kMiB);
  // The function's last call: memblock=debug sees it come from its caller.
  if (boot.behaviour.reserves_first_mib) boot.reserve(first_mib, {"setup_arch", "first MiB"});
  // kernel: crash_reserve_low_1M(), arch/x86/kernel/crash.c, v5.10
  if (boot.behaviour.crash_kernel_reserves_first_mib && boot.has_parameter("crashkernel")) {
    boot.reserve(first_mib, boot.caller("first MiB", {function::crash_reserve_low_1M}));
    boot.tell(Severity::info, "crash_reserve_low_1M(), arch/x86/kernel/crash.c",
              "kexec: Reserving the low 1M of memory for crashkernel", first_mib);
  }
}

// Maps all memory one to one, and the kernel's image at its own addresses.
void init_mem_mapping(Boot& boot) {
  memblock::Memblock& memblock = boot.memblock;
  paging::DirectMapOptions options;
  options.features = boot.features;
  options.page_offset = paging::page_offset(boot.features.levels());
  options.max_pfn = boot.max_pfn;
  options.kernel_end = boot.kernel_image().end();
  options.brk_tables = boot.brk_tables;
  if (memblock.bottom_up()) {
    options.direction = paging::Direction::bottom_up;
  } else {
    const PhysAddr end = phys_of(boot.max_pfn);
    std::optional<PhysAddr> found;
    if (boot.behaviour.bounded == kernel::Behaviour::Bounded::finds_and_reserves) {
      found = memblock.find_in_range(PhysAddr{kMiB}, end, kSize2M, kSize2M);
    } else {
      found = memblock.phys_alloc_range(kSize2M, kSize2M, PhysAddr{kMiB}, end,
                                        {"init_mem_mapping", "page tables"});
      if (found) memblock.phys_free(*found, kSize2M, {"init_mem_mapping", {}});
    }
    options.top_end = paging::top_block_end(found.value_or(PhysAddr{0}), boot.max_pfn);
  }
  const paging::DirectMap map = paging::direct_map(memory_ranges(boot), options);
  memblock.set_current_limit(phys_of(map.max_pfn_mapped));
  place_tables(boot, map);

  boot.page_tables.mappings = map.mappings;
  for (const paging::Mapping& m : map.mappings) {
    const std::uint64_t end = raw(m.phys) + m.page_size * m.pages;
    if (!boot.mapped.empty() && boot.mapped.back().end() == m.phys) {
      boot.mapped.back() = PhysRange::make(raw(boot.mapped.back().base()), end);
    } else {
      boot.mapped.push_back(PhysRange::make(raw(m.phys), end));
    }
  }
  const VirtAddr text{raw(paging::kStartKernelMap) + boot.profile.default_phys_base};
  const VirtAddr brk_end{raw(text) + raw(boot.brk.end()) - raw(boot.kernel_base)};
  const paging::Mappings image = paging::kernel_map(text, boot.kernel_base, brk_end, boot.features);
  boot.page_tables.mappings.insert(boot.page_tables.mappings.end(), image.begin(), image.end());
}

// The initrd stays where it is if all of it is mapped; else a copy of it does.
// kernel: reserve_initrd(), relocate_initrd(), arch/x86/kernel/setup.c, v6.1 and v6.12
void reserve_initrd(Boot& boot) {
  boot.tell(Severity::info, "reserve_initrd(), arch/x86/kernel/setup.c",
            fmt::format("RAMDISK: [mem {:#010x}-{:#010x}]", raw(boot.machine.initrd->base()),
                        align_up(raw(boot.machine.initrd->end()), kPageSize) - 1),
            boot.machine.initrd);
  const std::uint64_t base = raw(boot.machine.initrd->base());
  const std::uint64_t end = align_up(raw(boot.machine.initrd->end()), kPageSize);
  const PhysRange whole = PhysRange::make(base, end);
  if (std::ranges::any_of(boot.mapped, [&](PhysRange r) { return r.contains(whole); })) return;
  const std::uint64_t size = align_up(boot.machine.initrd->size(), kPageSize);
  const auto found =
      boot.take_within(boot.behaviour.bounded_crash_kernel, size, kPageSize, PhysAddr{0},
                       boot.memblock.current_limit(),
                       boot.caller("initrd", {function::relocate_initrd, function::setup_arch}));
  if (!found) {
    return boot.tell(
        Severity::panic, "relocate_initrd(), arch/x86/kernel/setup.c",
        fmt::format("Kernel panic - not syncing: Cannot find place for new RAMDISK of size {}",
                    boot.machine.initrd->size()));
  }
  boot.tell(Severity::info, "relocate_initrd(), arch/x86/kernel/setup.c",
            fmt::format("Allocated new RAMDISK: [mem {:#010x}-{:#010x}]", raw(*found),
                        raw(*found) + boot.machine.initrd->size() - 1),
            PhysRange::from_size(*found, size));
  boot.initrd = PhysRange::from_size(*found, boot.machine.initrd->size());
  boot.memblock.phys_free(PhysAddr{base}, end - base, {"setup_arch", "initrd"});
}

// A place for an MP table with more entries, by default of a page; kexec'd kernels keep away from
// it. kernel: e820__memblock_alloc_reserved_mpc_new(), arch/x86/kernel/mpparse.c;
// e820__memblock_alloc_reserved(), arch/x86/kernel/e820.c; v6.1 and v6.12
void e820_memblock_alloc_reserved_mpc_new(Boot& boot) {
  std::uint64_t size = kPageSize;
  for (const kernel::Parameter& p : boot.parameters) {
    if (kernel::parameq(p.name, "alloc_mptable") && p.value)
      size = kernel::memparse(*p.value).value;
  }
  const auto found = boot.memblock.phys_alloc(
      size, 4, boot.caller("new MP table", {function::e820__memblock_alloc_reserved}));
  if (!found) return;
  e820::Editor edit(boot.kexec, boot.events, std::string(boot.step));
  edit.update(raw(*found), size, E820Type::ram, E820Type::reserved);
  edit.sanitize();
}

namespace {

// A table's checksum is looked at when the tables are listed only if the command line says so; else
// after the hand-over. In either case the kernel goes on with the table.
// kernel: acpi_locate_initial_tables(), drivers/acpi/tables.c; acpi_ut_verify_checksum(),
// drivers/acpi/acpica/utcksum.c; acpi_reallocate_root_table(), tbxface.c, v6.12
void tell_checksums(Boot& boot) {
  for (const AcpiTable& t : boot.machine.acpi_tables) {
    if (!t.wrong_checksum) continue;
    boot.tell(Severity::warning,
              boot.has_parameter("acpi_force_table_verification")
                  ? "acpi_ut_verify_checksum(), drivers/acpi/acpica/utcksum.c"
                  : "acpi_reallocate_root_table(), drivers/acpi/acpica/tbxface.c (after the "
                    "hand-over)",
              fmt::format("ACPI BIOS Warning (bug): Incorrect checksum in table [{}] - 0x{:02X}, "
                          "should be 0x{:02X}",
                          t.signature, t.wrong_checksum->found, t.wrong_checksum->right));
  }
}

}  // namespace

// kernel: acpi_reserve_initial_tables(), drivers/acpi/tables.c, since v5.12
void acpi_boot_table_init(Boot& boot) {
  tell_checksums(boot);
  if (!boot.behaviour.acpi_reserves_tables) return;
  const PhysRange initrd_tables = initrd_acpi_tables(boot.machine);
  for (const AcpiTable& t : boot.machine.acpi_tables) {
    // Those that the root tables and the FADT name, in the order in which they are met.
    if (t.signature == "RSDP" || t.signature == "RSDT" || t.signature == "XSDT") continue;
    if (t.range.empty() || initrd_tables.contains(t.range)) continue;
    boot.reserve(t.range, {"acpi_reserve_initial_tables", "ACPI tables"});
  }
}

}  // namespace memmap::boot
