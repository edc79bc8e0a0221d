// HTML around a log, as web archives and browsers leave it.
#include <cstdint>
#include <string>

#include "base/utf8.h"
#include "input/text/paper.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

struct Entity {
  std::string_view name;
  std::string_view text;
};
constexpr Entity kEntities[] = {{"gt", ">"},       {"lt", "<"},   {"amp", "&"},  {"quot", "\""},
                                {"apos", "'"},     {"nbsp", " "}, {"#10", "\n"}, {"#13", ""},
                                {"NewLine", "\n"}, {"Tab", "\t"}, {"lsqb", "["}, {"rsqb", "]"}};

// `&gt;` at the front: what it stands for, and its length; 0: it is none.
std::size_t entity_at(std::string_view s, std::string& out) {
  const std::size_t end = s.substr(0, 12).find(';');
  if (end == s.npos || end < 2) return 0;
  std::string_view name = s.substr(1, end - 1);
  for (const Entity& known : kEntities) {
    if (name != known.name) continue;
    out += known.text;
    return end + 1;
  }
  if (!eat(name, "#")) return 0;
  std::uint32_t c = 0;
  if (eat(name, "x") || eat(name, "X")) {
    const auto value = take_hex(name);
    if (!value || !name.empty() || *value > 0x10ffff) return 0;
    c = static_cast<std::uint32_t>(*value);
  } else {
    const auto value = take_decimal(name);
    if (!value || !name.empty() || *value > 0x10ffff) return 0;
    c = static_cast<std::uint32_t>(*value);
  }
  append_utf8(out, c);
  return end + 1;
}

struct Tag {
  std::string_view name;
  bool breaks;  // a line ends there
};
constexpr Tag kTags[] = {{"br", true},    {"pre", true},   {"p", true},         {"div", true},
                         {"tr", true},    {"li", true},    {"html", true},      {"body", true},
                         {"span", false}, {"code", false}, {"tt", false},       {"font", false},
                         {"b", false},    {"i", false},    {"em", false},       {"strong", false},
                         {"a", false},    {"td", false},   {"table", true},     {"tbody", true},
                         {"ol", true},    {"ul", true},    {"blockquote", true}};

// `<br>`, `</span>`, `<pre class="x">` at the front: its length; 0: none that is known.
std::size_t tag_at(std::string_view s, bool& breaks) {
  const std::size_t end = s.substr(0, 300).find('>');
  if (end == s.npos) return 0;
  std::string_view inside = s.substr(1, end - 1);
  eat(inside, "/");
  std::string name;
  while (!inside.empty() && (is_letter(inside[0]) || is_digit(inside[0]))) {
    const char c = inside[0];
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    inside.remove_prefix(1);
  }
  if (!inside.empty() && inside[0] != ' ' && inside[0] != '/') return 0;
  for (const Tag& known : kTags) {
    if (name != known.name) continue;
    breaks = known.breaks;
    return end + 1;
  }
  return 0;
}

}  // namespace

bool has_html(const Paper& paper) {
  std::size_t found = 0;
  for (const PaperLine& line : paper) {
    const std::string_view text = line.text;
    for (std::size_t at = text.find_first_of("&<"); at != text.npos;
         at = text.find_first_of("&<", at + 1)) {
      std::string ignored;
      bool breaks = false;
      if (text[at] == '&' ? entity_at(text.substr(at), ignored) != 0
                          : tag_at(text.substr(at), breaks) != 0) {
        ++found;
      }
    }
  }
  return found != 0;
}

void undo_html(Paper& paper) {
  Paper out;
  for (const PaperLine& line : paper) {
    const std::string_view text = line.text;
    std::string plain;
    for (std::size_t i = 0; i < text.size();) {
      bool breaks = false;
      std::size_t n = 0;
      if (text[i] == '&') n = entity_at(text.substr(i), plain);
      if (text[i] == '<' && (n = tag_at(text.substr(i), breaks)) != 0 && breaks) plain += '\n';
      if (n == 0) plain += text[i++];
      i += n;
    }
    if (plain.ends_with('\n')) plain.pop_back();  // the line ends anyway
    put_pieces(out, line, plain);
  }
  paper = std::move(out);
}

}  // namespace memmap::input
