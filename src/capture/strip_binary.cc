#include "capture/strip_binary.h"

#include <algorithm>
#include <set>
#include <vector>

#include "input/firmware/smbios.h"

namespace memmap::capture {
namespace {

using input::SmbiosStructure;

// The fields of a structure that hold the number of a string to overwrite.
// DMTF DSP0134, chapter 7
struct Field {
  std::uint8_t type;
  std::uint8_t offset;
};
constexpr Field kFields[] = {
    {1, 0x07},   // system: serial number
    {2, 0x07},   // board: serial number
    {2, 0x08},   // asset tag
    {3, 0x07},   // chassis: serial number
    {3, 0x08},   // asset tag
    {4, 0x20},   // processor: serial number
    {4, 0x21},   // asset tag
    {17, 0x18},  // memory device: serial number
    {17, 0x19},  // asset tag
    {22, 0x07},  // battery: serial number
    {39, 0x08},  // power supply: serial number
    {39, 0x09},  // asset tag
};

constexpr std::uint8_t kSystem = 1, kOemStrings = 11, kManagementController = 42, kOemFirst = 128;

// Overwrites a range of the table except for blanks: strings of blanks alone count as empty.
void mask(std::string& table, std::size_t at, std::size_t size, char with = 'x') {
  for (std::size_t i = at; i < at + size; ++i) {
    if (table[i] != ' ' && table[i] != '\0') table[i] = with;
  }
}

using Names = std::set<std::string, std::less<>>;

// The names of devices on the board. The kernel keeps a device of type `other` only if it has kept
// nothing of that name before, not even an OEM string. kernel: dmi_save_one_device()
Names device_names(std::string_view table, unsigned structures) {
  constexpr std::uint8_t kOnboard = 10, kOnboardExtended = 41;
  Names names;
  input::walk_smbios(table, structures, [&](const SmbiosStructure& s) {
    if (!s.complete || (s.type != kOnboard && s.type != kOnboardExtended)) return;
    for (unsigned n = 1; n <= 0xff; ++n) names.emplace(s.string(n));
  });
  return names;
}

// Overwrites OEM strings, except one that is a device's name, and so that none becomes such a name.
void mask_oem_strings(std::string& table, const SmbiosStructure& s, std::string_view original,
                      const Names& names) {
  for (unsigned n = 1; n <= 0xff; ++n) {
    const std::string_view string = s.string(n);
    if (string.empty() || names.contains(string)) continue;
    const auto at = static_cast<std::size_t>(string.data() - original.data());
    for (char with = 'x'; with >= 'a'; --with) {
      mask(table, at, string.size(), with);
      if (!names.contains(std::string_view(table).substr(at, string.size()))) break;
    }
  }
}

void mask_string(std::string& table, const SmbiosStructure& s, std::string_view original,
                 unsigned number) {
  const std::string_view string = s.string(number);
  if (string.empty()) return;
  mask(table, static_cast<std::size_t>(string.data() - original.data()), string.size());
}

// All zeros and all ones mean that there is no UUID, which costs no memory: neither may come about.
void mask_uuid(std::string& table, const SmbiosStructure& s) {
  constexpr std::size_t kAt = 8, kBytes = 16;
  if (s.formatted.size() < kAt + kBytes) return;
  const std::string_view id = s.formatted.substr(kAt, kBytes);
  const auto all = [&](char value) { return id.find_first_not_of(value) == id.npos; };
  if (all('\0') || all('\xff')) return;
  table.replace(s.offset + kAt, kBytes, std::string(kBytes - 1, '\0') + '\1');
}

bool is_vendors(const SmbiosStructure& s) {
  return s.type == kManagementController || s.type >= kOemFirst;
}

void strip_structure(std::string& table, const SmbiosStructure& s, std::string_view original,
                     const Names& names) {
  if (!s.complete) return;
  if (s.type == kSystem) mask_uuid(table, s);
  const std::size_t strings = s.offset + s.formatted.size();
  if (is_vendors(s)) mask(table, strings, s.strings.size());
  if (s.type == kOemStrings) mask_oem_strings(table, s, original, names);
  if (is_vendors(s)) {
    constexpr std::size_t kHeader = 4;
    table.replace(s.offset + kHeader, s.formatted.size() - kHeader, s.formatted.size() - kHeader,
                  '\0');
  }
  for (const Field& f : kFields) {
    if (f.type != s.type || f.offset >= s.formatted.size()) continue;
    mask_string(table, s, original, static_cast<unsigned char>(s.formatted[f.offset]));
  }
}

void zero(std::string& bytes, std::size_t at, std::size_t size) {
  if (at >= bytes.size()) return;
  const std::size_t count = std::min(size, bytes.size() - at);
  bytes.replace(at, count, count, '\0');
}

}  // namespace

void strip_smbios(std::string& table, unsigned structures) {
  const std::string original = table;
  const Names names = device_names(original, structures);
  input::walk_smbios(original, structures,
                     [&](const SmbiosStructure& s) { strip_structure(table, s, original, names); });
}

void strip_boot_params(std::string& zero_page) {
  zero(zero_page, 0x140, 0x80);    // edid_info
  zero(zero_page, 0x290, 4 * 16);  // edd_mbr_sig_buffer
  zero(zero_page, 0xd00, 6 * 82);  // eddbuf
}

void strip_setup_data(std::string& content, std::uint32_t type) {
  if (type != kSetupE820Ext && type != kSetupIndirect) zero(content, 0, content.size());
}

void strip_low_memory(std::string& bytes, PhysAddr base, const Machine& found) {
  std::vector<PhysRange> kept{PhysRange::make(0x40e, 0x410), PhysRange::make(0x413, 0x415)};
  if (found.mp_floating) kept.push_back(*found.mp_floating);
  if (found.mp_configuration) kept.push_back(*found.mp_configuration);
  std::string out(bytes.size(), '\0');
  const auto whole = PhysRange::from_size(base, bytes.size());
  for (const PhysRange range : kept) {
    const PhysRange part = whole ? whole->intersect(range) : PhysRange();
    if (part.empty()) continue;
    const auto at = static_cast<std::size_t>(raw(part.base()) - raw(base));
    const auto size = static_cast<std::size_t>(part.size());
    out.replace(at, size, bytes, at, size);
  }
  bytes = std::move(out);
}

}  // namespace memmap::capture
