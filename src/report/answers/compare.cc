#include "report/answers/compare.h"

#include <fmt/format.h>

#include "paging/mapping.h"
#include "report/form/json_writer.h"
#include "report/form/names.h"
#include "report/form/page.h"
#include "report/form/units.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using compare::Left;

std::uint64_t direct_map_pages(const Left& l, std::uint64_t size) {
  const auto it = l.direct_map.find(size);
  return it == l.direct_map.end() ? 0 : it->second;
}

std::string of_nodes(const Left& l) {
  if (l.nodes_kept + l.nodes_lost == 0) return "-";
  return percent(l.nodes_kept, l.nodes_kept + l.nodes_lost);
}

void write_left(Page& page, const std::vector<Left>& ranked) {
  std::vector<Row> rows;
  for (const Left& l : ranked) {
    rows.push_back({{std::to_string(l.rank)},
                    {page.foreign(l.policy), l.rank == 1 ? Paint::strong : Paint::plain},
                    {l.panicked ? "panic" : human_size(l.free_bytes)},
                    {human_size(l.largest_free)},
                    {human_size(l.low_dma32)},
                    {human_size(l.low_dma)},
                    {of_nodes(l)}});
  }
  page.heading("Left", "of memory, at the hand-over to the page allocator");
  page.table({{"", Align::right},
              {"policy"},
              {"free", Align::right},
              {"largest", Align::right},
              {"below 4G", Align::right},
              {"below 16M", Align::right},
              {"on its node", Align::right}},
             std::move(rows));
}

void write_blocks(Page& page, const std::vector<Left>& ranked) {
  std::vector<Column> columns{{"policy"}};
  for (std::size_t order = 0; order < ranked.front().free_blocks.size(); ++order) {
    columns.push_back({human_size(4096ull << order), Align::right});
  }
  std::vector<Row> rows;
  for (const Left& l : ranked) {
    Row row{{page.foreign(l.policy)}};
    for (const std::uint64_t count : l.free_blocks) row.push_back({std::to_string(count)});
    rows.push_back(std::move(row));
  }
  page.heading("Free blocks", "by size, those that are handed over later too");
  page.table(std::move(columns), std::move(rows));
}

void write_direct_map(Page& page, const std::vector<Left>& ranked) {
  std::vector<Row> rows;
  for (const Left& l : ranked) {
    rows.push_back({{page.foreign(l.policy)},
                    {std::to_string(direct_map_pages(l, paging::kSize4K))},
                    {std::to_string(direct_map_pages(l, paging::kSize2M))},
                    {std::to_string(direct_map_pages(l, paging::kSize1G))}});
  }
  page.heading("Direct map", "pages by size");
  page.table({{"policy"}, {"4K", Align::right}, {"2M", Align::right}, {"1G", Align::right}},
             std::move(rows));
}

}  // namespace

std::string compare_to_text(const boot::Subject& subject, const std::vector<Left>& ranked,
                            const TextStyle& style) {
  Page page(style);
  write_subject(page, subject);
  if (ranked.empty()) return std::move(page).take();
  write_left(page, ranked);
  write_blocks(page, ranked);
  write_direct_map(page, ranked);
  page.blank();
  page.paragraph("",
                 "The first difference decides: no panic; the larger largest range; more free "
                 "blocks of the largest size, then of the next; fewer pages in the direct map; "
                 "more free below 4G, then below 16M; more bytes on the node that was asked for.",
                 Paint::faint);
  return std::move(page).take();
}

std::string compare_to_json(const boot::Subject& subject, const std::vector<Left>& ranked) {
  JsonWriter json;
  json.open_object();
  json.member("schema", kCompareSchema);
  json.key("subject").open_object();
  json.member("source", std::string_view(subject.source));
  json.member("format", std::string_view(subject.format));
  json.member("kernel", std::string_view(subject.kernel));
  json.member("kernel_verified", subject.kernel_verified);
  json.member("command_line", std::string_view(subject.command_line));
  json.close();
  json.key("notes").open_array();
  for (const std::string& note : subject.notes) json.value(std::string_view(note));
  json.close();
  json.key("policies").open_array();
  for (const Left& l : ranked) {
    json.open_object();
    json.member("rank", l.rank);
    json.member("policy", std::string_view(l.policy));
    json.member("panicked", l.panicked);
    json.member("free_bytes", l.free_bytes);
    json.member("largest_free_bytes", l.largest_free);
    json.key("free_blocks").open_array(Layout::row);
    for (const std::uint64_t count : l.free_blocks) json.value(count);
    json.close();
    json.key("direct_map").open_object(Layout::row);
    json.member("pages_4k", direct_map_pages(l, paging::kSize4K));
    json.member("pages_2m", direct_map_pages(l, paging::kSize2M));
    json.member("pages_1g", direct_map_pages(l, paging::kSize1G));
    json.close();
    json.member("free_below_4g", l.low_dma32);
    json.member("free_below_16m", l.low_dma);
    json.key("nodes").open_object(Layout::row);
    json.member("kept_bytes", l.nodes_kept);
    json.member("lost_bytes", l.nodes_lost);
    json.close();
    json.close();
  }
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
