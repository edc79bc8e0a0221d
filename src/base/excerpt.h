// The line of input that a message is about, with carets below the part at fault.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace memmap {

// Returns two indented lines, each with a line end: `line`, and carets below its `length` bytes
// from `column` on. Columns count bytes from 1; for column 0 there are no carets and one line. A
// line of more than 100 bytes is cut to where the first caret is, between characters. What it shows
// is printable().
std::string excerpt(std::string_view line, std::size_t column, std::size_t length);

}  // namespace memmap
