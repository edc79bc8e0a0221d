// Sections of the text report about pages: zones, free blocks, page tables.
#include <fmt/format.h>

#include <algorithm>

#include "report/form/units.h"
#include "report/table/page_rows.h"
#include "report/table/things.h"
#include "report/table/write.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

std::string pages_size(std::uint64_t pages) { return human_size(pages << kPageShift); }

struct PageCounts {
  std::string name{};
  std::uint64_t start = 0;
  std::uint64_t spanned = 0;
  std::uint64_t present = 0;
  std::optional<std::uint64_t> managed{};
  std::optional<std::uint64_t> free{};
};

// Wide: each count with its size beside it. Narrow: sizes in a line below.
constexpr unsigned kWide = 112;

void append_counts(std::vector<Row>& rows, const PageCounts& c, bool wide, Paint paint) {
  Row pages{{c.name, paint}, {fmt::format("{}", c.start)}};
  Row sizes{{}, {hex(c.start << kPageShift), Paint::faint}};
  if (wide) pages.push_back({hex(c.start << kPageShift), Paint::faint});
  for (const std::optional<std::uint64_t>& count :
       {std::optional(c.spanned), std::optional(c.present), c.managed, c.free}) {
    pages.push_back({count ? fmt::format("{}", *count) : ""});
    const Cell size{count ? pages_size(*count) : "", Paint::faint};
    (wide ? pages : sizes).push_back(size);
  }
  rows.push_back(std::move(pages));
  if (!wide) rows.push_back(std::move(sizes));
}

}  // namespace

void write_zones(Page& page, const boot::Outcome& outcome) {
  if (outcome.state.node_states.empty()) return;
  page.heading("Nodes and zones",
               fmt::format("pages of {}; max_pfn {:#x}, max_low_pfn {:#x}", human_size(kPageSize),
                           raw(outcome.state.max_pfn), raw(outcome.state.max_low_pfn)));
  const bool wide = page.style().width >= kWide;
  std::vector<Row> rows;
  for (const boot::NodeState& node : outcome.state.node_states) {
    append_counts(rows,
                  {fmt::format("node {}", node.nid),
                   raw(node.start_pfn),
                   node.spanned_pages,
                   node.present_pages,
                   {},
                   {}},
                  wide, Paint::strong);
    for (const boot::ZoneState& z : node.zones) {
      if (!is_shown(z)) continue;
      append_counts(rows,
                    {fmt::format("  {}", zones::name(z.zone.type)), raw(z.zone.start_pfn),
                     z.zone.spanned_pages, z.zone.present_pages, z.managed_pages, free_pages(z)},
                    wide, Paint::plain);
    }
  }
  std::vector<Column> columns{{""}, {"first pfn", Align::right}};
  if (wide) columns.push_back({"", Align::right});
  for (const char* title : {"spanned", "present", "managed", "free"}) {
    columns.push_back({title, Align::right});
    if (wide) columns.push_back({"", Align::right});
  }
  page.table(columns, rows);
}

void write_free_blocks(Page& page, const boot::Outcome& outcome) {
  unsigned top = 0;
  bool any = false;
  for (const boot::NodeState& node : outcome.state.node_states) {
    for (const boot::ZoneState& z : node.zones) {
      for (const buddy::FreeList& list : z.free) {
        top = std::max(top, list.order);
        any = true;
      }
    }
  }
  if (!any) return;
  page.heading("Free blocks", "by order, as in /proc/buddyinfo");
  std::vector<Column> columns{{"node"}, {"zone"}};
  for (unsigned order = 0; order <= top; ++order)
    columns.push_back({fmt::format("{}", order), Align::right});
  Row block_sizes{{}, {"block", Paint::faint}};
  for (unsigned order = 0; order <= top; ++order)
    block_sizes.push_back({human_size(kPageSize << order), Paint::faint});
  std::vector<Row> rows{std::move(block_sizes)};
  for (const boot::NodeState& node : outcome.state.node_states) {
    for (const boot::ZoneState& z : node.zones) {
      if (!is_shown(z)) continue;
      std::vector<std::uint64_t> blocks(top + 1);
      for (const buddy::FreeList& list : z.free) {
        for (const buddy::FreeRun& run : list.runs) blocks[list.order] += run.count;
      }
      Row row{{fmt::format("{}", node.nid)}, {std::string(zones::name(z.zone.type))}};
      for (const std::uint64_t n : blocks)
        row.push_back({fmt::format("{}", n), n == 0 ? Paint::faint : Paint::green});
      rows.push_back(std::move(row));
    }
  }
  page.table(columns, rows);
}

void write_page_tables(Page& page, const boot::Outcome& outcome) {
  const Facts facts{.outcome = outcome};
  const Listing listing = list_page_tables(&facts);
  if (listing.rows.empty()) return;
  page.heading("Page tables",
               fmt::format("{} levels, {}", outcome.state.page_tables.levels(),
                           counted(outcome.state.page_tables.mappings().size(), "run")));
  write_table(page, for_people(listing));
}

void write_fixmap(Page& page, const boot::Outcome& outcome) {
  if (outcome.fixmap.empty()) return;
  page.heading("Fixmap", counted(outcome.fixmap.size(), "slot") + " mapped");
  const Facts facts{.outcome = outcome};
  write_table(page, for_people(list_fixmap(&facts)));
}

}  // namespace memmap::report
