#include "boot/x86/mp_table.h"

#include <fmt/format.h>

#include <vector>

#include "boot/early_windows.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "boot/x86/fixed_mappings.h"
#include "boot/x86/resources.h"

namespace memmap::boot {
namespace {

// Looks at `area` every 16 bytes, each time through a window up to its end, until `end`.
// kernel: smp_scan_config(), arch/x86/kernel/mpparse.c, v6.12
void scan_for_mp(Boot& boot, PhysRange area, PhysAddr end) {
  constexpr std::uint64_t kStep = 16;
  if (end == area.base()) return;
  look_at(boot, area);
  const std::uint64_t more = (raw(end) - raw(area.base())) / kStep - 1;
  if (more == 0) return;
  boot.story.tell(Severity::debug, rule::kSmpScanConfig,
                  fmt::format("early_memremap() {} more times, from each 16 bytes on", more), area);
}

// Where an MP table is looked for. kernel: mpparse_find_mptable(), get_bios_ebda()
std::vector<PhysRange> mp_areas(const Machine& machine) {
  std::vector<PhysRange> areas = {PhysRange::make(0, kKiB), PhysRange::make(639 * kKiB, 640 * kKiB),
                                  PhysRange::make(0xf0000, kMiB)};
  if (raw(machine.ebda.value_or(PhysAddr{0})) != 0) {
    areas.push_back(PhysRange::make(raw(*machine.ebda), raw(*machine.ebda) + kKiB));
  }
  return areas;
}

// What ACPI's tables have told of: `has_madt`, where nothing is known of them, is taken for granted.
bool has_madt(const Machine& machine) {
  return machine.acpi_tables.empty() || machine.listed_cpus || machine.has_acpi_table("APIC");
}

// kernel: acpi_lapic, acpi_process_madt(), arch/x86/kernel/acpi/boot.c, v6.1 and v6.12
bool acpi_lapic(const Boot& boot) {
  const Inputs& in = boot.in;
  return in.acpi_enabled() && has_madt(in.machine) && in.local_apic != LocalApic::off;
}

// The pointer stays mapped while the table's length and then all of it is read; without a table it
// names one of the default configurations.
// kernel: mpparse_get_smp_config(), check_physptr(), arch/x86/kernel/mpparse.c, v6.1 and v6.12
void read_mp_table(Boot& boot) {
  const PhysRange floating = *boot.in.machine.mp_floating;
  const auto window = early_memremap(boot, floating.base(), floating.size());
  if (const auto& table = boot.in.machine.mp_configuration) {
    look_at(boot, table->base(), kPageSize);
    look_at(boot, *table);
  }
  if (window) early_memunmap(boot, *window, floating.size());
  // The table tells where the APIC is, whatever the command line says of it.
  // kernel: smp_read_mpc(), construct_default_ISA_mptable()
  if (!acpi_lapic(boot) && boot.in.local_apic == LocalApic::off) register_lapic_address(boot);
}

}  // namespace

void find_mptable(Boot& boot) {
  const auto& floating = boot.in.machine.mp_floating;
  const auto& table = boot.in.machine.mp_configuration;
  for (const PhysRange area : mp_areas(boot.in.machine)) {
    const bool here = floating && area.contains(*floating);
    scan_for_mp(boot, area, here ? floating->base() : area.end());
    if (!here) continue;
    const PhysRange rest = PhysRange::make(raw(floating->base()), raw(area.end()));
    const auto window = early_memremap(boot, rest.base(), rest.size());
    if (table) look_at(boot, table->base(), kPageSize);  // get_mpc_size()
    if (window) early_memunmap(boot, *window, rest.size());
    break;
  }
  if (!floating) return;
  boot.reserve(*floating, {"smp_scan_config", owner::kMPTables});
  if (table) boot.reserve(*table, {"smp_scan_config", owner::kMPTables});
}

void early_parse_smp_cfg(Boot& boot) {
  if (boot.in.machine.mp_floating && !acpi_lapic(boot)) read_mp_table(boot);
}

void parse_smp_cfg(Boot& boot) {
  const bool acpi_has_both = acpi_lapic(boot) && !refuses_io_apics(boot);
  // ACPI without a MADT wants neither local nor I/O APICs. kernel: acpi_process_madt()
  const bool given_up = boot.in.acpi_enabled() && !has_madt(boot.in.machine);
  if (boot.in.machine.mp_floating && !acpi_has_both && !given_up) read_mp_table(boot);
}

}  // namespace memmap::boot
