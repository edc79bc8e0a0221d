// Memory, and what is reserved of it, side by side in order of address.
#include <fmt/format.h>

#include <algorithm>

#include "report/diagram/drawing.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

constexpr std::size_t kRows = 36;
constexpr std::size_t kNoRegion = ~std::size_t{0};

// Bytes of one region (or none) and one owner (or none).
struct Piece {
  PhysRange range{};
  std::size_t region = kNoRegion;
  const boot::Owned* owned = nullptr;
};

// One piece, or several small ones one behind the other.
struct Row {
  std::size_t first = 0, count = 1;
};

std::vector<Piece> pieces_of(const boot::Outcome& outcome, const memblock::Regions& memory) {
  std::vector<std::uint64_t> borders;
  for (const memblock::Region& r : memory) {
    borders.push_back(raw(r.range.base()));
    borders.push_back(raw(r.range.end()));
  }
  for (const boot::Owned& o : outcome.owners) {
    borders.push_back(raw(o.range.base()));
    borders.push_back(raw(o.range.end()));
  }
  std::ranges::sort(borders);
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  std::vector<Piece> out;
  std::size_t region = 0;
  std::size_t owned = 0;
  for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
    Piece piece{.range = PhysRange::make(borders[i], borders[i + 1])};
    while (region < memory.size() && memory[region].range.end() <= piece.range.base()) ++region;
    while (owned < outcome.owners.size() && outcome.owners[owned].range.end() <= piece.range.base())
      ++owned;
    if (region < memory.size() && memory[region].range.contains(piece.range)) piece.region = region;
    if (owned < outcome.owners.size() && outcome.owners[owned].range.contains(piece.range))
      piece.owned = &outcome.owners[owned];
    out.push_back(piece);
  }
  return out;
}

// Pieces below `least` bytes that follow each other are one row.
std::vector<Row> rows_of(const std::vector<Piece>& pieces, std::uint64_t least) {
  std::vector<Row> rows;
  bool joins = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool small = pieces[i].range.size() < least;
    if (small && joins) {
      ++rows.back().count;
    } else {
      rows.push_back({.first = i});
    }
    joins = small;
  }
  return rows;
}

std::vector<Row> rows_that_fit(const std::vector<Piece>& pieces, bool full) {
  std::vector<std::uint64_t> sizes;
  for (const Piece& p : pieces) sizes.push_back(p.range.size());
  std::ranges::sort(sizes);
  std::vector<Row> rows = rows_of(pieces, 0);
  for (std::size_t i = 0; !full && rows.size() > kRows && i < sizes.size(); i += 1 + i / 16)
    rows = rows_of(pieces, sizes[i] + 1);
  return rows;
}

std::size_t region_of(const std::vector<Piece>& pieces, const Row& row) {
  return pieces[row.first].region == pieces[row.first + row.count - 1].region
             ? pieces[row.first].region
             : kNoRegion;
}

GraphCell memory_cell(const std::vector<Piece>& pieces, const Row& row,
                      const memblock::Regions& memory) {
  const std::size_t region = region_of(pieces, row);
  if (region == kNoRegion) {
    std::uint64_t bytes = 0;
    for (std::size_t i = row.first; i < row.first + row.count; ++i)
      bytes += pieces[i].region == kNoRegion ? 0 : pieces[i].range.size();
    return words_cell(bytes == 0 ? "no memory" : human_size(bytes) + " of it memory", Ink::gap);
  }
  const memblock::Region& r = memory[region];
  GraphCell cell = words_cell(fmt::format("[{}] {}", region, human_size(r.range.size())), Ink::ram);
  if (r.nid != memblock::kAnyNode) cell.text.push_back(fmt::format("node {}", r.nid));
  if (r.flags != 0) cell.text.push_back(region_flags(r.flags));
  return cell;
}

// What is reserved, and by which function.
void add_reserved(std::vector<GraphCell>& out, const std::vector<Piece>& pieces, const Row& row) {
  if (row.count > 1) {
    std::uint64_t reserved = 0;
    std::uint64_t free = 0;
    std::size_t count = 0;
    for (std::size_t i = row.first; i < row.first + row.count; ++i) {
      if (pieces[i].owned != nullptr) {
        ++count;
        reserved += pieces[i].range.size();
      } else if (pieces[i].region != kNoRegion) {
        free += pieces[i].range.size();
      }
    }
    out.push_back(break_cell(fmt::format("{} small pieces: {} reserved, {}; not reserved {}",
                                         row.count, count, human_size(reserved), human_size(free)),
                             2));
    return;
  }
  const Piece& piece = pieces[row.first];
  if (piece.owned == nullptr) {
    GraphCell cell = words_cell(piece.region == kNoRegion ? "" : "not reserved",
                                piece.region == kNoRegion ? Ink::gap : Ink::free);
    cell.columns = 2;
    return out.push_back(std::move(cell));
  }
  const std::string& words = piece.owned->words;
  out.push_back(words_cell(words.empty() ? "not recorded" : words, Ink::reserved));
  out.push_back(value_cell(piece.owned->function.empty() ? "" : piece.owned->function + "()"));
}

}  // namespace

std::string draw_memblock(const Drawing& drawing) {
  const boot::Outcome& o = drawing.outcome;
  Digraph graph(
      heading(drawing, fmt::format("Memblock {}", moment_words(o)),
              {{Ink::ram, "memory"}, {Ink::reserved, "reserved"}, {Ink::free, "not reserved"}},
              "addresses rise downwards; not to scale; a range's last byte belongs to it"),
      drawing.look.theme);
  const memblock::Regions memory = o.state.memblock.memory().regions();
  const std::vector<Piece> pieces = pieces_of(o, memory);
  const std::vector<Row> rows = rows_that_fit(pieces, drawing.look.full);
  GraphTable table;
  table.row(
      {head_cell("range", 2),
       head_cell(fmt::format("memblock.memory, {}", human_size(o.totals.memory)), 1),
       head_cell(fmt::format("memblock.reserved, {} of memory", human_size(o.totals.reserved)), 1),
       head_cell("asked for by", 1)});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const PhysRange range = PhysRange::make(raw(pieces[row.first].range.base()),
                                            raw(pieces[row.first + row.count - 1].range.end()));
    std::vector<GraphCell> cells{value_cell(span(range)), number_cell(human_size(range.size()))};
    const std::size_t region = region_of(pieces, row);
    const bool goes_on = i > 0 && region != kNoRegion && region_of(pieces, rows[i - 1]) == region;
    if (!goes_on) {
      GraphCell cell = memory_cell(pieces, row, memory);
      while (region != kNoRegion && i + cell.rows < rows.size() &&
             region_of(pieces, rows[i + cell.rows]) == region)
        ++cell.rows;
      cells.push_back(std::move(cell));
    }
    add_reserved(cells, pieces, row);
    table.row(std::move(cells));
  }
  graph.add_node(Digraph::kNoCluster, "memblock", table);
  return graph.to_dot();
}

}  // namespace memmap::report
