#include "input/map/elf_core.h"

#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/limits.h"
#include "base/range_union.h"
#include "input/firmware/little_endian.h"
#include "input/map/ram_layout.h"
#include "lazy/library.h"

namespace memmap::input {
namespace {

using namespace std::string_view_literals;

// More than any dump has; each costs a few bytes here.

// Loaded when it is needed.
const lazy::Library libelf(MEMMAP_LIBELF);
MEMMAP_LAZY(libelf, elf_end);
MEMMAP_LAZY(libelf, elf_errmsg);
MEMMAP_LAZY(libelf, elf_getphdrnum);
MEMMAP_LAZY(libelf, elf_kind);
MEMMAP_LAZY(libelf, elf_memory);
MEMMAP_LAZY(libelf, elf_version);
MEMMAP_LAZY(libelf, gelf_getehdr);
MEMMAP_LAZY(libelf, gelf_getphdr);

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfFile = std::unique_ptr<Elf, EndElf>;

Error fault(const Source& source, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = source.name, .offset = offset}};
}

Error elf_fault(const Source& source, std::string_view what) {
  const char* reason = elf_errmsg(-1);
  return fault(source,
               fmt::format("damaged or cut short: {}: {}", what,
                           reason != nullptr ? reason : "no reason given"),
               0);
}

struct Segments {
  std::vector<PhysRange> loads{};
  std::size_t without_address = 0;  // /proc/kcore's virtual ranges
  bool any_physical = false;        // a segment that does not claim to lie at 0
  std::size_t count = 0;
  bool from_qemu = false;
};

// A note whose owner is QEMU: the state of a virtual processor.
bool has_qemu_note(std::string_view notes) {
  for (std::size_t at = 0; at + 12 <= notes.size();) {
    const auto name = little_endian<std::uint32_t>(notes, at);
    const auto desc = little_endian<std::uint32_t>(notes, at + 4);
    if (name == 5 && notes.substr(at + 12, 4) == "QEMU"sv) return true;
    const std::uint64_t next = std::uint64_t{12} + ((std::uint64_t{name} + 3) & ~3ull) +
                               ((std::uint64_t{desc} + 3) & ~3ull);
    if (next > notes.size() - at) return false;
    at += static_cast<std::size_t>(next);
  }
  return false;
}

Result<Segments> read_segments(const Source& source, Elf* elf, const GElf_Ehdr& header) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return elf_fault(source, "the number of segments");
  if (count == 0) return fault(source, "has no segments", 0);
  const std::uint64_t room = source.bytes.size();
  if (count > limit_of(Limit::elf_segments))
    return fault(source, "has too many segments: " + beyond(Limit::elf_segments, count), 0);
  if (header.e_phoff > room ||
      count * std::max<std::uint64_t>(header.e_phentsize, 1) > room - header.e_phoff) {
    return fault(
        source,
        fmt::format("cut short: {} program headers at byte {} do not fit", count, header.e_phoff),
        room);
  }
  Errors errors;
  Segments out;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr) {
      return elf_fault(source, fmt::format("program header {}", i));
    }
    if (segment.p_type == PT_NOTE && segment.p_offset < room) {
      out.from_qemu =
          out.from_qemu ||
          has_qemu_note(std::string_view(source.bytes).substr(segment.p_offset, segment.p_filesz));
    }
    if (segment.p_type != PT_LOAD || segment.p_memsz == 0) continue;
    ++out.count;
    // kernel: kcore_update_ram(), fs/proc/kcore.c, v6.12: (phys_addr_t)-1 where there is none
    if (segment.p_paddr == ~std::uint64_t{0}) {
      ++out.without_address;
      continue;
    }
    out.any_physical = out.any_physical || segment.p_paddr != 0 || segment.p_vaddr == 0;
    const auto range = PhysRange::from_size(PhysAddr{segment.p_paddr}, segment.p_memsz);
    if (!range) {
      errors.push_back(fault(source,
                             fmt::format("segment {} at {:#x} with {:#x} bytes wraps around", i,
                                         segment.p_paddr, segment.p_memsz),
                             header.e_phoff + i * header.e_phentsize));
      continue;
    }
    out.loads.push_back(*range);
  }
  if (!errors.empty()) return errors;
  return out;
}

