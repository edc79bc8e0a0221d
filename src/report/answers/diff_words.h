// The words of a difference, in text and in JSON.
#pragma once

#include <string_view>

#include "diff/diff.h"

namespace memmap::report {

// `turned`, `moved`, ...
std::string_view diff_word(diff::Kind kind);
// `bytes`, `pages`, `KiB`, `count`
std::string_view diff_word(diff::Unit unit);

}  // namespace memmap::report
