#include "input/log/table_witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "base/align.h"
#include "input/log/dmesg_e820.h"
#include "input/log/table_whole.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::size_t kMostStatements = 4096;
constexpr std::size_t kMostNotes = 3;
constexpr std::uint64_t kFourGiB = 4 * kGiB;
constexpr std::uint64_t kBiosEnd = kMiB;
constexpr std::uint64_t kPhysicalEnd = std::uint64_t{1} << 52;
constexpr std::uint64_t kTop = ~std::uint64_t{0};

// Of the last page of all, its end stays where it is.
std::uint64_t page_up(std::uint64_t addr) {
  return addr > align_down(kTop, kPageSize) ? addr : align_up(addr, kPageSize);
}
std::uint64_t page_down(std::uint64_t addr) { return align_down(addr, kPageSize); }

// A map as sorted pieces, in whole pages: a statement in pages cannot tell more.
struct Piece {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

// What no entry covers; between 0 and the last one's end.
std::vector<Piece> gaps_of(E820Entries map) {
  std::ranges::sort(map, {}, [](const E820Entry& e) { return raw(e.addr); });
  std::vector<Piece> out;
  std::uint64_t end = 0;
  for (const E820Entry& e : map) {
    if (raw(e.addr) > end) out.push_back({end, raw(e.addr)});
    end = std::max(end, e.wraps() ? kTop : e.end());
  }
  out.push_back({end, kTop});
  return out;
}

std::uint64_t covered(const E820Entries& map, const PhysRange& range, bool ram_only) {
  std::uint64_t sum = 0;
  for (const E820Entry& e : map) {
    if (ram_only && e.type != E820Type::ram && e.type != E820Type::soft_reserved) continue;
    const std::uint64_t start = std::max(raw(e.addr), raw(range.base()));
    const std::uint64_t end = std::min(e.wraps() ? kTop : e.end(), raw(range.end()));
    if (end > start) sum += end - start;
  }
  return sum;
}

// The end of RAM below `limit`, in pages. New kernels count ACPI's tables as well.
// kernel: e820__end_ram_pfn(), arch/x86/kernel/e820.c, v6.12
enum class Acpi { counts, is_none };
Pfn end_of_ram(const E820Entries& map, std::uint64_t limit, Acpi acpi) {
  std::uint64_t end = 0;
  for (const E820Entry& e : map) {
    const bool counts =
        e.type == E820Type::ram || (acpi == Acpi::counts && e.type == E820Type::acpi);
    if (!counts || e.wraps() || raw(e.addr) >= limit) continue;
    end = std::max(end, std::min(e.end(), limit));
  }
  return Pfn{end / kPageSize};
}

// `map` with what the kernel says that it changed.
E820Entries edited(const E820Entries& map, std::span<const E820LogLine> edits) {
  E820Entries out = map;
  for (const E820LogLine& edit : edits) {
    E820Entries next;
    for (const E820Entry& e : out) {
      const std::uint64_t start = std::max(raw(e.addr), raw(edit.range.base()));
      const std::uint64_t end = std::min(e.end(), raw(edit.range.end()));
      if (e.wraps() || start >= end || (edit.from && *edit.from != e.type)) {
        next.push_back(e);
        continue;
      }
      const auto keep = [&](std::uint64_t from, std::uint64_t to, E820Type type) {
        if (to > from) next.push_back({.addr = PhysAddr{from}, .size = to - from, .type = type});
      };
      keep(raw(e.addr), start, e.type);
      if (edit.to) keep(start, end, *edit.to);
      keep(end, e.end(), e.type);
    }
    out = std::move(next);
  }
  return out;
}

}  // namespace

void TableWitness::statement(const LogLine& line, std::string_view range, Has has) {
  const auto stated = take_whole_range(range);
  if (!stated || stated_.size() >= kMostStatements) return;
  stated_.push_back({.range = *stated, .line = counter_.number_at(line.offset), .has = has});
}

