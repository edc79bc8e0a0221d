// Lines of a text that may be entries of one table: those of one form.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "input/table/cells.h"
#include "input/text/lines.h"

namespace memmap::input {

struct CandidateLine {
  Line line{};
  std::vector<Cell> cells{};
};

// Lines of one form, and the titles above the first.
struct CandidateTable {
  std::vector<CandidateLine> rows{};
  std::vector<Meaning> meanings{};  // of each cell: its label, else its title
};

struct FoundTable {
  CandidateTable table{};
  std::optional<CandidateLine> closest{};  // the first line with the most numbers, at least one
  std::optional<CandidateLine> odd{};      // within the table, of another form
};

// The form that has the most lines in the beginning of `text`, each with two numbers at least; of lines
// beside them, what ends in that form.
FoundTable find_table(std::string_view text);

}  // namespace memmap::input
