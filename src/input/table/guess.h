// A table of a printer that is not known: read where only one reading of it is possible.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "input/table/row.h"

namespace memmap::input {

struct Guess {
  // The table, where it is certain which column is what: by its titles or labels, or because under every
  // other reading entries overlap, end before they start, or none touches the next.
  std::optional<TableText> table{};
  // --columns of that reading: `start,last,type`.
  std::string columns{};
  // Else: the line that came closest (the table's first), what it lacks, what to do about it.
  Error refusal{};
};

Guess guess_table(std::string_view text, const std::string& file);

}  // namespace memmap::input