void TableWitness::edges(const LogLine& line, std::string_view range, Exact exact) {
  const auto stated = take_whole_range(range);
  if (!stated || edges_.size() >= kMostStatements) return;
  const std::size_t number = counter_.number_at(line.offset);
  edges_.push_back({raw(stated->base()), number, exact});
  edges_.push_back({raw(stated->end()), number, exact});
}

// `SRAT: Node 0 PXM 0 [mem 0x100000000-0x33fffffff]`: of memory that is plugged in the map has at
// least a part, and what is not volatile is no RAM. `XSDT 0x00000000CFEE0100 000064 (v01 ...)`: ACPI's tables lie where the firmware
// says that something is, but for what lies in the BIOS's ROM below 1 MiB.
void TableWitness::acpi_line(const LogLine& line, std::string_view text) {
  if (eat(text, "SRAT: Node ")) {
    if (text.find("hotplug") != text.npos || text.find("non-volatile") != text.npos) return;
    take_until(text, "[");
    return statement(line, text, Has::some);
  }
  if (text.size() < 20 || text[4] != ' ' || text.find("ound in") != text.npos) return;
  text.remove_prefix(5);
  const auto addr = take_hex(text);
  eat(text, ",");
  if (!addr || *addr < kBiosEnd || *addr >= kPhysicalEnd || !eat(text, " ")) return;
  const auto length = take_hex(text);
  if (!length || *length == 0 || stated_.size() >= kMostStatements) return;
  if (const auto range = PhysRange::from_size(PhysAddr{*addr}, *length)) {
    stated_.push_back({.range = *range, .line = counter_.number_at(line.offset), .has = Has::some});
  }
}

// What the kernel adds to the map.
void TableWitness::stolen_line(std::string_view text) {
  const auto range = intel_graphics_of(text);
  if (!range) return;
  added_.push_back({.addr = range->base(), .size = range->size(), .type = E820Type::reserved});
}

void TableWitness::line(const LogLine& line) {
  const std::string_view text = line.text;
  if (text.size() < 12) return;
  std::string_view rest = text;
  if (in_nodes_ && text[0] != 'n') in_nodes_ = false;
  switch (text[0]) {
    case 'n':
      // `node   0: [mem 0x00001000-0x0009cfff]`: memblock's memory, which is RAM.
      // kernel: free_area_init(), mm/mm_init.c
      if (!in_nodes_ || !eat(rest, "node ")) return;
      take_until(rest, "[");
      return statement(line, rest, Has::ram);
    case 'A':
      if (eat(rest, "ACPI: ")) acpi_line(line, rest);
      return;
    case 'S':
      acpi_line(line, text);
      return;
    case '.':
      // kernel: e820_add_kernel_range(), arch/x86/kernel/setup.c
      own_range_ = own_range_ || text.starts_with(".text .data .bss are not marked as E820");
      return;
    case 'E':
      in_nodes_ = text.starts_with("Early memory node ranges");
      return;
    case 'P':
      // kernel: e820__register_nosave_regions(), arch/x86/kernel/e820.c
      if (eat(rest, "PM: Registered nosave memory: ") ||
          eat(rest, "PM: hibernation: Registered nosave memory: ")) {
        return edges(line, rest, Exact::pages);
      }
      // kernel: is_mmconf_reserved(), arch/x86/pci/mmconfig-shared.c
      if (!eat(rest, "PCI: MMCONFIG at ") && !eat(rest, "PCI: ECAM ")) return;
      if (text.ends_with("reserved in E820") || text.ends_with("reserved as E820 entry"))
        statement(line, rest, Has::all);
      return;
    case 'R':
      if (eat(rest, "RAMDISK: ")) return statement(line, rest, Has::some);
      if (eat(rest, "Reserving Intel graphics ")) stolen_line(rest);
      return;
    case '[':
      // kernel: e820__setup_pci_gap(), arch/x86/kernel/e820.c
      if (text.ends_with(" available for PCI devices")) edges(line, rest, Exact::bytes);
      return;
    case 'e':
      if (eat(rest, "e820: reserve RAM buffer ")) {  // it begins where RAM ends
        const auto range = take_whole_range(rest);
        if (range && edges_.size() < kMostStatements)
          edges_.push_back({raw(range->base()), counter_.number_at(line.offset)});
        return;
      }
      if (eat(rest, "e820: [mem ") && text.ends_with(" available for PCI devices"))
        return edges(line, text.substr(6), Exact::bytes);
      [[fallthrough]];
    case 'u':
    case 'l':
      if (edits_.size() >= kMostStatements) return;
      if (auto edit = e820_edit_of(text)) {
        const std::size_t number = counter_.number_at(line.offset);
        if (edit->kind != E820LogLine::Kind::last_pfn) {
          edits_.push_back(*edit);
        } else if (last_pfns_.size() < 3) {
          last_pfns_.push_back({edit->pfn, number, edits_.size()});
        }
      }
      return;
    default:
      return;
  }
}

