// What shells complete the program's words with: scripts made of its table of commands. What is
// installed where one runs, it asks `memmap completion values NAME` for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"

namespace memmap::cli {

std::string bash_completion(std::span<const Command> commands);
std::string zsh_completion(std::span<const Command> commands);
std::string fish_completion(std::span<const Command> commands);

// What is offered for a value.
struct Offer {
  enum class Paths { none, folders, files };
  std::vector<std::string> words{};
  std::string_view installed{};
  Paths paths = Paths::none;
  bool several = false;

  bool operator==(const Offer&) const = default;
  bool nothing() const { return *this == Offer{}; }
};
Offer offer_of(const Option& option);
Offer offer_of(const Positional& positional);
std::string_view name_of(Offer::Paths paths);  // empty: none

// `help` as a command: what it takes are the others.
Command help_command();

// The summary of what `text` says, for a place with room for a line.
std::string one_line(std::string_view text);
// `'text'`, with `special` characters behind a backslash, and within it ' as `quote` has it.
std::string quoted(std::string_view text, std::string_view special, std::string_view quote);

}  // namespace memmap::cli
