// Who prints tables of memory, and in which form: firmware, boot loaders, other kernels, tools.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "input/table/row.h"

namespace memmap::input {

// One form of a line. Whoever adds one: a row in printers.cc; a table of your own making in
// tests/unit/input/table/printers_test.cc, which has one for each row; a line in share/doc/formats.md.
struct Printer {
  std::string_view id;     // for tests: one word
  std::string_view whose;  // `SeaBIOS's`, in notes: `read as SeaBIOS's table`
  TypeNames names;
  // A piece of every such line that is cheap to look for; lines without it are not read.
  std::string_view mark;
  std::string_view shape;    // match_shape()
  std::string_view heading;  // in the line above a table; empty: it has none
  // Others have lines of this form too: only those right below its heading are its own.
  bool headed = false;
  // Lines with this are no entries, but belong to the table; empty: there are none.
  std::string_view skips{};
};

std::span<const Printer> printers();

struct PrintedTables {
  const Printer* printer = nullptr;  // nullptr: there is no such table
  std::vector<TableText> tables{};
  // Lines within a table (or right behind its last entry) that look like an entry and are none.
  std::vector<Line> damaged{};
  std::size_t rows = 0;  // of all tables
};

// The tables of the printer that has the most lines in `text`; the first of equals.
PrintedTables find_printed_tables(std::string_view text);

}  // namespace memmap::input
