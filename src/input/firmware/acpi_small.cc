// ACPI's tables of which little is wanted: SLIT, HPET, MCFG, FADT.
#include <fmt/format.h>

#include "input/firmware/acpi_table.h"
#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

constexpr std::size_t kHeaderBytes = 36;

Error cut_short(const AcpiBytes& table, std::uint64_t expected) {
  return Error{.message = fmt::format("cut short: {} bytes expected", expected),
               .origin = {.file = table.name, .offset = table.bytes.size()}};
}

}  // namespace

// The number of localities, then a row of distances for each.
Status add_slit(const AcpiBytes& table, Machine& machine) {
  constexpr std::size_t kRows = kHeaderBytes + 8;
  if (table.bytes.size() < kRows) return cut_short(table, kRows);
  const auto localities = little_endian<std::uint64_t>(table.bytes, kHeaderBytes);
  constexpr std::uint64_t kMost = 1 << 15;
  if (localities > kMost) {
    return Error{.message = fmt::format("{} localities; a table of distances has {} at most",
                                        localities, kMost),
                 .origin = {.file = table.name, .offset = kHeaderBytes}};
  }
  const std::uint64_t size = localities * localities;
  if (table.bytes.size() - kRows < size) return cut_short(table, kRows + size);
  const std::string_view rows = table.bytes.substr(kRows, static_cast<std::size_t>(size));
  machine.distances.assign(rows.begin(), rows.end());
  return Done{};
}

Status add_hpet(const AcpiBytes& table, Machine& machine) {
  constexpr std::size_t kBytes = 56, kAddress = 40;
  if (table.bytes.size() < kBytes) return cut_short(table, kBytes);
  machine.hpet = Hpet{.space_id = little_endian<std::uint8_t>(table.bytes, kAddress),
                      .address = little_endian<std::uint64_t>(table.bytes, kAddress + 4)};
  return Done{};
}

// Windows of configuration space: 1 MiB a bus. kernel: acpi_parse_mcfg(), drivers/acpi/pci_mcfg.c
Status add_mcfg(const AcpiBytes& table, Machine& machine) {
  constexpr std::size_t kHead = kHeaderBytes + 8, kEntry = 16;
  if (table.bytes.size() < kHead) return cut_short(table, kHead);
  machine.pci_windows.clear();
  for (std::size_t at = kHead; at < table.bytes.size(); at += kEntry) {
    if (table.bytes.size() - at < kEntry) return cut_short(table, at + kEntry);
    const auto base = little_endian<std::uint64_t>(table.bytes, at);
    const std::uint64_t first = little_endian<std::uint8_t>(table.bytes, at + 10);
    const std::uint64_t last = little_endian<std::uint8_t>(table.bytes, at + 11);
    const auto window = last < first ? std::nullopt
                                     : PhysRange::from_bounds(PhysAddr{base + first * kMiB},
                                                              PhysAddr{base + (last + 1) * kMiB});
    if (!window) {
      return Error{
          .message = fmt::format("buses {} to {} at {:#x} are no window", first, last, base),
          .origin = {.file = table.name, .offset = at}};
    }
    machine.pci_windows.push_back(*window);
  }
  return Done{};
}

// Whether the MADT's flag "online capable" means something: since ACPI 6.3.
// kernel: acpi_parse_madt(), arch/x86/kernel/acpi/boot.c, v6.12
Status add_fadt(const AcpiBytes& table, Machine& machine) {
  constexpr std::size_t kMinor = 131;
  const unsigned minor =
      table.bytes.size() > kMinor ? little_endian<std::uint8_t>(table.bytes, kMinor) & 0xfu : 0;
  if (!machine.listed_cpus) machine.listed_cpus.emplace();
  machine.listed_cpus->has_online_capable =
      table.revision > 6 || (table.revision == 6 && minor >= 3);
  return Done{};
}

}  // namespace memmap::input
