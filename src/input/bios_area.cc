#include "input/bios_area.h"

#include <fmt/format.h>

#include <map>

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

namespace {

// The affinities of a SRAT that are enabled, with their proximity domains, in its order.
struct Affinities {
  std::vector<std::uint32_t> processors{};
  std::vector<NodeMemory> memory{};
};

// One entry; false: a memory affinity wraps around. Before revision 2 the upper bytes of a domain
// are reserved.
bool add_affinity(std::string_view entry, bool wide_domains, Affinities& out) {
  enum Kind : std::uint8_t { kProcessor = 0, kMemory = 1, kX2apic = 2 };
  constexpr std::uint32_t kEnabled = 1, kHotPluggable = 2;
  const auto word = [&](std::size_t at) { return little_endian<std::uint32_t>(entry, at); };
  const auto kind = little_endian<std::uint8_t>(entry, 0);
  if (kind == kProcessor && entry.size() >= 16 && (word(4) & kEnabled) != 0) {
    const std::uint32_t low = little_endian<std::uint8_t>(entry, 2);
    out.processors.push_back(wide_domains ? low | (word(8) & 0xffffff00u) : low);
  } else if (kind == kX2apic && entry.size() >= 24 && (word(12) & kEnabled) != 0) {
    out.processors.push_back(word(4));
  } else if (kind == kMemory && entry.size() >= 40 && (word(28) & kEnabled) != 0) {
    const std::uint32_t domain = word(2) & (wide_domains ? ~0u : 0xffu);
    const auto range = PhysRange::from_size(PhysAddr{little_endian<std::uint64_t>(entry, 8)},
                                            little_endian<std::uint64_t>(entry, 16));
    if (!range) return false;
    out.memory.push_back({.range = *range,
                          .nid = static_cast<int>(domain & 0x7fffffff),
                          .hotpluggable = (word(28) & kHotPluggable) != 0});
  }
  return true;
}

// Domains become nodes in the order in which the kernel meets them: those of processors, then those
// of memory. kernel: acpi_numa_init(), acpi_map_pxm_to_node(), drivers/acpi/numa/srat.c, v6.12
void take_nodes(const Affinities& affinities, Machine& machine) {
  std::map<int, int> nodes;
  const auto node_of = [&](std::uint32_t domain) {
    const int next = static_cast<int>(nodes.size());
    return nodes.emplace(static_cast<int>(domain & 0x7fffffff), next).first->second;
  };
  std::vector<int> processors;
  for (const std::uint32_t domain : affinities.processors) processors.push_back(node_of(domain));
  if (machine.cpu_nodes.empty()) machine.cpu_nodes = std::move(processors);
  if (!machine.node_memory.empty()) return;
  machine.node_memory = affinities.memory;
  for (NodeMemory& m : machine.node_memory) m.nid = node_of(static_cast<std::uint32_t>(m.nid));
}

}  // namespace

Status add_srat(const std::string& name, std::string_view table, Machine& machine) {
  constexpr std::size_t kHeaderBytes = 48;  // the common header of 36, 12 reserved
  if (table.substr(0, 4) != "SRAT") return fault(name, "is no SRAT", 0);
  if (table.size() < kHeaderBytes) return cut_short(name, table, kHeaderBytes);
  const auto whole = little_endian<std::uint32_t>(table, 4);
  if (whole > table.size()) return cut_short(name, table, whole);
  table = table.substr(0, whole);
  const bool wide_domains = little_endian<std::uint8_t>(table, 8) >= 2;
  Affinities affinities;
  for (std::size_t at = kHeaderBytes; at < table.size();) {
    if (at + 2 > table.size()) return cut_short(name, table, at + 2);
    const std::size_t length = little_endian<std::uint8_t>(table, at + 1);
    if (length < 2) return fault(name, fmt::format("an affinity of {} bytes", length), at + 1);
    if (at + length > table.size()) return cut_short(name, table, at + length);
    if (!add_affinity(table.substr(at, length), wide_domains, affinities)) {
      return fault(name, "a memory affinity wraps around", at + 8);
    }
    at += length;
  }
  take_nodes(affinities, machine);
  return Done{};
}

}  // namespace memmap::input
