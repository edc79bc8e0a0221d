#include "boot/x86/acpi_upgrade.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/step_functions.h"

namespace memmap::boot {

// One behind the other from a page's beginning, listed after all others: the root table names the
// firmware's only. kernel: acpi_table_initrd_scan(), drivers/acpi/tables.c, v6.1 and v6.12
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
  return is_aligned(raw(all.base()), kPageSize) ? all : PhysRange{};
}

// They are copied; the map has the copies as the firmware's own. kernel: acpi_table_upgrade(),
// drivers/acpi/tables.c; arch_reserve_mem_area(), arch/x86/kernel/acpi/boot.c; v6.1 and v6.12
void acpi_table_upgrade(Boot& boot) {
  constexpr std::string_view kRule = "acpi_table_upgrade(), drivers/acpi/tables.c";
  if (const auto lockdown = boot.parameter("lockdown");
      lockdown == "integrity" || lockdown == "confidentiality") {
    return boot.tell(Severity::warning, std::string(kRule),
                     "ACPI: kernel is locked down, ignoring table override");
  }
  std::uint64_t limit = 0;  // max_low_pfn_mapped
  for (const PhysRange r : boot.mapped) {
    if (raw(r.base()) < 4 * kGiB) limit = std::min(raw(r.end()), 4 * kGiB);
  }
  const std::uint64_t told = boot.machine.acpi_upgrade;
  const std::uint64_t size = told != 0 ? told : initrd_acpi_tables(boot.machine).size();
  const auto found =
      boot.memblock.phys_alloc_range(size, kPageSize, PhysAddr{0}, PhysAddr{limit},
                                     memblock::Caller{boot.step, "ACPI tables of the initrd"});
  if (!found) {
    return boot.tell(Severity::warning, std::string(kRule),
                     fmt::format("no room for {} bytes of ACPI tables of the initrd", size));
  }
  e820::Editor edit(boot.table, boot.events, std::string(boot.step));
  edit.add(raw(*found), size, E820Type::nvs);
  edit.sanitize();
}

}  // namespace memmap::boot
