// A line of text with carets below a part of it, as messages show it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace memmap {

// Two lines, indented, each with its end: `line` and carets under `length` bytes from `column` on
// (from 1; 0: no carets and one line). A long line is cut so that the first caret shows; what
// is not printable is shown as `?`.
std::string excerpt(std::string_view line, std::size_t column, std::size_t length);

}  // namespace memmap
