#include "report/diagram/drawing.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/form/names.h"
#include "report/form/units.h"
#include "report/form/utf8.h"

namespace memmap::report {
namespace {

constexpr std::size_t kHeadingWidth = 110;  // characters of a line above the picture

std::string line_of(std::string_view text) {
  return cut(printable(text, Charset::unicode), kHeadingWidth, Charset::unicode);
}

GraphCell bare(std::string text, Face face) {
  return {.text = {std::move(text)}, .face = face, .border = false};
}

// A swatch and its word for each.
GraphCell legend_cell(const std::vector<Legend>& legend) {
  GraphCell cell = bare("", Face::words);
  for (const Legend& l : legend)
    cell.inner.push_back({.text = {l.what}, .fill = l.ink, .face = Face::words});
  return cell;
}

}  // namespace

std::string_view moment_words(const boot::Outcome& outcome) {
  return outcome.state.handed_over ? "at the hand-over to the page allocator"
                                   : "where the boot stopped";
}

GraphTable heading(const Drawing& drawing, std::string_view shows,
                   const std::vector<Legend>& legend, std::string_view reading) {
  const boot::Outcome& outcome = drawing.outcome;
  const boot::Subject& s = outcome.subject;
  GraphTable table{.framed = false};
  table.row({bare(line_of(drawing.look.title.empty() ? shows : drawing.look.title), Face::title)});
  std::string of = s.source.empty() ? "memory map" : s.source;
  if (!s.kernel.empty()) of += ", kernel " + s.kernel;
  if (!s.kernel_verified) of += fmt::format(" ({})", kNotVerified);
  table.row({bare(line_of(of), Face::words)});
  if (!s.command_line.empty())
    table.row({bare(line_of("command line: " + s.command_line), Face::words)});
  if (outcome.panicked) {
    GraphCell panic = bare(line_of(outcome.events.empty() ? "the boot stopped"
                                                          : "panic: " + outcome.events.back().text),
                           Face::strong);
    panic.fill = Ink::alarm;
    table.row({std::move(panic)});
  }
  if (!reading.empty()) table.row({bare(line_of(reading), Face::faint)});
  if (!legend.empty()) table.row({legend_cell(legend)});
  return table;
}

GraphCell head_cell(std::string text, unsigned columns, Ink ink) {
  return {.text = {std::move(text)}, .fill = ink, .face = Face::strong, .columns = columns};
}

GraphCell words_cell(std::string text, Ink ink) {
  return {.text = {std::move(text)}, .fill = ink, .face = Face::words};
}

GraphCell value_cell(std::string text, Ink ink) { return {.text = {std::move(text)}, .fill = ink}; }

GraphCell number_cell(std::string text, Ink ink) {
  return {.text = {std::move(text)}, .fill = ink, .right = true};
}

GraphCell break_cell(std::string text, unsigned columns) {
  return {
      .text = {"… " + std::move(text)}, .fill = Ink::gap, .face = Face::faint, .columns = columns};
}

std::vector<GraphCell> titles(std::initializer_list<std::string_view> names) {
  std::vector<GraphCell> out;
  for (const std::string_view name : names)
    out.push_back({.text = {std::string(name)}, .fill = Ink::panel, .face = Face::faint});
  return out;
}

std::string place_name(std::string_view what, std::uint64_t address) {
  return fmt::format("{}_{:#x}", what, address);
}

// Graphviz sets what nothing connects from the bottom up: the last row is added first.
void arrange(Digraph& graph, const std::vector<NamedTable>& tables, std::size_t columns) {
  const std::size_t rows = (tables.size() + columns - 1) / columns;
  for (std::size_t row = rows; row-- > 0;) {
    Digraph::Node before = -1;
    for (std::size_t i = row * columns; i < std::min(tables.size(), (row + 1) * columns); ++i) {
      const Digraph::Node node =
          graph.add_node(Digraph::kNoCluster, tables[i].name, tables[i].table);
      if (before >= 0) graph.add_edge({.node = before}, {.node = node}, Digraph::Line::follows);
      before = node;
    }
  }
}

}  // namespace memmap::report
