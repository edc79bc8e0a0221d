#include "input/table/cells.h"

#include <algorithm>
#include <string>

#include "base/number.h"
#include "input/table/types.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

struct Label {
  std::string_view word;
  Meaning meaning;
};
constexpr Label kLabels[] = {
    {"start", Meaning::start},     {"base", Meaning::start},
    {"base addr", Meaning::start}, {"base address", Meaning::start},
    {"baseaddr", Meaning::start},  {"baseaddress", Meaning::start},
    {"addr", Meaning::start},      {"address", Meaning::start},
    {"from", Meaning::start},      {"begin", Meaning::start},
    {"at", Meaning::start},        {"phys", Meaning::start},
    {"physical", Meaning::start},  {"physical start", Meaning::start},
    {"end", Meaning::end},         {"limit", Meaning::end},
    {"until", Meaning::end},       {"last", Meaning::last},
    {"size", Meaning::size},       {"length", Meaning::size},
    {"len", Meaning::size},        {"bytes", Meaning::size},
    {"for", Meaning::size},        {"type", Meaning::type},
    {"kind", Meaning::type},       {"pages", Meaning::pages},
    {"npages", Meaning::pages},    {"attr", Meaning::other},
    {"attribute", Meaning::other}, {"attributes", Meaning::other},
    {"flags", Meaning::other},
};

bool is_run_char(char c) { return is_digit(c) || is_letter(c) || c == '_'; }

