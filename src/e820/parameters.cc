#include "e820/parameters.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "e820/memmap_item.h"

namespace memmap::e820 {
namespace {

constexpr std::string_view kFile = "arch/x86/kernel/e820.c";

void warn(EventSink& events, std::string_view step, std::string text) {
  events.tell({Severity::warning, std::string(step), Rule{step, kFile}, std::move(text), {}});
}

// kernel: parse_memmap_one()
void memmap_one(std::string_view text, Table& table, EventSink& events, UserMap& user,
                const MemmapForms& forms) {
  constexpr std::string_view kStep = "parse_memmap_opt";
  const MemmapItem item = parse_memmap_item(text, {}, forms);
  if (item.exactmap) {
    events.tell({Severity::debug,
                 std::string(kStep),
                 Rule{"parse_memmap_one", kFile},
                 "memmap=exactmap: the firmware's map is put aside",
                 {}});
    table.clear();
    user.userdef = true;
    return;
  }
  if (!item.has_size) {
    return warn(events, kStep, fmt::format("memmap={}: not a size; ignored", text));
  }
  user.userdef = true;
  // Only `%` is looked at whole before it is done.
  if (item.mark == '%' && !item.rest.empty()) {
    return warn(events, kStep,
                fmt::format("memmap={}: `{}` is not understood; ignored", text, item.rest));
  }
  if (item.becomes_itself()) {
    events.tell({Severity::panic,
                 std::string(kStep),
                 Rule{"__e820__range_update", kFile},
                 "kernel BUG: BUG_ON(old_type == new_type) in __e820__range_update()",
                 {}});
    return;
  }
  Editor edit(table, events, std::string(kStep));
  apply(item, edit);
  if (!item.rest.empty()) {
    warn(events, kStep,
         fmt::format("memmap={}: `{}` at the end is not understood; the rest is done", text,
                     item.rest));
  }
}

}  // namespace

void apply_parameter(const kernel::Parameter& parameter, Table& table, EventSink& events,
                     UserMap& user, const MemmapForms& forms) {
  if (!kernel::parameq(parameter.name, "memmap") || !parameter.value) return;
  each_memmap_item(*parameter.value, forms,
                   [&](std::string_view text) { memmap_one(text, table, events, user, forms); });
}

}  // namespace memmap::e820
