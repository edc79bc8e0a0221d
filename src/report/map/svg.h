// The text of an SVG picture, piece by piece.
#pragma once

#include <string>
#include <string_view>

namespace memmap::report {

// A length in pixels, rounded to a tenth: `12`, `12.5`.
std::string px(double value);

}  // namespace memmap::report
