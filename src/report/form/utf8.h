// Text as UTF-8, and how wide it is; base/printable.h makes it safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/printable.h"  // IWYU pragma: export
#include "base/utf8.h"

namespace memmap::report {

// `text` with U+FFFD for each byte that is no UTF-8.
std::string valid_utf8(std::string_view text);

// How many columns printable() text takes: one for each character.
std::size_t text_width(std::string_view text);

// The first `width` columns of printable() text. Where something is cut off, the last is `…`, in
// ASCII `~`.
std::string cut(std::string_view text, std::size_t width, Charset charset);

}  // namespace memmap::report
