// A line of any table as cells: its numbers and words, with what stands around them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace memmap::input {

// What a title or a label says of a column.
enum class Meaning : std::uint8_t { none, start, end, last, size, type, pages, other };

// Of `base_addr`, `Length`, `type`, ...; none: the word tells nothing.
Meaning meaning_of(std::string_view label);

struct Cell {
  std::string_view text{};
  bool is_word = false;  // letters: `RAM`, `ACPI NVS`, `persistent (type 12)`; else a number
  // The number in either base; empty: it cannot be of that base, or has more than 64 bits. With 0x, a
  // unit or an h behind it only one is there.
  std::optional<std::uint64_t> hex{};
  std::optional<std::uint64_t> decimal{};
  bool bare_hex = false;          // hexadecimal by its letters, or by leading zeros, without a mark
  Meaning label = Meaning::none;  // of `base=` or `base:` in front of it
  bool ranged = false;  // a dash, an arrow, `..` or `to` parts it from the number before it
  char closed = '\0';   // `]` or `)` directly behind it
};

// The cells from left to right. A number that counts lines (`3:`, `12.`, `[4]` before any other number)
// is none, nor are numbers with a fraction (time stamps, `4.0 MiB`), nor labels, but for a type in front
// of a colon.
std::vector<Cell> cells_of(std::string_view line);

}  // namespace memmap::input
