#include "e820/memmap_item.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/number.h"

namespace memmap::e820 {
namespace {

constexpr E820Type kNone{0};

struct Mark {
  char mark;
  E820Type type;
};
constexpr Mark kMarks[] = {
    {'@', E820Type::ram},
    {'#', E820Type::acpi},
    {'$', E820Type::reserved},
    {'!', E820Type::pram},
};

// Of `%`, behind its start: each part may be missing, but not stand in the other order.
void read_types(MemmapItem& item, const MemmapNumbers& numbers) {
  const auto part = [&](char sign) {
    if (!item.rest.starts_with(sign)) return kNone;
    const kernel::Parsed type = numbers.type(item.rest.substr(1));
    item.rest = type.rest;
    return E820Type{static_cast<std::uint32_t>(type.value)};
  };
  item.from = part('-');
  item.to = part('+');
}

}  // namespace

MemmapItem parse_memmap_item(std::string_view text, const MemmapNumbers& numbers,
                             const MemmapForms& forms) {
  constexpr std::string_view kExactmap = "exactmap";
  MemmapItem item{.text = text, .rest = text};
  item.exactmap = text.starts_with(kExactmap);
  if (item.exactmap) {
    item.rest.remove_prefix(kExactmap.size());
    return item;
  }
  const kernel::Parsed size = numbers.size(text);
  item.has_size = size.rest.size() != text.size();
  item.size = size.value;
  item.rest = size.rest;
  if (!item.has_size || item.rest.empty()) return item;
  const auto* const mark = std::ranges::find(kMarks, item.rest.front(), &Mark::mark);
  const bool converts = forms.converts && item.rest.front() == '%';
  if (!forms.pmem && item.rest.front() == '!') return item;
  if (mark == std::end(kMarks) && !converts) return item;
  item.mark = item.rest.front();
  const kernel::Parsed start = numbers.size(item.rest.substr(1));
  item.start = start.value;
  item.rest = start.rest;
  if (converts) {
    read_types(item, numbers);
  } else {
    item.to = mark->type;
  }
  return item;
}

void apply(const MemmapItem& item, Editor& editor) {
  if (item.mark == '\0') {
    editor.remove(item.size, std::numeric_limits<std::uint64_t>::max() - item.size, E820Type::ram);
  } else if (item.from != kNone && item.to != kNone) {
    editor.update(item.start, item.size, item.from, item.to);
  } else if (item.to != kNone) {
    editor.add(item.start, item.size, item.to);
  } else if (item.from != kNone) {
    editor.remove(item.start, item.size, item.from);
  } else {
    editor.remove_all(item.start, item.size);
  }
}

std::optional<std::string> memmap_item_of(const E820Entry& entry) {
  if (entry.type == kNone) return std::nullopt;
  const std::string size = number_with_unit(entry.size);
  const std::string start = number_with_unit(raw(entry.addr));
  const auto* const mark = std::ranges::find(kMarks, entry.type, &Mark::type);
  if (mark != std::end(kMarks)) return fmt::format("{}{}{}", size, mark->mark, start);
  return fmt::format("{}%{}+{:#x}", size, start, raw(entry.type));
}

}  // namespace memmap::e820
