// The names that a rule may use.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "boot/owner.h"
#include "zones/zones.h"

namespace memmap::policy {

// Of facts and things.
bool is_figure(std::string_view name);
std::span<const std::string_view> figure_names();

std::optional<zones::ZoneType> zone_of_word(std::string_view word);
std::span<const std::string_view> zone_words();

// The words of all owners of the boot's: `kernel image`.
std::span<const std::string_view> owner_words();

const boot::Owner* owner_of_words(std::string_view words);  // nullptr: none has them

}  // namespace memmap::policy
