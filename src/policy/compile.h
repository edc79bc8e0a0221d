// What a rule means: its phrases with their types checked, its names looked up.
#pragma once

#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/expression.h"
#include "policy/phrase.h"

namespace memmap::policy {

// Mistakes: those of read_phrase(); a comparison of unlike things, a number that is none, a statement
// that says nothing, words that could mean two things, with what to write instead.
std::variant<std::shared_ptr<const Expression>, std::vector<Mistake>> compile(
    std::string_view text);

}  // namespace memmap::policy
