#include "input/firmware/acpi_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

constexpr std::size_t kHeaderBytes = 36;  // sizeof(struct acpi_table_header)
constexpr std::size_t kFacsHeaderBytes = 8;
constexpr std::size_t kLengthOffset = 4;
constexpr std::size_t kRevisionOffset = 8;
constexpr std::size_t kChecksumOffset = 9;

Error fault(const std::string& name, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = name, .offset = offset}};
}

std::optional<WrongChecksum> check(std::string_view table) {
  unsigned sum = 0;
  for (const char c : table) sum += static_cast<unsigned char>(c);
  if (sum % 256 == 0) return std::nullopt;
  const auto found = little_endian<std::uint8_t>(table, kChecksumOffset);
  return WrongChecksum{.found = found, .right = static_cast<std::uint8_t>(found - sum)};
}

}  // namespace

Result<AcpiBytes> open_acpi_table(const std::string& name, std::string_view bytes) {
  const bool facs = bytes.starts_with("FACS");
  const std::size_t header = facs ? kFacsHeaderBytes : kHeaderBytes;
  if (bytes.size() < header) {
    return fault(name, fmt::format("cut short: the header of an ACPI table has {} bytes", header),
                 bytes.size());
  }
  const bool named = std::ranges::all_of(
      bytes.substr(0, 4), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  if (!named) return fault(name, "is no ACPI table: it has no signature of four letters", 0);
  const std::uint64_t length = little_endian<std::uint32_t>(bytes, kLengthOffset);
  if (length < header) {
    return fault(name,
                 fmt::format("a length of {} bytes; an ACPI table has {} at least", length, header),
                 kLengthOffset);
  }
  if (length > bytes.size()) {
    return fault(name, fmt::format("cut short: {} bytes expected", length), bytes.size());
  }
  if (length < bytes.size()) {
    return fault(name, fmt::format("a length of {} bytes, but there are {}", length, bytes.size()),
                 kLengthOffset);
  }
  AcpiBytes table{.name = name, .signature = std::string(bytes.substr(0, 4)), .bytes = bytes};
  if (facs) return table;
  table.revision = little_endian<std::uint8_t>(bytes, kRevisionOffset);
  table.wrong_checksum = check(bytes);
  return table;
}

Result<AcpiWalk> walk_acpi_entries(const AcpiBytes& table, std::size_t head,
                                   const std::function<void(const AcpiEntry&)>& each) {
  constexpr std::size_t kEntryHeader = 2;  // kind, length
  const std::string_view bytes = table.bytes;
  if (bytes.size() < head) {
    return fault(table.name, fmt::format("cut short: {} bytes expected", head), bytes.size());
  }
  // What is left at the end may be as short as an entry's header: the kernel passes over it.
  for (std::size_t at = head; at + kEntryHeader < bytes.size();) {
    const std::size_t length = little_endian<std::uint8_t>(bytes, at + 1);
    if (length == 0) return AcpiWalk::zero_length;
    if (at + length > bytes.size()) {
      return fault(table.name,
                   fmt::format("a structure of {} bytes reaches beyond the table", length), at + 1);
    }
    each({.kind = little_endian<std::uint8_t>(bytes, at),
          .bytes = bytes.substr(at, length),
          .offset = at});
    at += length;
  }
  return AcpiWalk::to_the_end;
}

}  // namespace memmap::input
