// Characters of UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace memmap {

// Bytes of the character that `text` starts with, 1 to 4. 0: it starts with no valid character;
// overlong forms, surrogates and values above 0x10ffff are none.
std::size_t utf8_length(std::string_view text);

// Appends the character `c`, at most 0x10ffff.
void append_utf8(std::string& out, std::uint32_t c);

}  // namespace memmap
