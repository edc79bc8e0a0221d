// Names that stand for several.
#pragma once

#include <string_view>

namespace memmap {

// `*` in `pattern` stands for any text. Takes time by the product of both lengths at most.
bool matches(std::string_view pattern, std::string_view text);

}  // namespace memmap
