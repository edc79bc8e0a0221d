// Sections of a page about ranges: where the RAM went, the e820 tables, memblock.
#include <fmt/format.h>

#include <algorithm>

#include "report/form/names.h"
#include "report/form/units.h"
#include "report/html/sections.h"
#include "report/table/map_rows.h"

namespace memmap::report {
namespace {

using account::LedgerRow;
using account::Stage;
using Kind = HtmlColumnKind;

double share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return 0;
  return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

// The largest address of any of the tables, for as many digits in all.
unsigned digits_of(const PageSubject& s) {
  return s.pieces.empty() ? 8 : hex_digits(raw(s.pieces.back().range.end()) - 1);
}

std::string_view style_of(Stage stage) {
  switch (stage) {
    case Stage::lost:
    case Stage::unusable:
      return "lost";
    case Stage::added:
      return "ram";
    case Stage::reserved:
      return "reserved";
  }
  return "";
}

class LedgerTable {
 public:
  explicit LedgerTable(std::uint64_t all) : all_(all) {}

  void sum(std::string_view name, std::uint64_t bytes) { row(name, bytes, "sum", {}, {}, {}); }
  void stage(const account::Ledger& ledger, Stage stage) {
    for (const LedgerRow& r : ledger.rows) {
      if (r.stage != stage) continue;
      const std::string back = r.back == 0 ? "" : r.back == r.bytes ? "all" : human_size(r.back);
      row((stage == Stage::added ? "+ " : "− ") + r.what, r.bytes, style_of(stage), back,
          r.function, r.remedy);
    }
  }
  void row(std::string_view name, std::uint64_t bytes, std::string_view style, std::string back,
           std::string function, std::string remedy) {
    rows_.push_back({{std::string(name), style},
                     {human_size(bytes), style, share(bytes, all_)},
                     {grouped(bytes)},
                     {percent(bytes, all_)},
                     {std::move(back)},
                     {std::move(function), "code"},
                     {std::move(remedy)}});
  }
  std::vector<HtmlRow> take() && { return std::move(rows_); }

