#include "boot/steps/cpu_list.h"

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

// FIRST[-LAST[:USED/GROUP]]; false: it is none, or reaches beyond the last.
bool add_region(std::string_view text, unsigned count, std::set<unsigned>& out) {
  unsigned first = 0;
  unsigned last = count - 1;
  if (text.starts_with("all")) {
    text.remove_prefix(3);
  } else {
    const auto start = take_number(text, count);
    if (!start) return false;
    first = last = *start;
    if (eat(text, '-')) {
      const auto end = take_number(text, count);
      if (!end) return false;
      last = *end;
    }
  }
  unsigned used = 1;
  unsigned group = 1;
  if (eat(text, ':')) {
    const auto u = take_number(text, count);
    if (!u || !eat(text, '/')) return false;
    const auto g = take_number(text, count);
    if (!g) return false;
    used = *u;
    group = *g;
  }
  if (!text.empty() || first > last || group == 0 || used > group || last >= count) return false;
  for (unsigned cpu = first; cpu <= last; ++cpu) {
    if ((cpu - first) % group < used) out.insert(cpu);
  }
  return true;
}

}  // namespace

std::optional<std::set<unsigned>> parse_cpu_list(std::string_view text, unsigned count) {
  std::set<unsigned> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view region = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (region.empty()) continue;
    if (!add_region(region, count, out)) return std::nullopt;
  }
  return out;
}

}  // namespace memmap::boot
