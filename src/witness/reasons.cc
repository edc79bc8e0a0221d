#include "witness/reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "kernel/distribution.h"

namespace memmap::witness {
namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

std::string release(const Simulated& boot) {
  return boot.in.machine.kernel_release.value_or(std::string{});
}

// Kernels that reserve a crash kernel by a table of their own.
std::string_view with_own_table(std::string_view name) {
  const kernel::Distribution* whose = kernel::recognise({.release = name}).distribution;
  if (whose == nullptr || whose->rules == kernel::Distribution::Rules::version ||
      (whose->compiler != "Red Hat" && whose->compiler != "SUSE"))
    return {};
  return whose->name;
}

// The cleanup goes by the MTRRs of the processor, and the log shows a part of them.
bool follows_mtrrs(const Kind& kind) {
  constexpr std::string_view kOfMtrrs[] = {"e820_edits", "modified_map", "mtrr_loss",
                                           "nosave",     "node_ranges",  "memory_total"};
  return std::ranges::find(kOfMtrrs, kind.id) != std::end(kOfMtrrs);
}

// A table that lies in what firmware has for RAM is a copy of one that the initrd brings.
// kernel: acpi_table_upgrade(), drivers/acpi/tables.c, v3.7 and later
bool follows_acpi_copies(const Kind& kind, const Machine& machine) {
  constexpr std::string_view kOfCopies[] = {"acpi_tables", "modified_map", "nosave", "ram_buffers"};
  if (std::ranges::find(kOfCopies, kind.id) == std::end(kOfCopies)) return false;
  return std::ranges::any_of(machine.acpi_tables, [&](const AcpiTable& t) {
    return std::ranges::any_of(machine.firmware_map, [&](const E820Entry& e) {
      const auto ram = PhysRange::from_size(e.addr, e.size);
      return e.type == E820Type::ram && ram && !t.range.empty() && ram->overlaps(t.range);
    });
  });
}

bool random_place(const Simulated& boot) {
  return !boot.in.machine.kernel_phys_base && boot.in.profile.has(config::RANDOMIZE_BASE) &&
         !boot.in.has_parameter("nokaslr");
}

}  // namespace

std::string likely_reason(const Kind& kind, const Simulated& boot, const KernelLog&) {
  const std::string name = release(boot);
  const bool follows_place = kind.cause == Cause::place || kind.cause == Cause::crash_kernel;
  if (has(name, "kasan")) return "its kernel has KASAN, whose shadow memory is not simulated";
  if (kind.id == "user_map" && !boot.out.state.e820.user.userdef)
    return "the log's command line asks for no map: it may be cut, or lack what is built in";
  if (const std::string_view who = with_own_table(name);
      kind.cause == Cause::crash_kernel && !who.empty())
    return fmt::format("{}'s kernels have rules of their own for it", who);
  if (boot.in.machine.mtrrs_were_cleaned && follows_mtrrs(kind))
    return "its kernel cleaned up the MTRRs, and took RAM that those it made do not cover";
  if (follows_acpi_copies(kind, boot.in.machine))
    return "where the copies of the initrd's ACPI tables lie follows from what was taken before";
  if (follows_place && boot.in.machine.firmware == Firmware::efi && boot.in.machine.efi_map.empty())
    return "what EFI's boot services hold is not in the log: boot once with efi=debug";
  if (!boot.same_build && boot.in.profile.name.starts_with("generic-"))
    return fmt::format("{} is older than the kernels whose rules memmap has", name);
  if (follows_place && random_place(boot)) return "KASLR: where the kernel lay is not in the log";
  if (!boot.same_build && !name.empty())
    return fmt::format("{} may have other rules and options than its nearest profile, {}", name,
                       boot.in.profile.name);
  return "not known";
}

}  // namespace memmap::witness
