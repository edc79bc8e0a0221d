// memblock -> memblock_type -> memblock_region, as books draw them.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/diagram/drawing.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using memblock::Region;
using memblock::RegionType;
using Side = Digraph::End::Side;

constexpr std::size_t kMemoryRows = 14;
constexpr std::size_t kReservedRows = 26;

std::string nid_words(int nid, const memblock::Memblock& memblock) {
  if (nid == memblock::kAnyNode) return "NUMA_NO_NODE";
  if (nid == memblock.behaviour().max_numnodes) return "MAX_NUMNODES";
  return fmt::format("{}", nid);
}

// Whose bytes a reserved region has, the largest first: `initrd and 3 more`.
std::string owners_words(const std::vector<boot::Owned>& owned, PhysRange range) {
  std::map<std::string_view, std::uint64_t> bytes;
  auto at = std::ranges::lower_bound(owned, range.base(), {},
                                     [](const boot::Owned& o) { return o.range.end(); });
  for (; at != owned.end() && at->range.base() < range.end(); ++at) {
    const std::uint64_t common = at->range.intersect(range).size();
    if (common != 0)
      bytes[at->words.empty() ? "not recorded" : std::string_view(at->words)] += common;
  }
  if (bytes.empty()) return "";
  const auto most = std::ranges::max_element(
      bytes, [](const auto& a, const auto& b) { return a.second < b.second; });
  return bytes.size() == 1 ? std::string(most->first)
                           : fmt::format("{} and {} more", most->first, bytes.size() - 1);
}

GraphTable memblock_table(const memblock::Memblock& memblock) {
  GraphTable table;
  table.row({head_cell("struct memblock memblock", 2, Ink::table)});
  table.row({value_cell("bottom_up"), value_cell(memblock.bottom_up() ? "true" : "false")});
  const PhysAddr limit = memblock.current_limit();
  table.row(
      {value_cell("current_limit"),
       value_cell(limit == memblock::kAllocAnywhere ? "MEMBLOCK_ALLOC_ANYWHERE"
                                                    : hex(raw(limit), hex_digits(raw(limit))))});
  for (const char* name : {"memory", "reserved"}) {
    GraphCell part = value_cell("struct memblock_type");
    part.port = name;
    table.row({value_cell(name), std::move(part)});
  }
  return table;
}

std::string array_words(const RegionType& type) {
  return type.array ? fmt::format("struct memblock_region[{}] at {}", type.max,
                                  hex(raw(type.array->base())))
                    : fmt::format("memblock_{}_init_regions[{}], in the kernel's image", type.name,
                                  type.max);
}

GraphTable type_table(const memblock::Memblock& memblock, const RegionType& type) {
  GraphTable table;
  GraphCell head =
      head_cell(fmt::format("struct memblock_type memblock.{}", type.name), 2, Ink::table);
  head.port = "head";
  table.row({std::move(head)});
  table.row({value_cell("cnt"), value_cell(fmt::format("{}", memblock.cnt(type)))});
  table.row({value_cell("max"), value_cell(fmt::format("{}", type.max))});
  table.row({value_cell("total_size"), value_cell(fmt::format("{} ({})", hex(type.total_size),
                                                              human_size(type.total_size)))});
  GraphCell regions = value_cell("struct memblock_region *");
  regions.port = "regions";
  table.row({value_cell("regions"), std::move(regions)});
  table.row({value_cell("name"), value_cell(fmt::format("\"{}\"", type.name))});
  return table;
}

void add_region(GraphTable& table, std::size_t index, const Region& r, Ink ink,
                const Drawing& drawing, bool owners) {
  const unsigned digits = hex_digits(raw(r.range.end()) - 1);
  std::vector<GraphCell> row{number_cell(fmt::format("[{}]", index), ink),
                             number_cell(hex(raw(r.range.base()), digits), ink),
                             number_cell(hex(r.range.size()), ink),
                             number_cell(human_size(r.range.size()), ink),
                             value_cell(r.flags == 0 ? "0" : region_flags(r.flags), ink),
                             value_cell(nid_words(r.nid, drawing.outcome.state.memblock), ink)};
  if (owners) row.push_back(words_cell(owners_words(drawing.outcome.owners, r.range)));
  table.row(std::move(row));
}

// The first and the last, where not all are shown.
GraphTable regions_table(const Drawing& drawing, const RegionType& type, Ink ink, std::size_t most,
                         bool owners) {
  const memblock::Regions regions = type.regions();
  const unsigned columns = owners ? 7 : 6;
  GraphTable table;
  GraphCell head = head_cell(array_words(type), columns, Ink::table);
  head.port = "head";
  table.row({std::move(head)});
  table.row(owners ? titles({"", "base", "size", "", "flags", "nid", "holds (no member)"})
                   : titles({"", "base", "size", "", "flags", "nid"}));
  const std::size_t shown = drawing.shown(regions.size(), most);
  const std::size_t first = shown == regions.size() ? shown : (shown + 1) / 2;
  const std::size_t last = regions.size() - (shown - first);
  std::uint64_t left_out = 0;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (i < first || i >= last) {
      add_region(table, i, regions[i], ink, drawing, owners);
      continue;
    }
    left_out += regions[i].range.size();
    if (i + 1 == last) {
      table.row({break_cell(
          fmt::format("[{}] to [{}]: {} more, {}", first, i, last - first, human_size(left_out)),
          columns)});
    }
  }
  const std::uint64_t cnt = drawing.outcome.state.memblock.cnt(type);
  if (type.max > cnt)
    table.row({break_cell(fmt::format("[{}] to [{}]: not in use", cnt, type.max - 1), columns)});
  return table;
}

}  // namespace

std::string draw_structs(const Drawing& drawing) {
  const memblock::Memblock& memblock = drawing.outcome.state.memblock;
  Digraph graph(
      heading(drawing, fmt::format("Memblock's structures {}", moment_words(drawing.outcome)),
              {{Ink::table, "a structure"}, {Ink::ram, "memory"}, {Ink::reserved, "reserved"}},
              "dashed: a part of the structure; arrow: a pointer; base and size in bytes"),
      drawing.look.theme);
  const Digraph::Node whole =
      graph.add_node(Digraph::kNoCluster, "memblock", memblock_table(memblock));
  struct Part {
    const RegionType& type;
    Ink ink;
    std::size_t most;
    bool owners;
  };
  for (const Part& part : {Part{memblock.memory(), Ink::ram, kMemoryRows, false},
                           Part{memblock.reserved(), Ink::reserved, kReservedRows, true}}) {
    const std::string name(part.type.name);
    const Digraph::Node type =
        graph.add_node(Digraph::kNoCluster, "type_" + name, type_table(memblock, part.type));
    const Digraph::Node regions =
        graph.add_node(Digraph::kNoCluster, "regions_" + name,
                       regions_table(drawing, part.type, part.ink, part.most, part.owners));
    graph.add_edge({whole, name, Side::right}, {type, "head", Side::left}, Digraph::Line::owns);
    graph.add_edge({type, "regions", Side::right}, {regions, "head", Side::left});
  }
  return graph.to_dot();
}

}  // namespace memmap::report
