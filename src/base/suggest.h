// Suggestions for mistyped words.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace memmap {

// The word of `known` that is the fewest slips away from `word`; of equals the first. A slip is a
// character added, left out or replaced, or two neighbours swapped; case does not count. nullopt:
// every one is further away than 1 slip for words of up to 3 characters, 2 for up to 6, 3 for
// longer ones, or than the known word is long; or `word` has more than 64 characters.
std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> known);

// The end of a message about a word that is not known: "; did you mean `mem`?". Where no known word
// is near it is "; " and `otherwise`, or nothing if that is empty.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known,
                         std::string_view otherwise = {});

}  // namespace memmap
