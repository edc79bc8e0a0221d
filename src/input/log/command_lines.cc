#include "input/log/command_lines.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/limits.h"
#include "input/log/log_boots.h"
#include "input/log/log_lines.h"
#include "input/text/paper.h"

namespace memmap::input {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// A character and where it came from.
struct Char {
  char c = '\0';
  TextPlace place{};
};
using Text = std::vector<Char>;

// The text with a place for each character; ends of lines are characters.
Text placed(std::string_view bytes, TextPlace at = {}) {
  Text out;
  for (const char c : bytes) {
    out.push_back({c, at});
    ++at.column;
    if (c == '\n') at = {at.line + 1, 1};
  }
  return out;
}

FoundCommandLine found(const Text& text) {
  FoundCommandLine out;
  for (const Char& c : text) {
    out.text += c.c == '\n' ? ' ' : c.c;
    out.places.push_back(c.place);
  }
  TextPlace end = text.empty() ? TextPlace{} : text.back().place;
  if (!text.empty()) ++end.column;
  out.places.push_back(end);
  return out;
}

// A `$` at `i`: the variable's name, and past what it ends; empty and i: it is just a `$`.
struct Variable {
  std::string name{};
  std::size_t end = 0;
};
enum class Language { shell, grub };
Variable variable_at(const Text& text, std::size_t i, Language language) {
  Variable out{.end = i};
  std::size_t at = i + 1;
  if (at >= text.size()) return out;
  const bool braces = text[at].c == '{';
  if (braces) ++at;
  // A number is an argument's; the shell takes one digit, GRUB all of them.
  const bool number = at < text.size() && is_digit(text[at].c);
  while (at < text.size() && is_name(text[at].c) && (!number || is_digit(text[at].c))) {
    out.name += text[at++].c;
    if (number && !braces && language == Language::shell) break;
  }
  if (braces) {
    while (at < text.size() && text[at].c != '}') ++at;
    ++at;
  } else if (out.name.empty() && std::string_view("?*#@!").find(text[at].c) != std::string::npos) {
    out.name = text[at++].c;
  }
  if (!out.name.empty() || braces) out.end = std::min(at, text.size());
  return out;
}

using Variables = std::map<std::string, Text, std::less<>>;

// A word or line that a shell or GRUB reads: quotes, backslashes and variables are resolved, up to
// where `ends` says outside of quotes. Both languages have the same of these.
template <class Ends, class Emit>
std::size_t resolve(Language language, const Text& in, std::size_t i, const Variables& variables,
                    const Ends& ends, const Emit& emit) {
  char quote = '\0';
  for (; i < in.size(); ++i) {
    const char c = in[i].c;
    if (quote == '\0' && ends(c)) break;
    if (quote == '\'') {
      if (c == '\'') {
        quote = '\0';
      } else {
        emit(in[i], true);
      }
    } else if (c == '\\' && i + 1 < in.size()) {
      const char next = in[i + 1].c;
      const bool escapes = quote == '\0' || next == '$' || next == '"' || next == '\\' ||
                           next == '`' || next == '\n';
      if (!escapes) emit(in[i], true);
      ++i;
      if (next != '\n') emit(in[i], true);
    } else if (c == '"' || (c == '\'' && quote == '\0')) {
      quote = quote == '\0' ? c : '\0';
    } else if (const Variable v = c == '$' ? variable_at(in, i, language) : Variable{.end = i};
               v.end != i) {
      if (const auto known = variables.find(v.name); known != variables.end()) {
        for (const Char& k : known->second) emit(k, quote != '\0');
      }
      i = v.end - 1;
    } else {
      emit(in[i], quote != '\0');
    }
  }
  return i;
}

// What GRUB's `linux` hands to the kernel: its words, joined; one that has a blank within gets
// quotes. kernel path and all, without the command itself.
// grub: grub_create_loader_cmdline(), grub-core/lib/cmdline.c
std::vector<Text> grub_words(const Text& in, std::size_t i) {
  std::vector<Text> out;
  const auto ends_word = [](char c) { return is_blank(c) || c == '\n' || c == ';'; };
  while (i < in.size()) {
    while (i < in.size() && is_blank(in[i].c)) ++i;
    if (i >= in.size() || in[i].c == '\n' || in[i].c == ';' || in[i].c == '#') break;
    Text word;
    bool blank = false;
    i = resolve(Language::grub, in, i, {}, ends_word, [&](const Char& c, bool quoted) {
      blank = blank || (quoted && is_blank(c.c));
      word.push_back(c);
    });
    if (word.empty()) continue;  // a variable alone
    if (blank) {
      word.insert(word.begin(), {'"', word.front().place});
      word.push_back({'"', word.back().place});
    }
    out.push_back(std::move(word));
  }
  return out;
}

Text joined(const std::vector<Text>& words, std::size_t from) {
  Text out;
  for (std::size_t i = from; i < words.size(); ++i) {
    if (i != from) {
      TextPlace between = out.back().place;
      ++between.column;
      out.push_back({' ', between});
    }
    out.insert(out.end(), words[i].begin(), words[i].end());
  }
  return out;
}

FoundCommandLine badram(const Text& list) {
  FoundCommandLine out = found(list);
  out.is_badram = true;
  return out;
}

// The places at which lines begin.
std::vector<std::size_t> line_starts(const Text& text) {
  std::vector<std::size_t> out{0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i].c == '\n' && i + 1 < text.size()) out.push_back(i + 1);
  }
  return out;
}

