#include "profile/uki.h"

#include <fmt/format.h>

#include <algorithm>

#include "profile/bytes.h"

namespace memmap::kernel {
namespace {

using namespace std::string_view_literals;

// Of the PE file: where its header is; then, from there on.
constexpr std::uint64_t kHeaderPlace = 0x3c;
constexpr std::uint64_t kMachine = 4;
constexpr std::uint64_t kSectionCount = 6;
constexpr std::uint64_t kOptionalBytes = 20;
constexpr std::uint64_t kOptional = 24;
constexpr std::uint16_t kX86 = 0x8664;
// Of a section's header.
constexpr std::uint64_t kSectionBytes = 40;
constexpr std::uint64_t kVirtualSize = 8;
constexpr std::uint64_t kFileSize = 16;
constexpr std::uint64_t kFilePlace = 20;

Error fault(const std::string& source, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = source, .offset = offset}};
}

// On one line, without what a terminal or a comment would take for something else.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= ' ' && c <= '~' ? c : ' ';
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

// Where the header begins; nullopt: there is none.
std::optional<std::uint64_t> header_of(std::string_view file) {
  if (!file.starts_with("MZ")) return std::nullopt;
  const auto place = number_at<std::uint32_t>(file, kHeaderPlace);
  if (!place || *place > file.size() || !file.substr(*place).starts_with("PE\0\0"sv)) {
    return std::nullopt;
  }
  return *place;
}

void take_section(Uki& uki, std::string_view name, std::string_view bytes, std::uint64_t offset) {
  if (name == ".linux" && uki.linux_image.empty()) {
    uki.linux_image = bytes;
    uki.linux_offset = offset;
  } else if (name == ".uname" && uki.release.empty()) {
    uki.release = plain(bytes.substr(0, 256));
  } else if (name == ".cmdline") {
    uki.cmdlines.push_back(plain(bytes.substr(0, 4096)));
  } else if (name == ".initrd") {
    uki.initrd_bytes += bytes.size();
  }
}

}  // namespace

bool is_efi_program(std::string_view file) { return header_of(file).has_value(); }

Result<Uki> read_uki(const std::string& source, std::string_view file) {
  const auto header = header_of(file);
  if (!header)
    return fault(source, "no EFI program: `MZ` and `PE` are not where they have to be", 0);
  const auto machine = number_at<std::uint16_t>(file, *header + kMachine);
  const auto count = number_at<std::uint16_t>(file, *header + kSectionCount);
  const auto optional = number_at<std::uint16_t>(file, *header + kOptionalBytes);
  if (!machine || !count || !optional) {
    return fault(source, "cut short within the header of an EFI program", file.size());
  }
  if (*machine != kX86) {
    return fault(source,
                 fmt::format("an EFI program of another machine ({:#x}): one of x86-64 is expected",
                             *machine),
                 *header + kMachine);
  }
  Uki uki;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const std::uint64_t at = *header + kOptional + *optional + i * kSectionBytes;
    const auto memory = number_at<std::uint32_t>(file, at + kVirtualSize);
    const auto size = number_at<std::uint32_t>(file, at + kFileSize);
    const auto place = number_at<std::uint32_t>(file, at + kFilePlace);
    if (!memory || !size || !place) {
      return fault(source, fmt::format("cut short: section {} of {}", i + 1, *count), file.size());
    }
    const std::string_view padded = file.substr(at, 8);
    const std::string_view name = padded.substr(0, std::min(padded.find('\0'), padded.size()));
    // In the file it is padded to whole blocks.
    const std::uint32_t bytes = std::min(*memory, *size);
    if (*place > file.size() || bytes > file.size() - *place) {
      return fault(source,
                   fmt::format("cut short: section {} ends at byte {}", plain(name),
                               std::uint64_t{*place} + bytes),
                   file.size());
    }
    take_section(uki, name, file.substr(*place, bytes), *place);
  }
  if (uki.linux_image.empty()) {
    return fault(
        source,
        "an EFI program without a kernel (section .linux): a boot loader, or an addon of a "
        "unified kernel image",
        *header);
  }
  return uki;
}

}  // namespace memmap::kernel
