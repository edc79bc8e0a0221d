#include <fmt/format.h>

#include "completion/completion.h"

namespace memmap::cli {
namespace {

constexpr std::string_view kHead =
    R"sh(# fish completion for memmap, made by `memmap completion fish` of memmap )sh" MEMMAP_VERSION
    R"sh(.

# Whether no command is typed yet; whether this one is; and nothing behind it; and something.
function __memmap_none
    test (count (commandline -opc)) -eq 1
end
function __memmap_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = $argv[1]
end
function __memmap_first
    __memmap_is $argv[1]; and test (count (commandline -opc)) -eq 2
end
function __memmap_behind
    __memmap_is $argv[1]; and test (count (commandline -opc)) -gt 2
end
# A list with commas between: its last word, behind the others.
function __memmap_several
    set -l before (commandline -ct | string replace -r '^--[^=]*=' '' | string match -r '.*,')
    printf '%s\n' $before$argv
end

complete -c memmap -f
complete -c memmap -n __memmap_none -l help -d 'print a summary'
complete -c memmap -n __memmap_none -l version -d 'print the version'
)sh";

std::string said(std::string_view text) { return quoted(one_line(text), "\\", "\\'"); }

// The words, as the value of -a; empty: none.
std::string offered(const Offer& offer) {
  std::string out = fmt::format("{}", fmt::join(offer.words, " "));
  if (!offer.installed.empty())
    out += fmt::format("{}(memmap completion values {})", out.empty() ? "" : " ", offer.installed);
  if (out.empty()) return out;
  return fmt::format(" -a '{}'", offer.several ? fmt::format("(__memmap_several {})", out) : out);
}

std::string option_line(std::string_view command, const Option& option) {
  const std::size_t comma = option.name.find(',');
  std::string out = fmt::format("complete -c memmap -n '__memmap_is {}'", command);
  if (comma != option.name.npos) out += fmt::format(" -s {}", option.name.substr(1, comma - 1));
  out += fmt::format(" -l {}", option.long_name().substr(2));
  if (!option.value.empty()) {
    const Offer offer = offer_of(option);
    out += offer.paths == Offer::Paths::files ? " -r -F" : " -x";
    out += offer.paths == Offer::Paths::folders ? " -a '(__fish_complete_directories)'"
                                                : offered(offer);
  }
  return out + fmt::format(" -d {}\n", said(option.help));
}

std::string argument_line(std::string_view command, const Positional& p, bool first) {
  const Offer offer = offer_of(p);
  if (p.name.empty() || offer.nothing()) return "";
  // Which argument it is that is typed, options and their values keep from being counted.
  const bool alone = first && !p.repeat && offer.paths == Offer::Paths::none;
  const std::string_view when = alone ? "first" : first ? "is" : "behind";
  std::string out = fmt::format("complete -c memmap -n '__memmap_{} {}'", when, command);
  if (offer.paths == Offer::Paths::files) out += " -F";
  return out + offered(offer) + "\n";
}

std::string lines_of(const Command& command) {
  std::string out = fmt::format("\ncomplete -c memmap -n __memmap_none -a {} -d {}\n", command.name,
                                said(command.summary));
  out += fmt::format("complete -c memmap -n '__memmap_is {}' -l help -d 'print its options'\n",
                     command.name);
  for (const Option& option : command.options) out += option_line(command.name, option);
  out += argument_line(command.name, command.positional, true);
  return out + argument_line(command.name, command.second, false);
}

}  // namespace

std::string fish_completion(std::span<const Command> commands) {
  std::string out(kHead);
  for (const Command& command : commands) out += lines_of(command);
  return out + lines_of(help_command());
}

}  // namespace memmap::cli
