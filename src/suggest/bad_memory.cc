#include "suggest/bad_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/align.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/printable.h"
#include "base/range_union.h"
#include "e820/memmap_item.h"
#include "machine/badram.h"

namespace memmap::suggest {
namespace {

constexpr std::uint64_t kPhysEnd = std::uint64_t{1} << 52;

bool is_hex_digit(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

// A number that the test printed: `0x12345678`, or hexadecimal digits without it.
struct Number {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  bool prefixed = false;
  std::size_t at = 0;   // of the line
  std::size_t end = 0;  // behind it
};

// All numbers of the line; words that go on otherwise (`MB`, `Test`) are none.
std::vector<Number> numbers_of(std::string_view line) {
  std::vector<Number> out;
  std::size_t i = 0;
  while (i < line.size()) {
    if (std::isalnum(static_cast<unsigned char>(line[i])) == 0) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < line.size() && std::isalnum(static_cast<unsigned char>(line[end])) != 0) ++end;
    std::string_view word = line.substr(i, end - i);
    const bool prefixed = word.starts_with("0x") || word.starts_with("0X");
    if (prefixed) word.remove_prefix(2);
    const auto value = parse_hex(word);
    if (value && !word.empty() && std::ranges::all_of(word, is_hex_digit))
      out.push_back({*value, word.size(), prefixed, i, end});
    i = end;
  }
  return out;
}

// Ones from the top down, of 32 or 64 bits: nobody's address.
bool is_mask(std::uint64_t value) {
  return value >> 56 == 0xff || (value >> 32 == 0 && value >> 24 == 0xff);
}

class Reader {
 public:
  Reader(const std::string& name, const std::vector<PhysRange>& ram) : name_(name), ram_(ram) {}

  Result<BadMemory> read(std::string_view text);

 private:
  void read_line(std::string_view line, std::size_t number);
  bool patterns(const std::vector<Number>& numbers);
  bool memmap_items(std::string_view line);
  bool row_of_errors(std::string_view line, const std::vector<Number>& numbers);
  bool addresses(std::string_view line, const std::vector<Number>& numbers);
  void add(std::uint64_t from, std::uint64_t end);

  const std::string& name_;
  const std::vector<PhysRange>& ram_;
  std::vector<PhysRange> found_{};
  bool page_numbers_ = false;  // below memtest86+'s heading
  bool too_many_ = false;
  std::size_t pieces_ = 0;  // that patterns name, so far
  std::size_t left_out_ = 0;
  std::string first_left_out_{};
};

// [from, end), by whole pages.
void Reader::add(std::uint64_t from, std::uint64_t end) {
  if (from >= kPhysEnd) return;
  found_.push_back(
      PhysRange::make(align_down(from, kPageSize),
                      align_up(std::min(std::max(end, from + 1), kPhysEnd), kPageSize)));
}

bool Reader::patterns(const std::vector<Number>& numbers) {
  if (numbers.size() < 2 || numbers.size() % 2 != 0) return false;
  for (std::size_t i = 1; i < numbers.size(); i += 2) {
    if (!is_mask(numbers[i].value)) return false;
  }
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    const BadramPair pair{{}, numbers[i].value, numbers[i + 1].value};
    // Of all patterns together: a list may have many.
    const std::size_t left = limit_of(Limit::badram_pieces) - pieces_;
    const auto pieces = badram_pieces(pair, ram_, left);
    pieces_ += pieces.size();
    too_many_ = too_many_ || pieces.size() == left;
    if (too_many_) return true;
    for (const PhysRange r : pieces) add(raw(r.base()), raw(r.end()));
  }
  return true;
}

bool Reader::memmap_items(std::string_view line) {
  const std::size_t at = line.find("memmap=");
  if (at == line.npos) return false;
  std::string_view list = line.substr(at + 7);
  list = list.substr(0, list.find_first_of(" \t\"'"));
  bool any = false;
  e820::each_memmap_item(list, [&](std::string_view text) {
    const e820::MemmapItem item = e820::parse_memmap_item(text);
    const auto range = PhysRange::from_size(PhysAddr{item.start}, item.size);
    if (item.mark != '$' || !range) return;
    add(raw(range->base()), raw(range->end()));
    any = true;
  });
  return any;
}

// memtest86+'s table: counts, then the address with its size in parentheses (or behind a dash), then
// what was written and read.
bool Reader::row_of_errors(std::string_view line, const std::vector<Number>& numbers) {
  for (const Number& n : numbers) {
    if (n.prefixed || n.digits < 8) continue;
    const std::string_view behind = line.substr(std::min(line.size(), n.end));
    if (!behind.starts_with(" (") && !behind.starts_with(" - ")) return false;
    add(n.value, n.value + 1);
    return true;
  }
  return false;
}

// Whether a dash leads from number `i` to the next.
bool is_range(std::string_view line, const std::vector<Number>& numbers, std::size_t i) {
  return i + 1 < numbers.size() &&
         line.substr(numbers[i].end, numbers[i + 1].at - numbers[i].end).find('-') != line.npos;
}

bool Reader::addresses(std::string_view line, const std::vector<Number>& numbers) {
  bool any = false;
  // An end before its start is a mistake of the list, not two addresses.
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (is_range(line, numbers, i) && numbers[i + 1].value < numbers[i].value) return false;
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const Number& n = numbers[i];
    if (!n.prefixed && n.digits < 5) return any;  // no address: a count, a word
    const std::uint64_t unit = page_numbers_ ? kPageSize : 1;
    const std::uint64_t last = is_range(line, numbers, i) ? numbers[++i].value : n.value;
    if (last >= kPhysEnd / unit) continue;
    add(n.value * unit, (last + 1) * unit);
    any = true;
  }
  return any;
}

