// ACPI's tables of which little is wanted: SLIT, CEDT, HPET, MCFG, FADT, BGRT.
#include <fmt/format.h>

#include "input/firmware/acpi_table.h"
#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

constexpr std::size_t kHeaderBytes = 36;
constexpr std::size_t kBgrtAddress = 40;

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

// Structures whose length is of two bytes; one of no length ends them. Of windows, which are of kind 1, the kernel takes
// those that are whole. kernel: acpi_parse_entries_array(), lib/fw_table.c; acpi_parse_cfmws(),
// drivers/acpi/numa/srat.c, v6.12
Status add_cedt(const AcpiBytes& table, Machine& machine) {
  constexpr std::size_t kHead = 4, kWindow = 1, kWindowBytes = 36;
  machine.cxl_windows.clear();
  for (std::size_t at = kHeaderBytes; at + kHead <= table.bytes.size();) {
    const auto kind = little_endian<std::uint8_t>(table.bytes, at);
    const std::size_t length = little_endian<std::uint16_t>(table.bytes, at + 2);
    if (length == 0) break;
    if (table.bytes.size() - at < length) return cut_short(table, at + length);
    if (kind == kWindow) {
      if (length < kWindowBytes) {
        return Error{.message = fmt::format("a window of {} bytes; expected {} or more", length,
                                            kWindowBytes),
                     .origin = {.file = table.name, .offset = at}};
      }
      const auto base = little_endian<std::uint64_t>(table.bytes, at + 8);
      const auto size = little_endian<std::uint64_t>(table.bytes, at + 16);
      const auto window = PhysRange::from_size(PhysAddr{base}, size);
      if (!window || window->empty()) {
        return Error{.message = fmt::format("{:#x} bytes at {:#x} are no window", size, base),
                     .origin = {.file = table.name, .offset = at}};
      }
      machine.cxl_windows.push_back(*window);
    }
    at += length;
  }
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

namespace {

// Why the kernel refuses the table or the picture; empty: it does not.
std::string refused(const AcpiBytes& table, std::string_view picture) {
  constexpr std::size_t kBytes = 56, kVersion = 36, kType = 39;
  constexpr std::uint16_t kBitmap = 0x4d42;
  if (table.bytes.size() < kBytes)
    return fmt::format("invalid length {} (expected {})", table.bytes.size(), kBytes);
  if (const auto version = little_endian<std::uint16_t>(table.bytes, kVersion); version > 1)
    return fmt::format("invalid version {} (expected 1)", version);
  if (const auto type = little_endian<std::uint8_t>(table.bytes, kType); type != 0)
    return fmt::format("invalid image type {} (expected 0)", type);
  if (little_endian<std::uint64_t>(table.bytes, kBgrtAddress) == 0) return "null image address";
  if (picture.size() < Machine::kPictureHeadBytes) return {};
  if (const auto mark = little_endian<std::uint16_t>(picture, 0); mark != kBitmap)
    return fmt::format("Incorrect BMP magic number {:#x} (expected {:#x})", mark, kBitmap);
  return {};
}

}  // namespace

FirmwareEvent bgrt_refused(std::string_view why) {
  constexpr Rule kRule{"efi_bgrt_init", "drivers/firmware/efi/efi-bgrt.c"};
  return {
      FirmwareTable::bgrt,
      {.severity = Severity::info, .rule = kRule, .text = fmt::format("Ignoring BGRT: {}", why)}};
}

// kernel: efi_bgrt_init(), drivers/firmware/efi/efi-bgrt.c, v6.12
void add_bgrt(const AcpiBytes& table, std::string_view picture, Machine& machine) {
  if (const std::string why = refused(table, picture); !why.empty()) {
    machine.efi_picture.reset();
    std::erase_if(machine.firmware_events, [](const FirmwareEvent& e) {
      return e.table == FirmwareTable::bgrt;  // the log has it too
    });
    machine.firmware_events.push_back(bgrt_refused(why));
    return;
  }
  if (picture.size() < Machine::kPictureHeadBytes) return;
  const auto range =
      PhysRange::from_size(PhysAddr{little_endian<std::uint64_t>(table.bytes, kBgrtAddress)},
                           little_endian<std::uint32_t>(picture, 2));
  if (range && !range->empty()) machine.efi_picture = *range;
}

}  // namespace memmap::input
