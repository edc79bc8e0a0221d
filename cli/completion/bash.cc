#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "completion/completion.h"

namespace memmap::cli {
namespace {

constexpr std::string_view kHead =
    R"sh(# bash completion for memmap, made by `memmap completion bash` of memmap )sh" MEMMAP_VERSION
    R"sh(.

)sh";

constexpr std::string_view kFunction = R"sh(
_memmap() {
  local line=() i word
  # Bash takes = and : for ends of words; here they are within them.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i > 1)) && [[ $word == [=:]* || ${COMP_WORDS[i - 1]} == *[=:] ]]; then
      line[${#line[@]} - 1]+=$word
    else
      line+=("$word")
    fi
  done
  local current=${line[${#line[@]} - 1]} command=${line[1]:-} option="" argument=1
  local words="" ask="" paths="" several="" valued="" switches=""
  COMPREPLY=()
  if ((${#line[@]} == 2)); then
    words="$_memmap_commands --help --version"
  else
    _memmap_options "$command" || return 0
    for word in "${line[@]:2:${#line[@]}-3}"; do
      if [[ -n $option ]]; then
        option=""
      elif [[ $word == -?* ]]; then
        [[ " $valued " == *" $word "* ]] && option=$word
      else
        ((++argument))
      fi
    done
    if [[ -z $option && $current == --*=* ]]; then
      option=${current%%=*}
      current=${current#*=}
    fi
    if [[ -z $option && $current == -* ]]; then
      words="$valued $switches --help"
    else
      [[ $option == -o ]] && option=--output
      _memmap_value "$command ${option:-#$argument}"
    fi
  fi
  [[ -n $ask ]] && words+=" $("${COMP_WORDS[0]/#\~/$HOME}" completion values "$ask" 2>/dev/null)"
  [[ $paths == files ]] && compopt -o default 2>/dev/null
  [[ $paths == folders ]] && compopt -o dirnames 2>/dev/null
  # Of a list with commas the last word; and what Readline has before the word it replaces.
  local list=() before="" behind=""
  [[ -n $several ]] && before=${current%"${current##*,}"}
  [[ $COMP_WORDBREAKS == *[=:]* ]] && behind=${current%"${current##*[=:]}"}
  IFS=$' \n' read -r -d "" -a list <<<"$words"
  for word in "${list[@]}"; do
    word=$before$word
    [[ $word == "$current"* ]] || continue
    [[ $word == *= ]] && compopt -o nospace 2>/dev/null
    COMPREPLY+=("${word#"$behind"}")
  done
  return 0
}
complete -F _memmap memmap
)sh";

using Names = std::vector<std::string>;

// The commands by what they offer for one option.
struct Offered {
  std::string_view option{};
  std::vector<std::pair<Offer, Names>> by{};
};

std::string assignments(const Offer& offer) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out += fmt::format(" {}=\"{}\"", name, value);
  };
  add("words", fmt::format("{}", fmt::join(offer.words, " ")));
  add("ask", offer.installed);
  add("paths", name_of(offer.paths));
  add("several", offer.several ? "yes" : "");
  return out;
}

void add_offer(Offered& to, const Offer& offer, std::string_view command) {
  auto found = std::ranges::find(to.by, offer, &std::pair<Offer, Names>::first);
  if (found == to.by.end()) found = to.by.insert(found, {offer, {}});
  found->second.emplace_back(command);
}

std::vector<Offered> offers_of_options(std::span<const Command> commands) {
  std::vector<Offered> out;
  for (const Command& command : commands) {
    for (const Option& option : command.options) {
      if (option.value.empty()) continue;
      auto found = std::ranges::find(out, option.long_name(), &Offered::option);
      if (found == out.end()) found = out.insert(found, {option.long_name(), {}});
      add_offer(*found, offer_of(option), command.name);
    }
  }
  return out;
}

std::string cases_of_options(std::span<const Command> commands) {
  std::string out;
  for (const Offered& o : offers_of_options(commands)) {
    for (const auto& [offer, names] : o.by) {
      if (offer.nothing()) continue;
      std::string pattern;
      for (const std::string& name : names)
        pattern += fmt::format("{}\"{} {}\"", pattern.empty() ? "" : " | ", name, o.option);
      if (o.by.size() == 1) pattern = fmt::format("*\" {}\"", o.option);
      out += fmt::format("    {}){} ;;\n", pattern, assignments(offer));
    }
  }
  return out;
}

std::string cases_of_arguments(const Command& command) {
  std::string out;
  const auto add = [&](const Positional& p, std::string_view place) {
    const Offer offer = offer_of(p);
    if (!p.name.empty() && !offer.nothing())
      out += fmt::format("    \"{} #\"{}){} ;;\n", command.name, place, assignments(offer));
  };
  add(command.positional, command.positional.repeat ? "*" : "1");
  add(command.second, command.second.repeat ? "*" : "2");
  return out;
}

std::string options_of(const Command& command) {
  Names valued;
  Names switches;
  for (const Option& option : command.options) {
    const std::size_t comma = option.name.find(',');
    Names& to = option.value.empty() ? switches : valued;
    to.emplace_back(option.long_name());
    if (comma != option.name.npos) to.emplace_back(option.name.substr(0, comma));
  }
  return fmt::format("    {}) valued=\"{}\" switches=\"{}\" ;;\n", command.name,
                     fmt::join(valued, " "), fmt::join(switches, " "));
}

}  // namespace

std::string bash_completion(std::span<const Command> commands) {
  std::string names;
  std::string options;
  std::string arguments;
  for (const Command& command : commands) {
    names += std::string(command.name) + " ";
    options += options_of(command);
    arguments += cases_of_arguments(command);
  }
  const Command help = help_command();
  options += options_of(help);
  arguments += cases_of_arguments(help);
  std::string out(kHead);
  out += fmt::format("_memmap_commands=\"{}help\"\n\n", names);
  out +=
      "# The options of a command, with a value and without.\n_memmap_options() {\n  case $1 in\n" +
      options + "    *) return 1 ;;\n  esac\n}\n\n";
  out +=
      "# What is offered for an option's value, or a command's argument.\n"
      "_memmap_value() {\n  case $1 in\n" +
      cases_of_options(commands) + arguments + "  esac\n}\n";
  return out += kFunction;
}

}  // namespace memmap::cli
