// Where a character of UTF-8 ends.
#pragma once

#include <cstddef>
#include <string_view>

namespace memmap {

// Length in bytes of the valid UTF-8 character that `text` starts with; 0: it starts with none (no
// overlong forms, surrogates or values above 0x10ffff).
std::size_t utf8_length(std::string_view text);

}  // namespace memmap
