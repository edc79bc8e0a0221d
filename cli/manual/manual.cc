#include "manual/manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 7> kSections{
    "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "FILES", "SEE ALSO"};
constexpr std::string_view kMore = "@more ";
constexpr std::string_view kInstead = "@option ";
constexpr std::string_view kCommands = "@commands\n";

// A character of text as roff has it.
std::string escaped(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    case '`':
      return "\\(ga";
    case '\'':
      return "\\(aq";
    default:
      return {c};
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += escaped(c);
  return out;
}

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// Words of a help text that are set in another font.
struct Fonts {
  std::vector<std::string> bold{};
  std::vector<std::string> italic{};

  std::string_view of(std::string_view word) const {
    if (word.starts_with("--") || std::ranges::find(bold, word) != bold.end()) return "\\fB";
    return std::ranges::find(italic, word) != italic.end() ? "\\fI" : "";
  }
};

// A help text as roff: what stands in backticks bold, without them.
std::string marked_up(std::string_view help, const Fonts& fonts) {
  std::string out;
  for (std::size_t i = 0; i < help.size();) {
    if (help[i] == '`') {
      const std::size_t end = std::min(help.find('`', i + 1), help.size());
      out += fmt::format("\\fB{}\\fP", escaped(help.substr(i + 1, end - i - 1)));
      i = end + 1;
      continue;
    }
    std::size_t end = i;
    while (end < help.size() && in_word(help[end])) ++end;
    if (end == i) {
      out += escaped(help[i++]);
      continue;
    }
    const std::string_view word = help.substr(i, end - i);
    const std::string_view font = fonts.of(word);
    out += font.empty() ? escaped(word) : fmt::format("{}{}\\fP", font, escaped(word));
    i = end;
  }
  return out;
}

// As a sentence: it begins with a capital, unless the first word is one to be typed, and ends with a stop.
std::string sentence(std::string_view help, const Fonts& fonts) {
  std::string_view first = help.substr(0, std::min(help.find_first_of(" ,:"), help.size()));
  std::string text(help);
  if (fonts.of(first).empty() &&
      std::ranges::all_of(first, [](char c) { return c >= 'a' && c <= 'z'; }))
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  std::string out = marked_up(text, fonts);
  if (out.starts_with('.')) out.insert(0, "\\&");
  return out + (help.ends_with('.') ? "\n" : ".\n");
}

std::vector<std::string> words_of(const Choices& choices) {
  if (choices.words == nullptr || !choices.named) return {};
  std::vector<std::string> out = choices.words();
  for (std::string& word : out)
    if (word.ends_with('=')) word.pop_back();
  return out;
}

Fonts fonts_for(const Command& command, std::string_view value, const Choices& choices) {
  Fonts out{.bold = words_of(choices)};
  std::erase(out.bold, "-");
  // `NAME[:KEY=VALUE,...]` of which `NAME`.
  const auto name = value.substr(0, std::min(value.find_first_of("[=:,"), value.size()));
  for (const std::string_view word : {name, command.positional.name, command.second.name})
    if (!word.empty()) out.italic.emplace_back(word);
  return out;
}

// Whether `word` is in `text`, of roff or not, as a word of its own.
bool names(std::string_view text, std::string_view word) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] == '-') plain += '-';
      if (text[i + 1] == 'f') ++i;
      ++i;
    } else {
      plain += text[i];
    }
  }
  for (std::size_t at = 0; (at = plain.find(word, at)) != plain.npos; at += word.size()) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !in_word(plain[at - 1])) && (end == plain.size() || !in_word(plain[end])))
      return true;
  }
  return false;
}

// A page as it grows, and what is wrong with it.
class Page {
 public:
  Page(const Command& command, const Written& own, const Written& shared)
      : command_(command), own_(own), shared_(shared) {}

  Result<std::string> make() {
    title();
    synopsis();
    section("DESCRIPTION", "");
    options();
    status();
    examples();
    section("FILES", "");
    section("SEE ALSO", ".BR memmap (1)");
    for (const auto& [name, remark] : own_.remarks) {
      if (std::ranges::find(told_, name) != told_.end()) continue;
      fault(fmt::format("memmap {} has no {}", command_.name, name));
    }
    if (!own_.sections.contains("DESCRIPTION")) fault("there is no DESCRIPTION");
    if (!errors_.empty()) return errors_;
    return std::move(out_);
  }

 private:
  void fault(std::string what) { errors_.push_back({std::move(what), {own_.file}}); }

  std::string_view written(std::string_view name) const {
    const auto found = own_.sections.find(name);
    return found == own_.sections.end() ? std::string_view() : std::string_view(found->second);
  }

  void title() {
    std::string upper;
    for (const char c : command_.name)
      upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    out_ += fmt::format(
        ".\\\" Made by cli/manual of cli/commands.cc and share/man.\n"
        ".TH MEMMAP\\-{} 1 \"\" \"memmap\" \"User Commands\"\n"
        ".SH NAME\nmemmap\\-{} \\- {}\n",
        escaped(upper), escaped(command_.name), marked_up(command_.summary, {}));
  }

  static std::string argument(const Positional& p) {
    if (p.name.empty()) return "";
    const std::string_view more = p.repeat ? "\\~.\\|.\\|." : "";
    if (p.required)
      return more.empty() ? fmt::format(".I {}\n", p.name)
                          : fmt::format(".IR {} {}\n", p.name, more);
    return fmt::format(".RI [ {} {}]\n", p.name, more);
  }

  void synopsis() {
    out_ += ".SH SYNOPSIS\n";
    const std::string_view own = written("SYNOPSIS");
    if (!own.empty()) {
      out_ += own;
      return;
    }
    out_ +=
        fmt::format(".SY memmap\n.B {}\n{}{}.RI [ OPTION .\\|.\\|.]\n.YS\n", escaped(command_.name),
                    argument(command_.positional), argument(command_.second));
  }

