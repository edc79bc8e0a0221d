#include "input/firmware/etc_e820.h"

#include <fmt/format.h>

#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

// More entries than any table: 128 in the zero page, 3 more a node.
constexpr std::size_t kMaxEntries = 4096;

}  // namespace

E820Entry packed_entry(std::string_view bytes, std::size_t offset) {
  return E820Entry{.addr = PhysAddr{little_endian<std::uint64_t>(bytes, offset)},
                   .size = little_endian<std::uint64_t>(bytes, offset + 8),
                   .type = E820Type{little_endian<std::uint32_t>(bytes, offset + 16)}};
}

bool plausible_type(E820Type type) {
  return (raw(type) >= 1 && raw(type) <= 20) || type == E820Type::reserved_kern ||
         type == E820Type::soft_reserved;
}

Recognition recognise_etc_e820(const Source& source) {
  const std::string_view bytes = source.bytes;
  if (bytes.size() % kPackedEntryBytes != 0) return {0, "its size is no multiple of 20 bytes"};
  if (bytes.size() / kPackedEntryBytes > kMaxEntries) return {0, "too large for a table"};
  bool ram = false;
  for (std::size_t at = 0; at < bytes.size(); at += kPackedEntryBytes) {
    const E820Entry entry = packed_entry(bytes, at);
    if (!plausible_type(entry.type)) {
      return {0, fmt::format("the type {} at byte {} is none", raw(entry.type), at + 16)};
    }
    ram = ram || entry.type == E820Type::ram;
  }
  if (!ram) return {30, "entries of 20 bytes, none of them RAM"};
  const bool named = std::string_view(source.name).find("e820") != std::string_view::npos;
  return {named ? 80 : 60, "entries of 20 bytes with the types of a map"};
}

Result<Machine> read_etc_e820(const Source& source, const ReadOptions&) {
  const std::string_view bytes = source.bytes;
  Errors errors;
  const std::size_t whole = bytes.size() / kPackedEntryBytes * kPackedEntryBytes;
  if (whole / kPackedEntryBytes > kMaxEntries) {
    return Error{.message = fmt::format("{} entries; more than {} is no map of a machine",
                                        whole / kPackedEntryBytes, kMaxEntries),
                 .origin = {.file = source.name, .offset = kMaxEntries * kPackedEntryBytes}};
  }
  Machine machine;
  for (std::size_t at = 0; at < whole; at += kPackedEntryBytes) {
    machine.firmware_map.push_back(packed_entry(bytes, at));
    if (raw(machine.firmware_map.back().type) == 0) {
      errors.push_back(Error{.message = "the type is 0, which is none",
                             .origin = {.file = source.name, .offset = at + 16}});
    }
  }
  if (whole != bytes.size()) {
    errors.push_back(
        Error{.message = fmt::format("cut short: the last entry has {} of its {} bytes",
                                     bytes.size() - whole, kPackedEntryBytes),
              .origin = {.file = source.name, .offset = bytes.size()}});
  }
  if (!errors.empty()) return errors;
  machine.notes.push_back(
      "QEMU's table for the firmware: what the firmware itself reserves (the top of low memory, "
      "the "
      "BIOS area) is not in it");
  return machine;
}

}  // namespace memmap::input
