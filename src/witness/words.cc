#include "witness/words.h"

#include <fmt/format.h>

#include "input/log/dmesg_e820.h"
#include "input/text/scan.h"

namespace memmap::witness {

std::string show(std::uint64_t base, std::uint64_t end) {
  return fmt::format("{:#x}-{:#x}", base, end);
}
std::string show(PhysRange range) { return show(raw(range.base()), raw(range.end())); }

std::optional<PhysRange> take_range(std::string_view& text) {
  const auto printed = input::take_range(text);
  return printed ? printed->range() : std::nullopt;
}

bool eat_word(std::string_view& text, std::string_view word) {
  if (!input::eat(text, word)) return false;
  text = input::skip_blanks(text);
  return true;
}

std::optional<std::uint64_t> number_behind(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(name);
  if (at == line.npos) return std::nullopt;
  std::string_view rest = line.substr(at + name.size());
  return input::take_decimal(rest);
}

Judged another_build(const Simulated& boot, const Said&) {
  if (boot.same_build) return {};
  return {Standing::unknown, "it follows from the kernel's build, which memmap has no profile of"};
}

}  // namespace memmap::witness
