#include "input/log/dmesg_edits.h"

#include "input/log/dmesg_e820.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

std::optional<E820LogLine> last_pfn_of(std::string_view rest) {
  E820LogLine line{.kind = E820LogLine::Kind::last_pfn};
  const auto pfn = take_hex(rest);
  if (!pfn || !eat(rest, " max_arch_pfn = ")) return std::nullopt;
  const auto limit = take_hex(rest);
  if (!limit) return std::nullopt;
  line.pfn = Pfn{*pfn};
  line.max_arch_pfn = *limit;
  return line;
}

}  // namespace

std::optional<E820LogLine> e820_edit_of(std::string_view message) {
  std::string_view rest = message;
  if (eat(rest, "last_pfn = ") || eat(rest, "e820: last_pfn = ")) return last_pfn_of(rest);
  E820LogLine line;
  // v3.5 and later, v2.6.34 to v3.4, before.
  if (eat(rest, "e820: update ") || eat(rest, "e820 update range: ") ||
      eat(rest, "update e820 range: ")) {
    line.kind = E820LogLine::Kind::update;
  } else if (eat(rest, "e820: remove ") || eat(rest, "e820 remove range: ") ||
             eat(rest, "remove e820 range: ")) {
    line.kind = E820LogLine::Kind::remove;
  } else {
    return std::nullopt;
  }
  const auto printed = take_range(rest);
  if (!printed) return std::nullopt;
  const auto range = printed->range();
  if (!range) return std::nullopt;
  line.range = *range;
  const std::size_t arrow = rest.find("==>");
  line.from = e820_type_of(rest.substr(0, arrow));
  if (line.kind == E820LogLine::Kind::remove) {
    return line.from || trim(rest).empty() ? std::optional(line) : std::nullopt;
  }
  if (arrow == rest.npos) return std::nullopt;
  line.to = e820_type_of(rest.substr(arrow + 3));
  return line.from && line.to ? std::optional(line) : std::nullopt;
}

}  // namespace memmap::input
