// The kernel's page tables, level by level, with the places where they lie.
#include <fmt/format.h>

#include <algorithm>

#include "paging/areas.h"
#include "report/diagram/drawing.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using Side = Digraph::End::Side;

constexpr std::size_t kTables = 12;  // that are drawn of a level, each in a node of its own
constexpr std::size_t kRows = 5;     // of a table

// Entries of a table that are alike, one behind the other: pages of one run, or a table each.
struct Entries {
  unsigned first = 0, count = 1;
  const paging::Mapping* pages = nullptr;  // null: a table
  VirtAddr virt{};
};

class Tree {
 public:
  Tree(const Drawing& drawing, Digraph& graph, const paging::AddressSpace& tables)
      : drawing_(drawing), graph_(graph), tables_(tables) {}

  void draw() {
    for (unsigned level = tables_.levels(); level >= 1; --level) {
      const std::string_view name = table_name(level, tables_.levels());
      clusters_[level] =
          graph_.add_cluster(name, {fmt::format("{}: {}, an entry has {}", name,
                                                counted(tables_.tables(level).size(), "table"),
                                                human_size(paging::entry_size(level)))});
    }
    add(tables_.levels(), VirtAddr{0}, {});
    for (unsigned level = 1; level < tables_.levels(); ++level) {
      if (left_out_[level] == 0) continue;
      GraphTable more;
      more.row({break_cell(fmt::format("{} more", counted(left_out_[level], "table")), 1)});
      graph_.add_node(clusters_[level], fmt::format("more_level_{}", level), more);
    }
  }

 private:
  // The entries in use of the table of `level` that translates `virt`.
  std::vector<Entries> entries_of(unsigned level, VirtAddr virt) const {
    std::vector<Entries> out;
    const std::uint64_t size = paging::entry_size(level);
    const std::uint64_t base =
        level == tables_.levels() ? 0 : raw(virt) & ~(paging::table_size(level) - 1);
    for (unsigned i = 0; i < paging::kEntries; ++i) {
      const VirtAddr at = level == tables_.levels()
                              ? paging::canonical(base + i * size, tables_.levels())
                              : VirtAddr{base + i * size};
      const bool is_table = level > 1 && tables_.table(level - 1, at).has_value();
      const paging::Mapping* pages = nullptr;
      if (!is_table && level <= 3) {
        pages = tables_.find(at);
        if (pages != nullptr && pages->page_size != size) pages = nullptr;
      }
      if (!is_table && pages == nullptr) continue;
      if (pages != nullptr && !out.empty() && out.back().pages == pages &&
          out.back().first + out.back().count == i) {
        ++out.back().count;
      } else {
        out.push_back({i, 1, pages, at});
      }
    }
    return out;
  }

  // The area of the first page that is mapped at or above `virt`.
  std::string area_words(VirtAddr virt) const {
    const auto& runs = tables_.mappings();
    const auto at = std::ranges::partition_point(
        runs, [&](const paging::Mapping& m) { return raw(m.virt) + (m.bytes() - 1) < raw(virt); });
    const VirtAddr first = at == runs.end() || at->virt < virt ? virt : at->virt;
    return std::string(paging::area_of(first, tables_.levels(), tables_.bases()));
  }

  static std::string place_words(const std::optional<paging::TablePage>& table) {
    if (!table) return "";
    return fmt::format("{} ({})", table->phys ? hex(raw(*table->phys)) : "place not known",
                       origin_name(table->origin));
  }

  // Draws the table and those below it; its entry in the table above leads there.
  void add(unsigned level, VirtAddr virt, const Digraph::End& from) {
    const std::vector<Entries> entries = entries_of(level, virt);
    GraphTable table;
    GraphCell head = head_cell("at " + place_words(tables_.table(level, virt)), 3, Ink::table);
    head.port = "head";
    table.row({std::move(head)});
    const std::size_t shown = drawing_.shown(entries.size(), kRows);
    const std::size_t first = shown == entries.size() ? shown : (shown + 1) / 2;
    const std::size_t last = entries.size() - (shown - first);
    unsigned pages = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i < first || i >= last) {
        add_row(table, level, entries[i]);
        continue;
      }
      pages += entries[i].count;
      if (entries[i].pages == nullptr) left_out_[level - 1] += 1;
      if (i + 1 == last) table.row({break_cell(fmt::format("{} more entries", pages), 3)});
    }
    const Digraph::Node node = graph_.add_node(
        clusters_[level], fmt::format("{}_{:x}", table_name(level, tables_.levels()), raw(virt)),
        table);
    if (from.node >= 0) graph_.add_edge(from, {node, "head", Side::left});
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if ((i >= first && i < last) || entries[i].pages != nullptr) continue;
      if (!drawing_.look.full && drawn_[level - 1] == kTables) {
        ++left_out_[level - 1];
        continue;
      }
      ++drawn_[level - 1];
      add(level - 1, entries[i].virt, {node, fmt::format("e{}", entries[i].first), Side::right});
    }
  }

  void add_row(GraphTable& table, unsigned level, const Entries& e) const {
    const std::string index = e.count == 1 ? fmt::format("[{}]", e.first)
                                           : fmt::format("[{}-{}]", e.first, e.first + e.count - 1);
    if (e.pages == nullptr) {
      GraphCell leads = words_cell(area_words(e.virt));
      leads.port = fmt::format("e{}", e.first);
      return void(
          table.row({value_cell(index), value_cell(hex(raw(e.virt), 16)), std::move(leads)}));
    }
    const std::uint64_t phys = raw(e.pages->phys) + (raw(e.virt) - raw(e.pages->virt));
    table.row({value_cell(index, Ink::ram), value_cell(hex(raw(e.virt), 16), Ink::ram),
               value_cell(fmt::format("{} of {} at {}, {}", e.count == 1 ? "page" : "pages",
                                      human_size(paging::entry_size(level)), hex(phys),
                                      mapping_words(e.pages->flags)),
                          Ink::ram)});
  }

  const Drawing& drawing_;
  Digraph& graph_;
  const paging::AddressSpace& tables_;
  std::array<Digraph::Cluster, 6> clusters_{};  // by level, as the next two
  std::array<std::size_t, 6> drawn_{};
  std::array<std::size_t, 6> left_out_{};
};

}  // namespace

std::string draw_page_tables(const Drawing& drawing) {
  const paging::AddressSpace& tables = drawing.outcome.state.page_tables;
  std::string bits = "bits of an address:";
  for (unsigned level = tables.levels(); level >= 1; --level)
    bits += fmt::format(" {} {}-{},", table_name(level, tables.levels()),
                        paging::entry_shift(level) + paging::kIndexBits - 1,
                        paging::entry_shift(level));
  Digraph graph(
      heading(drawing,
              fmt::format("Page tables of {} levels {}", tables.levels(),
                          moment_words(drawing.outcome)),
              {{Ink::table, "a table of 512 entries"}, {Ink::ram, "entries that are pages"}},
              bits + " offset 11-0"),
      drawing.look.theme);
  Tree(drawing, graph, tables).draw();
  return graph.to_dot();
}

}  // namespace memmap::report