std::size_t skip_blanks(const Text& text, std::size_t i) {
  while (i < text.size() && is_blank(text[i].c)) ++i;
  return i;
}

// The word from `i` on, to a blank, a line's end or a `=`.
std::string word_at(const Text& text, std::size_t i) {
  std::string out;
  while (i < text.size() && !is_blank(text[i].c) && text[i].c != '\n' && text[i].c != '=') {
    out += text[i++].c;
  }
  return out;
}

// Where a quote stands that nothing closes: of those that run on over the end of their line the first,
// since behind it opening and closing ones have changed places. nullopt: each is closed.
std::optional<TextPlace> unclosed_quote(const Text& text) {
  std::optional<TextPlace> first_long;
  TextPlace opened;
  char quote = '\0';
  bool starts_word = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i].c;
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
        if (!first_long && text[i].place.line != opened.line) first_long = opened;
      } else if (c == '\\' && quote == '"') {
        ++i;
      }
      continue;
    }
    if (c == '#' && starts_word) {
      while (i + 1 < text.size() && text[i + 1].c != '\n') ++i;
    } else if (c == '\\') {
      ++i;
    } else if (c == '"' || c == '\'') {
      quote = c;
      opened = text[i].place;
    }
    starts_word = is_blank(c) || c == '\n' || c == ';';
  }
  if (quote == '\0') return std::nullopt;
  return first_long ? first_long : opened;
}

// Variables of the file as bash has them, which knows `+=`.
// grub: util/grub.d/10_linux.in: args="${GRUB_CMDLINE_LINUX} ${GRUB_CMDLINE_LINUX_DEFAULT}"
std::vector<FoundCommandLine> grub_defaults(const Text& text) {
  constexpr std::string_view kLinux = "GRUB_CMDLINE_LINUX";
  constexpr std::string_view kDefault = "GRUB_CMDLINE_LINUX_DEFAULT";
  constexpr std::string_view kBadram = "GRUB_BADRAM";
  Variables variables;
  bool any = false;
  std::size_t past = 0;  // a value may have lines of its own
  for (const std::size_t start : line_starts(text)) {
    std::size_t i = skip_blanks(text, start);
    if (start < past) continue;
    std::string name = word_at(text, i);
    if (name == "export") {
      i = skip_blanks(text, i + name.size());
      name = word_at(text, i);
    }
    i += name.size();
    if (i >= text.size() || text[i].c != '=') continue;
    const bool adds = name.ends_with('+');
    if (adds) name.pop_back();
    if (!name.starts_with(kLinux) && name != kBadram) continue;
    Text value;
    const auto ends = [](char c) { return is_blank(c) || c == '\n' || c == ';'; };
    past = resolve(Language::shell, text, i + 1, variables, ends,
                   [&](const Char& c, bool) { value.push_back(c); });
    any = any || name == kLinux || name == kDefault || name == kBadram;
    Text& kept = variables[name];
    if (!adds) kept.clear();
    kept.insert(kept.end(), value.begin(), value.end());
  }
  if (!any) return {};
  Text both = variables[std::string(kLinux)];
  const Text& more = variables[std::string(kDefault)];
  if (!both.empty() && !more.empty()) both.push_back({' ', both.back().place});
  both.insert(both.end(), more.begin(), more.end());
  std::vector<FoundCommandLine> out{found(joined(grub_words(both, 0), 0))};
  if (const Text& list = variables[std::string(kBadram)]; !list.empty())
    out.push_back(badram(list));
  return out;
}

