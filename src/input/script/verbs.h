// The words of a script, one table for files and lines alike.
#pragma once

#include <span>
#include <string_view>

namespace memmap::input {

struct Verb {
  std::string_view name{};
  // The keys of what stands behind the verb without one, in a line; of the first a file may give the
  // value alone.
  std::span<const std::string_view> positional{};
  std::span<const std::string_view> keys{};  // all of them
  std::span<const std::string_view>
      switches{};  // which of them may stand in a line without a value
};

std::span<const Verb> verbs();
std::span<const std::string_view> verb_names();
const Verb* find_verb(std::string_view name);  // nullptr: there is none

}  // namespace memmap::input
