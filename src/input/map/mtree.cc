#include "input/map/mtree.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/number.h"
#include "base/range_union.h"
#include "input/map/ram_layout.h"
#include "input/text/faults.h"
#include "input/text/lines.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::string_view kFlatView = "FlatView #";
constexpr std::string_view kAddressSpace = "address-space: ";

// `  00000000fd000000-00000000fdffffff (prio 1, ram): vga.vram @0000000000001000`
struct Region {
  std::uint64_t start = 0;
  std::uint64_t last = 0;
  std::string_view priority{};
  std::string_view kind{};  // ram, rom, romd, ramd, nv-ram, i/o
  std::string_view name{};  // with what follows it
};

constexpr std::size_t kDigits = 16;  // of an address

bool is_alnum(char c) { return is_digit(c) || is_letter(c); }

// Where a line has sixteen digits and a dash, whatever a quote or a tag put before them; npos: nowhere.
std::size_t find_region(std::string_view text) {
  for (std::size_t at = 0; at + kDigits < text.size(); ++at) {
    if (!is_hex_digit(text[at]) || (at != 0 && is_alnum(text[at - 1]))) continue;
    std::size_t n = 0;
    while (at + n < text.size() && is_hex_digit(text[at + n])) ++n;
    if (n == kDigits && at + n < text.size() && text[at + n] == '-') return at;
    at += n;
  }
  return std::string_view::npos;
}

// Only the range of an alias, which a mail wrapped: `0000000000000000-00000000bfffffff KVM`.
bool is_rest_of_alias(std::string_view text) {
  const std::string_view range = text.substr(0, 2 * kDigits + 1);
  const std::string_view behind = trimmed(text.substr(range.size()));
  return range.size() == 2 * kDigits + 1 && (behind.empty() || behind == "KVM");
}

// nullopt: what looks like a region is none, which is an error.
std::optional<Region> parse_region(const Line& line, const std::string& file, Faults& faults) {
  const std::string_view text = trimmed(line.text.substr(find_region(line.text)));
  const auto start = parse_hex(text.substr(0, kDigits));
  const std::string_view second = text.substr(kDigits + 1, kDigits);
  const auto last = parse_hex(second);
  const std::size_t prio = text.find("(prio ");
  const std::size_t comma = prio == std::string_view::npos ? prio : text.find(", ", prio);
  const std::size_t close = comma == std::string_view::npos ? comma : text.find("): ", comma);
  if (!start || !last || second.size() != kDigits || close == std::string_view::npos ||
      *last < *start) {
    faults.add(error_at(file, line, text,
                        "is no line of `info mtree`: expected "
                        "`START-END (prio N, KIND): NAME`"));
    return std::nullopt;
  }
  return Region{.start = *start,
                .last = *last,
                .priority = text.substr(prio + 6, comma - prio - 6),
                .kind = text.substr(comma + 2, close - comma - 2),
                .name = text.substr(close + 3)};
}

struct Layout {
  std::vector<PhysRange> ram{};
  std::vector<PhysRange> rom{};
  std::vector<std::string> device_ram{};    // names
  std::vector<std::string> firmware_ram{};  // names and places of ROM whose kind is ram
};

std::optional<PhysRange> range_of(const Region& r, const Line& line, const std::string& file,
                                  Faults& faults) {
  const auto range = PhysRange::from_inclusive(PhysAddr{r.start}, PhysAddr{r.last});
  if (!range) faults.add(error_at(file, line, {}, "memory up to the last byte of 64 bits"));
  return range;
}

// The memory's own name: `pc.bios` of `pc.bios @0000000000020000 KVM`.
std::string_view name_of(const Region& r) { return r.name.substr(0, r.name.find(' ')); }

// Firmware, though its kind is ram: with KVM or Xen, and in flash, QEMU keeps it so.
bool is_firmware(const Region& r) {
  constexpr std::uint64_t kBelow4G = 0xffffffff;
  constexpr std::uint64_t kFlash = 0xf0000000;
  const std::string_view name = name_of(r);
  const bool named = name.ends_with(".rom") || name.ends_with(".bios") || name == "isa-bios" ||
                     name.starts_with("/rom@") || name.find(".flash") != std::string_view::npos;
  // The reset vector lies in its last 16 bytes.
  const bool placed = r.last == kBelow4G && r.start >= kFlash;
  // A ROM that a device shows has a window's priority, and is no part of the map.
  return placed || (named && (r.priority == "0" || r.last < raw(kLegacyHole.end())));
}

