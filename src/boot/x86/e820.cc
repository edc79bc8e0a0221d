#include <fmt/format.h>

#include <algorithm>

#include "boot/init/early_options.h"
#include "boot/step_functions.h"
#include "boot/x86/trims.h"
#include "e820/range_text.h"
#include "machine/e820_words.h"

namespace memmap::boot {
namespace {

constexpr std::string_view kE820 = "arch/x86/kernel/e820.c";
constexpr std::string_view kSetup = "arch/x86/kernel/setup.c";

std::string rule(std::string_view function, std::string_view file = kE820) {
  return fmt::format("{}(), {}", function, file);
}

e820::Editor edit(Boot& boot, e820::Table& table) {
  return e820::Editor(table, boot.events, std::string(boot.step));
}
e820::Editor edit(Boot& boot) { return edit(boot, boot.table); }

// kernel: e820__print_table()
void print_table(Boot& boot, std::string_view who) {
  for (const E820Entry& e : boot.table.entries()) {
    boot.tell(Severity::info, rule("e820__print_table"),
              fmt::format("{}: {} {}", who, e820::table_range(raw(e.addr), e.end()),
                          e820_log_name(e.type)),
              PhysRange::from_size(e.addr, e.size));
  }
}

// Appends entries until one wraps; false: one did.
// kernel: __append_e820_table()
bool append(Boot& boot, const E820Entries& entries) {
  for (const E820Entry& e : entries) {
    const std::uint64_t last = e.end() - 1;
    if (raw(e.addr) > last && e.size != 0) {
      boot.tell(Severity::warning, rule("__append_e820_table"),
                fmt::format("e820: the entry at {:#x} with {:#x} bytes wraps; it and all after it "
                            "are left out",
                            raw(e.addr), e.size));
      return false;
    }
    edit(boot).append(raw(e.addr), e.size, e.type);
  }
  return true;
}

constexpr std::uint32_t kSetupEfi = 4;
constexpr std::uint32_t kSetupIma = 8;
constexpr std::uint32_t kSetupRngSeed = 9;
constexpr std::uint32_t kSetupIndirect = 1u << 31;
constexpr std::uint64_t kSetupHeader = 16;  // sizeof(struct setup_data)

}  // namespace

// kernel: e820__memory_setup(), e820__memory_setup_default()
void e820_memory_setup(Boot& boot) {
  std::string_view who = boot.machine.firmware == Firmware::xen ? "Xen" : "BIOS-e820";
  const E820Entries& given = boot.machine.firmware_map;
  if (given.size() < 2 || !append(boot, given)) {
    // The kernel falls back on what the BIOS's older calls said: RAM below 640K and from 1M on.
    const std::uint64_t bytes = boot.machine.memory_above_1m.value_or(0);
    who = "BIOS-e801";
    boot.tell(
        Severity::warning, rule("e820__memory_setup_default"),
        fmt::format("the firmware's map is not used ({}); the kernel falls back on {:#x} bytes "
                    "from 1M on, as the BIOS's older calls gave them",
                    given.size() < 2 ? "it has fewer than two entries" : "an entry wraps", bytes));
    constexpr std::uint64_t kLowMemory = 0x9f000;  // LOWMEMSIZE()
    boot.table.clear();
    boot.table.add({PhysAddr{0}, kLowMemory, E820Type::ram});
    boot.table.add({PhysAddr{kMiB}, bytes, E820Type::ram});
  }
  edit(boot).sanitize();
  boot.kexec = boot.table;
  boot.firmware = boot.table;
  boot.tell(Severity::info, rule("e820__memory_setup"), "BIOS-provided physical RAM map:");
  print_table(boot, who);
}

// kernel: parse_setup_data(), e820__memory_setup_extended()
void e820_memory_setup_extended(Boot& boot) {
  append(boot, boot.machine.extended_map);
  edit(boot).sanitize();
  boot.kexec = boot.table;
  boot.firmware = boot.table;
  boot.tell(Severity::info, rule("e820__memory_setup_extended"), "extended physical RAM map:");
  print_table(boot, "extended");
}

void parse_early_param(Boot& boot) {
  for (const kernel::Parameter& p : boot.parameters) {
    e820::apply_parameter(p, boot.table, boot.events, boot.user);
    trim_e820(boot, Hook::e820_parameter, &p);
    tell_if_malformed(boot, p);
    if (boot.panicked() || !boot.faults.empty()) return;
  }
  boot.logs_memblock = boot.record_memblock;
}

void e820_reserve_setup_data(Boot& boot) {
  const auto keep = [&](e820::Table& table, std::uint64_t addr, std::uint64_t size) {
    edit(boot, table).update(addr, size, E820Type::ram, E820Type::reserved_kern);
  };
  for (const SetupData& data : boot.machine.setup_data) {
    // The seed's length was zeroed when it was read (parse_setup_data()).
    const std::uint64_t size = kSetupHeader + (data.type == kSetupRngSeed ? 0 : data.len);
    const bool from_kexec =
        data.type == kSetupEfi || data.type == kSetupIma || data.type == kSetupRngSeed;
    keep(boot.table, raw(data.addr), size);
    if (boot.behaviour.e820_kexec_keeps_setup_data && !from_kexec) {
      keep(boot.kexec, raw(data.addr), size);
    }
    if (data.type != kSetupIndirect || !data.indirect) continue;
    if (data.indirect_type == kSetupIndirect) continue;
    keep(boot.table, raw(data.indirect->base()), data.indirect->size());
    if (boot.behaviour.e820_kexec_keeps_setup_data) {
      keep(boot.kexec, raw(data.indirect->base()), data.indirect->size());
    }
  }
  edit(boot).sanitize();
  if (boot.behaviour.e820_kexec_keeps_setup_data) edit(boot, boot.kexec).sanitize();
  boot.tell(Severity::info, rule("e820__reserve_setup_data"), "extended physical RAM map:");
  print_table(boot, "reserve setup_data");
}

void e820_finish_early_params(Boot& boot) {
  if (!edit(boot).sanitize()) {
    return boot.tell(Severity::panic, rule("e820__finish_early_params"),
                     "Kernel panic - not syncing: Invalid user supplied memory map");
  }
  boot.tell(Severity::info, rule("e820__finish_early_params"), "user-defined physical RAM map:");
  print_table(boot, "user");
}

void e820_add_kernel_range(Boot& boot) {
  const PhysRange image = boot.kernel_image();
  if (e820::mapped_all(boot.table, image, E820Type::ram)) return;
  boot.tell(Severity::warning, rule("e820_add_kernel_range", kSetup),
            ".text .data .bss are not marked as E820_TYPE_RAM!", image);
  edit(boot).remove_all(raw(image.base()), image.size());
  edit(boot).add(raw(image.base()), image.size(), E820Type::ram);
}

// Sorts what e820_add_kernel_range() left, too.
void trim_bios_range(Boot& boot) {
  if (!trim_e820(boot, Hook::e820_bios)) edit(boot).sanitize();
}

namespace {

// kernel: MAX_ARCH_PFN, MAXMEM: 46 bits of physical memory, 52 with five levels of page tables
Pfn max_arch_pfn(const Boot& boot) {
  return Pfn{boot.page_tables.levels == 5 ? 1ull << 40 : 1ull << 34};
}

Pfn end_of_ram(Boot& boot, Pfn limit) {
  const Pfn end = e820::end_of_ram_pfn(boot.table, limit, boot.behaviour.e820_ram_ends_after_acpi);
  boot.tell(
      Severity::info, rule("e820__end_ram_pfn"),
      fmt::format("last_pfn = {:#x} max_arch_pfn = {:#x}", raw(end), raw(max_arch_pfn(boot))));
  return end;
}

}  // namespace

void e820_end_of_ram_pfn(Boot& boot) { boot.max_pfn = end_of_ram(boot, max_arch_pfn(boot)); }

void mtrr_trim_uncached_memory(Boot& boot) {
  if (trim_e820(boot, Hook::e820_mtrr)) e820_end_of_ram_pfn(boot);
}

void e820_end_of_low_ram_pfn(Boot& boot) {
  constexpr Pfn k4GiB{1ull << (32 - kPageShift)};
  boot.max_low_pfn = raw(boot.max_pfn) > raw(k4GiB) ? end_of_ram(boot, k4GiB) : boot.max_pfn;
}

}  // namespace memmap::boot
