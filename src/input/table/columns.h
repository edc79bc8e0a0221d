// What --columns says of a table: which of its columns is what.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/table/radix.h"
#include "input/table/row.h"

namespace memmap::input {

struct Column {
  enum class Kind : std::uint8_t { skipped, start, second, type };
  Kind kind = Kind::skipped;
  Bound bound = Bound::end;           // of `second`
  TypeNames names = TypeNames::e820;  // of `type`
  Radix radix = Radix::told;
  std::uint64_t unit = 1;  // bytes in one of the column's numbers
};
using Columns = std::vector<Column>;

// The names that parse_columns() knows.
std::vector<std::string_view> column_names();

// Reads `start,end,type`: `start`, one of `end` (the first byte behind the entry), `last` (its last byte)
// and `size` (`length`), and `type` (`efi-type`, `limine-type`, `kexec-type`: whose numbers), each once, in
// the order of the table; `-` for a column that is not wanted. Behind a name, `/hex`, `/dec`, or the unit of
// its numbers: `/KiB`, `/MiB`, `/GiB`, `/pages`. Errors, at --columns: other words, one twice, one missing.
Result<Columns> parse_columns(std::string_view text);

// The table of a text whose columns are these: every line that has them. Errors, all of them: a line
// within the table that lacks one, or has a word for a number; a text without such a line; decimal and
// hexadecimal numbers that nothing tells apart.
Result<TableText> table_by_columns(std::string_view text, const std::string& file,
                                   const Columns& columns);

}  // namespace memmap::input