std::vector<FoundCommandLine> grub_cfg(const Text& text) {
  std::vector<FoundCommandLine> out;
  std::vector<FoundCommandLine> lists;
  for (const std::size_t start : line_starts(text)) {
    const std::size_t i = skip_blanks(text, start);
    const std::string word = word_at(text, i);
    if (word == "badram" && lists.size() < limit_of(Limit::loader_lines)) {
      const auto list = joined(grub_words(text, i + word.size()), 0);
      if (!list.empty()) lists.push_back(badram(list));
    }
    if (word != "linux" && word != "linux16" && word != "linuxefi") continue;
    const auto words = grub_words(text, i + word.size());
    if (words.size() < 2 || out.size() >= limit_of(Limit::loader_lines)) continue;
    out.push_back(found(joined(words, 1)));
  }
  if (!out.empty()) out.insert(out.end(), lists.begin(), lists.end());
  return out;
}

Text rest_of_line(const Text& text, std::size_t i) {
  Text out;
  while (i < text.size() && text[i].c != '\n') out.push_back(text[i++]);
  while (!out.empty() && (is_blank(out.back().c) || out.back().c == '\r')) out.pop_back();
  return out;
}

// uapi-group.org: the Boot Loader Specification, type 1
std::vector<FoundCommandLine> boot_entry(const Text& text) {
  Text all;
  for (const std::size_t start : line_starts(text)) {
    const std::size_t i = skip_blanks(text, start);
    if (word_at(text, i) != "options") continue;
    const Text more = rest_of_line(text, skip_blanks(text, i + 7));
    if (!all.empty() && !more.empty()) all.push_back({' ', all.back().place});
    all.insert(all.end(), more.begin(), more.end());
  }
  if (all.empty()) return {};
  return {found(all)};
}

Error fault(const Source& source, std::string message) {
  return Error{.message = std::move(message), .origin = {.file = source.name}};
}

// The last `Command line:` that begins in [begin, end).
std::vector<FoundCommandLine> log_line(std::string_view bytes, std::size_t begin, std::size_t end) {
  const std::string_view part = bytes.substr(0, end);
  for (const std::string_view mark : {"Command line: ", "Kernel command line: "}) {
    std::size_t at = part.rfind(mark);
    if (at == part.npos || at < begin) continue;
    at += mark.size();
    const std::string_view before = bytes.substr(0, at);
    const std::size_t start = before.rfind('\n') + 1;  // 0 where there is none
    const auto number = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
    const std::string_view line = bytes.substr(at, bytes.find('\n', at) - at);
    const Text text = rest_of_line(placed(line, {number, at - start + 1}), 0);
    if (!text.empty()) return {found(text)};
  }
  return {};
}