  void section(std::string_view name, std::string_view first) {
    const std::string_view text = written(name);
    if (text.empty() && first.empty()) return;
    out_ += fmt::format(".SH {}\n{}{}{}", name, first,
                        first.empty() ? "" : (text.empty() ? "\n" : ",\n"), text);
  }

  // What is told of an option or argument, behind its tag.
  void tell(std::string_view name, std::string_view help, const Fonts& fonts,
            const Choices& choices) {
    told_.emplace_back(name);
    const Remark* remark = nullptr;
    for (const Written* from : {&shared_, &own_})
      if (const auto found = from->remarks.find(name); found != from->remarks.end())
        remark = &found->second;
    std::string text;
    if (remark == nullptr || !remark->instead) text = sentence(help, fonts);
    if (remark != nullptr) text += remark->text;
    for (const std::string& word : words_of(choices))
      if (!names(text, word)) fault(fmt::format("nothing tells of {} {}", name, word));
    out_ += text;
  }

  void options() {
    out_ += ".SH OPTIONS\n";
    out_ += written("OPTIONS");
    for (const Positional& p : {command_.positional, command_.second}) {
      if (p.name.empty()) continue;
      out_ += fmt::format(".TP\n.I {}\n", p.name);
      tell(p.name, p.help, fonts_for(command_, "", p.choices), p.choices);
    }
    for (const Option& o : command_.options) {
      const std::size_t comma = o.name.find(',');
      std::string tag;
      if (comma != o.name.npos) tag = fmt::format("\\fB{}\\fP, ", escaped(o.name.substr(0, comma)));
      tag += fmt::format("\\fB{}\\fP", escaped(o.long_name()));
      if (!o.value.empty()) tag += fmt::format(" \\fI{}\\fP", escaped(o.value));
      out_ += fmt::format(".TP\n{}\n", tag);
      tell(o.long_name(), o.help, fonts_for(command_, o.value, o.choices), o.choices);
    }
    out_ += ".TP\n\\fB\\-\\-help\\fP\nPrint the options, and examples.\n";
  }

  void status() {
    const std::string_view one = written("EXIT STATUS");
    out_ += ".SH EXIT STATUS\n.TP\n.B 0\nDone.\n";
    if (!one.empty()) out_ += fmt::format(".TP\n.B 1\n{}", one);
    out_ += ".TP\n.B 2\nBad input or bad usage.\n.TP\n.B 70\nA fault of memmap or of a plugin.\n";
  }

  void examples() {
    const std::string_view more = written("EXAMPLES");
    if (command_.examples.empty() && more.empty()) return;
    out_ += ".SH EXAMPLES\n";
    if (!command_.examples.empty()) out_ += ".EX\n";
    std::string_view rest = command_.examples;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      out_ += fmt::format("$ {}\n", escaped(line));
    }
    if (!command_.examples.empty()) out_ += ".EE\n";
    out_ += more;
  }

  const Command& command_;
  const Written& own_;
  const Written& shared_;
  std::string out_{};
  std::vector<std::string> told_{};
  Errors errors_{};
};

bool has(const Command& command, std::string_view name) {
  return command.positional.name == name || command.second.name == name ||
         std::ranges::any_of(command.options,
                             [&](const Option& o) { return o.long_name() == name; });
}

}  // namespace

Result<Written> read_written(std::string_view text, std::string file) {
  Written out{.file = std::move(file)};
  Errors errors;
  std::string* to = nullptr;
  std::string section;
  std::size_t number = 0;
  const auto fault = [&](std::string what) {
    errors.push_back({std::move(what), {out.file, number}});
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.starts_with(".\\\"")) continue;
    if (line.starts_with(".SH ")) {
      section = line.substr(4);
      if (std::ranges::find(kSections, section) == kSections.end())
        fault(fmt::format("no page has a section {}", section));
      if (out.sections.contains(section)) fault(fmt::format("{} is there already", section));
      to = &out.sections[section];
    } else if (line.starts_with(kMore) || line.starts_with(kInstead)) {
      const bool instead = line.starts_with(kInstead);
      const std::string name(line.substr(instead ? kInstead.size() : kMore.size()));
      if (section != "OPTIONS") fault(fmt::format("{} is not in OPTIONS", name));
      if (out.remarks.contains(name)) fault(fmt::format("{} is there already", name));
      Remark& remark = out.remarks[name];
      remark.instead = instead;
      to = &remark.text;
    } else if (to == nullptr) {
      fault("text before any section");
    } else {
      *to += std::string(line) + "\n";
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

Result<std::string> manual_of(const Command& command, const Written& own, const Written& shared) {
  return Page(command, own, shared).make();
}

Result<std::string> overview(std::string_view text, std::span<const Command> commands) {
  const std::size_t at = text.find(kCommands);
  if (at == text.npos) return Error{"there is no line `@commands`", {"memmap.in"}};
  std::string list;
  for (const Command& command : commands) {
    list += fmt::format(".TP\n.BR memmap\\-{} (1)\n{}", escaped(command.name),
                        sentence(command.summary, {}));
  }
  std::string out(text);
  out.replace(at, kCommands.size(), list);
  return out;
}

Status all_used(const Written& shared, std::span<const Command> commands) {
  Errors errors;
  for (const auto& [name, remark] : shared.remarks) {
    const bool used = std::ranges::any_of(
        commands, [&name = name](const Command& command) { return has(command, name); });
    if (!used) errors.push_back({fmt::format("no command has {}", name), {shared.file}});
  }
  if (!errors.empty()) return errors;
  return Done{};
}

}  // namespace memmap::cli
