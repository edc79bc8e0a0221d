#include "profile/vmlinuz.h"

#include <fmt/format.h>

#include "kernel/profile_contents.h"
#include "profile/bytes.h"
#include "profile/limits.h"

namespace memmap::kernel {
namespace {

using namespace std::string_view_literals;

// Offsets of the setup header in the file.
constexpr std::uint64_t kSetupSects = 0x1f1;
constexpr std::uint64_t kBootFlag = 0x1fe;
constexpr std::uint64_t kMagic = 0x202;
constexpr std::uint64_t kProtocol = 0x206;
constexpr std::uint64_t kVersionText = 0x20e;
constexpr std::uint64_t kPayloadOffset = 0x248;
constexpr std::uint64_t kPayloadLength = 0x24c;
constexpr std::uint64_t kAlignment = 0x230;
constexpr std::uint64_t kPreferred = 0x258;
constexpr std::uint64_t kInitSize = 0x260;
constexpr unsigned kFirstWithPayload = 0x208;
constexpr unsigned kFirstWithInitSize = 0x20a;
// A text of any length up to here is a release, not code.
constexpr std::size_t kLongestText = 512;

struct Magic {
  std::string_view bytes;
  Packing packing;
};
// kernel: compressed_formats[], lib/decompress.c, v6.12
constexpr Magic kMagics[] = {
    {"\x1f\x8b"sv, Packing::gzip},
    {"\x1f\x9e"sv, Packing::gzip},
    {"\x42\x5a"sv, Packing::bzip2},
    {"\x5d\x00"sv, Packing::lzma},
    {"\xfd\x37"sv, Packing::xz},
    {"\x89\x4c"sv, Packing::lzo},
    {"\x02\x21"sv, Packing::lz4},
    {"\x28\xb5"sv, Packing::zstd},
    {"\x7f"
     "ELF"sv,
     Packing::none},
};

Error fault(const std::string& source, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = source, .offset = offset}};
}

std::string text_at(std::string_view file, std::uint64_t offset) {
  if (offset >= file.size()) return {};
  const std::string_view rest = file.substr(offset, kLongestText);
  const std::string_view text = rest.substr(0, std::min(rest.find('\0'), rest.size()));
  for (const char c : text) {
    if (c < ' ' || c > '~') return {};
  }
  return std::string(text);
}

// Of the program from its start on: no header has it, but the first thing that the program works out
// is where it moves to: init_size - _end above the kernel's place. 32-bit and 64-bit entry do alike.
// kernel: startup_32, startup_64, arch/x86/boot/compressed/head_64.S, v6.1 to v7.2
std::optional<std::uint64_t> end_of_program(std::string_view code) {
  constexpr std::string_view kBefore[] = {
      "\x03\x9e\x60\x02\0\0\x81\xeb"sv,  // addl 0x260(%esi),%ebx; subl $_end,%ebx
      "\x8b\x9e\x60\x02\0\0\x81\xeb"sv,  // movl 0x260(%rsi),%ebx; the same
  };
  for (const std::string_view before : kBefore) {
    const std::size_t at = code.find(before);
    if (at == std::string_view::npos) continue;
    if (const auto end = number_at<std::uint32_t>(code, at + before.size())) return *end;
  }
  return std::nullopt;
}

// `code`: all behind the setup sectors.
std::optional<Decompressor> decompressor_of(std::string_view file, std::string_view code,
                                            const BootHeader& header) {
  if (header.protocol < kFirstWithInitSize || header.unpacked_bytes == 0) return std::nullopt;
  const auto preferred = number_at<std::uint64_t>(file, kPreferred);
  const auto init_size = number_at<std::uint32_t>(file, kInitSize);
  const std::uint64_t input = header.payload_offset - (file.size() - code.size());
  const auto end = end_of_program(code.substr(0, input));
  if (!preferred || !init_size || !end) return std::nullopt;
  const Decompressor out{.load_address = *preferred,
                         .align = *number_at<std::uint32_t>(file, kAlignment),
                         .init_size = *init_size,
                         .input_offset = input,
                         .end = *end,
                         .output_len = header.unpacked_bytes};
  for (const DecompressorRow& row : decompressor_rows()) {
    if (fault_of(row, out.*row.member)) return std::nullopt;
  }
  if (out.input_offset >= out.end || out.end > out.init_size) return std::nullopt;
  return out;
}

}  // namespace

bool is_vmlinuz(std::string_view file) {
  return number_at<std::uint16_t>(file, kBootFlag) == 0xaa55 &&
         file.substr(kMagic).starts_with("HdrS");
}

Result<BootHeader> read_boot_header(const std::string& source, std::string_view file) {
  if (!is_vmlinuz(file)) {
    return fault(source, "no vmlinuz: 55 aa and `HdrS` are not where its boot header has them",
                 std::min<std::uint64_t>(kBootFlag, file.size()));
  }
  const auto length = number_at<std::uint32_t>(file, kPayloadLength);
  if (!length) return fault(source, "cut short within the boot header", file.size());
  BootHeader header{.protocol = *number_at<std::uint16_t>(file, kProtocol)};
  if (header.protocol < kFirstWithPayload) {
    return fault(source,
                 fmt::format("boot protocol {}.{:02}: the place of the kernel is told from 2.08 on",
                             header.protocol >> 8, header.protocol & 0xff),
                 kProtocol);
  }
  header.release =
      text_at(file, std::uint64_t{*number_at<std::uint16_t>(file, kVersionText)} + 0x200);

  // 0 stands for 4, as of old.
  const auto sectors = static_cast<unsigned char>(file[kSetupSects]);
  const std::uint64_t code = (std::uint64_t{sectors == 0 ? 4u : sectors} + 1) * 512;
  header.payload_offset = code + *number_at<std::uint32_t>(file, kPayloadOffset);
  if (header.payload_offset > file.size() || *length > file.size() - header.payload_offset) {
    return fault(source,
                 fmt::format("cut short: the packed kernel is at bytes {} to {}",
                             header.payload_offset, header.payload_offset + *length),
                 file.size());
  }
  header.payload = file.substr(header.payload_offset, *length);
  for (const Magic& m : kMagics) {
    if (!header.payload.starts_with(m.bytes)) continue;
    header.packing = m.packing;
    if (m.packing == Packing::none) return header;
    // kernel: size_append, scripts/Makefile.lib, v6.12: four bytes behind the packed data; gzip
    // ends with them anyway
    if (header.payload.size() < 8) break;
    header.unpacked_bytes = *number_at<std::uint32_t>(header.payload, header.payload.size() - 4);
    header.decompressor = decompressor_of(file, file.substr(code), header);
    if (m.packing != Packing::gzip) header.payload.remove_suffix(4);
    return header;
  }
  return fault(source,
               "the kernel in it is packed in no way known (gzip, xz, zstd, lz4, lzma, bzip2, lzo)",
               header.payload_offset);
}

std::string_view name_of(Packing packing) {
  switch (packing) {
    case Packing::none:
      return "none";
    case Packing::gzip:
      return "gzip";
    case Packing::xz:
      return "xz";
    case Packing::zstd:
      return "zstd";
    case Packing::lz4:
      return "lz4";
    case Packing::lzma:
      return "lzma";
    case Packing::bzip2:
      return "bzip2";
    case Packing::lzo:
      return "lzo";
  }
  return "";
}

}  // namespace memmap::kernel
