#include "boot/x86/acpi.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/early_windows.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "boot/x86/e820.h"

namespace memmap::boot {

// One behind the other from a page's beginning, listed after all others: the root table names the
// firmware's only. Those that stand in place of firmware's are listed where these were.
// kernel: acpi_table_initrd_scan(), acpi_table_initrd_override(), drivers/acpi/tables.c, v6.1 and v6.12
PhysRange initrd_acpi_tables(const Machine& machine) {
  const auto in_ram = [&](PhysRange range) {
    return std::ranges::any_of(machine.firmware_map, [&](const E820Entry& e) {
      return e.type == E820Type::ram && !e.wraps() &&
             PhysRange::make(raw(e.addr), e.end()).contains(range);
    });
  };
  PhysRange all;
  if (!machine.initrd) return all;
  const auto& tables = machine.acpi_tables;
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    const AcpiTable& t = *table;
    if (!in_ram(t.range)) break;
    if (!all.empty() && t.range.end() != all.base()) break;
    all = PhysRange::make(raw(t.range.base()), raw(all.empty() ? t.range.end() : all.end()));
  }
  if (all.empty()) {
    const auto table = std::ranges::find_if(tables, [&](const AcpiTable& t) {
      return in_ram(t.range) && is_aligned(raw(t.range.base()), kPageSize);
    });
    if (table != tables.end()) all = table->range;
  }
  return is_aligned(raw(all.base()), kPageSize) ? all : PhysRange{};
}

// They are copied; the map has the copies as the firmware's own. kernel: acpi_table_upgrade(),
// drivers/acpi/tables.c; arch_reserve_mem_area(), arch/x86/kernel/acpi/boot.c; v6.1 and v6.12
void acpi_table_upgrade(Boot& boot) {
  if (const auto lockdown = boot.in.parameter("lockdown");
      lockdown == "integrity" || lockdown == "confidentiality") {
    return boot.story.tell(Severity::warning, rule::kAcpiTableUpgrade,
                           "ACPI: kernel is locked down, ignoring table override");
  }
  std::uint64_t limit = 0;  // max_low_pfn_mapped
  for (const PhysRange r : boot.state.mapped) {
    if (raw(r.base()) < 4 * kGiB) limit = std::min(raw(r.end()), 4 * kGiB);
  }
  const std::uint64_t told = boot.in.machine.acpi_upgrade;
  const std::uint64_t size = told != 0 ? told : initrd_acpi_tables(boot.in.machine).size();
  const auto found =
      boot.state.memblock.phys_alloc_range(size, kPageSize, PhysAddr{0}, PhysAddr{limit},
                                           {boot.story.step(), owner::kACPITablesOfTheInitrd});
  if (!found) {
    return boot.story.tell(Severity::warning, rule::kAcpiTableUpgrade,
                           fmt::format("no room for {} bytes of ACPI tables of the initrd", size));
  }
  e820::Editor edit(boot.state.e820.table, boot.story, std::string(boot.story.step()));
  edit.add(raw(*found), size, E820Type::nvs);
  e820_update_table_print(boot);
  look_through(boot, *PhysRange::from_size(*found, size));
}

// A place for an MP table with more entries, by default of a page; kexec'd kernels keep away from
// it. kernel: e820__memblock_alloc_reserved_mpc_new(), arch/x86/kernel/mpparse.c;
// e820__memblock_alloc_reserved(), arch/x86/kernel/e820.c; v6.1 and v6.12
void e820_memblock_alloc_reserved_mpc_new(Boot& boot) {
  std::uint64_t size = kPageSize;
  for (const kernel::Parameter& p : boot.in.parameters) {
    if (kernel::parameq(p.name, "alloc_mptable") && p.value)
      size = kernel::memparse(*p.value).value;
  }
  const auto found = boot.state.memblock.phys_alloc(
      size, 4, boot.caller(owner::kNewMPTable, {function::e820__memblock_alloc_reserved}));
  if (!found) return;
  e820::Editor edit(boot.state.e820.kexec, boot.story, std::string(boot.story.step()));
  edit.update(raw(*found), size, E820Type::ram, E820Type::reserved);
  edit.sanitize();
}

