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

// -1: not a digit of any base up to 16.
int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes one parameter off the front of `text`. A quote may open before the name or anywhere in it;
// a space inside quotes does not end the parameter. `length`: of the whole line, of which `text` is
// the end. kernel: next_arg(), lib/cmdline.c, v6.12
Parameter next_arg(std::string_view& text, std::size_t length) {
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
  text.remove_prefix(std::min(end + 1, text.size()));
  out.after = length - text.size();
  text = skip_spaces(text);
  return out;
}

}  // namespace

std::vector<Parameter> parse_command_line(std::string_view text) {
  text = text.substr(0, std::min(text.size(), text.find('\0')));
  const std::string_view whole = text.substr(0, kCommandLineSize - 1);
  text = skip_spaces(whole);
  std::vector<Parameter> out;
  while (!text.empty()) {
    Parameter p = next_arg(text, whole.size());
    if (p.name == "--" && !p.value) break;
    out.push_back(std::move(p));
  }
  return out;
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
  const std::size_t unit = kUnits.find(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  if (unit == std::string_view::npos) return out;
  out.value <<= 10 * (unit + 1);
  out.rest.remove_prefix(1);
  return out;
}

}  // namespace memmap::kernel
