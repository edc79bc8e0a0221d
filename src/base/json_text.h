// Text as JSON has it, which YAML in double quotes reads alike.
#pragma once

#include <string>
#include <string_view>

namespace memmap {

// `text` between double quotes, on one line; control characters are escaped. Bytes that are no
// UTF-8, which JSON cannot hold, become U+FFFD each.
std::string json_text(std::string_view text);
void append_json_text(std::string& out, std::string_view text);

}  // namespace memmap