// No line where it is no log, or the boot has none.
Result<CommandLines> log_lines(const Source& source, const ReadOptions& options) {
  const auto log = LogText::open(source, options.side);
  if (!log) return log.errors();
  std::size_t begin = 0;
  std::size_t end = log->bytes().size();
  if (options.boot) {
    const std::vector<LogBoot> boots = split_boots(*log);
    if (*options.boot == 0 || *options.boot > boots.size()) {
      return fault(source, "there is no boot " + std::to_string(*options.boot) +
                               ": the log holds " + std::to_string(boots.size()) +
                               (boots.size() == 1 ? " boot" : " boots") + ", counted from 1");
    }
    begin = boots[*options.boot - 1].begin;
    end = boots[*options.boot - 1].end;
  }
  CommandLines out{.format = "log", .lines = log_line(log->bytes(), begin, end)};
  if (!log->is_plain() && !out.lines.empty()) {
    // Its lines and columns are none of the file's.
    out.text = out.lines[0].text;
    out.lines = {plain_line(out.text)};
  }
  return out;
}

std::vector<FoundCommandLine> whole(const Text& text) {
  Text line;
  for (const std::size_t start : line_starts(text)) {
    const Text one = rest_of_line(text, skip_blanks(text, start));
    if (one.empty()) continue;
    if (!line.empty()) return {};  // two lines: something else
    line = one;
  }
  if (line.empty()) return {};
  return {found(line)};
}

Result<CommandLines> read_lines(const Source& source, const ReadOptions& options) {
  if (source.is_folder()) {
    return fault(source, "a file with a command line is expected, not a folder");
  }
  const std::string_view bytes = source.bytes;
  if (has_other_encoding(bytes)) {
    auto log = log_lines(source, options);
    if (!log || !log->lines.empty()) return log;
  }
  const std::size_t binary = bytes.find('\0');
  if (binary != bytes.npos && binary + 1 != bytes.size()) {
    return Error{.message = "this is no text: a byte is 0",
                 .origin = {.file = source.name, .offset = binary}};
  }
  const Text text = placed(bytes.substr(0, std::min(binary, limit_of(Limit::loader_size))));
  CommandLines out{.text = source.bytes};
  const auto is = [&](std::string_view format, std::vector<FoundCommandLine> lines) {
    out.format = format;
    out.lines = std::move(lines);
    return !out.lines.empty();
  };
  if (is("grub defaults", grub_defaults(text))) {
    const bool is_whole = text.size() == bytes.size();
    if (const auto quote = is_whole ? unclosed_quote(text) : std::nullopt) {
      return Error{.message = "this quote is not closed: a shell refuses the file",
                   .origin = {source.name, quote->line, quote->column}};
    }
    return out;
  }
  const bool has_options = bytes.starts_with("options ") || bytes.find("\noptions ") != bytes.npos;
  if (has_options && is("boot entry", boot_entry(text))) return out;
  if (is("grub.cfg", grub_cfg(text))) return out;
  // Where a log is encoded, its words for it may be, too.
  if (bytes.find("ommand line: ") != bytes.npos || bytes.find("BIOS-e820: ") != bytes.npos) {
    auto log = log_lines(source, options);
    if (!log) return log.errors();
    if (log->text.empty()) log->text = source.bytes;
    if (!log->lines.empty()) return log;
  }
  if (bytes.size() <= limit_of(Limit::loader_size) && is("command line", whole(text))) return out;
  return fault(
      source,
      "no kernel command line is found; expected /etc/default/grub, grub.cfg, a boot entry, "
      "a boot log with `Command line:`, or the line alone as /proc/cmdline has it");
}

}  // namespace

Result<CommandLines> read_command_lines(const Source& source, const ReadOptions& options) {
  auto read = read_lines(source, options);
  if (!read) return read;
  for (const FoundCommandLine& line : read->lines) {
    if (line.text.size() <= limit_of(Limit::command_line)) continue;
    return Error{.message = "the command line has " + std::to_string(line.text.size()) +
                            " bytes, of which a kernel keeps 2 KiB: " +
                            beyond(Limit::command_line, line.text.size()),
                 .origin = {source.name, line.places.front().line, line.places.front().column}};
  }
  return read;
}

FoundCommandLine plain_line(std::string_view text) { return found(placed(text)); }

}  // namespace memmap::input
