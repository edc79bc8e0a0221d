#include "input/firmware/bios_area.h"

#include <fmt/format.h>

#include <algorithm>

#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kMpFloatingBytes = 16;

bool is_mp_floating(std::string_view bytes) {
  if (bytes.size() < kMpFloatingBytes || !bytes.starts_with("_MP_") || bytes[8] != 1) return false;
  unsigned sum = 0;
  for (const char c : bytes.substr(0, kMpFloatingBytes)) sum += static_cast<unsigned char>(c);
  const char specification = bytes[9];
  return sum % 256 == 0 && (specification == 1 || specification == 4);
}

// The bytes from `at` on, as far as an area has them; empty: no area does.
std::string_view bytes_at(std::span<const LowArea> areas, std::uint64_t at) {
  for (const LowArea& area : areas) {
    const std::uint64_t base = raw(area.base);
    if (at >= base && at - base < area.bytes.size()) {
      return area.bytes.substr(static_cast<std::size_t>(at - base));
    }
  }
  return {};
}

// The place of a valid MP floating pointer in `size` bytes from `base` on, at multiples of 16.
std::optional<std::uint64_t> scan(std::span<const LowArea> areas, std::uint64_t base,
                                  std::size_t size) {
  for (std::uint64_t at = base; at < base + size; at += kMpFloatingBytes) {
    const std::string_view bytes = bytes_at(areas, at);
    if (is_mp_floating(bytes)) return at;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> find_mp_floating(std::span<const LowArea> areas,
                                              std::optional<PhysAddr> ebda) {
  if (const auto at = scan(areas, 0, kMpScanBytes)) return at;
  if (const auto at = scan(areas, kBaseMemoryEnd, kMpScanBytes)) return at;
  if (const auto at = scan(areas, kBiosRom, kBiosRomBytes)) return at;
  return ebda && *ebda != PhysAddr{0} ? scan(areas, raw(*ebda), kMpScanBytes) : std::nullopt;
}

}  // namespace

Status add_page0(const std::string& name, std::string_view page, Machine& machine) {
  if (page.size() < kPageBytes) {
    return Error{.message = fmt::format("cut short: {} bytes expected", kPageBytes),
                 .origin = {.file = name, .offset = page.size()}};
  }
  machine.ebda = PhysAddr{std::uint64_t{little_endian<std::uint16_t>(page, 0x40e)} << 4};
  machine.base_memory = std::uint64_t{little_endian<std::uint16_t>(page, 0x413)} * kKiB;
  return Done{};
}

void add_mp_tables(std::span<const LowArea> areas, Machine& machine) {
  // The log's word is of the boot itself: with alloc_mptable the kernel writes a pointer of its own
  // afterwards, where it would be found first. kernel: update_mp_table(),
  // arch/x86/kernel/mpparse.c
  const auto at = machine.mp_floating ? std::optional(raw(machine.mp_floating->base()))
                                      : find_mp_floating(areas, machine.ebda);
  if (!at || !is_mp_floating(bytes_at(areas, *at))) return;
  machine.mp_floating = PhysRange::from_size(PhysAddr{*at}, kMpFloatingBytes);
  machine.mp_configuration.reset();
  const std::uint64_t table = little_endian<std::uint32_t>(bytes_at(areas, *at), 4);
  // The kernel reserves as much as the table says it is long, whatever it is. 0: there is none.
  const std::string_view head = table == 0 ? std::string_view{} : bytes_at(areas, table);
  constexpr std::size_t kLength = 4;
  if (head.size() < kLength + 2) return;
  machine.mp_configuration =
      PhysRange::from_size(PhysAddr{table}, little_endian<std::uint16_t>(head, kLength));
}

}  // namespace memmap::input
