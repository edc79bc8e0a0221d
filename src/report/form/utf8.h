// Text that others wrote (file names, command lines, logs), made safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace memmap::report {

// Bytes that are no UTF-8 become U+FFFD, one for each.
std::string valid_utf8(std::string_view text);

enum class Charset { ascii, unicode };

// One line, safe for a terminal: tabs and line ends become blanks, other control characters
// (U+0080-U+009F and the direction overrides too) and what `charset` cannot show become `?`.
std::string printable(std::string_view text, Charset charset);

// Columns that printable text takes: its characters.
std::size_t text_width(std::string_view text);

// The first `width` columns; where something is cut, the last of them is `…` or `~`.
std::string cut(std::string_view text, std::size_t width, Charset charset);

}  // namespace memmap::report
