#include "input/firmware/smbios.h"

#include <fmt/format.h>

#include <algorithm>

#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

constexpr std::size_t kHeaderBytes = 4;  // sizeof(struct dmi_header): type, length, handle
constexpr std::uint8_t kEndOfTable = 127;

Error fault(const std::string& name, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = name, .offset = offset}};
}

bool adds_up(std::string_view bytes) {
  unsigned sum = 0;
  for (const char c : bytes) sum += static_cast<unsigned char>(c);
  return sum % 256 == 0;
}

std::uint8_t byte(std::string_view bytes, std::size_t at) {
  return little_endian<std::uint8_t>(bytes, at);
}

// _SM3_: size, version and place of the table; no number of structures.
std::optional<SmbiosEntryPoint> entry_point_64(std::string_view bytes) {
  if (!bytes.starts_with("_SM3_") || bytes.size() < 24) return std::nullopt;
  const std::size_t length = byte(bytes, 6);
  if (length < 24 || length > 32 || length > bytes.size() || !adds_up(bytes.substr(0, length))) {
    return std::nullopt;
  }
  return SmbiosEntryPoint{.base = little_endian<std::uint64_t>(bytes, 16),
                          .max_size = little_endian<std::uint32_t>(bytes, 12),
                          .version = unsigned{byte(bytes, 7)} << 8 | byte(bytes, 8)};
}

// _DMI_: 15 bytes, alone or within an _SM_.
std::optional<SmbiosEntryPoint> entry_point_dmi(std::string_view bytes) {
  if (!bytes.starts_with("_DMI_") || bytes.size() < 15 || !adds_up(bytes.substr(0, 15))) {
    return std::nullopt;
  }
  const unsigned version = byte(bytes, 14);
  return SmbiosEntryPoint{.structures = little_endian<std::uint16_t>(bytes, 12),
                          .base = little_endian<std::uint32_t>(bytes, 8),
                          .max_size = little_endian<std::uint16_t>(bytes, 6),
                          .version = (version & 0xf0) << 4 | (version & 0x0f)};
}

// _SM_, with a _DMI_ at its byte 16. A wrong checksum of the outer one only costs its version.
std::optional<SmbiosEntryPoint> entry_point_32(std::string_view bytes) {
  if (!bytes.starts_with("_SM_") || bytes.size() < 31) return std::nullopt;
  auto inner = entry_point_dmi(bytes.substr(16));
  const std::size_t length = byte(bytes, 5);
  if (inner && length >= 30 && length <= 32 && length <= bytes.size() &&
      adds_up(bytes.substr(0, length))) {
    inner->version = unsigned{byte(bytes, 6)} << 8 | byte(bytes, 7);
  }
  return inner;
}

}  // namespace

Result<SmbiosEntryPoint> open_smbios_entry_point(const std::string& name, std::string_view bytes) {
  std::size_t least = 0;
  if (bytes.starts_with("_SM3_")) {
    least = 24;
  } else if (bytes.starts_with("_SM_")) {
    least = 31;
  } else if (bytes.starts_with("_DMI_")) {
    least = 15;
  } else {
    return fault(name, "is no entry point of SMBIOS: neither _SM3_ nor _SM_ nor _DMI_", 0);
  }
  if (bytes.size() < least) {
    return fault(name, fmt::format("cut short: {} bytes expected", least), bytes.size());
  }
  for (const auto open : {entry_point_64, entry_point_32, entry_point_dmi}) {
    if (const auto found = open(bytes)) return *found;
  }
  return fault(name, "the bytes of SMBIOS's entry point do not add up to 0", 0);
}

std::string_view SmbiosStructure::string(unsigned number) const {
  std::string_view rest = strings;
  for (unsigned n = number; n > 1 && !rest.empty(); --n) {
    rest.remove_prefix(std::min(rest.size(), rest.find('\0') + 1));
  }
  if (number == 0) return {};
  const std::string_view found = rest.substr(0, rest.find('\0'));
  return found.find_first_not_of(' ') == found.npos ? std::string_view{} : found;
}

std::optional<SmbiosFault> walk_smbios(std::string_view table, unsigned structures,
                                       const std::function<void(const SmbiosStructure&)>& each) {
  std::size_t at = 0;
  for (unsigned n = 0; structures == 0 || n < structures; ++n) {
    if (at > table.size() || table.size() - at < kHeaderBytes) return std::nullopt;
    const std::size_t length = byte(table, at + 1);
    if (length < kHeaderBytes) return SmbiosFault{.offset = at, .structures = n};
    SmbiosStructure s{.type = byte(table, at), .offset = at};
    const std::size_t strings = at + length;
    std::size_t end = strings;
    while (end + 1 < table.size() && (table[end] != '\0' || table[end + 1] != '\0')) ++end;
    s.complete = end + 1 < table.size();
    s.formatted = table.substr(at, length);
    if (s.complete && end > strings) s.strings = table.substr(strings, end + 1 - strings);
    each(s);
    at = end + 2;
    if (structures == 0 && s.type == kEndOfTable) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> installed_ram(std::string_view table, unsigned structures) {
  constexpr std::uint8_t kMemoryDevice = 17;
  constexpr std::size_t kSize = 0x0c;
  constexpr std::size_t kExtendedSize = 0x1c;
  constexpr std::uint16_t kUnknown = 0xffff;
  constexpr std::uint16_t kIsExtended = 0x7fff;
  constexpr std::uint16_t kInKib = 0x8000;
  std::uint64_t sum = 0;
  bool known = true;
  walk_smbios(table, structures, [&](const SmbiosStructure& s) {
    if (s.type != kMemoryDevice || !s.complete || s.formatted.size() < kSize + 2) return;
    const auto size = little_endian<std::uint16_t>(s.formatted, kSize);
    const bool cut_off = size == kIsExtended && s.formatted.size() < kExtendedSize + 4;
    if (size == kUnknown || cut_off) {
      known = false;
    } else if (size == kIsExtended) {
      sum += (little_endian<std::uint32_t>(s.formatted, kExtendedSize) & 0x7fffffffu) * kMiB;
    } else {
      sum += std::uint64_t{size & 0x7fffu} * ((size & kInKib) != 0 ? kKiB : kMiB);
    }
  });
  if (!known || sum == 0) return std::nullopt;
  return sum;
}

Status add_smbios(const std::string& entry_point_name, std::string_view entry_point,
                  const std::string& table_name, std::string_view table, Machine& machine) {
  const auto entry = open_smbios_entry_point(entry_point_name, entry_point);
  if (!entry) return entry.errors();
  const auto damage =
      walk_smbios(table, entry->structures, [](const SmbiosStructure&) { /* only to its end */ });
  if (damage) {
    machine.firmware_events.push_back(
        {FirmwareTable::smbios,
         {.severity = Severity::warning,
          .rule = Rule{"dmi_decode_table", "drivers/firmware/dmi_scan.c"},
          .text = fmt::format("[Firmware Bug]: Corrupted DMI table, offset {} (only {} entries "
                              "processed)",
                              damage->offset, damage->structures)}});
  }
  if (table.size() > entry->max_size) {
    return fault(table_name,
                 fmt::format("{} bytes, but {} tells of {}", table.size(), entry_point_name,
                             entry->max_size),
                 entry->max_size);
  }
  machine.smbios = smbios_copies(table, entry->structures);
  machine.installed_ram = installed_ram(table, entry->structures);
  return Done{};
}

}  // namespace memmap::input
