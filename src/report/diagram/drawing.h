// What every diagram is drawn of, and the parts that they share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"
#include "kernel/profile.h"
#include "report/diagram/diagrams.h"
#include "report/form/digraph.h"

namespace memmap::report {

struct Drawing {
  const boot::Outcome& outcome;
  const kernel::Profile& kernel;
  Look look{};

  // How many of `count` rows are shown where there is room for `most`: all of them, or one less than
  // `most`, as what is left out takes a row itself.
  std::size_t shown(std::size_t count, std::size_t most) const {
    return look.full || count <= most ? count : most - 1;
  }
};

struct Legend {
  Ink ink = Ink::paper;
  std::string what{};
};

// What stands above a picture: its title, the machine and its kernel, a panic, what the colours are,
// and a line of `reading` for whoever sees such a picture for the first time.
GraphTable heading(const Drawing& drawing, std::string_view shows,
                   const std::vector<Legend>& legend, std::string_view reading = {});

// `outcome`'s moment: `at the hand-over to the page allocator`, `where the boot stopped`.
std::string_view moment_words(const boot::Outcome& outcome);

// Cells.
GraphCell head_cell(std::string text, unsigned columns, Ink ink = Ink::head);
GraphCell words_cell(std::string text, Ink ink = Ink::paper);
GraphCell value_cell(std::string text, Ink ink = Ink::paper);
GraphCell number_cell(std::string text, Ink ink = Ink::paper);  // flush right
// What says that something is left out: `… 37 more, 1.2G`.
GraphCell break_cell(std::string text, unsigned columns);
// Titles of columns.
std::vector<GraphCell> titles(std::initializer_list<std::string_view> names);

// `0x1000`, as a part of a node's name or a port.
std::string place_name(std::string_view what, std::uint64_t address);

struct NamedTable {
  std::string name{};  // of its node
  GraphTable table{};
};
// Adds nodes that nothing connects, in rows of `columns`.
void arrange(Digraph& graph, const std::vector<NamedTable>& tables, std::size_t columns);

// One function a diagram, each in a file of its name.
std::string draw_overview(const Drawing& drawing);
std::string draw_memblock(const Drawing& drawing);
std::string draw_pipeline(const Drawing& drawing);
std::string draw_page_tables(const Drawing& drawing);
std::string draw_virtual(const Drawing& drawing);
std::string draw_numa(const Drawing& drawing);
std::string draw_structs(const Drawing& drawing);
std::string draw_buddy(const Drawing& drawing);
std::string draw_fixmap(const Drawing& drawing);

}  // namespace memmap::report
