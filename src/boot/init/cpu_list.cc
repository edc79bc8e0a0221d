#include "boot/init/cpu_list.h"

#include <algorithm>
#include <charconv>

namespace memmap::boot {
namespace {

// A number, or N for the last of them.
std::optional<unsigned> take_number(std::string_view& text, unsigned count) {
  if (text.starts_with('N')) {
    text.remove_prefix(1);
    return count - 1;
  }
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool eat(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool eat_all(std::string_view& text) {
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  if (!std::ranges::equal(text.substr(0, 3), std::string_view("all"), same)) return false;
  text.remove_prefix(3);
  return true;
}

// A comma or white space. kernel: __end_of_region(), isspace()
bool parts_regions(char c) {
  return c == ',' || c == ' ' || (c >= '\t' && c <= '\r') || static_cast<unsigned char>(c) == 0xa0;
}

bool ends_region(std::string_view text) { return text.empty() || parts_regions(text.front()); }

// Takes FIRST[-LAST[:USED/GROUP]] off the front; false: it is none, or reaches beyond the last.
// kernel: bitmap_parse_region(), bitmap_check_region()
bool take_region(std::string_view& text, unsigned count, std::set<unsigned>& out) {
  unsigned first = 0;
  unsigned last = count - 1;
  bool range = true;
  if (!eat_all(text)) {
    const auto start = take_number(text, count);
    if (!start) return false;
    first = last = *start;
    range = !ends_region(text);
    if (range) {
      const auto end = eat(text, '-') ? take_number(text, count) : std::nullopt;
      if (!end) return false;
      last = *end;
    }
  }
  unsigned used = 1;
  unsigned group = 1;
  if (range && !ends_region(text)) {
    const auto u = eat(text, ':') ? take_number(text, count) : std::nullopt;
    if (!u || !eat(text, '/')) return false;
    const auto g = take_number(text, count);
    if (!g) return false;
    used = *u;
    group = *g;
  }
  if (first > last || group == 0 || used > group || last >= count) return false;
  for (unsigned cpu = first; cpu <= last; ++cpu) {
    if ((cpu - first) % group < used) out.insert(cpu);
  }
  return true;
}

}  // namespace

std::optional<std::set<unsigned>> parse_cpu_list(std::string_view text, unsigned count) {
  std::set<unsigned> out;
  while (true) {
    const auto* const next = std::ranges::find_if_not(text, parts_regions);
    text.remove_prefix(static_cast<std::size_t>(next - text.begin()));
    if (text.empty()) return out;
    if (!take_region(text, count, out)) return std::nullopt;
  }
}

}  // namespace memmap::boot
