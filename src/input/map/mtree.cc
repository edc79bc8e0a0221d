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

bool starts_like_region(std::string_view text) {
  return text.size() > 17 && text[16] == '-' &&
         text.substr(0, 16).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// nullopt: another line of the section. What looks like a region and is none is an error.
std::optional<Region> parse_region(const Line& line, const std::string& file, Faults& faults) {
  const std::string_view text = trimmed(line.text);
  if (!starts_like_region(text)) return std::nullopt;
  const auto start = parse_hex(text.substr(0, 16));
  const auto last = parse_hex(text.substr(17, 16));
  const std::size_t prio = text.find("(prio ");
  const std::size_t comma = prio == std::string_view::npos ? prio : text.find(", ", prio);
  const std::size_t close = comma == std::string_view::npos ? comma : text.find("): ", comma);
  if (!start || !last || close == std::string_view::npos || *last < *start) {
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
  std::vector<std::string> device_ram{};  // names
};

std::optional<PhysRange> range_of(const Region& r, const Line& line, const std::string& file,
                                  Faults& faults) {
  const auto range = PhysRange::from_inclusive(PhysAddr{r.start}, PhysAddr{r.last});
  if (!range) faults.add(error_at(file, line, {}, "memory up to the last byte of 64 bits"));
  return range;
}

bool is_rom(std::string_view kind) { return kind == "rom" || kind == "romd"; }

// A flat view: nothing overlaps, aliases are resolved. Main memory has priority 0, the memory of a
// PCI device has that of its window, at least 1.
void take_flat(const Region& r, const Line& line, const std::string& file, Layout& layout,
               Faults& faults) {
  const bool ram = r.kind == "ram";
  if (!ram && !is_rom(r.kind)) return;
  if (ram && r.priority != "0") {
    layout.device_ram.emplace_back(r.name.substr(0, r.name.find(' ')));
    return;
  }
  if (const auto range = range_of(r, line, file, faults)) {
    (ram ? layout.ram : layout.rom).push_back(*range);
  }
}

// The tree: main memory shows as two aliases into it. With NUMA nodes their kind is i/o, since the
// memory is a container then; the name tells.
void take_tree(const Region& r, const Line& line, const std::string& file, Layout& layout,
               Faults& faults) {
  if (r.name.ends_with("[disabled]")) return;
  const bool ram =
      r.name.starts_with("alias ram-below-4g ") || r.name.starts_with("alias ram-above-4g ");
  if (!ram && !is_rom(r.kind)) return;
  if (const auto range = range_of(r, line, file, faults)) {
    (ram ? layout.ram : layout.rom).push_back(*range);
  }
}

// The lines of the section that shows the system's memory: from its heading to the next one.
struct Section {
  bool flat = false;
  std::vector<Line> lines{};
};

bool is_heading(std::string_view text) {
  return text.starts_with(kFlatView) || text.starts_with(kAddressSpace) ||
         text.starts_with("memory-region: ") || text.starts_with("(qemu)");
}

// The first section that belongs to the address space `memory`; else nullopt.
std::optional<Section> find_section(std::string_view text) {
  Lines lines(text);
  Section section;
  bool chosen = false;
  bool open = false;
  while (const auto line = lines.next()) {
    const std::string_view t = line->text;
    if (is_heading(t)) {
      // Address spaces with one root are listed in one block, heading by heading.
      if (chosen && !section.lines.empty()) return section;
      const bool tree = t == "address-space: memory";
      chosen = tree || (chosen && t.starts_with(kAddressSpace));
      open = t.starts_with(kFlatView) || t.starts_with(kAddressSpace);
      section = Section{.flat = t.starts_with(kFlatView)};
      continue;
    }
    if (!open) continue;
    if (section.flat &&
        (t == " AS \"memory\", root: system" || t == " Root memory region: system")) {
      chosen = true;
    }
    if (starts_like_region(trimmed(t))) section.lines.push_back(*line);
  }
  if (!chosen || section.lines.empty()) return std::nullopt;
  return section;
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
  if (!layout.device_ram.empty()) {
    machine.notes.push_back(
        fmt::format("memory of devices left out: {}", fmt::join(layout.device_ram, ", ")));
  }
  return machine;
}

}  // namespace

Recognition recognise_mtree(const Source& source) {
  const std::string_view text = std::string_view(source.bytes).substr(0, std::size_t{1} << 20);
  for (const std::string_view heading : {kFlatView, kAddressSpace}) {
    for (std::size_t at = text.find(heading); at != std::string_view::npos;
         at = text.find(heading, at + 1)) {
      if (at == 0 || text[at - 1] == '\n')
        return {100, fmt::format("a line `{}`", trimmed(heading))};
    }
  }
  return {0, "no line `FlatView #` or `address-space:`"};
}

Result<Machine> read_mtree(const Source& source, const ReadOptions&) {
  const auto section = find_section(source.bytes);
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
