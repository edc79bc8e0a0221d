#include "completion/completion.h"

namespace memmap::cli {
namespace {

Offer offer_of(const Choices& choices, Offer::Paths usual) {
  Offer out{.installed = choices.installed, .several = choices.several};
  if (choices.words != nullptr) out.words = choices.words();
  const bool listed = choices.words != nullptr || !choices.installed.empty();
  if (choices.files) out.paths = Offer::Paths::files;
  if (!choices.files && !listed) out.paths = usual;
  return out;
}

std::vector<std::string> all_commands() {
  std::vector<std::string> out;
  for (const Command& c : commands()) out.emplace_back(c.name);
  return out;
}

}  // namespace

Offer offer_of(const Option& option) {
  const bool file = option.value == "FILE" || option.value == "SOURCE";
  const auto folders = option.value == "DIR" ? Offer::Paths::folders : Offer::Paths::none;
  return offer_of(option.choices, file ? Offer::Paths::files : folders);
}

Offer offer_of(const Positional& positional) {
  const bool file = !positional.name.empty() && positional.name != "ADDRESS";
  return offer_of(positional.choices, file ? Offer::Paths::files : Offer::Paths::none);
}

std::string_view name_of(Offer::Paths paths) {
  if (paths == Offer::Paths::files) return "files";
  return paths == Offer::Paths::folders ? "folders" : "";
}

Command help_command() {
  return {.name = "help",
          .summary = "tell of a command and its options",
          .positional = {"COMMAND", "which one", false, false, {all_commands}}};
}

std::string one_line(std::string_view text) {
  constexpr std::size_t kMost = 76;
  if (text.size() <= kMost) return std::string(text);
  const std::size_t blank = text.substr(0, kMost - 3).rfind(' ');
  text = text.substr(0, blank);
  while (text.ends_with(',') || text.ends_with(':') || text.ends_with(';')) text.remove_suffix(1);
  return std::string(text) + "...";
}

std::string quoted(std::string_view text, std::string_view special, std::string_view quote) {
  std::string out = "'";
  for (const char c : text) {
    if (special.find(c) != special.npos) out += '\\';
    if (c == '\'') {
      out += quote;
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace memmap::cli
