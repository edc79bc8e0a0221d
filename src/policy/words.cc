#include "policy/words.h"

#include <algorithm>
#include <vector>

#include "boot/owner_list.h"
#include "facts/facts.h"

namespace memmap::policy {
namespace {

std::vector<std::string_view> names_of_zones() {
  std::vector<std::string_view> out;
  for (int type = 0; type < zones::kZoneTypes; ++type)
    out.push_back(zones::name(static_cast<zones::ZoneType>(type)));
  return out;
}

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
  static const std::vector<std::string_view> kNames = names_of_figures();
  return kNames;
}

std::optional<zones::ZoneType> zone_of_word(std::string_view word) {
  const auto found = std::ranges::find(zone_words(), word);
  if (found == zone_words().end()) return std::nullopt;
  return static_cast<zones::ZoneType>(found - zone_words().begin());
}

std::span<const std::string_view> zone_words() {
  static const std::vector<std::string_view> kNames = names_of_zones();
  return kNames;
}

const boot::Owner* owner_of_words(std::string_view words) {
  const auto* const found = std::ranges::find(boot::owner::kAll, words, &boot::Owner::words);
  return found == std::end(boot::owner::kAll) ? nullptr : *found;
}

std::span<const std::string_view> owner_words() {
  static const std::vector<std::string_view> kWords = words_of_owners();
  return kWords;
}

}  // namespace memmap::policy