void Reader::read_line(std::string_view line, std::size_t number) {
  if (const std::size_t comment = line.find('#'); comment != line.npos)
    line = line.substr(0, comment);
  if (line.find_first_not_of(" \t\r-=") == line.npos) return;
  if (line.find("Bad Pages") != line.npos || line.find("bad pages") != line.npos) {
    page_numbers_ = true;
    return;
  }
  if (memmap_items(line)) return;
  // What stands before the numbers of a list or of the kernel's line.
  const std::size_t equals = line.find('=');
  const std::size_t told = line.find("bad mem addr");
  if (told != line.npos) line.remove_prefix(told + 12);
  if (told == line.npos && equals != line.npos) line.remove_prefix(equals + 1);
  std::vector<Number> numbers = numbers_of(line);
  // The end that the kernel prints is the first byte that is good.
  if (told != line.npos && numbers.size() >= 2 && numbers[1].value > numbers[0].value)
    return add(numbers[0].value, numbers[1].value);
  if (patterns(numbers) || row_of_errors(line, numbers)) return;
  const bool has_words = std::ranges::any_of(line, [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 && !is_hex_digit(c) && c != 'x' &&
           c != 'X';
  });
  if (!has_words && addresses(line, numbers)) return;
  ++left_out_;
  if (first_left_out_.empty())
    first_left_out_ = fmt::format("line {}: {}", number, printable(line, Charset::unicode));
}

Result<BadMemory> Reader::read(std::string_view text) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    read_line(text.substr(0, end), ++number);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
  if (too_many_) {
    return Error{
        fmt::format("the patterns name too many pieces of the machine's RAM, their masks have few "
                    "bits: {}",
                    beyond(Limit::badram_pieces)),
        {name_}};
  }
  if (found_.empty()) {
    return Error{
        "no bad memory is named: a list has memtest86+'s patterns (badram=ADDRESS,MASK), its table "
        "of "
        "errors, memmap=SIZE$START, or addresses in hexadecimal, as 0x12345000 or "
        "0x12345000-0x12346fff",
        {name_}};
  }
  BadMemory out{.pages = united(std::move(found_))};
  if (left_out_ != 0)
    out.notes.push_back(fmt::format("{} line(s) of the list tell no address; the first is {}",
                                    left_out_, first_left_out_));
  return out;
}

}  // namespace

Result<BadMemory> read_bad_memory(const std::string& name, std::string_view text,
                                  const std::vector<PhysRange>& ram) {
  return Reader(name, ram).read(text);
}

}  // namespace memmap::suggest
