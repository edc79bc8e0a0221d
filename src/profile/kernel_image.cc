#include "profile/kernel_image.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "input/open/archive.h"
#include "input/open/source.h"
#include "profile/embedded_symbols.h"
#include "profile/image.h"
#include "profile/lzo.h"
#include "profile/uki.h"
#include "profile/vmlinuz.h"

namespace memmap::kernel {
namespace {

constexpr std::string_view kBanner = "Linux version ";
constexpr std::size_t kLongestBanner = 1024;

Error fault(const std::string& source, std::string message, std::uint64_t offset = 0) {
  return Error{.message = std::move(message), .origin = {.file = source, .offset = offset}};
}

std::optional<input::Packing> packing_of(Packing packing) {
  switch (packing) {
    case Packing::gzip:
      return input::Packing::gzip;
    case Packing::xz:
      return input::Packing::xz;
    case Packing::zstd:
      return input::Packing::zstd;
    case Packing::lz4:
      return input::Packing::lz4;
    case Packing::lzma:
      return input::Packing::lzma;
    case Packing::bzip2:
      return input::Packing::bzip2;
    case Packing::lzo:
    case Packing::none:
      break;
  }
  return std::nullopt;
}

// The vmlinux in a vmlinuz.
Result<std::string> unpack_payload(const std::string& source, const BootHeader& header) {
  const std::string_view payload = header.payload;
  if (header.packing == Packing::none) return std::string(payload);
  if (header.unpacked_bytes > input::unpacked_room(payload.size(), Limit::kernel_size))
    return input::unpacks_too_far(source, payload.size(), Limit::kernel_size);
  const auto limit = static_cast<std::size_t>(header.unpacked_bytes);
  const auto packing = packing_of(header.packing);
  auto out = packing ? input::unpack_as(*packing, source, payload, header.payload_offset, limit)
                     : unpack_lzop(source, payload, header.payload_offset, limit);
  if (!out) return out.errors();
  if (out->size() != limit) {
    return fault(source,
                 fmt::format("damaged or cut short {} data: {} bytes instead of {}",
                             name_of(header.packing), out->size(), limit),
                 header.payload_offset);
  }
  return out;
}

std::string banner_of(const Image& image, const std::optional<Symbols>& symbols) {
  if (symbols) {
    const auto address = symbols->find("linux_banner");
    const auto text = address ? image.text_at(*address, kLongestBanner) : std::nullopt;
    if (text && text->starts_with(kBanner)) return std::string(text->substr(kBanner.size()));
  }
  const Section* rodata = image.section(".rodata");
  if (rodata == nullptr) return {};
  // Formats like `Linux version %s` are there too.
  std::size_t at = rodata->bytes.find(kBanner);
  for (; at != std::string_view::npos; at = rodata->bytes.find(kBanner, at + 1)) {
    const std::string_view rest = rodata->bytes.substr(at + kBanner.size(), kLongestBanner);
    const std::size_t end = rest.find_first_of(std::string_view("\n\0", 2));
    if (!rest.empty() && rest[0] >= '0' && rest[0] <= '9' && end != std::string_view::npos) {
      return std::string(rest.substr(0, end));
    }
  }
  return {};
}

// Each part of a vmlinux that `facts` lacks.
Status read_vmlinux(const std::string& source, std::string_view bytes, Facts& facts) {
  auto image = read_image(source, bytes);
  if (!image) return image.errors();
  if (image->section(".text") == nullptr) {
    return fault(source, "has no section .text: no vmlinux");
  }
  std::optional<Symbols> symbols;
  if (image->symbols.find("_text")) {
    symbols = std::move(image->symbols);
  } else {
    symbols = find_embedded_symbols(*image);
  }
  // An image without a table of its own, with the System.map of its package.
  const std::optional<Symbols>& known = symbols ? symbols : facts.symbols;
  if (facts.banner.empty()) facts.banner = banner_of(*image, known);
  if (!facts.parameters && known) facts.parameters = parameters_of(*image, *known);
  if (!facts.symbols) facts.symbols = std::move(symbols);
  if (!facts.sections) {
    Sections sections{.source = source + ", its sections"};
    for (const Section& s : image->sections) {
      sections.list.push_back({s.name, s.address, s.size});
    }
    facts.sections = std::move(sections);
  }
  if (const Section* btf = image->section(".BTF"); btf != nullptr && !facts.types) {
    auto types = Types::read(source + ", .BTF", btf->bytes);
    if (!types) return types.errors();
    facts.types = std::move(*types);
  }
  if (const auto packed = find_embedded_config(bytes); !packed.empty() && !facts.config) {
    const auto place = static_cast<std::uint64_t>(packed.data() - bytes.data());
    const auto text = input::unpack_as(input::Packing::gzip, source, packed, place,
                                       input::unpacked_room(packed.size(), Limit::document_size));
    if (!text) return text.errors();
    auto config = read_config(source + ", its IKCONFIG", *text);
    if (!config) return config.errors();
    facts.config = std::move(*config);
  }
  return Done{};
}

// The kernel in it, and notes of what it boots with.
Status read_unified(const std::string& source, std::string_view bytes, Facts& facts,
                    unsigned layers);

// A compressed file may hold a unified image, whose kernel may be compressed.
constexpr unsigned kMostLayers = 4;

Status read_layer(const std::string& source, std::string bytes, Facts& facts, unsigned layers) {
  if (layers == kMostLayers) return fault(source, "one in another too many times");
  if (is_vmlinuz(bytes)) {
    const auto header = read_boot_header(source, bytes);
    if (!header) return header.errors();
    if (!facts.decompressor) {
      facts.decompressor = header->decompressor;
      facts.decompressor_source = source;
    }
    auto vmlinux = unpack_payload(source, *header);
    if (!vmlinux) return vmlinux.errors();
    auto status = read_vmlinux(source, *vmlinux, facts);
    if (status && facts.banner.empty()) facts.banner = header->release;
    return status;
  }
  if (is_efi_program(bytes)) return read_unified(source, bytes, facts, layers);
  if (is_elf(bytes)) return read_vmlinux(source, bytes, facts);
  if (is_btf(bytes)) return fault(source, "BTF, no image: it is given with --btf");
  if (!input::compression_of(bytes).empty()) {
    auto unpacked =
        input::unpack(source, bytes, input::unpacked_room(bytes.size(), Limit::kernel_size));
    if (!unpacked) return unpacked.errors();
    if (unpacked->more) return input::unpacks_too_far(source, bytes.size(), Limit::kernel_size);
    bytes = {};
    if (!input::compression_of(unpacked->bytes).empty())
      return fault(source, "compressed twice and more");
    return read_layer(source, std::move(unpacked->bytes), facts, layers + 1);
  }
  return fault(source,
               "no kernel image: a vmlinuz (bzImage), a vmlinux, a unified kernel image (.efi) or "
               "a package (.deb, .rpm, .pkg.tar.zst) is expected");
}

Status read_unified(const std::string& source, std::string_view bytes, Facts& facts,
                    unsigned layers) {
  const auto uki = read_uki(source, bytes);
  if (!uki) return uki.errors();
  auto status = read_layer(source + ", .linux", std::string(uki->linux_image), facts, layers + 1);
  if (!status) return status;
  if (facts.banner.empty()) facts.banner = uki->release;
  for (const std::string& line : uki->cmdlines) {
    facts.notes.push_back(fmt::format(
        "it boots with the command line `{}`, which is no part of a profile: --cmdline", line));
  }
  if (uki->initrd_bytes != 0) {
    facts.notes.push_back(fmt::format("it has an initrd of {} bytes, which is no part of a profile",
                                      uki->initrd_bytes));
  }
  return Done{};
}

}  // namespace

Status read_kernel_image(const std::string& source, std::string bytes, Facts& facts) {
  return read_layer(source, std::move(bytes), facts, 0);
}

}  // namespace memmap::kernel