// QEMU dumps all its RAM blocks: main memory, but also video memory and the BIOS, which ends where
// main memory goes on at 4 GiB. Main memory starts at 0 and at 4 GiB and has no holes but
// kLegacyHole.
std::vector<PhysRange> main_memory(const std::vector<PhysRange>& ram, std::size_t& dropped) {
  std::vector<PhysRange> out;
  const PhysRange low = PhysRange::make(0, 4 * kGiB);
  for (PhysRange r : without(ram, kLegacyHole)) {
    const PhysRange below = r.intersect(low);
    const bool is_main = raw(r.base()) == 0 || r.base() == kLegacyHole.end();
    if (!below.empty() && is_main) out.push_back(below);
    if (!below.empty() && !is_main) ++dropped;
    if (r.end() > low.end()) {
      out.push_back(PhysRange::make(std::max(raw(r.base()), raw(low.end())), raw(r.end())));
    }
  }
  return out;
}

Result<Machine> machine_of(const Source& source, Segments segments) {
  if (segments.loads.empty() || !segments.any_physical) {
    return fault(
        source,
        "no segment has a physical address: the core of a process, not of a machine's memory", 0);
  }
  Machine machine;
  std::vector<PhysRange> ram = united(std::move(segments.loads));
  if (segments.from_qemu) {
    std::size_t dropped = 0;
    ram = main_memory(ram, dropped);
    if (dropped > 0) {
      machine.notes.push_back(
          fmt::format("{} below 4 GiB left out: video memory, the BIOS",
                      dropped == 1 ? "1 range" : fmt::format("{} ranges", dropped)));
    }
  }
  if (segments.without_address > 0) {
    machine.notes.push_back(
        fmt::format("segments without a physical address left out: {}", segments.without_address));
  }
  for (PhysRange r : ram) machine.firmware_map.push_back(entry_of(r, E820Type::ram));
  machine.notes.push_back(
      "a memory dump tells where RAM is, not what the firmware reserves: no other type is in the "
      "map");
  return machine;
}

}  // namespace

Recognition recognise_elf_core(const Source& source) {
  const std::string_view bytes = source.bytes;
  if (bytes.starts_with("KDUMP   "sv)) {
    return {
        10,
        "a kdump-compressed dump; write it as ELF (dump-guest-memory without -z, makedumpfile -E)"};
  }
  if (!bytes.starts_with("\x7f"
                         "ELF"sv))
    return {0, "does not start with \\x7fELF"};
  // e_type stands at byte 16 in both classes; cut-short files are ours to refuse.
  if (bytes.size() >= 18 && little_endian<std::uint16_t>(bytes, 16) != ET_CORE) {
    return {10, "an ELF file, but not a core"};
  }
  return {100, "starts with \\x7fELF"};
}

Result<Machine> read_elf_core(const Source& source, const ReadOptions&) {
  if (!std::string_view(source.bytes)
           .starts_with("\x7f"
                        "ELF"sv)) {
    return fault(source, "does not start with \\x7fELF", 0);
  }
  elf_version(EV_CURRENT);
  // libelf reads only, its interface is older than const.
  const ElfFile elf(elf_memory(const_cast<char*>(source.bytes.data()), source.bytes.size()));
  GElf_Ehdr header;
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF ||
      gelf_getehdr(elf.get(), &header) == nullptr) {
    return elf_fault(source, "the ELF header");
  }
  if (header.e_type != ET_CORE) {
    return fault(source, "an ELF file, but not a core: no memory dump", 16);
  }
  if (header.e_ident[EI_DATA] != ELFDATA2LSB ||
      (header.e_machine != EM_386 && header.e_machine != EM_X86_64)) {
    return fault(source, "the dump of a machine that is no x86", 18);
  }
  auto segments = read_segments(source, elf.get(), header);
  if (!segments) return segments.errors();
  return machine_of(source, std::move(*segments));
}

}  // namespace memmap::input
