// Entries of a table as its lines have them, before it is known what their types mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/text/lines.h"
#include "machine/machine.h"

namespace memmap::input {

// What the second number of an entry is: the first byte behind it, its last byte, how many it has.
enum class Bound : std::uint8_t { end, last, size };

// The word that --columns and messages have for it: `end`, `last`, `size`.
std::string_view column_of(Bound bound);

// Whose numbers and words a table has for types.
enum class TypeNames : std::uint8_t { e820, kexec, efi, limine, coreboot };

// One line. The views are pieces of the text that was read.
struct TableRow {
  Line line{};
  std::string_view place{};  // the part of the line that is the entry
  std::uint64_t start = 0;
  std::uint64_t second = 0;
  Bound bound = Bound::end;
  std::optional<std::uint64_t> number{};  // of the type
  std::string_view word{};                // of the type; empty: only the number tells
  std::optional<std::uint64_t> index{};   // as the printer counts its lines
  std::uint64_t attributes = 0;           // of EFI's maps
};

// A table, or a piece of one, in its own order.
struct TableText {
  std::vector<TableRow> rows{};
  TypeNames names = TypeNames::e820;
  std::vector<std::size_t> strangers{};  // numbers of lines within the table that are none of it
  std::optional<std::uint64_t> announced{};  // entries, by the line above the table
  std::string whose{};                       // `SeaBIOS's`; empty: not known
  bool strict = false;  // a word that is not known is a mistake, not the printer's own
};

// How many entries a line above a table says that it has: `map has 8 items`, `entries: 18`. nullopt: it does
// not say.
std::optional<std::uint64_t> announced_in(std::string_view line);

// How many bytes the entry has; nullopt: it ends before it begins, or behind the last byte of all.
std::optional<std::uint64_t> size_of(const TableRow& row);

// The map. Notes tell of what is missing (numbers left out, entries announced that are not there, a
// beginning above 1 MiB), of entries without a byte, which are left out, and of what becomes of types
// that e820 does not have. Errors, with their lines: bounds that are none, entries that overlap, with
// `strict` unknown words.
Result<Machine> machine_of_table(const TableText& table, const std::string& file);

}  // namespace memmap::input
