// The words for how an answer is written, of those answers that know no others.
#pragma once

#include <array>
#include <string_view>

namespace memmap::answer {

// The usual one first.
inline constexpr std::array<std::string_view, 2> kAnswerFormats{"text", "json"};

}  // namespace memmap::answer
