#include "report/form/theme.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace memmap::report {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"auto", "light", "dark", "print"};

struct Colours {
  std::string_view light, dark, print;
};

// By Ink.
constexpr Colours kColours[] = {
    {"#ffffff", "#15181c", "#ffffff"},  // paper
    {"#16191d", "#e8eaed", "#000000"},  // text
    {"#5b626b", "#a4abb4", "#444444"},  // faint
    {"#8a929c", "#737b85", "#000000"},  // line
    {"#f5f6f8", "#1d2126", "#ffffff"},  // panel
    {"#e3e6ea", "#2c3239", "#e0e0e0"},  // head
    {"#9edaca", "#0c5041", "#f4f4f4"},  // ram: bluish green
    {"#f6db9e", "#6d5110", "#c4c4c4"},  // reserved: orange
    {"#bfe2f7", "#305a72", "#e9e9e9"},  // firmware: sky blue
    {"#ecccde", "#624156", "#d6d6d6"},  // table: reddish purple
    {"#f9f5b7", "#5a5720", "#fefefe"},  // free: yellow
    {"#fcfcfd", "#1a1d22", "#ffffff"},  // gap
    {"#efc29e", "#663510", "#b0b0b0"},  // alarm: vermillion
};
static_assert(std::size(kColours) == static_cast<std::size_t>(Ink::alarm) + 1);

}  // namespace

std::span<const std::string_view> theme_names() { return kNames; }

std::optional<Theme> theme_named(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Theme>(found - kNames.begin());
}

std::string_view colour(Ink ink, Theme theme) {
  const Colours& c = kColours[static_cast<std::size_t>(ink)];
  switch (theme) {
    case Theme::dark:
      return c.dark;
    case Theme::print:
      return c.print;
    case Theme::automatic:
    case Theme::light:
      break;
  }
  return c.light;
}

// A rule of a style sheet goes before an attribute.
std::string dark_style() {
  std::string out = "@media (prefers-color-scheme: dark) {\n";
  for (const Colours& c : kColours) {
    out += fmt::format("[fill=\"{0}\"] {{ fill: {1} }} [stroke=\"{0}\"] {{ stroke: {1} }}\n",
                       c.light, c.dark);
  }
  return out + "}\n";
}

}  // namespace memmap::report
