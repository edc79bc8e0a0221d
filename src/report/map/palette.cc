#include "report/map/palette.h"

#include <fmt/format.h>

#include <array>

namespace memmap::report {
namespace {

using account::Kind;
using account::kKinds;

enum class Pattern { none, hatch, back, cross, dots, rows, bars, grid };

// Of a kind: its colours, and what tells it from the others of its column without any.
struct Look {
  Kind kind;
  std::string_view light;
  std::string_view dark;
  std::string_view print;
  Pattern pattern;
};

// After Okabe and Ito, whose colours people of every sight tell apart; lighter, since text stands on
// them. Kinds of different columns may share one.
// clang-format off
constexpr std::array<Look, kKinds> kLooks{{
    {Kind::ram,           "#8fd1b8", "#0f6b52", "#ffffff", Pattern::none},
    {Kind::reserved,      "#c9c9c9", "#5a5a5a", "#d9d9d9", Pattern::hatch},
    {Kind::acpi,          "#a5d8f3", "#24698f", "#ffffff", Pattern::dots},
    {Kind::nvs,           "#6fa8d6", "#0d4f80", "#e6e6e6", Pattern::rows},
    {Kind::unusable,      "#e8935a", "#9a4300", "#bdbdbd", Pattern::cross},
    {Kind::persistent,    "#e0b3cc", "#87506e", "#ffffff", Pattern::bars},
    {Kind::soft_reserved, "#f0e68a", "#7d7420", "#f2f2f2", Pattern::back},
    {Kind::other_type,    "#f4f4f4", "#3a3a3a", "#ffffff", Pattern::grid},
    {Kind::memory,        "#8fd1b8", "#0f6b52", "#ffffff", Pattern::none},
    {Kind::nomap,         "#e8935a", "#9a4300", "#d9d9d9", Pattern::cross},
    {Kind::kernel,        "#f0b84d", "#8a5a00", "#bdbdbd", Pattern::none},
    {Kind::initrd,        "#f0e68a", "#7d7420", "#ffffff", Pattern::back},
    {Kind::page_tables,   "#e0b3cc", "#87506e", "#ffffff", Pattern::bars},
    {Kind::struct_pages,  "#a5d8f3", "#24698f", "#f2f2f2", Pattern::rows},
    {Kind::boot_data,     "#6fa8d6", "#0d4f80", "#ffffff", Pattern::dots},
    {Kind::set_aside,     "#e8935a", "#9a4300", "#d9d9d9", Pattern::cross},
    {Kind::firmware_data, "#c9c9c9", "#5a5a5a", "#e6e6e6", Pattern::hatch},
    {Kind::other_owner,   "#f4f4f4", "#3a3a3a", "#ffffff", Pattern::grid},
    {Kind::pages_4k,      "#f0b84d", "#8a5a00", "#ffffff", Pattern::dots},
    {Kind::pages_2m,      "#a5d8f3", "#24698f", "#ffffff", Pattern::none},
    {Kind::pages_1g,      "#6fa8d6", "#0d4f80", "#e6e6e6", Pattern::rows},
    {Kind::dma,           "#e8935a", "#9a4300", "#ffffff", Pattern::dots},
    {Kind::dma32,         "#f0e68a", "#7d7420", "#e6e6e6", Pattern::hatch},
    {Kind::normal,        "#8fd1b8", "#0f6b52", "#ffffff", Pattern::none},
    {Kind::movable,       "#e0b3cc", "#87506e", "#ffffff", Pattern::bars},
    {Kind::order_0_3,     "#f6e3c8", "#6b5126", "#ffffff", Pattern::dots},
    {Kind::order_4_8,     "#f3e08d", "#6b6420", "#ffffff", Pattern::hatch},
    {Kind::order_9,       "#b8dfae", "#33682a", "#f2f2f2", Pattern::rows},
    {Kind::order_10,      "#8fd1b8", "#0f6b52", "#ffffff", Pattern::none},
    {Kind::deferred,      "#d5d5ea", "#46466b", "#ffffff", Pattern::bars},
    {Kind::given_back,    "#e0b3cc", "#87506e", "#e6e6e6", Pattern::cross},
}};

struct Ink {
  std::string_view name;
  std::string_view light;
  std::string_view dark;
  std::string_view print;
};
constexpr Ink kInks[] = {
    {"ground",  "#ffffff", "#16191d", "#ffffff"},
    {"ink",     "#1a1a1a", "#ececec", "#000000"},
    {"faint",   "#5c5c5c", "#a6adb5", "#333333"},
    {"line",    "#dcdcdc", "#3a4047", "#bbbbbb"},
    {"edge",    "#6e6e6e", "#8b949e", "#000000"},
    {"texture", "#00000038", "#ffffff38", "#00000080"},
    {"more",    "#4d4d4d", "#c8c8c8", "#000000"},
    {"alert",   "#b3261e", "#ff8a80", "#000000"},
    {"changed", "#c2185b", "#ff80ab", "#000000"},
};
// clang-format on

template <class Row>
std::string_view colour(const Row& row, Theme theme) {
  return theme == Theme::dark ? row.dark : theme == Theme::print ? row.print : row.light;
}

std::string variables(Theme theme) {
  std::string out;
  for (const Ink& ink : kInks) out += fmt::format("--{}:{};", ink.name, colour(ink, theme));
  for (const Look& look : kLooks)
    out += fmt::format("--{}:{};", kind_class(look.kind), colour(look, theme));
  return out;
}

// A property whose value is a variable, and before it the value for whoever knows none.
std::string property(std::string_view name, std::string_view variable, Theme theme) {
  for (const Ink& ink : kInks) {
    if (ink.name != variable) continue;
    return fmt::format("{0}:{1};{0}:var(--{2});", name, colour(ink, theme), variable);
  }
  return {};
}

std::string_view path_of(Pattern pattern) {
  switch (pattern) {
    case Pattern::hatch:
      return "M-1 1L1 -1M0 6L6 0M5 7L7 5";
    case Pattern::back:
      return "M-1 5L1 7M0 0L6 6M5 -1L7 1";
    case Pattern::cross:
      return "M-1 1L1 -1M0 6L6 0M5 7L7 5M-1 5L1 7M0 0L6 6M5 -1L7 1";
    case Pattern::dots:
      return "M1 1.5h1M4 4.5h1";
    case Pattern::rows:
      return "M0 1.5H6M0 4.5H6";
    case Pattern::bars:
      return "M1.5 0V6M4.5 0V6";
    case Pattern::grid:
      return "M0 3H6M3 0V6";
    case Pattern::none:
      break;
  }
  return {};
}

}  // namespace

std::string kind_class(Kind kind) { return fmt::format("k-{}", account::words_of(kind).id); }

std::string map_style(Theme theme) {
  std::string out = fmt::format(".memmap-map{{{}}}\n", variables(theme));
  if (theme == Theme::automatic) {
    out += fmt::format("@media (prefers-color-scheme:dark){{.memmap-map{{{}}}}}\n",
                       variables(Theme::dark));
  }
  const auto rule = [&](std::string_view selector, std::string_view body) {
    out += fmt::format(".memmap-map {}{{{}}}\n", selector, body);
  };
  const auto fill = [&](std::string_view ink) { return property("fill", ink, theme); };
  const auto stroke = [&](std::string_view ink) { return property("stroke", ink, theme); };
  rule("text", "font:10.5px system-ui,'Segoe UI','DejaVu Sans',sans-serif;" + fill("ink"));
  rule(".ground", fill("ground"));
  rule("text.title", "font-size:17px;font-weight:600");
  rule("text.head", "font-size:11.5px;font-weight:600");
  rule(".faint", fill("faint"));
  rule("text.alert", "font-weight:600;" + fill("alert"));
  rule("text.mono",
       "font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:10px;text-anchor:end");
  // A rim, so that words stand out from patterns: all of paper, or only some where there are colours.
  rule("text.in",
       fmt::format("pointer-events:none;paint-order:stroke;stroke-linejoin:round;{}{}",
                   theme == Theme::print ? "stroke-width:4;" : "stroke-width:2;stroke-opacity:.6;",
                   stroke("ground")));
  rule("text.size", "text-anchor:end");
  rule(".guide", "fill:none;stroke-width:.5;" + stroke("line"));
  rule(".lead", "fill:none;stroke-width:.6;" + stroke("edge"));
  rule(".fold", fill("ground"));
  rule(".zigzag", "fill:none;stroke-width:1;" + stroke("edge"));
  rule(".texture", "fill:none;stroke-width:1;" + stroke("texture"));
  rule(".b", "stroke-width:.6;" + stroke("edge"));
  rule(".share", "pointer-events:none");
  rule(".frame", "fill:none;stroke-width:.6;" + stroke("line"));
  rule(".changed", "fill:none;stroke-width:2.4;" + stroke("changed"));
  rule(".link", "fill:none;stroke-width:1.4;" + stroke("changed"));
  for (const Look& look : kLooks) {
    const std::string name = kind_class(look.kind);
    const std::string plain = fmt::format("fill:{};fill:var(--{})", colour(look, theme), name);
    rule(fmt::format(".c{}", name), plain);
    rule(fmt::format(".{}", name),
         look.pattern == Pattern::none ? plain : fmt::format("fill:url(#p{})", name));
  }
  rule(".k-more", fill("more"));
  return out;
}

std::string map_patterns() {
  std::string out;
  for (const Look& look : kLooks) {
    if (look.pattern == Pattern::none) continue;
    const std::string name = kind_class(look.kind);
    out += fmt::format(
        "<pattern id=\"p{0}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
        "<rect class=\"c{0}\" width=\"6\" height=\"6\"/><path class=\"texture\" d=\"{1}\"/>"
        "</pattern>\n",
        name, path_of(look.pattern));
  }
  return out;
}

}  // namespace memmap::report
