#include "input/table/shape.h"

#include <cstdint>

#include "base/number.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::size_t kFewestDigits = 8;  // of an address without 0x
constexpr std::uint64_t kPage = 4096;

bool is_word_char(char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '-'; }
bool is_alnum(char c) { return is_digit(c) || is_letter(c); }

std::size_t hex_run(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size() && is_hex_digit(s[n])) ++n;
  return n;
}

// `KiB`, `MB`, `G` directly behind a number; empty: none.
std::string_view unit_at(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size() && is_letter(s[n])) ++n;
  return s.substr(0, n);
}

// 324KiB, 639KB: K, KB and KiB are all 1024 to those that print tables.
std::optional<std::uint64_t> take_with_unit(std::string_view& s) {
  std::size_t n = 0;
  while (n < s.size() && is_digit(s[n])) ++n;
  const std::string_view unit = unit_at(s.substr(n));
  if (n == 0 || unit.empty()) return std::nullopt;
  const std::string_view rest = unit.substr(1);
  if (!rest.empty() && rest != "B" && rest != "iB") return std::nullopt;
  if (unit == "B") return std::nullopt;
  const auto value = parse_u64(std::string(s.substr(0, n)) + unit[0]);
  if (!value) return std::nullopt;
  s.remove_prefix(n + unit.size());
  return *value;
}

std::optional<std::uint64_t> take_address(std::string_view& s) {
  if (eat(s, "0x") || eat(s, "0X")) {
    const std::size_t n = hex_run(s);
    const auto value = parse_hex(s.substr(0, n));
    if (!value) return std::nullopt;
    s.remove_prefix(n);
    return *value;
  }
  if (const auto value = take_with_unit(s)) return value;
  std::size_t n = hex_run(s);
  if (n < kFewestDigits) return std::nullopt;
  std::string digits(s.substr(0, n));
  if (n == 8 && s.size() > n && s[n] == ':' && hex_run(s.substr(n + 1)) == 8) {
    digits += s.substr(n + 1, 8);
    n += 9;
  }
  const auto value = parse_hex(digits);
  if (!value) return std::nullopt;
  s.remove_prefix(n);
  return *value;
}

// Decimal, or 0x and hexadecimal.
std::optional<std::uint64_t> take_number(std::string_view& s) {
  return s.starts_with("0x") ? take_hex(s) : take_decimal(s);
}

std::optional<std::uint64_t> take_bare_hex(std::string_view& s) {
  eat(s, "0x");
  const std::size_t n = hex_run(s);
  const auto value = parse_hex(s.substr(0, n));
  if (!value) return std::nullopt;
  s.remove_prefix(n);
  return *value;
}

// What is left of a line, without what tools put behind it.
std::string_view to_the_end(std::string_view s) {
  s = s.substr(0, s.find_first_of("<\x1b\r"));  // <br>, colours
  s = s.substr(0, s.find("  "));
  std::size_t n = s.size();
  while (n > 0 && !is_alnum(s[n - 1]) && s[n - 1] != ')' && s[n - 1] != '!') --n;
  return s.substr(0, n);
}

class Matcher {
 public:
  // Reads `text` from its front on; true: it has the shape.
  bool read(std::string_view shape, std::string_view text) {
    const char* const begin = text.data();
    while (!shape.empty()) {
      if (shape[0] == '{') {
        const std::string_view place = shape.substr(1, shape.find('}') - 1);
        shape.remove_prefix(place.size() + 2);
        text = skip_blanks(text);
        if (!take(place, shape.empty(), text)) return false;
        begun = begun || place == "start" || place == "start/dec" || place == "size/hex" ||
                letters_ >= kWord;
      } else if (shape[0] == ' ') {
        shape.remove_prefix(1);
        text = skip_blanks(text);
      } else if (eat(text, shape.substr(0, 1))) {
        shape.remove_prefix(1);
        ++letters_;
      } else {
        return false;
      }
    }
    row.place = {begin, static_cast<std::size_t>(text.data() - begin)};
    return (text.empty() || ends_by_word_ || !is_alnum(text[0])) && agrees();
  }

  TableRow row{};
  bool begun = false;  // so much of the shape was there that the line is meant to have it

 private:
  bool take(std::string_view place, bool last, std::string_view& text) {
    if (place == "word") return take_word(last, text);
    if (place == "skip") {
      const std::size_t n = text.find_first_of(" \t");
      if (text.empty() || n == 0) return false;
      text = n == text.npos ? std::string_view{} : text.substr(n);
      return true;
    }
    if (place == "type") return set(row.number, take_number(text));
    if (place == "index") return set(row.index, take_number(text));
    if (place == "pages") return set(pages_, take_bare_hex(text));
    if (place == "bytes") return set(bytes_, take_bare_hex(text));
    if (place == "attr") return set(row.attributes, take_bare_hex(text));
    if (place == "start") return set(row.start, take_address(text));
    if (place == "start/hex") return set(row.start, take_bare_hex(text));
    if (place == "start/dec") return set(row.start, take_decimal(text));
    row.bound = place == "end" ? Bound::end : place == "last" ? Bound::last : Bound::size;
    if (place == "size/hex") return set(row.second, take_bare_hex(text));
    if (place == "size/pages") {
      const auto pages = take_decimal(text);
      if (!pages || *pages > ~std::uint64_t{0} / kPage) return false;
      row.second = *pages * kPage;
      return true;
    }
    return set(row.second, take_address(text));
  }

  template <class To>
  static bool set(To& to, std::optional<std::uint64_t> value) {
    if (!value) return false;
    to = *value;
    return true;
  }

  bool take_word(bool last, std::string_view& text) {
    std::size_t n = 0;
    if (last) {
      row.word = to_the_end(text);
      n = row.word.size();
      ends_by_word_ = true;
    } else {
      while (n < text.size() && is_word_char(text[n])) ++n;
      row.word = text.substr(0, n);
    }
    text.remove_prefix(n);
    return n != 0;
  }

  bool agrees() const {
    const auto size = size_of(row);
    return (!pages_ || size == *pages_ * kPage) && (!bytes_ || size == *bytes_);
  }

  static constexpr int kWord = 4;  // letters of a printer's that are no accident
  int letters_ = 0;
  std::optional<std::uint64_t> pages_{};
  std::optional<std::uint64_t> bytes_{};
  bool ends_by_word_ = false;
};

// Calls `each` with every shape and place of a line where an entry may begin, until it says so.
template <class Each>
void at_some_place(std::string_view shapes, std::string_view line, const Each& each) {
  while (!shapes.empty()) {
    const std::string_view shape = take_until(shapes, "|");
    eat(shapes, "|");
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (is_blank(line[at]) || (shape[0] != '{' && line[at] != shape[0])) continue;
      const bool inside = at != 0 && is_alnum(line[at]) && is_alnum(line[at - 1]);
      if (!inside && each(shape, line.substr(at))) return;
    }
  }
}

}  // namespace

std::optional<TableRow> match_shape(std::string_view shapes, std::string_view line) {
  std::optional<TableRow> out;
  at_some_place(shapes, line, [&](std::string_view shape, std::string_view text) {
    Matcher matcher;
    if (matcher.read(shape, text)) out = matcher.row;
    return out.has_value();
  });
  return out;
}

bool begins_shape(std::string_view shapes, std::string_view line) {
  bool out = false;
  at_some_place(shapes, line, [&](std::string_view shape, std::string_view text) {
    Matcher matcher;
    out = matcher.read(shape, text) || matcher.begun;
    return out;
  });
  return out;
}

}  // namespace memmap::input
