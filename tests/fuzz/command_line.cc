// Any command line: split, and applied to a small map.
#include "kernel/command_line.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "e820/parameters.h"
#include "fuzz/target.h"

FUZZ_TARGET(command_line)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  e820::Table table(64);
  table.add({PhysAddr{0}, 0xa0000, E820Type::ram});
  table.add({PhysAddr{0x100000}, 1ull << 32, E820Type::ram});
  EventList told;
  const Events& events = told.events;
  e820::UserMap user;
  for (const kernel::Parameter& p : kernel::parse_command_line(text)) {
    e820::apply_parameter(p, table, told, user);
    if (!events.empty() && events.back().severity == Severity::panic) break;
  }
  e820::Editor(table, told, "fuzz").sanitize();
  return 0;
}