std::vector<std::string> TableWitness::against(const E820Entries& firmware, Edited how) const {
  std::vector<std::string> notes;
  E820Entries map = firmware;
  map.insert(map.end(), added_.begin(), added_.end());
  const auto add = [&](std::size_t line, std::string words) {
    if (notes.size() < kMostNotes)
      notes.push_back(at_line(log_, line) + ": " + std::move(words) +
                      ": a line of the table may be lost or damaged");
  };
  const std::vector<Piece> gaps = gaps_of(map);
  for (const Edge& edge : edges_) {
    const bool pages = edge.exact == Exact::pages;
    const auto inside = std::ranges::find_if(gaps, [&](const Piece& gap) {
      return (pages ? page_down(gap.start) : gap.start) < edge.addr &&
             edge.addr < (pages ? page_up(gap.end) : gap.end);
    });
    if (inside == gaps.end() || inside->end == kTop) continue;
    add(edge.line, fmt::format("here an entry begins or ends at {:#x}, where the map has none "
                               "between {:#x} and {:#x}",
                               edge.addr, inside->start, inside->end));
    break;
  }
  for (const Stated& s : stated_) {
    const std::uint64_t has = covered(map, s.range, s.has == Has::ram);
    if (s.has == Has::some && has != 0) continue;
    // A page that is RAM in part is none of the kernel's; a statement's end may lie within one.
    if (s.has != Has::some && has + 2 * kPageSize > s.range.size()) continue;
    add(s.line, fmt::format("[{:#x}-{:#x}] is {} here, of which the map has {:#x} of {:#x} bytes",
                            raw(s.range.base()), raw(s.range.end()) - 1,
                            s.has == Has::ram   ? "RAM"
                            : s.has == Has::all ? "reserved"
                                                : "memory of the firmware's",
                            has, s.range.size()));
  }
  for (std::size_t i = 0; i < last_pfns_.size() && !own_range_; ++i) {
    const LastPfn& last = last_pfns_[i];
    // The first is that of all RAM, others may be that of low memory.
    const std::uint64_t limit = i == 0 || raw(last.pfn) > kFourGiB / kPageSize ? kTop : kFourGiB;
    // What was changed before this line; where debug messages are left out, nothing is known.
    const E820Entries now = edited(map, {edits_.data(), last.edits});
    const bool lost = raw(last.pfn) > raw(end_of_ram(map, limit, Acpi::counts));
    const bool more = i == 0 && how == Edited::no && last.edits != 0 &&
                      raw(last.pfn) < raw(end_of_ram(now, limit, Acpi::is_none));
    if (!lost && !more) continue;
    add(last.line, fmt::format("RAM ends at page {:#x} here, in the map at {:#x}", raw(last.pfn),
                               raw(end_of_ram(now, limit, Acpi::is_none))));
  }
  return notes;
}

}  // namespace memmap::input
