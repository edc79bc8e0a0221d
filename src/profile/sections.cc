#include "profile/sections.h"

#include <algorithm>
#include <array>

#include "base/align.h"
#include "base/number.h"
#include "input/text/faults.h"
#include "input/text/lines.h"

namespace memmap::kernel {
namespace {

constexpr std::uint64_t kPage = 4096;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(" \t\r"); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(" \t\r", end);
  }
  return words;
}

// `[ 1] .text PROGBITS ffffffff81000000 200000 1000000 00 AX 0 0 4096`
enum class Row { section, other, bad };
Row read_row(std::string_view line, SectionPlace& out) {
  const std::size_t open = line.find('[');
  const std::size_t close = line.find(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
      line.find_first_not_of(" \t") != open) {
    return Row::other;
  }
  const auto number = words_of(line.substr(open + 1, close - open - 1));
  if (number.size() != 1 || !parse_count(number[0])) return Row::other;  // the heading `[Nr]`
  const auto words = words_of(line.substr(close + 1));
  if (!words.empty() && words[0] == "NULL") return Row::other;  // the section without a name
  if (words.size() < 5) return Row::bad;
  const auto address = parse_hex(words[2]);
  const auto size = parse_hex(words[4]);
  if (!address || !size || *size > ~*address) return Row::bad;
  out = {std::string(words[0]), *address, *size};
  return Row::section;
}

enum class Edge { start, end };
struct Rule {
  std::string_view symbol;
  std::string_view section;
  Edge edge;
};
constexpr Rule kRules[] = {
    {"_text", ".text", Edge::start},
    {"_etext", ".text", Edge::end},
    {"__start_rodata", ".rodata", Edge::start},
    {"_sdata", ".data", Edge::start},
    {"_edata", ".data", Edge::end},
    {"__bss_start", ".bss", Edge::start},
    {"__bss_stop", ".bss", Edge::end},
    {"__end_of_kernel_reserve", ".bss", Edge::end},
    {"__brk_base", ".brk", Edge::start},
    {"_end", ".brk", Edge::end},
    {"__per_cpu_start", ".data..percpu", Edge::start},
    {"__per_cpu_end", ".data..percpu", Edge::end},
};

}  // namespace

std::optional<std::uint64_t> Sections::symbol(std::string_view name) const {
  const auto find = [&](std::string_view wanted) {
    return std::ranges::find(list, wanted, &SectionPlace::name);
  };
  if (name == "__end_rodata") {
    // What is read only ends before .data, at the end of its last page.
    const auto data = find(".data");
    if (data == list.end() || data == list.begin()) return std::nullopt;
    const SectionPlace& last = *std::prev(data);
    return align_up(last.address + last.size, kPage);
  }
  // kernel: _etext, arch/x86/kernel/vmlinux.lds.S, v6.16
  if (const auto head = find(".head.text"); name == "_etext" && head != list.end()) {
    const auto text = find(".text");
    if (text != list.end() && head->address >= text->address) return head->address + head->size;
  }
  const auto rule = std::ranges::find(kRules, name, &Rule::symbol);
  if (rule == std::end(kRules)) return std::nullopt;
  const auto section = find(rule->section);
  if (section == list.end()) return std::nullopt;
  return rule->edge == Edge::start ? section->address : section->address + section->size;
}

Result<Sections> read_sections(const std::string& source, std::string_view text) {
  Sections out{.source = source};
  input::Faults faults;
  input::Lines lines(text);
  while (const auto line = lines.next()) {
    SectionPlace place;
    const Row row = read_row(line->text, place);
    if (row == Row::section) out.list.push_back(std::move(place));
    if (row != Row::bad) continue;
    faults.add_made([&] {
      return input::error_at(source, *line, {},
                             "a section's name, type, address, offset and size are expected, as "
                             "`readelf -S --wide` prints them");
    });
  }
  if (!faults.none()) return faults.take();
  if (!out.symbol("_text")) {
    return Error{
        "has no section .text: the sections of a vmlinux are expected, as `readelf -S --wide` "
        "prints them",
        {source}};
  }
  return out;
}

}  // namespace memmap::kernel
