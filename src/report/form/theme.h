// The colours of pictures. None carries a meaning alone: what a fill says, words beside it say too.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace memmap::report {

// What something is drawn as. A new one needs a row in theme.cc.
enum class Ink {
  paper,     // behind everything
  text,      //
  faint,     // text beside what matters
  line,      // borders and arrows
  panel,     // behind a group
  head,      // a table's first row
  ram,       // memory
  reserved,  // memory that somebody has
  firmware,  // addresses of the firmware or of devices
  table,     // the kernel's own structures: page tables, memblock's
  free,      // memory that the page allocator has
  gap,       // nothing, or what is left out of the picture
  alarm,     // a panic, a warning, what is lost
};

// The fills are tints of the colours that Okabe and Ito chose for every kind of sight; `print` has
// steps of grey.
enum class Theme {
  automatic,  // an SVG follows the reader's setting, everything else is light
  light,
  dark,
  print,
};

std::span<const std::string_view> theme_names();  // `auto`, `light`, `dark`, `print`
std::optional<Theme> theme_named(std::string_view name);

// `#rrggbb`; no two inks of a theme have the same, but for those of `print`.
std::string_view colour(Ink ink, Theme theme);

// CSS that turns what is drawn in light colours dark where the reader's setting is dark.
std::string dark_style();

}  // namespace memmap::report