bool is_rom(const Region& r) {
  return r.kind == "rom" || r.kind == "romd" || (r.kind == "ram" && is_firmware(r));
}

void take_rom(const Region& r, PhysRange range, Layout& layout) {
  layout.rom.push_back(range);
  if (r.kind != "ram") return;
  const std::string shown = fmt::format("{} ({:#x}-{:#x})", name_of(r), r.start, r.last);
  if (std::ranges::find(layout.firmware_ram, shown) == layout.firmware_ram.end())
    layout.firmware_ram.push_back(shown);
}

// A flat view: nothing overlaps, aliases are resolved. Main memory has priority 0, the memory of a
// PCI device has that of its window, at least 1.
void take_flat(const Region& r, const Line& line, const std::string& file, Layout& layout,
               Faults& faults) {
  const bool rom = is_rom(r);
  if (!rom && r.kind != "ram") return;
  if (!rom && r.priority != "0") {
    layout.device_ram.emplace_back(name_of(r));
    return;
  }
  const auto range = range_of(r, line, file, faults);
  if (!range) return;
  if (rom) return take_rom(r, *range, layout);
  layout.ram.push_back(*range);
}

// The tree: main memory shows as two aliases into it. With NUMA nodes their kind is i/o, since the
// memory is a container then; the name tells.
void take_tree(const Region& r, const Line& line, const std::string& file, Layout& layout,
               Faults& faults) {
  if (r.name.ends_with("[disabled]")) return;
  const bool ram =
      r.name.starts_with("alias ram-below-4g ") || r.name.starts_with("alias ram-above-4g ");
  const bool rom = !ram && is_rom(r);
  if (!ram && !rom) return;
  const auto range = range_of(r, line, file, faults);
  if (!range) return;
  if (rom) return take_rom(r, *range, layout);
  layout.ram.push_back(*range);
}

// The lines of a section: from its heading to the next one.
struct Section {
  bool flat = false;
  bool headed = false;
  bool memory = false;  // its lines say that it is the system's memory
  std::vector<Line> lines{};
};

// A heading, wherever in the line it begins; empty: it is none.
std::string_view heading_of(std::string_view text) {
  for (const std::string_view heading :
       {kFlatView, kAddressSpace, std::string_view("memory-region: "),
        std::string_view("(qemu)")}) {
    const std::size_t at = text.find(heading);
    if (at != text.npos && (at == 0 || !is_alnum(text[at - 1]))) return text.substr(at);
  }
  return {};
}

// `memory` and no longer name, behind `address-space: `.
bool names_memory(std::string_view heading) {
  if (!eat(heading, kAddressSpace) || !eat(heading, "memory")) return false;
  return heading.empty() || !(is_alnum(heading[0]) || heading[0] == '-' || heading[0] == '_');
}

bool is_of_flat_memory(std::string_view text) {
  return text.find("AS \"memory\", root: system") != text.npos ||
         trimmed(text).ends_with("Root memory region: system");
}

std::vector<Section> sections_of(std::string_view text) {
  std::vector<Section> out(1);
  Lines lines(text);
  while (const auto line = lines.next()) {
    const std::string_view t = line->text;
    if (const std::string_view heading = heading_of(t); !heading.empty()) {
      // Address spaces with one root are listed in one block, heading by heading.
      const bool more = heading.starts_with(kAddressSpace) && out.back().headed &&
                        !out.back().flat && out.back().lines.empty();
      const bool memory = names_memory(heading) || (more && out.back().memory);
      if (!more) out.emplace_back();
      out.back().headed = heading.starts_with(kFlatView) || heading.starts_with(kAddressSpace);
      out.back().flat = heading.starts_with(kFlatView);
      out.back().memory = memory;
      continue;
    }
    Section& section = out.back();
    if (section.flat && is_of_flat_memory(t)) section.memory = true;
    const std::size_t at = find_region(t);
    if (at == t.npos) continue;
    if (!section.lines.empty() && is_rest_of_alias(t.substr(at))) continue;
    section.lines.push_back(*line);
  }
  return out;
}

bool has_name(const Section& section, std::string_view name) {
  return std::ranges::any_of(section.lines,
                             [name](const Line& l) { return l.text.find(name) != l.text.npos; });
}

