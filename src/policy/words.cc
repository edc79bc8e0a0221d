#include "policy/words.h"

#include <algorithm>
#include <vector>

#include "boot/owner_list.h"
#include "facts/facts.h"

namespace memmap::policy {
namespace {

constexpr std::string_view kZones[] = {"DMA", "DMA32", "Normal", "Movable"};

std::vector<std::string_view> names_of_figures() {
  std::vector<std::string_view> out;
  for (const facts::Fact& fact : facts::facts()) out.push_back(fact.name);
  for (const facts::Thing& thing : facts::things())
    if (facts::fact_named(thing.name) == nullptr) out.push_back(thing.name);
  return out;
}

std::vector<std::string_view> words_of_owners() {
  std::vector<std::string_view> out;
  for (const boot::Owner* owner : boot::owner::kAll) out.push_back(owner->words);
  return out;
}

}  // namespace

bool is_figure(std::string_view name) {
  return std::ranges::find(figure_names(), name) != figure_names().end();
}

std::span<const std::string_view> figure_names() {
  static const std::vector<std::string_view> names = names_of_figures();
  return names;
}

std::optional<zones::ZoneType> zone_of_word(std::string_view word) {
  const auto* const found = std::ranges::find(kZones, word);
  if (found == std::end(kZones)) return std::nullopt;
  return static_cast<zones::ZoneType>(found - std::begin(kZones));
}

std::span<const std::string_view> zone_words() { return kZones; }

const boot::Owner* owner_of_words(std::string_view words) {
  const auto* const found = std::ranges::find(boot::owner::kAll, words, &boot::Owner::words);
  return found == std::end(boot::owner::kAll) ? nullptr : *found;
}

std::span<const std::string_view> owner_words() {
  static const std::vector<std::string_view> words = words_of_owners();
  return words;
}

bool matches(std::string_view pattern, std::string_view text) {
  // The last `*` that was passed, and how much of `text` it stands for so far.
  std::size_t star = pattern.npos;
  std::size_t taken = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace memmap::policy
