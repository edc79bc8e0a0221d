// The kernel's virtual addresses, vmalloc's and the fixmap's enlarged.
#include <fmt/format.h>

#include <algorithm>

#include "paging/areas.h"
#include "report/diagram/drawing.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using Side = Digraph::End::Side;

constexpr std::size_t kRuns = 6;    // of an area
constexpr std::size_t kSlots = 14;  // of the fixmap

std::string at(VirtAddr v) { return hex(raw(v), 16); }

// The last byte belongs to it; the size of all 2^64 addresses is none.
std::string size_between(std::uint64_t base, std::uint64_t end) { return human_size(end - base); }

// The runs of pages of an area.
GraphTable runs_table(const Drawing& drawing, const paging::AreaTables& area) {
  GraphTable table;
  table.row({head_cell(fmt::format("{}: {} mapped in {}", area.name, human_size(area.bytes),
                                   counted(area.mappings.size(), "run")),
                       4, Ink::table)});
  const std::size_t shown = drawing.shown(area.mappings.size(), kRuns);
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < area.mappings.size(); ++i) {
    const paging::Mapping& m = *area.mappings[i];
    if (i >= shown) {
      rest += m.bytes();
      continue;
    }
    table.row({value_cell(at(m.virt)), value_cell("→ " + hex(raw(m.phys))),
               number_cell(fmt::format("{} × {}", m.pages, human_size(m.page_size))),
               value_cell(mapping_words(m.flags))});
  }
  if (shown < area.mappings.size())
    table.row({break_cell(
        fmt::format("{} more, {}", area.mappings.size() - shown, human_size(rest)), 4)});
  return table;
}

GraphTable fixmap_table(const Drawing& drawing) {
  const auto& slots = drawing.outcome.fixmap;
  GraphTable table;
  table.row(
      {head_cell(fmt::format("fixmap: {} mapped", counted(slots.size(), "slot")), 4, Ink::table)});
  const std::size_t shown = drawing.shown(slots.size(), kSlots);
  for (std::size_t i = 0; i < shown; ++i) {
    const fixmap::MappedSlot& s = slots[slots.size() - 1 - i];
    table.row({value_cell(at(s.virt)), value_cell("→ " + hex(raw(s.phys))), words_cell(s.name),
               value_cell(mapping_words(s.flags))});
  }
  if (shown < slots.size())
    table.row({break_cell(fmt::format("{} more", slots.size() - shown), 4)});
  return table;
}

GraphTable vmalloc_table(const paging::AddressSpace& tables) {
  const paging::Bases& bases = tables.bases();
  const std::size_t entries = paging::vmalloc_root_entries(tables).size();
  GraphTable table;
  table.row({head_cell("vmalloc: nothing is mapped yet", 2, Ink::table)});
  table.row({value_cell(at(bases.vmalloc)), words_cell("VMALLOC_START")});
  table.row(
      {value_cell(at(VirtAddr{raw(bases.vmalloc) + paging::vmalloc_size(tables.levels()) - 1})),
       words_cell("VMALLOC_END")});
  table.row({number_cell(fmt::format("{}", entries)), words_cell("entries of the root lead here")});
  return table;
}

// The address space of `levels` levels: its areas, and how much of each is mapped.
GraphTable areas_table(unsigned levels, const paging::Bases& bases,
                       const std::vector<paging::AreaTables>& mapped, bool ports) {
  GraphTable table;
  const unsigned columns = ports ? 4 : 3;
  table.row({head_cell(fmt::format("{} levels", levels), columns, Ink::table)});
  table.row(ports ? titles({"from", "size", "area", "mapped"}) : titles({"from", "size", "area"}));
  for (const paging::Area& area : paging::areas(levels, bases)) {
    std::uint64_t bytes = 0;
    for (const paging::AreaTables& m : mapped) bytes += m.name == area.name ? m.bytes : 0;
    const bool hole = area.name.empty();
    const Ink ink = hole ? Ink::gap : bytes != 0 ? Ink::ram : Ink::paper;
    std::vector<GraphCell> row{value_cell(at(VirtAddr{area.base}), ink),
                               number_cell(size_between(area.base, area.end), ink),
                               words_cell(hole ? "… nothing" : std::string(area.name), ink)};
    if (ports) {
      GraphCell last = number_cell(bytes == 0 ? "" : human_size(bytes), ink);
      if (!hole) last.port = fmt::format("area_{:x}", area.base);
      row.push_back(std::move(last));
    }
    table.row(std::move(row));
  }
  return table;
}

}  // namespace

std::string draw_virtual(const Drawing& drawing) {
  const paging::AddressSpace& tables = drawing.outcome.state.page_tables;
  const std::vector<paging::AreaTables> mapped = paging::tables_by_area(tables);
  Digraph graph(
      heading(
          drawing, fmt::format("Virtual addresses {}", moment_words(drawing.outcome)),
          {{Ink::ram, "mapped in part or whole"}, {Ink::gap, "a hole"}, {Ink::table, "enlarged"}},
          "addresses rise downwards; not to scale; the other depth is as without KASLR"),
      drawing.look.theme);
  const unsigned levels = tables.levels();
  const unsigned other = levels == 5 ? 4 : 5;
  const Digraph::Node side =
      graph.add_node(Digraph::kNoCluster, fmt::format("levels_{}", other),
                     areas_table(other, paging::fixed_bases(other), {}, false));
  const Digraph::Node main = graph.add_node(Digraph::kNoCluster, fmt::format("levels_{}", levels),
                                            areas_table(levels, tables.bases(), mapped, true));
  graph.add_edge({.node = side}, {.node = main}, Digraph::Line::follows);
  for (const paging::Area& area : paging::areas(levels, tables.bases())) {
    if (area.name.empty()) continue;
    const auto found = std::ranges::find(mapped, area.name, &paging::AreaTables::name);
    const bool vmalloc = area.name == "vmalloc" && found == mapped.end();
    if (found == mapped.end() && !vmalloc) continue;
    const GraphTable table = vmalloc                 ? vmalloc_table(tables)
                             : area.name == "fixmap" ? fixmap_table(drawing)
                                                     : runs_table(drawing, *found);
    const Digraph::Node node = graph.add_node(Digraph::kNoCluster, area.name, table);
    graph.add_edge({main, fmt::format("area_{:x}", area.base), Side::right}, {node, "", Side::left},
                   Digraph::Line::owns);
  }
  return graph.to_dot();
}

}  // namespace memmap::report
