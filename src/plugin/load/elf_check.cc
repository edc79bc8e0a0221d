#include "plugin/load/elf_check.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <vector>

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxBytes = 256 * kMiB;

// Neither sum nor product may wrap: a hostile header has any 64-bit number in it.
bool lies_within(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
  return offset <= size && length <= size - offset;
}

struct File {
  std::ifstream stream;
  std::uint64_t size = 0;

  // `count` records of type T at `offset`; false: not wholly in the file, or not readable.
  template <class T>
  bool read(std::uint64_t offset, std::size_t count, std::vector<T>& out) {
    if (!lies_within(offset, count * sizeof(T), size)) return false;
    out.resize(count);
    stream.seekg(static_cast<std::streamoff>(offset));
    stream.read(reinterpret_cast<char*>(out.data()),
                static_cast<std::streamsize>(count * sizeof(T)));
    return stream.good();
  }
};

Error refuse(std::string message) { return Error{.message = std::move(message)}; }

Error truncated(std::string_view what, std::uint64_t size) {
  return refuse(fmt::format("is truncated: {} lie beyond its {} bytes", what, size));
}

Status check_header(const Elf64_Ehdr& h) {
  if (std::memcmp(h.e_ident, ELFMAG, SELFMAG) != 0) return refuse("is not an ELF file");
  if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB ||
      h.e_machine != EM_X86_64) {
    return refuse("is an ELF file for another machine; expected x86-64");
  }
  if (h.e_type != ET_DYN) return refuse("is an ELF file but no shared object");
  if (h.e_phentsize != sizeof(Elf64_Phdr) || h.e_phnum == 0) {
    return refuse("has no usable program headers");
  }
  if (h.e_shnum != 0 && h.e_shentsize != sizeof(Elf64_Shdr)) {
    return refuse("has section headers of an unknown size");
  }
  return Done{};
}

Status check_segments(const std::vector<Elf64_Phdr>& segments, std::uint64_t size) {
  const Elf64_Phdr* dynamic = nullptr;
  bool loaded = false;
  for (const Elf64_Phdr& p : segments) {
    if (p.p_type == PT_DYNAMIC) dynamic = &p;
    if (p.p_type != PT_NULL && p.p_type != PT_GNU_STACK &&
        !lies_within(p.p_offset, p.p_filesz, size)) {
      return truncated("segments", size);
    }
    if (p.p_type != PT_LOAD) continue;
    loaded = true;
    if (p.p_memsz < p.p_filesz || !lies_within(p.p_vaddr, p.p_memsz, kTiB)) {
      return refuse("has a segment of an impossible size");
    }
  }
  if (!loaded || dynamic == nullptr) return refuse("has nothing to load or no dynamic section");
  for (const Elf64_Phdr& p : segments) {
    if (p.p_type == PT_LOAD && dynamic->p_vaddr >= p.p_vaddr &&
        lies_within(dynamic->p_vaddr - p.p_vaddr, dynamic->p_memsz, p.p_filesz)) {
      return Done{};
    }
  }
  return refuse("has a dynamic section outside its loaded segments");
}

}  // namespace

Status check_shared_object(const fs::path& path) {
  std::error_code ec;
  if (!fs::is_regular_file(path, ec)) return refuse("is not a regular file");
  File file{std::ifstream(path, std::ios::binary), fs::file_size(path, ec)};
  if (ec || !file.stream) return refuse("cannot be read");
  if (file.size == 0) return refuse("is empty");
  if (file.size > kMaxBytes) return refuse("is larger than 256 MiB");
  std::vector<Elf64_Ehdr> header;
  if (!file.read(0, 1, header)) {
    return refuse(fmt::format("is too short for an ELF file: {} bytes", file.size));
  }
  const Elf64_Ehdr& h = header[0];
  if (Status s = check_header(h); !s) return s;
  std::vector<Elf64_Phdr> segments;
  if (!file.read(h.e_phoff, h.e_phnum, segments)) return truncated("program headers", file.size);
  if (Status s = check_segments(segments, file.size); !s) return s;
  // The section headers stand last, so that a file cut anywhere loses some of them.
  std::vector<Elf64_Shdr> sections;
  if (h.e_shnum != 0 && !file.read(h.e_shoff, h.e_shnum, sections)) {
    return truncated("section headers", file.size);
  }
  for (const Elf64_Shdr& s : sections) {
    if (s.sh_type != SHT_NULL && s.sh_type != SHT_NOBITS &&
        !lies_within(s.sh_offset, s.sh_size, file.size)) {
      return truncated("sections", file.size);
    }
  }
  return Done{};
}

}  // namespace memmap::plugin
