#include "input/firmware/pci.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "input/text/lines.h"

namespace memmap::input {
namespace {

// All of `text` as hexadecimal digits, at most as many as `digits`.
std::optional<std::uint32_t> hex(std::string_view text, std::size_t digits) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.size() > digits) return std::nullopt;
  const auto [at, failed] = std::from_chars(text.data(), end, value, 16);
  if (failed != std::errc{} || at != end) return std::nullopt;
  return value;
}

// A file of sysfs with one number: `0x8086`.
std::optional<std::uint16_t> id_in(const FileTree& tree, const std::string& file) {
  const auto bytes = tree.read(file);
  if (!bytes) return std::nullopt;
  const std::string_view word = trimmed(*bytes);
  if (!word.starts_with("0x")) return std::nullopt;
  const auto value = hex(word.substr(2), 4);
  if (!value) return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

}  // namespace

std::optional<std::uint32_t> pci_address_of(std::string_view text) {
  constexpr std::string_view kSegment = "0000:";
  if (text.starts_with(kSegment)) text.remove_prefix(kSegment.size());
  if (text.size() != 7 || text[2] != ':' || text[5] != '.') return std::nullopt;  // 00:02.0
  const auto bus = hex(text.substr(0, 2), 2);
  const auto device = hex(text.substr(3, 2), 2);
  const auto function = hex(text.substr(6), 1);
  if (!bus || !device || !function || *device > 31 || *function > 7) return std::nullopt;
  return *bus << 8 | *device << 3 | *function;
}

std::optional<PciDevice> pci_of_log_line(std::string_view line) {
  constexpr std::string_view kLead = "pci ";
  constexpr std::size_t kAddress = 12;  // 0000:00:02.0
  constexpr std::string_view kIds = ": [";
  if (!line.starts_with(kLead)) return std::nullopt;
  line.remove_prefix(kLead.size());
  if (line.size() < kAddress + kIds.size() + 10 || line.substr(kAddress, 3) != kIds) {
    return std::nullopt;
  }
  const auto address = pci_address_of(line.substr(0, kAddress));
  line.remove_prefix(kAddress + kIds.size());
  const auto vendor = hex(line.substr(0, 4), 4);
  const auto device = hex(line.substr(5, 4), 4);
  if (!address || !vendor || !device || line[4] != ':' || line[9] != ']') return std::nullopt;
  return PciDevice{*address, static_cast<std::uint16_t>(*vendor),
                   static_cast<std::uint16_t>(*device)};
}

std::vector<PciDevice> read_pci_folder(const FileTree& tree, const std::string& folder) {
  std::vector<PciDevice> out;
  const auto names = tree.list(folder);
  if (!names) return out;
  for (const std::string& name : *names) {
    const auto address = pci_address_of(name);
    const auto vendor = id_in(tree, folder + "/" + name + "/vendor");
    const auto device = id_in(tree, folder + "/" + name + "/device");
    if (address && vendor && device) out.push_back({*address, *vendor, *device});
  }
  std::ranges::sort(out, {}, &PciDevice::address);
  return out;
}

}  // namespace memmap::input
