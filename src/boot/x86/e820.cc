#include "boot/x86/e820.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/early_windows.h"
#include "boot/init/early_options.h"
#include "boot/rules.h"
#include "boot/x86/early.h"
#include "boot/x86/early_devices.h"
#include "boot/x86/earlycon.h"
#include "boot/x86/efi.h"
#include "boot/x86/trims.h"
#include "boot/x86/x2apic.h"
#include "e820/range_text.h"
#include "machine/e820_words.h"

namespace memmap::boot {
namespace {

e820::Editor edit(Boot& boot, e820::Table& table) {
  return e820::Editor(table, boot.story, std::string(boot.story.step()));
}
e820::Editor edit(Boot& boot) { return edit(boot, boot.state.e820.table); }

// kernel: e820__print_table(), v6.12 and v7.2
void print_table(Boot& boot, std::string_view who) {
  const e820::Table& table = boot.state.e820.table;
  const bool tells_gaps = boot.in.behaviour.e820_tells_gaps;
  const auto tell = [&](std::string text, std::optional<PhysRange> range) {
    boot.story.tell(Severity::info, rule::kE820PrintTable, std::move(text), range);
  };
  std::uint64_t before = 0;
  for (const E820Entry& e : table.entries()) {
    const std::uint64_t start = raw(e.addr);
    if (tells_gaps && start < before) tell("[Firmware Bug]: out of order E820 entry!", {});
    if (tells_gaps && start > before) {
      tell(fmt::format("{}: [gap {:#018x}-{:#018x}]", who, before, start - 1),
           PhysRange::from_bounds(PhysAddr{before}, e.addr));
    }
    tell(fmt::format("{}: {} {}{}", who, e820::table_range(start, e.end()), tells_gaps ? " " : "",
                     table.name_of(e.type)),
         PhysRange::from_size(e.addr, e.size));
    before = e.end();
  }
}

// Whether EFI's stub hands over memory for specific purposes as RAM: the kernel does not keep it for
// drivers. kernel: setup_e820(), drivers/firmware/efi/libstub/x86-stub.c, v6.12
bool gets_soft_reserved_as_ram(const Boot& boot) {
  return boot.in.machine.firmware == Firmware::efi && !efi_soft_reserve_enabled(boot);
}

// Appends entries until one wraps; false: one did. kernel: __append_e820_table()
bool append(Boot& boot, const E820Entries& entries) {
  const bool as_ram = gets_soft_reserved_as_ram(boot);
  std::uint64_t bytes = 0;  // of what is made RAM
  for (const E820Entry& e : entries)
    bytes += as_ram && e.type == E820Type::soft_reserved ? e.size : 0;
  if (bytes != 0) {
    boot.story.tell(Severity::info, rule::kSetupE820,
                    fmt::format("EFI's stub hands over {}K of memory for specific purposes as RAM",
                                bytes >> 10));
  }
  for (const E820Entry& e : entries) {
    const std::uint64_t last = e.end() - 1;
    if (raw(e.addr) > last && e.size != 0) {
      boot.story.tell(
          Severity::warning, rule::kAppendE820Table,
          fmt::format("e820: the entry at {:#x} with {:#x} bytes wraps; it and all after it "
                      "are left out",
                      raw(e.addr), e.size));
      return false;
    }
    const bool retyped = as_ram && e.type == E820Type::soft_reserved;
    edit(boot).append(raw(e.addr), e.size, retyped ? E820Type::ram : e.type);
  }
  return true;
}

}  // namespace

// kernel: e820__memory_setup(), e820__memory_setup_default()
void e820_memory_setup(Boot& boot) {
  std::string_view who = boot.in.machine.firmware == Firmware::xen ? "Xen" : "BIOS-e820";
  const E820Entries& given = boot.in.machine.firmware_map;
  const bool too_few = given.size() < 2 && !boot.in.machine.e820_cut;
  if (too_few || !append(boot, given)) {
    // The kernel falls back on what the BIOS's older calls said: RAM below 640K and from 1M on.
    const std::uint64_t bytes = boot.in.machine.memory_above_1m.value_or(0);
    who = "BIOS-e801";
    boot.story.tell(
        Severity::warning, rule::kE820MemorySetupDefault,
        fmt::format("the loader gave no usable map ({}): the kernel falls back on {:#x} bytes "
                    "from 1M on, as the BIOS's older calls gave them",
                    too_few ? "it has fewer than two entries" : "an entry wraps", bytes));
    constexpr std::uint64_t kLowMemory = 0x9f000;  // LOWMEMSIZE()
    boot.state.e820.table.clear();
    boot.state.e820.table.add({PhysAddr{0}, kLowMemory, E820Type::ram});
    boot.state.e820.table.add({PhysAddr{kMiB}, bytes, E820Type::ram});
  }
  edit(boot).sanitize();
  boot.state.e820.kexec = boot.state.e820.table;
  boot.state.e820.firmware = boot.state.e820.table;
  boot.story.tell(Severity::info, rule::kE820MemorySetup, "BIOS-provided physical RAM map:");
  print_table(boot, who);
}

namespace {

// kernel: e820__memory_setup_extended()
void e820_memory_setup_extended(Boot& boot) {
  append(boot, boot.in.machine.extended_map);
  edit(boot).sanitize();
  boot.state.e820.kexec = boot.state.e820.table;
  boot.state.e820.firmware = boot.state.e820.table;
  boot.story.tell(Severity::info, rule::kE820MemorySetupExtended, "extended physical RAM map:");
  print_table(boot, "extended");
}

}  // namespace

namespace {

// What could not be mapped is read all the same.
void read_at_null(Boot& boot) {
  boot.story.tell(Severity::panic, rule::kParseSetupData,
                  "PANIC: early exception 0x0e: setup_data that could not be mapped is read");
}

}  // namespace

// What a node holds is read through windows; one that is larger is none that the kernel survives.
// kernel: parse_setup_data(), arch/x86/kernel/setup.c, v6.12
void parse_setup_data(Boot& boot) {
  constexpr std::uint64_t kImaBytes = 16;  // struct ima_setup_data
  bool extended = false;
  for (const SetupData& data : boot.in.machine.setup_data) {
    if (!look_at(boot, data.addr, SetupData::kHeaderBytes)) return read_at_null(boot);
    if (data.type == kSetupIma) {
      look_at(boot, PhysAddr{raw(data.addr) + SetupData::kHeaderBytes}, kImaBytes);
    }
    if (data.type != kSetupE820Ext && data.type != kSetupRngSeed) continue;
    if (!look_at(boot, data.addr, SetupData::kHeaderBytes + data.len)) return read_at_null(boot);
    if (data.type != kSetupE820Ext || extended) continue;
    e820_memory_setup_extended(boot);
    extended = true;
  }
  // Of a log, which has no nodes.
  if (!extended && !boot.in.machine.extended_map.empty()) e820_memory_setup_extended(boot);
}

void parse_early_param(Boot& boot) {
  for (const kernel::Parameter& p : boot.in.parameters) {
    e820::apply_parameter(p, boot.state.e820.table, boot.story, boot.state.e820.user,
                          e820::memmap_forms(boot.in.behaviour));
    boot.losses.look(boot.state, boot.story.told(), "parse_memmap_opt", kernel::to_text(p));
    trim_e820(boot, Hook::e820_parameter, &p);
    tell_if_malformed(boot, p);
    setup_earlycon(boot, p);
    setup_early_printk(boot, p);
    setup_nox2apic(boot, p);
    if (boot.story.over()) return;
  }
  boot.state.early_ioremap.words = {
      .debug = boot.in.has_parameter("early_ioremap_debug"),
      .offset_last = boot.in.behaviour.early_ioremap_tells_offset_last,
      .plain_pointers = boot.in.has_parameter("no_hash_pointers")};
  boot.story.log_memblock();
}

void e820_reserve_setup_data(Boot& boot) {
  const auto keep = [&](e820::Table& table, std::uint64_t addr, std::uint64_t size) {
    edit(boot, table).update(addr, size, E820Type::ram, E820Type::reserved_kern);
  };
  for (const SetupData& data : boot.in.machine.setup_data) {
    if (!look_at_setup_data(boot, data, rule::kE820ReserveSetupData, "e820")) return;
    // The seed's length was zeroed when it was read (parse_setup_data()).
    const std::uint64_t size =
        SetupData::kHeaderBytes + (data.type == kSetupRngSeed ? 0 : data.len);
    const bool from_kexec =
        data.type == kSetupEfi || data.type == kSetupIma || data.type == kSetupRngSeed;
    keep(boot.state.e820.table, raw(data.addr), size);
    if (boot.in.behaviour.e820_kexec_keeps_setup_data && !from_kexec) {
      keep(boot.state.e820.kexec, raw(data.addr), size);
    }
    if (data.type != kSetupIndirect || !data.indirect) continue;
    if (data.indirect_type == kSetupIndirect) continue;
    keep(boot.state.e820.table, raw(data.indirect->base()), data.indirect->size());
    if (boot.in.behaviour.e820_kexec_keeps_setup_data) {
      keep(boot.state.e820.kexec, raw(data.indirect->base()), data.indirect->size());
    }
  }
  edit(boot).sanitize();
  if (boot.in.behaviour.e820_kexec_keeps_setup_data) edit(boot, boot.state.e820.kexec).sanitize();
  boot.story.tell(Severity::info, rule::kE820ReserveSetupData, "extended physical RAM map:");
  print_table(boot, "reserve setup_data");
}

void e820_finish_early_params(Boot& boot) {
  if (!edit(boot).sanitize()) {
    return boot.story.tell(Severity::panic, rule::kE820FinishEarlyParams,
                           "Kernel panic - not syncing: Invalid user supplied memory map");
  }
  boot.story.tell(Severity::info, rule::kE820FinishEarlyParams, "user-defined physical RAM map:");
  print_table(boot, "user");
}

void e820_add_kernel_range(Boot& boot) {
  const PhysRange image = boot.in.kernel_image();
  if (e820::mapped_all(boot.state.e820.table, image, E820Type::ram)) return;
  boot.story.tell(Severity::warning, rule::kE820AddKernelRange,
                  ".text .data .bss are not marked as E820_TYPE_RAM!", image);
  edit(boot).remove_all(raw(image.base()), image.size());
  edit(boot).add(raw(image.base()), image.size(), E820Type::ram);
}

// Sorts what e820_add_kernel_range() left, too.
void trim_bios_range(Boot& boot) {
  if (!trim_e820(boot, Hook::e820_bios)) edit(boot).sanitize();
}

namespace {

// kernel: MAX_ARCH_PFN, MAXMEM
Pfn max_arch_pfn(const Boot& boot) {
  return Pfn{1ull << (paging::physmem_bits(boot.state.page_tables.levels()) - kPageShift)};
}

Pfn end_of_ram(Boot& boot, Pfn limit) {
  const Pfn end = e820::end_of_ram_pfn(boot.state.e820.table, limit,
                                       boot.in.behaviour.e820_ram_ends_after_acpi);
  boot.story.tell(
      Severity::info, rule::kE820EndRamPfn,
      fmt::format("last_pfn = {:#x} max_arch_pfn = {:#x}", raw(end), raw(max_arch_pfn(boot))));
  return end;
}

}  // namespace

void e820_end_of_ram_pfn(Boot& boot) { boot.state.max_pfn = end_of_ram(boot, max_arch_pfn(boot)); }

void e820_update_table_print(Boot& boot) {
  edit(boot).sanitize();
  boot.story.tell(Severity::info, rule::kE820UpdateTablePrint, "modified physical RAM map:");
  print_table(boot, "modified");
}

void mtrr_trim_uncached_memory(Boot& boot) {
  if (!trim_e820(boot, Hook::e820_mtrr)) return;
  e820_update_table_print(boot);
  e820_end_of_ram_pfn(boot);
}

void e820_end_of_low_ram_pfn(Boot& boot) {
  constexpr Pfn k4GiB{1ull << (32 - kPageShift)};
  boot.state.max_low_pfn =
      raw(boot.state.max_pfn) > raw(k4GiB) ? end_of_ram(boot, k4GiB) : boot.state.max_pfn;
}

}  // namespace memmap::boot