 private:
  std::uint64_t all_;
  std::vector<HtmlRow> rows_{};
};

std::string type_text(const std::optional<E820Type>& type) { return type ? e820_name(*type) : "–"; }

std::string_view type_style(const std::optional<E820Type>& type) {
  if (!type) return "faint";
  return *type == E820Type::ram ? "ram" : "firmware";
}

void write_e820(Html& html, const PageSubject& s) {
  const std::vector<E820Row> map = map_rows(s.outcome.state.e820);
  if (map.empty()) return;
  const auto changes = std::ranges::count_if(map, changed);
  HtmlTable table{.id = "e820",
                  .caption =
                      "What the firmware's table, the one for kexec and the kernel's own "
                      "say of each range",
                  .columns = {{"range", Kind::range},
                              {"size", Kind::number},
                              {"firmware"},
                              {"for kexec"},
                              {"kernel"}},
                  .all = map.size()};
  const unsigned digits = digits_of(s);
  for (std::size_t i = 0; i < std::min(map.size(), kHtmlRows); ++i) {
    const E820Row& r = map[i];
    table.rows.push_back({{span(r.range, digits)},
                          {human_size(r.range.size())},
                          {type_text(r.types[kFirmwareTable]), type_style(r.types[kFirmwareTable])},
                          {type_text(r.types[kKexecTable]), type_style(r.types[kKexecTable])},
                          {type_text(r.types[kKernelTable]),
                           changed(r) ? "changed" : type_style(r.types[kKernelTable])}});
  }
  html.section("e820", "E820 tables",
               changes == 0 ? "the kernel changed nothing"
                            : counted(static_cast<std::uint64_t>(changes), "range") +
                                  " changed by the kernel");
  html.table(table).close("section");
}

void write_memory(Html& html, const PageSubject& s) {
  const memblock::Memblock& m = s.outcome.state.memblock;
  const memblock::Regions regions = m.memory().regions();
  if (regions.empty()) return;
  HtmlTable table{.id = "memory",
                  .caption = "memblock.memory: what the kernel takes for memory",
                  .columns = {{"range", Kind::range},
                              {"size", Kind::number},
                              {"node", Kind::number},
                              {"flags"}},
                  .all = regions.size()};
  for (std::size_t i = 0; i < std::min(regions.size(), kHtmlRows); ++i) {
    const memblock::Region& r = regions[i];
    table.rows.push_back({{span(r.range, digits_of(s))},
                          {human_size(r.range.size())},
                          {m.has_node(r) ? fmt::format("{}", r.nid) : "any"},
                          {region_flags(r.flags)}});
  }
  html.section(
      "memory", "Memory",
      fmt::format("{}, {}", counted(regions.size(), "range"), human_size(s.outcome.totals.memory)));
  html.table(table).close("section");
}

void write_reserved(Html& html, const PageSubject& s) {
  const std::vector<boot::Owned>& owners = s.outcome.owners;
  if (owners.empty()) return;
  HtmlTable table{
      .id = "owners",
      .caption = "memblock.reserved: who has which bytes at the hand-over",
      .columns = {{"range", Kind::range}, {"size", Kind::number}, {"owner"}, {"asked for by"}},
      .all = owners.size()};
  for (std::size_t i = 0; i < std::min(owners.size(), kHtmlRows); ++i) {
    const boot::Owned& o = owners[i];
    table.rows.push_back({{span(o.range, digits_of(s))},
                          {human_size(o.range.size())},
                          {o.words.empty() ? "not recorded" : o.words, "reserved"},
                          {o.function, "code"}});
  }
  const std::size_t regions = s.outcome.state.memblock.reserved().list.size();
  html.section("reserved", "Reserved",
               fmt::format("{} in memblock, {} in memory", counted(regions, "range"),
                           human_size(s.outcome.totals.reserved)));
  html.table(table).close("section");
}

}  // namespace

void write_html_ledger(Html& html, const account::Ledger& ledger) {
  if (ledger.firmware_ram == 0 && ledger.memory == 0) return;
  const std::uint64_t installed = ledger.installed.value_or(ledger.firmware_ram);
  LedgerTable rows(std::max(ledger.firmware_ram, installed));
  if (ledger.installed) {
    rows.sum("RAM that is plugged in", installed);
    if (installed > ledger.firmware_ram)
      rows.row("− not in the firmware's map", installed - ledger.firmware_ram, "lost", {}, {}, {});
    if (installed < ledger.firmware_ram)
      rows.row("+ more in the firmware's map", ledger.firmware_ram - installed, "ram", {}, {}, {});
  }
  rows.sum("RAM in the firmware's map", ledger.firmware_ram);
  rows.stage(ledger, Stage::lost);
  rows.stage(ledger, Stage::added);
  rows.sum("= memblock's memory", ledger.memory);
  rows.stage(ledger, Stage::reserved);
  rows.stage(ledger, Stage::unusable);
  if (ledger.mem_total && ledger.back() != 0)
    rows.row("+ comes back later", ledger.back(), "ram", {}, {}, {});
  if (ledger.mem_total) {
    rows.sum("= MemTotal", *ledger.mem_total);
  } else {
    rows.sum("= unreserved", ledger.handed_over);
  }
  html.section("where", "Where the RAM went");
  html.table({.id = "where",
              .caption = "Every byte of RAM, from what is plugged in to MemTotal",
              .columns = {{"what"},
                          {"size", Kind::number},
                          {"bytes", Kind::number},
                          {"share", Kind::number},
                          {"back", Kind::number},
                          {"by"},
                          {"what brings it back"}},
              .rows = std::move(rows).take()});
  html.close("section");
}

void write_html_ranges(Html& html, const PageSubject& s) {
  write_e820(html, s);
  write_memory(html, s);
  write_reserved(html, s);
}

}  // namespace memmap::report
