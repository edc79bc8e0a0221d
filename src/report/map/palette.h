// How a map looks: colours, patterns, themes.
#pragma once

#include <string>
#include <string_view>

#include "account/columns.h"
#include "report/form/theme.h"

namespace memmap::report {

// The style sheet of a map, for its <style>; every rule is of `.memmap-map` alone. Colours are
// variables of it (`--k-ram`, `--ground`, `--ink`, ...), beside which each stands once more for
// programs that know no variables: those have the light theme's where the theme is automatic.
std::string map_style(Theme theme);

// The patterns that the style sheet fills with, for <defs>.
std::string map_patterns();

// The class of a block of that kind: `k-ram`.
std::string kind_class(account::Kind kind);

}  // namespace memmap::report
