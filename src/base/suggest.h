// Did you mean: the known word that a mistyped one is nearest to.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace memmap {

// The word of `known` with the fewest slips (a character added, left out, replaced, or two
// neighbours swapped; case does not count) from `word`, the first of equals. nullopt where none is
// near: more than 1 slip in up to 3 characters, 2 in up to 6, 3 in longer ones. Very long words
// have none.
std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> known);

// The end of a message about a word that is not known: "; did you mean `mem`?", or, where none is
// near, "; " and what to say instead, if anything.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known,
                         std::string_view otherwise = {});

}  // namespace memmap
