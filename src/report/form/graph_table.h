// What stands in a node of a graph: a table of cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/form/theme.h"

namespace memmap::report {

// Lines of text. They may hold any bytes; none is taken for markup.
using Label = std::vector<std::string>;

enum class Face { value, words, strong, faint, title };

inline constexpr unsigned kLongestBar = 80;

struct GraphCell {
  Label text{};
  Ink fill = Ink::paper;
  Face face = Face::value;
  bool right = false;    // flush right; else left
  unsigned columns = 1;  // over how many it reaches
  unsigned rows = 1;     //
  std::string port{};    // by which an edge finds it; empty: none
  unsigned bar = 0;      // a bar of so many points, kLongestBar at most, in place of the text
  bool border = true;
  std::vector<GraphCell> inner{};  // a row of cells in place of the text
};

// Rows from the top down. All of them reach over the same number of columns.
struct GraphTable {
  std::vector<std::vector<GraphCell>> rows{};
  bool framed = true;

  GraphTable& row(std::vector<GraphCell> cells) {
    rows.push_back(std::move(cells));
    return *this;
  }
};

// Any bytes as text between tags: printable(), what would be markup by its entity, a blank that does not
// break where there is nothing.
std::string markup_text(std::string_view text);

// The table in the language of Graphviz's labels that look like HTML.
std::string markup(const GraphTable& table, Theme theme);

}  // namespace memmap::report
