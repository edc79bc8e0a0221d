#include "input/bios_area.h"

#include <fmt/format.h>

#include "input/little_endian.h"

namespace memmap::input {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kRomBytes = 64 * 1024;
constexpr std::uint64_t kRomBase = 0xf0000;
constexpr std::size_t kMpFloatingBytes = 16;

Error fault(const std::string& name, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = name, .offset = offset}};
}

Error cut_short(const std::string& name, std::string_view bytes, std::size_t expected) {
  return fault(name, fmt::format("cut short: {} bytes expected", expected), bytes.size());
}

// The offset of a valid MP floating pointer in `area`, at multiples of 16.
std::optional<std::size_t> find_mp_floating(std::string_view area) {
  for (std::size_t at = 0; at + kMpFloatingBytes <= area.size(); at += kMpFloatingBytes) {
    if (area.substr(at, 4) != "_MP_" || area[at + 8] != 1) continue;
    unsigned sum = 0;
    for (char c : area.substr(at, kMpFloatingBytes)) sum += static_cast<unsigned char>(c);
    const char specification = area[at + 9];
    if (sum % 256 == 0 && (specification == 1 || specification == 4)) return at;
  }
  return std::nullopt;
}

}  // namespace

Status add_page0(const std::string& name, std::string_view page, Machine& machine) {
  if (page.size() < kPageBytes) return cut_short(name, page, kPageBytes);
  machine.ebda = PhysAddr{std::uint64_t{little_endian<std::uint16_t>(page, 0x40e)} << 4};
  machine.base_memory = std::uint64_t{little_endian<std::uint16_t>(page, 0x413)} * kKiB;
  if (const auto at = find_mp_floating(page.substr(0, kKiB))) {
    machine.mp_floating = PhysRange::from_size(PhysAddr{*at}, kMpFloatingBytes);
  }
  return Done{};
}

Status add_bios_rom(const std::string& name, std::string_view rom, Machine& machine) {
  if (rom.size() < kRomBytes) return cut_short(name, rom, kRomBytes);
  if (machine.mp_floating) return Done{};  // the kernel takes the first it finds, from low to high
  const auto at = find_mp_floating(rom.substr(0, kRomBytes));
  if (!at) return Done{};
  machine.mp_floating = PhysRange::from_size(PhysAddr{kRomBase + *at}, kMpFloatingBytes);
  const std::uint64_t table = little_endian<std::uint32_t>(rom, *at + 4);
  if (table < kRomBase || table + 8 > kRomBase + kRomBytes) return Done{};
  const auto offset = static_cast<std::size_t>(table - kRomBase);
  if (rom.substr(offset, 4) != "PCMP") return Done{};
  machine.mp_configuration =
      PhysRange::from_size(PhysAddr{table}, little_endian<std::uint16_t>(rom, offset + 4));
  return Done{};
}

Status add_srat(const std::string& name, std::string_view table, Machine& machine) {
  constexpr std::size_t kHeaderBytes = 48;  // the common header of 36, 12 reserved
  constexpr std::uint8_t kMemoryAffinity = 1;
  constexpr std::size_t kMemoryAffinityBytes = 40;
  constexpr std::uint32_t kEnabled = 1, kHotPluggable = 2;
  if (table.substr(0, 4) != "SRAT") return fault(name, "is no SRAT", 0);
  if (table.size() < kHeaderBytes) return cut_short(name, table, kHeaderBytes);
  if (const auto length = little_endian<std::uint32_t>(table, 4); length > table.size()) {
    return cut_short(name, table, length);
  } else {
    table = table.substr(0, length);
  }
  const std::uint8_t revision = little_endian<std::uint8_t>(table, 8);
  for (std::size_t at = kHeaderBytes; at < table.size();) {
    if (at + 2 > table.size()) return cut_short(name, table, at + 2);
    const std::size_t length = little_endian<std::uint8_t>(table, at + 1);
    if (length < 2) return fault(name, fmt::format("an affinity of {} bytes", length), at + 1);
    if (at + length > table.size()) return cut_short(name, table, at + length);
    if (little_endian<std::uint8_t>(table, at) == kMemoryAffinity &&
        length >= kMemoryAffinityBytes) {
      const auto flags = little_endian<std::uint32_t>(table, at + 28);
      // Before revision 2 the upper bytes of the domain are reserved.
      const auto domain = little_endian<std::uint32_t>(table, at + 2) & (revision < 2 ? 0xff : ~0u);
      const auto base = little_endian<std::uint64_t>(table, at + 8);
      const auto size = little_endian<std::uint64_t>(table, at + 16);
      const auto range = PhysRange::from_size(PhysAddr{base}, size);
      if (!range) return fault(name, "a memory affinity wraps around", at + 8);
      if ((flags & kEnabled) != 0) {
        machine.node_memory.push_back({.range = *range,
                                       .nid = static_cast<int>(domain & 0x7fffffff),
                                       .hotpluggable = (flags & kHotPluggable) != 0});
      }
    }
    at += length;
  }
  return Done{};
}

}  // namespace memmap::input
