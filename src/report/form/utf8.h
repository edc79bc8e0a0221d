// Text as UTF-8, and how wide it is; base/printable.h makes it safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/printable.h"  // IWYU pragma: export
#include "base/utf8.h"

namespace memmap::report {

// Bytes that are no UTF-8 become U+FFFD, one for each.
std::string valid_utf8(std::string_view text);

// Columns that printable text takes: its characters.
std::size_t text_width(std::string_view text);

// The first `width` columns; where something is cut, the last of them is `…` or `~`.
std::string cut(std::string_view text, std::size_t width, Charset charset);

}  // namespace memmap::report
