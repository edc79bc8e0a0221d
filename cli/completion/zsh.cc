#include <fmt/format.h>

#include "completion/completion.h"

namespace memmap::cli {
namespace {

constexpr std::string_view kHead = R"sh(#compdef memmap
# zsh completion for memmap, made by `memmap completion zsh` of memmap )sh" MEMMAP_VERSION R"sh(.

# Words; those that the program finds where it runs; `files` or `folders`; `several`: with commas between.
_memmap_offer() {
  local -a offered=(${=1})
  local ret=1
  [[ -n $2 ]] && offered+=(${(f)"$(memmap completion values $2 2>/dev/null)"})
  [[ -n $4 ]] && compset -P '*,'
  compadd -- ${offered:#*=} && ret=0
  compadd -S '' -- ${(M)offered:#*=} && ret=0
  case $3 in
    files) _files && ret=0 ;;
    folders) _files -/ && ret=0 ;;
  esac
  return ret
}

_memmap() {
  local curcontext="$curcontext" state line ret=1
  typeset -A opt_args
  _arguments -C '(- *)--version[print the version]' '(- *)--help[print a summary]' \
    '1:command:->command' '*::argument:->argument' && ret=0
  case $state in
    command)
      local -a commands=(
)sh";
constexpr std::string_view kBetween = R"sh(      )
      _describe -t commands command commands && ret=0
      ;;
    argument)
      curcontext="${curcontext%:*:*}:memmap-$words[1]:"
      case $words[1] in
)sh";
constexpr std::string_view kTail = R"sh(      esac
      ;;
  esac
  return ret
}

if [[ $funcstack[1] == _memmap ]]; then
  _memmap "$@"
else
  compdef _memmap memmap
fi
)sh";

// Within '...' of a specification of _arguments.
std::string described(std::string_view text) {
  const std::string all = quoted(one_line(text), "\\[]:", R"sh('\'')sh");
  return all.substr(1, all.size() - 2);
}

std::string action(const Offer& offer) {
  if (offer.nothing()) return "";
  const std::string words = fmt::format("{}", fmt::join(offer.words, " "));
  if (!offer.several && offer.installed.empty()) {
    if (offer.words.empty()) return offer.paths == Offer::Paths::files ? "_files" : "_files -/";
    if (offer.paths == Offer::Paths::none && !words.ends_with('=')) return "(" + words + ")";
  }
  // A blank before it: nothing is added to its arguments.
  return fmt::format(" _memmap_offer \"{}\" \"{}\" \"{}\" \"{}\"", words, offer.installed,
                     name_of(offer.paths), offer.several ? "several" : "");
}

std::string option_line(const Option& option) {
  const std::size_t comma = option.name.find(',');
  const std::string_view name = option.long_name();
  const std::string help = described(option.help);
  const std::string value = option.value.empty() ? ""
                                                 : fmt::format(":{}:{}", described(option.value),
                                                               action(offer_of(option)));
  if (comma != option.name.npos) {
    const std::string_view letter = option.name.substr(0, comma);
    return fmt::format("'({0} {1})'{{{0}+,{1}=}}'[{2}]{3}'", letter, name, help, value);
  }
  return fmt::format("'{}{}{}[{}]{}'", option.repeat ? "*" : "", name,
                     option.value.empty() ? "" : "=", help, value);
}

std::string argument_line(const Positional& p, std::string_view place) {
  return fmt::format("'{}:{}:{}'", p.repeat ? "*" : place, described(p.name), action(offer_of(p)));
}

std::string arguments_of(const Command& command) {
  std::vector<std::string> lines{"'(- *)--help[print its options]'"};
  for (const Option& option : command.options) lines.push_back(option_line(option));
  if (!command.positional.name.empty()) lines.push_back(argument_line(command.positional, "1"));
  if (!command.second.name.empty()) lines.push_back(argument_line(command.second, "2"));
  return fmt::format(
      "        {})\n          _arguments \\\n            {} && ret=0\n          ;;\n", command.name,
      fmt::join(lines, " \\\n            "));
}

std::string command_line(const Command& command) {
  return fmt::format("        '{}:{}'\n", command.name, described(command.summary));
}

}  // namespace

std::string zsh_completion(std::span<const Command> commands) {
  const Command help = help_command();
  std::string out(kHead);
  for (const Command& command : commands) out += command_line(command);
  out += command_line(help);
  out += kBetween;
  for (const Command& command : commands) out += arguments_of(command);
  out += arguments_of(help);
  return out += kTail;
}

}  // namespace memmap::cli
