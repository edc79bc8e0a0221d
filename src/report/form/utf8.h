// Text that others wrote (file names, command lines, logs), made safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace memmap::report {

// `text` with U+FFFD for each byte that is no UTF-8.
std::string valid_utf8(std::string_view text);

enum class Charset { ascii, unicode };

// `text` as one line that is safe for a terminal. Tabs and line ends become blanks. Other control
// characters, U+0080 to U+009F and overrides of direction among them, and characters that `charset`
// does not have become `?`.
std::string printable(std::string_view text, Charset charset);

// How many columns printable() text takes: one for each character.
std::size_t text_width(std::string_view text);

// The first `width` columns of printable() text. Where something is cut off, the last is `…`, in
// ASCII `~`.
std::string cut(std::string_view text, std::size_t width, Charset charset);

}  // namespace memmap::report
