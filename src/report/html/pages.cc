// Sections of a page about pages: nodes and zones, free blocks, page tables, fixed addresses.
#include <fmt/format.h>

#include <algorithm>

#include "paging/areas.h"
#include "report/form/names.h"
#include "report/form/units.h"
#include "report/html/sections.h"
#include "report/table/page_rows.h"

namespace memmap::report {
namespace {

using Kind = HtmlColumnKind;

std::string with_size(std::uint64_t pages) {
  return fmt::format("{} ({})", grouped(pages), human_size(pages << kPageShift));
}

void write_zones(Html& html, const boot::State& state) {
  if (state.node_states.empty()) return;
  HtmlTable table{.id = "zones",
                  .caption = "Nodes and zones, in pages of 4K",
                  .columns = {{"zone"},
                              {"node", Kind::number},
                              {"from", Kind::range},
                              {"first pfn", Kind::number},
                              {"spanned", Kind::number},
                              {"present", Kind::number},
                              {"managed", Kind::number},
                              {"free", Kind::number}}};
  for (const boot::NodeState& node : state.node_states) {
    for (const boot::ZoneState& z : node.zones) {
      if (!is_shown(z)) continue;
      table.rows.push_back({{std::string(zones::name(z.zone.type))},
                            {fmt::format("{}", node.nid)},
                            {hex(raw(z.zone.start_pfn) << kPageShift)},
                            {grouped(raw(z.zone.start_pfn))},
                            {with_size(z.zone.spanned_pages)},
                            {with_size(z.zone.present_pages)},
                            {with_size(z.managed_pages)},
                            {with_size(free_pages(z))}});
    }
  }
  html.section(
      "zones", "Nodes and zones",
      fmt::format("{}; max_pfn {:#x}, max_low_pfn {:#x}", counted(state.node_states.size(), "node"),
                  raw(state.max_pfn), raw(state.max_low_pfn)));
  html.table(table).close("section");
}

void write_free(Html& html, const boot::State& state) {
  unsigned top = 0;
  for (const boot::NodeState& node : state.node_states) {
    for (const boot::ZoneState& z : node.zones) {
      for (const buddy::FreeList& list : z.free) top = std::max(top, list.order + 1);
    }
  }
  if (top == 0) return;
  HtmlTable table{.id = "free",
                  .caption = "Free blocks at the hand-over by order, as in /proc/buddyinfo",
                  .columns = {{"zone"}, {"node", Kind::number}}};
  std::vector<std::string> titles;
  for (unsigned order = 0; order < top; ++order)
    titles.push_back(fmt::format("{} ({})", order, human_size(kPageSize << order)));
  for (const std::string& title : titles) table.columns.push_back({title, Kind::number});
  for (const boot::NodeState& node : state.node_states) {
    for (const boot::ZoneState& z : node.zones) {
      if (!is_shown(z)) continue;
      std::vector<std::uint64_t> blocks(top);
      for (const buddy::FreeList& list : z.free) {
        for (const buddy::FreeRun& run : list.runs) blocks[list.order] += run.count;
      }
      HtmlRow row{{std::string(zones::name(z.zone.type))}, {fmt::format("{}", node.nid)}};
      for (const std::uint64_t n : blocks) row.push_back({grouped(n), n == 0 ? "faint" : "ram"});
      table.rows.push_back(std::move(row));
    }
  }
  html.section("free", "Free blocks").table(table).close("section");
}

void write_page_tables(Html& html, const paging::AddressSpace& tables) {
  const std::vector<paging::AreaTables> areas = paging::tables_by_area(tables);
  if (areas.empty()) return;
  HtmlTable table{.id = "tables",
                  .caption = "What the kernel's page tables map at the hand-over, by area",
                  .columns = {{"area"},
                              {"from", Kind::text},
                              {"pages of 4K", Kind::number},
                              {"of 2M", Kind::number},
                              {"of 1G", Kind::number},
                              {"mapped", Kind::number},
                              {"PTE tables", Kind::number},
                              {"PMD", Kind::number},
                              {"PUD", Kind::number}}};
  for (const paging::AreaTables& a : areas) {
    table.rows.push_back({{std::string(a.name)},
                          {hex(raw(a.mappings.front()->virt), 16), "code"},
                          {grouped(a.pages_4k)},
                          {grouped(a.pages_2m)},
                          {grouped(a.pages_1g)},
                          {human_size(a.bytes)},
                          {grouped(a.pte_tables)},
                          {grouped(a.pmd_tables)},
                          {grouped(a.pud_tables)}});
  }
  html.section(
      "tables", "Page tables",
      fmt::format("{} levels, {}", tables.levels(), counted(tables.mappings().size(), "run")));
  html.table(table).close("section");
}

void write_fixmap(Html& html, const std::vector<fixmap::MappedSlot>& slots) {
  if (slots.empty()) return;
  HtmlTable table{.id = "fixmap",
                  .caption = "Fixed addresses that are mapped at the hand-over",
                  .columns = {{"slot"}, {"at"}, {"maps", Kind::range}, {"flags"}},
                  .all = slots.size()};
  for (const fixmap::MappedSlot& s : slots) {
    table.rows.push_back(
        {{s.name}, {hex(raw(s.virt), 16), "code"}, {hex(raw(s.phys))}, {mapping_words(s.flags)}});
  }
  html.section("fixmap", "Fixmap", counted(slots.size(), "slot") + " mapped");
  html.table(table).close("section");
}

}  // namespace

void write_html_pages(Html& html, const boot::Outcome& outcome) {
  write_zones(html, outcome.state);
  write_free(html, outcome.state);
  write_page_tables(html, outcome.state.page_tables);
  write_fixmap(html, outcome.fixmap);
}

}  // namespace memmap::report
