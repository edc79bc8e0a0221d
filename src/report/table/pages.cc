// Tables of pages: nodes, zones, free blocks, page tables, the fixmap.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "paging/areas.h"
#include "report/form/names.h"
#include "report/table/columns.h"
#include "report/table/page_rows.h"
#include "report/table/things.h"

namespace memmap::report {
namespace {

Paint paint_of_area(const Value& value) {
  const auto* name = std::get_if<std::string>(&value);
  return name != nullptr && *name == paging::kDirectMap ? Paint::strong : Paint::plain;
}

std::uint64_t managed_of(const boot::NodeState& n) {
  std::uint64_t sum = 0;
  for (const boot::ZoneState& z : n.zones) sum += z.managed_pages;
  return sum;
}

std::uint64_t free_of(const boot::NodeState& n) {
  std::uint64_t sum = 0;
  for (const boot::ZoneState& z : n.zones) sum += free_pages(z);
  return sum;
}

struct ZoneRow {
  int nid = 0;
  const boot::ZoneState* state = nullptr;
  const buddy::ZonePages* later = nullptr;  // as user space finds it; null: not known
  const buddy::Watermarks* marks = nullptr;
};

struct FreeRow {
  int nid = 0;
  zones::ZoneType zone{};
  unsigned order = 0;
  buddy::MigrateType type{};
  std::uint64_t blocks = 0;
};

std::string_view migrate_name(buddy::MigrateType type) {
  constexpr std::string_view kNames[buddy::kMigrateTypes] = {"Unmovable",  "Movable", "Reclaimable",
                                                             "HighAtomic", "CMA",     "Isolate"};
  return kNames[static_cast<std::size_t>(type)];
}

Value marks(const ZoneRow& r, std::uint64_t buddy::Watermarks::*mark) {
  return r.marks == nullptr ? Value() : pages(r.marks->*mark);
}

// clang-format off
constexpr ColumnOf<boot::NodeState> kNodes[] = {
    {{"node",          "node",      Kind::count,   Shown::always,      "its number", strong},                     [](const boot::NodeState& n) { return number(n.nid); }},
    {{"start",         "start",     Kind::address, Shown::always,      "where its first page lies"},              [](const boot::NodeState& n) { return number(raw(n.start_pfn) << kPageShift); }},
    {{"end",           "end",       Kind::address, Shown::always,      "the first byte behind its last page"},    [](const boot::NodeState& n) { return number((raw(n.start_pfn) + n.spanned_pages) << kPageShift); }},
    {{"spanned",       "spanned",   Kind::bytes,   Shown::always,      "from the first page to the last, holes too"}, [](const boot::NodeState& n) { return pages(n.spanned_pages); }},
    {{"present",       "present",   Kind::bytes,   Shown::always,      "without holes"},                          [](const boot::NodeState& n) { return pages(n.present_pages); }},
    {{"managed",       "managed",   Kind::bytes,   Shown::always,      "the page allocator's, at the hand-over"}, [](const boot::NodeState& n) { return pages(managed_of(n)); }},
    {{"free",          "free",      Kind::bytes,   Shown::always,      "of it, in free blocks", green},           [](const boot::NodeState& n) { return pages(free_of(n)); }},
    {{"start_pfn",     "start pfn", Kind::count,   Shown::to_programs, "the number of its first page"},           [](const boot::NodeState& n) { return number(raw(n.start_pfn)); }},
    {{"spanned_pages", "spanned",   Kind::count,   Shown::to_programs, "the same in pages of 4 KiB"},             [](const boot::NodeState& n) { return number(n.spanned_pages); }},
    {{"present_pages", "present",   Kind::count,   Shown::to_programs, "the same in pages"},                      [](const boot::NodeState& n) { return number(n.present_pages); }},
    {{"managed_pages", "managed",   Kind::count,   Shown::to_programs, "the same in pages"},                      [](const boot::NodeState& n) { return number(managed_of(n)); }},
    {{"free_pages",    "free",      Kind::count,   Shown::to_programs, "the same in pages"},                      [](const boot::NodeState& n) { return number(free_of(n)); }},
};

constexpr ColumnOf<ZoneRow> kZones[] = {
    {{"node",          "node",      Kind::count,   Shown::always,      "whose it is"},                            [](const ZoneRow& r) { return number(r.nid); }},
    {{"zone",          "zone",      Kind::text,    Shown::always,      "DMA, DMA32, Normal or Movable", strong},  [](const ZoneRow& r) { return text(zones::name(r.state->zone.type)); }},
    {{"start",         "start",     Kind::address, Shown::always,      "where its first page lies"},              [](const ZoneRow& r) { return number(raw(r.state->zone.start_pfn) << kPageShift); }},
    {{"end",           "end",       Kind::address, Shown::always,      "the first byte behind its last page"},    [](const ZoneRow& r) { return number((raw(r.state->zone.start_pfn) + r.state->zone.spanned_pages) << kPageShift); }},
    {{"spanned",       "spanned",   Kind::bytes,   Shown::always,      "from the first page to the last, holes too"}, [](const ZoneRow& r) { return pages(r.state->zone.spanned_pages); }},
    {{"present",       "present",   Kind::bytes,   Shown::always,      "without holes"},                          [](const ZoneRow& r) { return pages(r.state->zone.present_pages); }},
    {{"managed",       "managed",   Kind::bytes,   Shown::always,      "the page allocator's, at the hand-over"}, [](const ZoneRow& r) { return pages(r.state->managed_pages); }},
    {{"free",          "free",      Kind::bytes,   Shown::always,      "of it, in free blocks", green},           [](const ZoneRow& r) { return pages(free_pages(*r.state)); }},
    {{"start_pfn",     "start pfn", Kind::count,   Shown::to_programs, "the number of its first page"},           [](const ZoneRow& r) { return number(raw(r.state->zone.start_pfn)); }},
    {{"spanned_pages", "spanned",   Kind::count,   Shown::to_programs, "the same in pages of 4 KiB"},             [](const ZoneRow& r) { return number(r.state->zone.spanned_pages); }},
    {{"present_pages", "present",   Kind::count,   Shown::to_programs, "the same in pages"},                      [](const ZoneRow& r) { return number(r.state->zone.present_pages); }},
    {{"managed_pages", "managed",   Kind::count,   Shown::to_programs, "the same in pages"},                      [](const ZoneRow& r) { return number(r.state->managed_pages); }},
    {{"free_pages",    "free",      Kind::count,   Shown::to_programs, "the same in pages"},                      [](const ZoneRow& r) { return number(free_pages(*r.state)); }},
    {{"later",         "later",     Kind::bytes,   Shown::to_programs, "managed when the first process runs"},    [](const ZoneRow& r) { return r.later == nullptr ? Value() : pages(r.later->managed_pages); }},
    {{"cma",           "CMA",       Kind::bytes,   Shown::to_programs, "of that, in areas of CMA"},               [](const ZoneRow& r) { return r.later == nullptr ? Value() : pages(r.later->cma_pages); }},
    {{"min",           "min",       Kind::bytes,   Shown::to_programs, "its watermarks then"},                    [](const ZoneRow& r) { return marks(r, &buddy::Watermarks::min); }},
    {{"low",           "low",       Kind::bytes,   Shown::to_programs, "the same"},                               [](const ZoneRow& r) { return marks(r, &buddy::Watermarks::low); }},
    {{"high",          "high",      Kind::bytes,   Shown::to_programs, "the same"},                               [](const ZoneRow& r) { return marks(r, &buddy::Watermarks::high); }},
};

constexpr ColumnOf<FreeRow> kFree[] = {
    {{"node",   "node",   Kind::count, Shown::always, "whose the zone is"},                          [](const FreeRow& r) { return number(r.nid); }},
    {{"zone",   "zone",   Kind::text,  Shown::always, "DMA, DMA32, Normal or Movable", strong},      [](const FreeRow& r) { return text(zones::name(r.zone)); }},
    {{"migratetype", "type", Kind::text, Shown::always, "the list's migrate type"},                [](const FreeRow& r) { return text(migrate_name(r.type)); }},
    {{"order",  "order",  Kind::count, Shown::always, "a block has 2^order pages"},                  [](const FreeRow& r) { return number(r.order); }},
    {{"block",  "block",  Kind::bytes, Shown::always, "the size of a block"},                        [](const FreeRow& r) { return number(kPageSize << r.order); }},
    {{"blocks", "blocks", Kind::count, Shown::always, "how many there are", green},                  [](const FreeRow& r) { return number(r.blocks); }},
    {{"size",   "free",   Kind::bytes, Shown::always, "the bytes of all of them"},                   [](const FreeRow& r) { return number(r.blocks * (kPageSize << r.order)); }},
};

constexpr ColumnOf<paging::AreaTables> kPageTables[] = {
    {{"area",   "area",   Kind::text,    Shown::always, "of virtual addresses", paint_of_area},      [](const paging::AreaTables& a) { return text(a.name); }},
    {{"start",  "from",   Kind::address, Shown::always, "its first address that is mapped"},         [](const paging::AreaTables& a) { return number(raw(a.mappings.front()->virt)); }},
    {{"pages_4k", "4K",   Kind::tally,   Shown::always, "pages of 4 KiB"},                           [](const paging::AreaTables& a) { return number(a.pages_4k); }},
    {{"pages_2m", "2M",   Kind::tally,   Shown::always, "pages of 2 MiB"},                           [](const paging::AreaTables& a) { return number(a.pages_2m); }},
    {{"pages_1g", "1G",   Kind::tally,   Shown::always, "pages of 1 GiB"},                           [](const paging::AreaTables& a) { return number(a.pages_1g); }},
    {{"size",   "mapped", Kind::bytes,   Shown::always, "bytes that are mapped"},                    [](const paging::AreaTables& a) { return number(a.bytes); }},
    {{"pte",    "PTE",    Kind::tally,   Shown::to_programs, "tables of level 1"},                   [](const paging::AreaTables& a) { return number(a.pte_tables); }},
    {{"pmd",    "PMD",    Kind::tally,   Shown::to_programs, "tables of level 2"},                   [](const paging::AreaTables& a) { return number(a.pmd_tables); }},
    {{"pud",    "PUD",    Kind::tally,   Shown::to_programs, "tables of level 3"},                   [](const paging::AreaTables& a) { return number(a.pud_tables); }},
    {{"p4d",    "P4D",    Kind::tally,   Shown::to_programs, "tables of level 4, of 5 levels"},      [](const paging::AreaTables& a) { return number(a.p4d_tables); }},
};

constexpr ColumnOf<FixmapRow> kFixmap[] = {
    {{"slot",      "slot",   Kind::text,    Shown::always,      "its name in enum fixed_addresses"},         [](const FixmapRow& r) { return text(r.slot->name); }},
    {{"number",    "number", Kind::count,   Shown::to_programs, "its number there"},                         [](const FixmapRow& r) { return number(r.slot->number); }},
    {{"virt",      "at",     Kind::address, Shown::always,      "the virtual address"},                      [](const FixmapRow& r) { return number(raw(r.slot->virt)); }},
    {{"pages",     "pages",  Kind::count,   Shown::always,      "that follow each other from there on"},     [](const FixmapRow& r) { return number(r.pages); }},
    {{"phys",      "maps",   Kind::address, Shown::always,      "the physical address"},                     [](const FixmapRow& r) { return number(raw(r.slot->phys)); }},
    {{"flags",     "flags",  Kind::text,    Shown::always,      "letters, as result.json has them"},         [](const FixmapRow& r) { return text(mapping_flags(r.slot->flags)); }},
    {{"lifetime",  "stays",  Kind::text,    Shown::to_programs, "permanent, or boot: it is given back"},     [](const FixmapRow& r) { return text(r.slot->lifetime == fixmap::Lifetime::permanent ? "permanent" : "boot"); }},
};
// clang-format on

// Whether `next` carries on what `slot` maps, a page on: as a window of early_ioremap() does, whose
// slots count down while its addresses rise.
bool carries_on(const fixmap::MappedSlot& slot, const fixmap::MappedSlot& next) {
  return slot.lifetime == fixmap::Lifetime::boot && next.lifetime == slot.lifetime &&
         next.number == slot.number + 1 && raw(next.phys) + kPageSize == raw(slot.phys) &&
         next.flags == slot.flags;
}

std::vector<FixmapRow> fixmap_rows(const std::vector<fixmap::MappedSlot>& slots) {
  std::vector<FixmapRow> out;
  for (auto first = slots.begin(); first != slots.end();) {
    auto last = first;
    while (std::next(last) != slots.end() && carries_on(*last, *std::next(last))) ++last;
    out.push_back({&*last, static_cast<std::uint64_t>(last - first) + 1});
    first = std::next(last);
  }
  return out;
}

std::vector<ZoneRow> zone_rows(const boot::State& state) {
  const boot::PageAllocator& later = state.page_allocator;
  std::vector<ZoneRow> out;
  for (const boot::NodeState& n : state.node_states) {
    for (const boot::ZoneState& z : n.zones) {
      if (!is_shown(z)) continue;
      ZoneRow& row = out.emplace_back(ZoneRow{n.nid, &z});
      const auto found = std::ranges::find_if(later.zones, [&](const buddy::ZonePages& p) {
        return p.nid == n.nid && p.type == z.zone.type;
      });
      if (found == later.zones.end()) continue;
      row.later = &*found;
      const auto at = static_cast<std::size_t>(found - later.zones.begin());
      if (at < later.watermarks.size()) row.marks = &later.watermarks[at];
    }
  }
  return out;
}

std::vector<FreeRow> free_rows(const boot::State& state) {
  std::vector<FreeRow> out;
  for (const boot::NodeState& n : state.node_states) {
    for (const boot::ZoneState& z : n.zones) {
      for (const buddy::FreeList& list : z.free) {
        std::uint64_t blocks = 0;
        for (const buddy::FreeRun& run : list.runs) blocks += run.count;
        out.push_back({n.nid, z.zone.type, list.order, list.migratetype, blocks});
      }
    }
  }
  return out;
}

}  // namespace

std::uint64_t free_pages(const boot::ZoneState& zone) {
  std::uint64_t sum = 0;
  for (const buddy::FreeList& list : zone.free) {
    for (const buddy::FreeRun& run : list.runs) sum += run.count << list.order;
  }
  return sum;
}

bool is_shown(const boot::ZoneState& zone) {
  return zone.zone.spanned_pages != 0 || zone.managed_pages != 0 || !zone.free.empty();
}

Listing list_nodes(const Facts* facts) {
  return listing_of(
      kNodes, facts == nullptr ? std::vector<boot::NodeState>() : facts->outcome.state.node_states);
}

Listing list_zones(const Facts* facts) {
  return listing_of(kZones,
                    facts == nullptr ? std::vector<ZoneRow>() : zone_rows(facts->outcome.state));
}

Listing list_free(const Facts* facts) {
  return listing_of(kFree,
                    facts == nullptr ? std::vector<FreeRow>() : free_rows(facts->outcome.state));
}

Listing list_page_tables(const Facts* facts) {
  return listing_of(kPageTables, facts == nullptr
                                     ? std::vector<paging::AreaTables>()
                                     : paging::tables_by_area(facts->outcome.state.page_tables));
}

Listing list_fixmap(const Facts* facts) {
  return listing_of(
      kFixmap, facts == nullptr ? std::vector<FixmapRow>() : fixmap_rows(facts->outcome.fixmap));
}

}  // namespace memmap::report