std::string plain(std::string_view word) {
  std::string out(word);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c == '_' || c == '-' ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// Fills the number of a cell; false: the text is a word.
bool read_number(std::string_view text, Cell& cell) {
  if (text.starts_with("0x") || text.starts_with("0X")) {
    const auto hex = parse_hex(text.substr(2));
    if (hex) cell.hex = *hex;
    return hex.ok();
  }
  const bool h = text.size() > 1 && (text.back() == 'h' || text.back() == 'H') && is_digit(text[0]);
  const std::string_view digits = h ? text.substr(0, text.size() - 1) : text;
  const bool all_decimal = std::ranges::all_of(digits, is_digit);
  const bool some_decimal = std::ranges::any_of(digits, is_digit);
  constexpr std::size_t kAddress = 8;
  if (std::ranges::all_of(digits, is_hex_digit) && (some_decimal || digits.size() >= kAddress)) {
    if (const auto hex = parse_hex(digits)) cell.hex = *hex;
    if (all_decimal && !h) {
      std::string_view rest = digits;
      cell.decimal = take_decimal(rest);
    }
    cell.bare_hex = !h && (!all_decimal || (digits[0] == '0' && digits.size() >= kAddress));
    return cell.hex.has_value();
  }
  if (!is_digit(text[0])) return false;
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  const std::string_view unit = text.substr(n);
  const std::string_view rest = unit.substr(1);
  if (unit == "B" || (!rest.empty() && rest != "B" && rest != "iB")) return false;
  const auto value = parse_u64(std::string(text.substr(0, n)) + unit[0]);
  if (value) cell.decimal = *value;
  return value.ok();
}

class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  std::vector<Cell> split() {
    while (at_ < line_.size()) {
      if (is_run_char(line_[at_])) {
        take_run();
      } else {
        take_sign();
      }
    }
    return std::move(cells_);
  }

 private:
  char at(std::size_t i) const { return i < line_.size() ? line_[i] : '\0'; }

  void take_sign() {
    const char c = line_[at_];
    if (!is_blank(c)) {
      const bool range = c == '-' || (c == '.' && at(at_ + 1) == '.') || c == '~';
      if (range) between_ = true;
      opened_ = c == '[';
      if (opened_) in_brackets_ = true;
      if (c == ',' && in_brackets_) between_ = true;  // `[0x0, 0x1000)`
      if (c == ']' || c == ')') in_brackets_ = false;
      if (c == ',' || c == ';' || c == '|') label_ = Meaning::none;
    }
    ++at_;
  }

  std::string_view run_at(std::size_t i) const {
    std::size_t end = i;
    // A dot between digits: a time stamp or a fraction, which is no address.
    while (is_run_char(at(end)) ||
           (at(end) == '.' && end > i && is_digit(at(end - 1)) && is_digit(at(end + 1)))) {
      ++end;
    }
    return line_.substr(i, end - i);
  }

  void take_run() {
    const std::size_t begin = at_;
    const std::string_view run = run_at(at_);
    Cell cell;
    if (!read_number(run, cell)) {
      if (is_digit(run[0]) && run.find('.') != run.npos) return skip_fraction(run.size());
      return take_word(begin);
    }
    at_ += run.size();
    // `254 MiB`
    std::size_t next = at_;
    if (at(next) == ' ') ++next;
    const std::string_view unit = run_at(next);
    Cell with_unit;
    if (cell.decimal && is_unit(unit) &&
        read_number(std::to_string(*cell.decimal) + std::string(unit), with_unit)) {
      cell = with_unit;
      at_ = next + unit.size();
    }
    cell.text = line_.substr(begin, at_ - begin);
    if (counts_lines(cell)) return;
    add(cell);
  }

  static bool is_unit(std::string_view word) {
    return word == "KiB" || word == "MiB" || word == "GiB" || word == "KB" || word == "MB" ||
           word == "GB";
  }

  void skip_fraction(std::size_t length) {
    at_ += length;
    const std::size_t next = at(at_) == ' ' ? at_ + 1 : at_;
    const std::string_view unit = run_at(next);
    if (is_unit(unit)) at_ = next + unit.size();
  }

  // The first number of a line, with a colon, a dot or brackets.
  bool counts_lines(const Cell& cell) {
    const bool first = std::ranges::all_of(cells_, &Cell::is_word);
    const char behind = at(at_);
    const bool counted = first && cell.decimal && *cell.decimal < 10000 && cell.text.size() <= 4 &&
                         (behind == ':' || (behind == '.' && at(at_ + 1) != '.') || behind == ')' ||
                          (opened_ && behind == ']'));
    if (counted) {
      ++at_;
      cells_.clear();  // `Region 0:`, `entry [3]`
      label_ = Meaning::none;
      between_ = false;
    }
    return counted;
  }

  void take_word(std::size_t begin) {
    std::size_t end = begin + run_at(begin).size();
    for (;;) {
      std::size_t next = end;
      if (at(next) == ' ' || at(next) == '-') ++next;
      if (next == end) break;
      if (at(next) == '(') {
        const std::size_t close = line_.find(')', next);
        const std::string_view group = line_.substr(next, close - next);
        if (close == std::string_view::npos || group.size() > 24 ||
            group.find_first_of(":=") != std::string_view::npos || group.find("0x") != group.npos) {
          break;
        }
        end = close + 1;
        break;
      }
      const std::string_view run = run_at(next);
      Cell number;
      if (run.empty() || read_number(run, number)) break;
      end = next + run.size();
    }
    const std::string_view word = line_.substr(begin, end - begin);
    at_ = end;
    std::size_t behind = end;
    while (is_blank(at(behind))) ++behind;
    const Meaning meaning = meaning_of(word);
    if (at(behind) == ':' || at(behind) == '=') {
      at_ = behind + 1;
      label_ = meaning;
      const bool is_type = meaning == Meaning::none && type_of_word(TypeNames::e820, word);
      if (is_type) add({.text = word, .is_word = true});  // `usable: 0x0 - 0x1000`
      return;
    }
    if (meaning != Meaning::none && is_digit(at(behind))) {  // `type 1 at 0x0 for 639KB`
      const std::size_t blank = word.rfind(' ');
      if (blank != word.npos && meaning_of(word.substr(0, blank)) == Meaning::none)
        add({.text = word.substr(0, blank), .is_word = true});  // `RAM at 0x0`
      label_ = meaning;
      return;
    }
    if (word == "to") {
      between_ = true;
      return;
    }
    add({.text = word, .is_word = true});
  }

  void add(Cell cell) {
    cell.label = label_;
    cell.ranged = between_ && !cell.is_word && !cells_.empty() && !cells_.back().is_word;
    const char behind = at(at_);
    if (behind == ')' || behind == ']') cell.closed = behind;
    cells_.push_back(cell);
    label_ = Meaning::none;
    between_ = opened_ = false;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::vector<Cell> cells_{};
  Meaning label_ = Meaning::none;
  bool between_ = false;  // of two numbers: a sign of a range
  bool opened_ = false;   // `[` was the last sign
  bool in_brackets_ = false;
};

}  // namespace

Meaning meaning_of(std::string_view label) {
  const std::string text = plain(label);
  const auto find = [](std::string_view word) {
    const auto* const found = std::ranges::find(kLabels, word, &Label::word);
    return found == std::end(kLabels) ? Meaning::none : found->meaning;
  };
  if (const Meaning whole = find(text); whole != Meaning::none) return whole;
  const std::size_t blank = text.rfind(' ');
  return blank == std::string::npos ? Meaning::none
                                    : find(std::string_view(text).substr(blank + 1));
}

std::vector<Cell> cells_of(std::string_view line) { return Splitter(line).split(); }

}  // namespace memmap::input
