// Text that others wrote (file names, command lines, logs), made safe to print.
#pragma once

#include <string>
#include <string_view>

namespace memmap {

enum class Charset { ascii, unicode };

// One line, safe for a terminal: tabs and line ends become blanks, other control characters
// (U+0080-U+009F and the direction overrides too) and what `charset` cannot show become `?`, as
// does each byte that is no UTF-8.
std::string printable(std::string_view text, Charset charset);

// The same of each of several lines, whose ends stay.
std::string printable_lines(std::string_view text, Charset charset);

}  // namespace memmap
