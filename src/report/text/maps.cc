// Sections of the text report about ranges of memory: e820, memblock.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>

#include "report/form/e820_rows.h"
#include "report/form/names.h"
#include "report/form/units.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

constexpr std::size_t kMapRows = 128;
constexpr std::size_t kMemoryRows = 48;
constexpr std::size_t kOwners = 40;
constexpr std::size_t kOwnerRanges = 3;

void write_folded(Page& page, std::size_t all, std::size_t shown, std::string_view noun) {
  if (all > shown) {
    page.line(fmt::format("  {} {} more", page.glyph("…", "..."), counted(all - shown, noun)),
              Paint::faint);
  }
}

// The tables of a row.
constexpr std::size_t kFirmware = 0;
constexpr std::size_t kKernel = 1;

std::string type_text(const std::optional<E820Type>& type) { return type ? e820_name(*type) : "-"; }

Paint type_paint(const std::optional<E820Type>& type) {
  if (!type) return Paint::faint;
  return *type == E820Type::ram ? Paint::green : Paint::blue;
}

struct OwnerGroup {
  std::string owner{};
  std::uint64_t bytes = 0;
  std::vector<const boot::Owned*> pieces{};
};

std::vector<OwnerGroup> by_owner(const std::vector<boot::Owned>& owned) {
  std::map<std::string_view, OwnerGroup> groups;
  for (const boot::Owned& o : owned) {
    OwnerGroup& group = groups[o.words];
    group.owner = o.words;
    group.bytes += o.range.size();
    group.pieces.push_back(&o);
  }
  std::vector<OwnerGroup> out;
  for (auto& [name, group] : groups) out.push_back(std::move(group));
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
  return out;
}

std::uint64_t bytes_of(const memblock::Regions& regions) {
  std::uint64_t sum = 0;
  for (const memblock::Region& r : regions) sum += r.range.size();
  return sum;
}

std::string node_text(int nid) {
  return nid == memblock::kAnyNode ? "any" : fmt::format("{}", nid);
}

void write_regions(Page& page, const memblock::Regions& regions, unsigned digits) {
  std::vector<Row> rows;
  for (const memblock::Region& r : regions) {
    if (rows.size() == kMemoryRows) break;
    rows.push_back({{span(r.range, digits)},
                    {human_size(r.range.size())},
                    {node_text(r.nid)},
                    {region_flags(r.flags), Paint::yellow}});
  }
  page.table({{"range"}, {"size", Align::right}, {"node", Align::right}, {"flags"}}, rows);
  write_folded(page, regions.size(), rows.size(), "range");
}

unsigned address_digits(const E820Entries& entries) {
  std::uint64_t highest = 0;
  for (const E820Entry& e : entries)
    highest = std::max(highest, last_end(e) - (e.size == 0 ? 0 : 1));
  return hex_digits(highest);
}

unsigned address_digits(const memblock::Memblock& m) {
  std::uint64_t highest = 0;
  for (const memblock::RegionList* list : {&m.memory().list, &m.reserved().list}) {
    if (list->empty()) continue;
    highest = std::max(highest, raw(list->at(list->last()).range.end()) - 1);
  }
  return hex_digits(highest);
}

}  // namespace

void write_e820(Page& page, const boot::Outcome& outcome) {
  const E820Entries& firmware = outcome.state.e820.firmware.entries();
  const E820Entries& table = outcome.state.e820.table.entries();
  const std::vector<E820Row> map = e820_rows(std::array{&firmware, &table});
  if (map.empty()) return;
  std::size_t changes = 0;
  for (const E820Row& r : map) changes += !r.agree(kFirmware, kKernel);
  page.heading("E820 map", changes == 0 ? "the kernel changed nothing"
                                        : counted(changes, "range") + " changed by the kernel");
  const unsigned digits = std::max(address_digits(firmware), address_digits(table));
  std::vector<Row> rows;
  for (const E820Row& r : map) {
    if (rows.size() == kMapRows) break;
    const bool changed = !r.agree(kFirmware, kKernel);
    rows.push_back(
        {{changed ? "*" : " ", Paint::yellow},
         {span(r.range, digits), changed ? Paint::yellow : Paint::plain},
         {human_size(r.range.size())},
         {type_text(r.types[kFirmware]), type_paint(r.types[kFirmware])},
         {type_text(r.types[kKernel]), changed ? Paint::yellow : type_paint(r.types[kKernel])}});
  }
  page.table({{""}, {"range"}, {"size", Align::right}, {"firmware"}, {"kernel"}}, rows);
  write_folded(page, map.size(), rows.size(), "range");
}

void write_memory(Page& page, const boot::Outcome& outcome) {
  const memblock::Memblock& m = outcome.state.memblock;
  const memblock::Regions memory = m.memory().regions();
  if (memory.empty()) return;
  page.heading("Memory",
               fmt::format("memblock: {}, {}; {}, limit {}", counted(memory.size(), "range"),
                           human_size(bytes_of(memory)), m.bottom_up() ? "bottom-up" : "top-down",
                           hex(raw(m.current_limit()))));
  write_regions(page, memory, address_digits(m));
}

void write_reserved(Page& page, const boot::Outcome& outcome) {
  const memblock::Memblock& m = outcome.state.memblock;
  const memblock::Regions reserved = m.reserved().regions();
  if (reserved.empty()) return;
  page.heading("Reserved", fmt::format("memblock: {}, {}", counted(reserved.size(), "range"),
                                       human_size(bytes_of(reserved))));
  const unsigned digits = address_digits(m);
  if (outcome.owners.empty()) return write_regions(page, reserved, digits);
  const std::size_t owner_width = std::max<std::size_t>(20, page.style().width / 4);
  std::vector<Row> rows;
  const std::vector<OwnerGroup> groups = by_owner(outcome.owners);
  const std::size_t shown = std::min(groups.size(), kOwners);
  for (const OwnerGroup& group : std::span(groups).first(shown)) {
    const std::string owner = page.foreign(group.owner.empty() ? "not recorded" : group.owner);
    std::string_view function;
    for (std::size_t i = 0; i < group.pieces.size(); ++i) {
      const boot::Owned& piece = *group.pieces[i];
      const bool first = i == 0;
      // Folding one row would save nothing.
      if (i == kOwnerRanges && group.pieces.size() > kOwnerRanges + 1) {
        rows.push_back({{},
                        {},
                        {},
                        {fmt::format("{} {} more", page.glyph("…", "..."), group.pieces.size() - i),
                         Paint::faint}});
        break;
      }
      rows.push_back({{first ? cut(owner, owner_width, page.charset()) : "", Paint::strong},
                      {first ? human_size(group.bytes) : "", Paint::yellow},
                      {group.pieces.size() > 1 ? human_size(piece.range.size()) : "", Paint::faint},
                      {span(piece.range, digits)},
                      {first || piece.function != function ? page.foreign(piece.function) : "",
                       Paint::faint}});
      function = piece.function;
    }
  }
  page.table(
      {{"owner"}, {"size", Align::right}, {"each", Align::right}, {"range"}, {"asked for by"}},
      rows);
  write_folded(page, groups.size(), shown, "owner");
}

}  // namespace memmap::report
