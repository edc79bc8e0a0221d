#include "base/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace memmap {
namespace {

// Nobody mistypes a word of this length; the bound keeps hostile input cheap.
constexpr std::size_t kLongestWord = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment distance: rows of the table are prefixes of `a`, columns of `b`.
std::size_t slips(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before(width), above(width), row(width);
  for (std::size_t j = 0; j < width; ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> known) {
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  std::size_t best = word.size() <= 3 ? 2 : word.size() <= 6 ? 3 : 4;  // one above what is allowed
  std::optional<std::string_view> found;
  for (std::string_view candidate : known) {
    if (candidate.size() > kLongestWord) continue;
    const std::size_t distance = slips(word, candidate);
    if (distance < best && distance < candidate.size()) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known,
                         std::string_view otherwise) {
  if (const auto meant = closest(word, known))
    return "; did you mean `" + std::string(*meant) + "`?";
  return otherwise.empty() ? std::string{} : "; " + std::string(otherwise);
}

}  // namespace memmap
