// Text that others wrote (file names, command lines, logs), made safe to print.
#pragma once

#include <string>
#include <string_view>

namespace memmap {

enum class Charset { ascii, unicode };

// `text` as one line that is safe for a terminal. Tabs and line ends become blanks. Other control
// characters, U+0080 to U+009F and overrides of direction among them, characters that `charset` does
// not have and bytes that are no UTF-8 become `?`.
std::string printable(std::string_view text, Charset charset);

// The same of each of several lines, whose ends stay.
std::string printable_lines(std::string_view text, Charset charset);

}  // namespace memmap
