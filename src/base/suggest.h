// Did you mean: the known word that is closest to a mistyped one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace memmap {

// The known word with the fewest edits (insert, delete, replace, swap neighbours) to `word`, cases
// equal; the first of those on a par. nullopt where even the closest differs in more than a third
// of its letters: a guess would mislead.
inline std::optional<std::string_view> closest(std::string_view word,
                                               std::span<const std::string_view> known) {
  constexpr std::size_t kLongest = 64;
  if (word.empty() || word.size() > kLongest) return std::nullopt;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  std::optional<std::string_view> best;
  std::size_t best_edits = kLongest;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kLongest) continue;
    // Three rows of the edit matrix: before[j], above[j], row[j] for the first i letters of `word`.
    std::vector<std::size_t> before, above(candidate.size() + 1), row(candidate.size() + 1);
    for (std::size_t j = 0; j <= candidate.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const bool same = lower(word[i - 1]) == lower(candidate[j - 1]);
        row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
        if (i > 1 && j > 1 && lower(word[i - 1]) == lower(candidate[j - 2]) &&
            lower(word[i - 2]) == lower(candidate[j - 1])) {
          row[j] = std::min(row[j], before[j - 2] + 1);
        }
      }
      before = above;
      above = row;
    }
    const std::size_t edits = above[candidate.size()];
    if (edits < best_edits && edits <= std::max<std::size_t>(1, candidate.size() / 3) &&
        edits < candidate.size()) {
      best = candidate;
      best_edits = edits;
    }
  }
  return best;
}

}  // namespace memmap
