// Sections of the text report about ranges of memory: e820, memblock.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "report/form/units.h"
#include "report/table/map_rows.h"
#include "report/table/things.h"
#include "report/table/write.h"
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

std::uint64_t bytes_of(const memblock::Regions& regions) {
  std::uint64_t sum = 0;
  for (const memblock::Region& r : regions) sum += r.range.size();
  return sum;
}

// One of memblock's lists.
void write_regions(Page& page, const boot::Outcome& outcome, std::string_view list,
                   const memblock::Regions& regions) {
  const Listing listing = first_of_regions(outcome.state.memblock, list, regions, kMemoryRows);
  const auto columns =
      chosen_columns(listing.fields, {.columns = "range,size,node,flags"}, Reader::people);
  write_table(page, with_columns(listing, *columns));
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
  const std::vector<E820Row> map = map_rows(outcome.state.e820);
  if (map.empty()) return;
  const auto changes = std::ranges::count_if(map, changed);
  page.heading("E820 map", changes == 0 ? "the kernel changed nothing"
                                        : counted(static_cast<std::uint64_t>(changes), "range") +
                                              " changed by the kernel");
  write_table(page, for_people(first_of_e820(map, kMapRows)));
}

void write_memory(Page& page, const boot::Outcome& outcome) {
  const memblock::Memblock& m = outcome.state.memblock;
  const memblock::Regions memory = m.memory().regions();
  if (memory.empty()) return;
  page.heading("Memory",
               fmt::format("memblock: {}, {}; {}, limit {}", counted(memory.size(), "range"),
                           human_size(bytes_of(memory)), m.bottom_up() ? "bottom-up" : "top-down",
                           hex(raw(m.current_limit()))));
  write_regions(page, outcome, "memory", memory);
}

void write_reserved(Page& page, const boot::Outcome& outcome) {
  const memblock::Memblock& m = outcome.state.memblock;
  const memblock::Regions reserved = m.reserved().regions();
  if (reserved.empty()) return;
  page.heading("Reserved", fmt::format("memblock: {}, {}", counted(reserved.size(), "range"),
                                       human_size(bytes_of(reserved))));
  const unsigned digits = address_digits(m);
  if (outcome.owners.empty()) return write_regions(page, outcome, "reserved", reserved);
  const std::size_t owner_width = std::max<std::size_t>(20, page.style().width / 4);
  std::vector<Row> rows;
  const std::vector<OwnerGroup> groups = by_owner(outcome.owners);
  const std::size_t shown = std::min(groups.size(), kOwners);
  for (const OwnerGroup& group : std::span(groups).first(shown)) {
    const std::string owner =
        page.foreign(group.owner.empty() ? std::string_view("not recorded") : group.owner);
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