// The first section of the address space `memory`; else, of a text without any heading, all of it.
std::optional<Section> find_section(std::string_view text) {
  std::vector<Section> sections = sections_of(text);
  const auto named =
      std::ranges::find_if(sections, [](const Section& s) { return s.memory && !s.lines.empty(); });
  if (named != sections.end()) return *named;
  if (std::ranges::any_of(sections, &Section::headed)) return std::nullopt;
  const auto whole =
      std::ranges::find_if(sections, [](const Section& s) { return !s.lines.empty(); });
  if (whole == sections.end()) return std::nullopt;
  whole->flat = !has_name(*whole, "alias ram-below-4g") && !has_name(*whole, "): system");
  return *whole;
}

// QMP's answer to human-monitor-command has the text as JSON's: `{"return": "address-space: ..."}`.
// Where there is one, its text; else the text as it is.
std::string monitor_text(const Source& source) {
  const std::string_view bytes = source.bytes;
  constexpr std::string_view kReturn = "\"return\"";
  for (std::size_t at = bytes.find(kReturn); at != bytes.npos; at = bytes.find(kReturn, at + 1)) {
    std::size_t i = bytes.find_first_not_of(" \t\r\n:", at + kReturn.size());
    if (i == bytes.npos || bytes[i] != '"') continue;
    std::string out;
    for (++i; i < bytes.size() && bytes[i] != '"'; ++i) {
      if (bytes[i] != '\\' || i + 1 == bytes.size()) {
        out += bytes[i];
        continue;
      }
      const char c = bytes[++i];
      if (c != 'r') out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
    if (out.find("(prio ") != out.npos) return out;
  }
  return source.bytes;
}

Machine machine_of(const Layout& layout) {
  Machine machine;
  const auto ram = without(united(layout.ram), kLegacyHole);
  for (PhysRange r : ram) machine.firmware_map.push_back(entry_of(r, E820Type::ram));
  std::vector<PhysRange> rom = united(layout.rom);
  for (PhysRange r : ram) rom = without(rom, r);
  for (PhysRange r : rom) machine.firmware_map.push_back(entry_of(r, E820Type::reserved));
  std::sort(machine.firmware_map.begin(), machine.firmware_map.end(),
            [](const E820Entry& a, const E820Entry& b) { return a.addr < b.addr; });
  machine.notes.push_back(
      "the emulated machine's RAM and ROM: what its firmware reserves (the BIOS data area below "
      "640 KiB, the top of low memory) is not in it");
  if (!layout.firmware_ram.empty()) {
    machine.notes.push_back(fmt::format("firmware by its name or place, though its kind is ram: {}",
                                        fmt::join(layout.firmware_ram, ", ")));
  }
  if (!layout.device_ram.empty()) {
    machine.notes.push_back(
        fmt::format("memory of devices left out: {}", fmt::join(layout.device_ram, ", ")));
  }
  return machine;
}

}  // namespace

Recognition recognise_mtree(const Source& source) {
  constexpr std::size_t kLookedAt = std::size_t{1} << 20;
  const std::string_view text = std::string_view(source.bytes).substr(0, kLookedAt);
  for (const std::string_view heading : {kFlatView, kAddressSpace}) {
    const std::size_t at = text.find(heading);
    if (at != text.npos && text.find("(prio ") != text.npos)
      return {100, fmt::format("a line `{}`", trimmed(heading))};
  }
  // Without its head.
  const std::size_t prio = text.find(" (prio ");
  constexpr std::size_t kRange = 2 * kDigits + 1;
  if (prio != text.npos && prio >= kRange && find_region(text.substr(prio - kRange, kRange)) == 0)
    return {95, "a line `START-END (prio N, KIND): NAME`"};
  return {0, "no line `FlatView #` or `address-space:`"};
}

Result<Machine> read_mtree(const Source& source, const ReadOptions&) {
  const std::string text = monitor_text(source);
  const auto section = find_section(text);
  if (!section) {
    return Error{
        .message = "holds no address space `memory` with regions, as `info mtree` prints it",
        .origin = {.file = source.name}};
  }
  Faults faults;
  Layout layout;
  for (const Line& line : section->lines) {
    const auto region = parse_region(line, source.name, faults);
    if (!region) continue;
    (section->flat ? take_flat : take_tree)(*region, line, source.name, layout, faults);
  }
  if (faults.none() && layout.ram.empty()) {
    faults.add(Error{.message = section->flat
                                    ? "the system's flat view has no RAM"
                                    : "the system's tree has no alias ram-below-4g or ram-above-4g",
                     .origin = {.file = source.name, .line = section->lines.front().number}});
  }
  if (!faults.none()) return faults.take();
  return machine_of(layout);
}

}  // namespace memmap::input
