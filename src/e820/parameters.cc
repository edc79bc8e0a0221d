#include "e820/parameters.h"

#include <fmt/format.h>

#include <limits>
#include <string_view>
#include <utility>

namespace memmap::e820 {
namespace {

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

E820Type to_type(std::uint64_t number) { return E820Type{static_cast<std::uint32_t>(number)}; }

void warn(EventSink& events, std::string_view step, std::string text) {
  events.tell({Severity::warning,
               std::string(step),
               fmt::format("{}(), arch/x86/kernel/e820.c", step),
               std::move(text),
               {}});
}

// memmap=nn%ss-from+to. Returns what is left over; not empty: nothing was done.
std::string_view convert_type(Editor& edit, EventSink& events, std::uint64_t size,
                              std::string_view text) {
  const auto [start, after_start] = kernel::memparse(text);
  std::string_view rest = after_start;
  E820Type from{0};
  E820Type to{0};
  if (rest.starts_with('-')) {
    const auto parsed = kernel::simple_strtoull(rest.substr(1));
    from = to_type(parsed.value);
    rest = parsed.rest;
  }
  if (rest.starts_with('+')) {
    const auto parsed = kernel::simple_strtoull(rest.substr(1));
    to = to_type(parsed.value);
    rest = parsed.rest;
  }
  if (!rest.empty()) return rest;

  constexpr E820Type kNone{0};
  if (from != kNone && from == to) {
    events.tell({Severity::panic,
                 "parse_memmap_opt",
                 "__e820__range_update(), arch/x86/kernel/e820.c",
                 "kernel BUG: BUG_ON(old_type == new_type) in __e820__range_update()",
                 {}});
  } else if (from != kNone && to != kNone) {
    edit.update(start, size, from, to);
  } else if (to != kNone) {
    edit.add(start, size, to);
  } else if (from != kNone) {
    edit.remove(start, size, from);
  } else {
    edit.remove_all(start, size);
  }
  return {};
}

// kernel: parse_memmap_one()
void memmap_one(std::string_view text, Table& table, EventSink& events, UserMap& user) {
  constexpr std::string_view kStep = "parse_memmap_opt";
  if (text.starts_with("exactmap")) {
    events.tell({Severity::debug,
                 std::string(kStep),
                 "parse_memmap_one(), arch/x86/kernel/e820.c",
                 "memmap=exactmap: the firmware's map is put aside",
                 {}});
    table.clear();
    user.userdef = true;
    return;
  }
  const kernel::Parsed parsed_size = kernel::memparse(text);
  const std::uint64_t size = parsed_size.value;
  if (parsed_size.rest.size() == text.size()) {
    return warn(events, kStep, fmt::format("memmap={}: not a size; ignored", text));
  }
  user.userdef = true;

  Editor edit(table, events, std::string(kStep));
  std::string_view rest = parsed_size.rest;
  const char form = rest.empty() ? '\0' : rest.front();
  const auto add = [&](E820Type type) {
    const auto parsed = kernel::memparse(rest.substr(1));
    edit.add(parsed.value, size, type);
    rest = parsed.rest;
  };
  switch (form) {
    case '@':
      add(E820Type::ram);
      break;
    case '#':
      add(E820Type::acpi);
      break;
    case '$':
      add(E820Type::reserved);
      break;
    case '!':
      add(E820Type::pram);
      break;
    case '%':
      rest = convert_type(edit, events, size, rest.substr(1));
      if (!rest.empty()) {
        warn(events, kStep, fmt::format("memmap={}: `{}` is not understood; ignored", text, rest));
      }
      return;
    default:
      edit.remove(size, kTop - size, E820Type::ram);
      break;
  }
  if (!rest.empty()) {
    warn(events, kStep,
         fmt::format("memmap={}: `{}` at the end is not understood; the rest is done", text, rest));
  }
}

}  // namespace

void apply_parameter(const kernel::Parameter& parameter, Table& table, EventSink& events,
                     UserMap& user) {
  if (!kernel::parameq(parameter.name, "memmap") || !parameter.value) return;
  std::string_view list = *parameter.value;
  while (true) {
    const std::size_t comma = list.find(',');
    memmap_one(list.substr(0, comma), table, events, user);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace memmap::e820
