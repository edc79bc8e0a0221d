#include "kernel/command_line.h"

#include <algorithm>

namespace memmap::kernel {
namespace {

// kernel: _ctype[], lib/ctype.c: the C locale's white space and the no-break space.
bool is_space(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u == ' ' || (u >= '\t' && u <= '\r') || u == 0xa0;
}

std::string_view skip_spaces(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

// The digit's value; -1: it is none of any base up to 16.
int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes one parameter off the front of `text`. A quote may open before the name or anywhere in it;
// a space inside quotes does not end the parameter. kernel: next_arg(), lib/cmdline.c, v6.12
Parameter next_arg(std::string_view& text) {
  const bool quoted = text.front() == '"';
  if (quoted) text.remove_prefix(1);

  bool in_quote = quoted;
  std::size_t equals = 0;  // 0: none; a name of no letters cannot have a value
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (is_space(c) && !in_quote) break;
    if (equals == 0 && c == '=') equals = end;
    if (c == '"') in_quote = !in_quote;
  }

  std::string_view whole = text.substr(0, end);
  Parameter out;
  if (equals == 0) {
    if (quoted && whole.ends_with('"')) whole.remove_suffix(1);
    out.name = whole;
  } else {
    out.name = whole.substr(0, equals);
    std::string_view value = whole.substr(equals + 1);
    const bool value_quoted = value.starts_with('"');
    if (value_quoted) value.remove_prefix(1);
    if ((value_quoted || quoted) && value.ends_with('"')) value.remove_suffix(1);
    out.value = value;
  }
  out.size = end + (quoted ? 1 : 0);
  text.remove_prefix(std::min(end + 1, text.size()));
  text = skip_spaces(text);
  return out;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::vector<Parameter> parse_command_line(std::string_view text) {
  text = text.substr(0, std::min(text.size(), text.find('\0')));
  text = text.substr(0, kCommandLineSize - 1);
  const char* const start = text.data();
  text = skip_spaces(text);
  std::vector<Parameter> out;
  while (!text.empty()) {
    const auto at = static_cast<std::size_t>(text.data() - start);
    Parameter p = next_arg(text);
    p.at = at;
    if (p.name == "--" && !p.value) break;
    out.push_back(std::move(p));
  }
  return out;
}

std::string whole_command_line(std::string_view built_in, BuiltIn how, std::string_view line) {
  const bool there = line.starts_with(built_in) &&
                     (line.size() == built_in.size() || line[built_in.size()] == ' ');
  std::string out;
  if (how == BuiltIn::instead) {
    out = built_in;
  } else if (built_in.empty() || there) {
    out = line;
  } else {
    out = std::string(built_in) + ' ' + std::string(line);
  }
  return out.substr(0, kCommandLineSize - 1);
}

std::string appended(std::string_view line, std::string_view more) {
  std::string out(line);
  if (!out.empty() && !more.empty()) out += ' ';
  return out.append(more);
}

bool parameq(std::string_view a, std::string_view b) {
  const auto dash = [](char c) { return c == '-' ? '_' : c; };
  return std::ranges::equal(a, b, {}, dash, dash);
}

Parsed simple_strtoull(std::string_view text) {
  unsigned base = 10;
  if (text.size() >= 2 && text[0] == '0') {
    base = 8;
    if ((text[1] == 'x' || text[1] == 'X') && text.size() >= 3 && digit(text[2]) >= 0) {
      base = 16;
      text.remove_prefix(2);
    }
  }
  Parsed out{0, text};
  while (!out.rest.empty()) {
    const int d = digit(out.rest.front());
    if (d < 0 || static_cast<unsigned>(d) >= base) break;
    out.value = out.value * base + static_cast<unsigned>(d);
    out.rest.remove_prefix(1);
  }
  return out;
}

Parsed memparse(std::string_view text) {
  Parsed out = simple_strtoull(text);
  if (out.rest.empty()) return out;
  constexpr std::string_view kUnits = "kmgtpe";
  const char c = out.rest.front();
  const std::size_t unit = kUnits.find(lower(c));
  if (unit == std::string_view::npos) return out;
  out.value <<= 10 * (unit + 1);
  out.rest.remove_prefix(1);
  return out;
}

std::optional<int> get_option(std::optional<std::string_view> text) {
  if (!text || text->empty()) return std::nullopt;
  const bool negative = text->starts_with('-');
  if (negative) text->remove_prefix(1);
  const Parsed parsed = simple_strtoull(*text);
  if (parsed.rest.size() == text->size()) return std::nullopt;
  const auto value = static_cast<int>(static_cast<std::uint32_t>(parsed.value));
  return negative ? static_cast<int>(0u - static_cast<unsigned>(value)) : value;
}

std::optional<std::uint64_t> kstrtoul(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.ends_with('\n')) text.remove_suffix(1);
  const Parsed parsed = simple_strtoull(text);
  if (text.empty() || !parsed.rest.empty()) return std::nullopt;
  const bool hex = text.size() > 2 && lower(text[1]) == 'x';
  const unsigned base = hex ? 16 : text.front() == '0' ? 8 : 10;
  std::uint64_t value = 0;
  for (const char c : text.substr(hex ? 2 : 0)) {
    const auto d = static_cast<unsigned>(digit(c));
    if (value > (~0ull - d) / base) return std::nullopt;
    value = value * base + d;
  }
  return value;
}

std::optional<bool> kstrtobool(std::optional<std::string_view> text) {
  if (!text || text->empty()) return std::nullopt;
  const char first = lower(text->front());
  if (first == 'y' || first == 't' || first == '1') return true;
  if (first == 'n' || first == 'f' || first == '0') return false;
  if (first != 'o' || text->size() < 2) return std::nullopt;
  const char second = lower((*text)[1]);
  if (second == 'n') return true;
  return second == 'f' ? std::optional(false) : std::nullopt;
}

bool parse_option_str(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool find_option_bool(std::string_view line, std::string_view word) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  line = line.substr(0, kCommandLineSize - 1);
  for (std::size_t at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || is_blank(line[at - 1])) && (end == line.size() || is_blank(line[end]))) {
      return true;
    }
  }
  return false;
}

}  // namespace memmap::kernel
