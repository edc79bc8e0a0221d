#include "profile/image.h"

#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <memory>

#include "lazy/library.h"

namespace memmap::kernel {
namespace {

constexpr std::size_t kMostSections = 65536;  // of those built with one section a function too

// Loaded when it is needed.
const lazy::Library libelf(MEMMAP_LIBELF);
MEMMAP_LAZY(libelf, elf_end);
MEMMAP_LAZY(libelf, elf_errmsg);
MEMMAP_LAZY(libelf, elf_getscn);
MEMMAP_LAZY(libelf, elf_getshdrnum);
MEMMAP_LAZY(libelf, elf_getshdrstrndx);
MEMMAP_LAZY(libelf, elf_kind);
MEMMAP_LAZY(libelf, elf_memory);
MEMMAP_LAZY(libelf, elf_strptr);
MEMMAP_LAZY(libelf, elf_version);
MEMMAP_LAZY(libelf, gelf_getehdr);
MEMMAP_LAZY(libelf, gelf_getshdr);

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};

Error fault(const std::string& source, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = source, .offset = offset}};
}

Error elf_fault(const std::string& source, std::string_view what, std::uint64_t offset) {
  const char* reason = elf_errmsg(-1);
  return fault(source,
               fmt::format("damaged or cut short: {}: {}", what,
                           reason != nullptr ? reason : "no reason given"),
               offset);
}

std::optional<Error> header_fault(const std::string& source, const GElf_Ehdr& header) {
  if (header.e_ident[EI_DATA] != ELFDATA2LSB) {
    return fault(source, "an ELF file of the other byte order: of no x86 kernel", EI_DATA);
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) {
    return fault(source,
                 fmt::format("an ELF file of another machine (number {}, {} bits): a vmlinux of "
                             "x86-64 is expected",
                             header.e_machine, header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32),
                 18);
  }
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
    return fault(
        source,
        header.e_type == ET_CORE ? "a memory dump, no vmlinux" : "an object file, no vmlinux", 16);
  }
  return std::nullopt;
}

// Symbols that name a place; files, sections and those that others define are left out.
void read_symbols(Image& image, const GElf_Shdr& table, std::string_view names) {
  if (table.sh_entsize != sizeof(Elf64_Sym)) return;
  const std::string_view bytes = image.file.substr(table.sh_offset, table.sh_size);
  for (std::size_t at = 0; at + sizeof(Elf64_Sym) <= bytes.size(); at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol;
    std::memcpy(&symbol, bytes.data() + at, sizeof symbol);
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (type == STT_SECTION || type == STT_FILE || symbol.st_shndx == SHN_UNDEF) continue;
    if (symbol.st_name >= names.size()) continue;
    const std::string_view rest = names.substr(symbol.st_name);
    const std::size_t end = rest.find('\0');
    if (end == 0 || end == std::string_view::npos) continue;
    const bool global = ELF64_ST_BIND(symbol.st_info) != STB_LOCAL;
    const char kind = type == STT_FUNC ? 't' : 'd';
    image.symbols.add(rest.substr(0, end), static_cast<char>(global ? kind - 'a' + 'A' : kind),
                      symbol.st_value);
  }
}

}  // namespace

const Section* Image::section(std::string_view name) const {
  const auto it = std::ranges::find(sections, name, &Section::name);
  return it == sections.end() ? nullptr : &*it;
}

std::string_view Image::at(std::uint64_t address) const {
  for (const Section& s : sections) {
    // The per-CPU section is linked at 0, beside the rest.
    if (s.address == 0 || address < s.address) continue;
    if (address - s.address < s.bytes.size()) return s.bytes.substr(address - s.address);
  }
  return {};
}

std::optional<std::string_view> Image::text_at(std::uint64_t address, std::size_t limit) const {
  const std::string_view rest = at(address).substr(0, limit);
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(0, end);
}

Result<Image> read_image(const std::string& source, std::string_view file) {
  elf_version(EV_CURRENT);
  if (!is_elf(file)) return fault(source, "no ELF file: it does not start with \\x7fELF", 0);
  // libelf reads only; its interface is older than const.
  const std::unique_ptr<Elf, EndElf> elf(elf_memory(const_cast<char*>(file.data()), file.size()));
  GElf_Ehdr header;
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF ||
      gelf_getehdr(elf.get(), &header) == nullptr) {
    return elf_fault(source, "the ELF header", 0);
  }
  if (auto wrong = header_fault(source, header)) return std::move(*wrong);
  if (header.e_shoff >= file.size()) {
    return fault(source,
                 fmt::format("cut short: the section headers are at byte {}", header.e_shoff),
                 file.size());
  }
  std::size_t count = 0;
  std::size_t name_table = 0;
  if (elf_getshdrnum(elf.get(), &count) != 0 || elf_getshdrstrndx(elf.get(), &name_table) != 0) {
    return elf_fault(source, "the section headers", header.e_shoff);
  }
  if (count == 0) return fault(source, "has no sections: no vmlinux", header.e_shoff);
  if (count > kMostSections) {
    return fault(source, fmt::format("{} sections: no vmlinux", count), header.e_shoff);
  }

  Image image{.source = source, .file = file};
  std::vector<GElf_Shdr> headers(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t place = header.e_shoff + i * header.e_shentsize;
    if (gelf_getshdr(elf_getscn(elf.get(), i), &headers[i]) == nullptr) {
      return elf_fault(source, fmt::format("section header {}", i), place);
    }
    const GElf_Shdr& h = headers[i];
    const char* name = elf_strptr(elf.get(), name_table, h.sh_name);
    if (name == nullptr) return elf_fault(source, fmt::format("the name of section {}", i), place);
    const bool in_file = h.sh_type != SHT_NOBITS && h.sh_type != SHT_NULL;
    if (in_file && (h.sh_offset > file.size() || h.sh_size > file.size() - h.sh_offset)) {
      return fault(
          source,
          fmt::format("cut short: section {} ends at byte {}", name, h.sh_offset + h.sh_size),
          file.size());
    }
    image.sections.push_back(
        {.name = name,
         .address = h.sh_addr,
         .size = h.sh_size,
         .bytes = in_file ? file.substr(h.sh_offset, h.sh_size) : std::string_view{}});
  }
  image.symbols.set_source(fmt::format("{}, .symtab", source));
  for (std::size_t i = 0; i < count; ++i) {
    if (headers[i].sh_type != SHT_SYMTAB || headers[i].sh_link >= count) continue;
    read_symbols(image, headers[i], image.sections[headers[i].sh_link].bytes);
  }
  image.symbols.sort();
  return image;
}

bool is_elf(std::string_view bytes) {
  return bytes.starts_with(
      "\x7f"
      "ELF");
}

}  // namespace memmap::kernel