namespace {

// A table's checksum is looked at when the tables are listed only if the command line says so; else
// after the hand-over. In either case the kernel goes on with the table.
// kernel: acpi_locate_initial_tables(), drivers/acpi/tables.c; acpi_ut_verify_checksum(),
// drivers/acpi/acpica/utcksum.c; acpi_reallocate_root_table(), tbxface.c, v6.12
void tell_checksums(Boot& boot) {
  for (const AcpiTable& t : boot.in.machine.acpi_tables) {
    if (!t.wrong_checksum) continue;
    boot.story.tell(
        Severity::warning,
        boot.in.has_parameter("acpi_force_table_verification") ? rule::kAcpiUtVerifyChecksum
                                                               : rule::kAcpiReallocateRootTable,
        fmt::format("ACPI BIOS Warning (bug): Incorrect checksum in table [{}] - 0x{:02X}, "
                    "should be 0x{:02X}",
                    t.signature, t.wrong_checksum->found, t.wrong_checksum->right));
  }
}

constexpr std::uint64_t kHeader = 36;  // struct acpi_table_header

// The root table stays mapped while the header of each table that it names is read, twice; the FADT
// is read in full. Tables of the initrd are met later.
// kernel: acpi_tb_parse_root_table(), acpi_tb_install_standard_table(), drivers/acpi/acpica, v6.12
void map_tables(Boot& boot) {
  constexpr std::uint64_t kRsdp = 36;  // struct acpi_table_rsdp
  const auto& tables = boot.in.machine.acpi_tables;
  const PhysRange of_initrd = initrd_acpi_tables(boot.in.machine);
  const auto find = [&](std::string_view signature) -> const AcpiTable* {
    const auto it = std::ranges::find(tables, signature, &AcpiTable::signature);
    return it == tables.end() || it->range.empty() ? nullptr : &*it;
  };
  if (const AcpiTable* rsdp = find("RSDP")) look_at(boot, rsdp->range.base(), kRsdp);
  const AcpiTable* root = find("XSDT") != nullptr ? find("XSDT") : find("RSDT");
  std::optional<VirtAddr> window;
  if (root != nullptr) {
    look_at(boot, root->range.base(), kHeader);
    window = early_memremap(boot, root->range.base(), root->range.size());
  }
  for (const AcpiTable& t : tables) {
    if (t.signature == "RSDP" || t.signature == "RSDT" || t.signature == "XSDT") continue;
    if (t.range.empty() || of_initrd.contains(t.range)) continue;
    look_at(boot, t.range.base(), kHeader, Looks::twice);
    if (t.signature == "FACP") look_at(boot, t.range);
  }
  if (window) early_memunmap(boot, *window, root->range.size());
}

// The first table of each signature, once; the kernel maps one anew for each time that it reads it.
void read_tables(Boot& boot, std::initializer_list<std::string_view> signatures) {
  const auto& tables = boot.in.machine.acpi_tables;
  for (const std::string_view signature : signatures) {
    const auto it = std::ranges::find(tables, signature, &AcpiTable::signature);
    if (it != tables.end() && !it->range.empty()) look_at(boot, it->range);
  }
}

}  // namespace

void early_acpi_boot_init(Boot& boot) {
  const auto& tables = boot.in.machine.acpi_tables;
  const auto dsdt = std::ranges::find(tables, "DSDT", &AcpiTable::signature);
  if (dsdt != tables.end() && !dsdt->range.empty()) look_at(boot, dsdt->range.base(), kHeader);
  read_tables(boot, {"APIC"});
}

void acpi_numa_init(Boot& boot) { read_tables(boot, {"SRAT", "SLIT"}); }

void acpi_boot_init(Boot& boot) { read_tables(boot, {"FACP", "APIC", "HPET", "BGRT"}); }

// kernel: acpi_reserve_initial_tables(), drivers/acpi/tables.c, since v5.12
void acpi_boot_table_init(Boot& boot) {
  map_tables(boot);
  tell_checksums(boot);
  if (!boot.in.behaviour.acpi_reserves_tables) return;
  const PhysRange initrd_tables = initrd_acpi_tables(boot.in.machine);
  for (const AcpiTable& t : boot.in.machine.acpi_tables) {
    // Those that the root tables and the FADT name, in the order in which they are met.
    if (t.signature == "RSDP" || t.signature == "RSDT" || t.signature == "XSDT") continue;
    if (t.range.empty() || initrd_tables.contains(t.range)) continue;
    boot.reserve(t.range, {"acpi_reserve_initial_tables", owner::kACPITables});
  }
}

}  // namespace memmap::boot
