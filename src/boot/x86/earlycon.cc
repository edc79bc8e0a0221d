#include "boot/x86/earlycon.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "boot/early_windows.h"
#include "boot/rules.h"
#include "fixmap/fixmap.h"

namespace memmap::boot {
namespace {

// kernel: uart_parse_earlycon(), drivers/tty/serial/serial_core.c, v6.12
struct Access {
  std::string_view word{};
  std::string_view told{};  // behind MMIO in what the kernel says
};
constexpr Access kAccesses[] = {{"mmio,", ""},         {"mmio16,", "16"},       {"mmio32,", "32"},
                                {"mmio32be,", "32be"}, {"mmio32native,", "32"}, {"0x", ""}};

struct Console {
  std::string_view name{};
  std::string_view access{};
  std::uint64_t address = 0;
  std::string_view options{};
};

std::optional<Console> console_of(std::string_view value) {
  Console console;
  const std::size_t comma = value.find(',');
  console.name = value.substr(0, comma);
  if (comma == value.npos || (console.name != "uart8250" && console.name != "uart")) {
    return std::nullopt;
  }
  std::string_view rest = value.substr(comma + 1);
  const auto* access =
      std::ranges::find_if(kAccesses, [&](const Access& a) { return rest.starts_with(a.word); });
  if (access == std::end(kAccesses)) return std::nullopt;
  if (access->word != "0x") rest.remove_prefix(access->word.size());
  const auto address = kernel::simple_strtoull(rest);
  if (address.rest.size() == rest.size()) return std::nullopt;
  console.access = access->told;
  console.address = address.value;
  if (address.rest.starts_with(',')) console.options = address.rest.substr(1);
  return console;
}

// `uart8250` has a number, `uart` has none and is the first.
std::string told_name(std::string_view name) {
  return std::string(name) + (name.ends_with('0') ? "" : "0");
}

}  // namespace

void setup_earlycon(Boot& boot, const kernel::Parameter& parameter) {
  const auto slot = boot.in.fixmap.find("FIX_EARLYCON_MEM_BASE");
  const bool named = kernel::parameq(parameter.name, "earlycon") || parameter.name == "console";
  if (!slot || !named || !parameter.value) return;
  const auto console = console_of(*parameter.value);
  if (!console || console->address == 0) return;
  if (boot.state.page_tables.find(fixmap::fix_to_virt(*slot)) != nullptr) return;
  fixmap::set_fixmap(boot.state.page_tables, *slot, PhysAddr{console->address},
                     early_page_flags(boot));
  boot.story.tell(
      Severity::info, rule::kSetupEarlycon,
      fmt::format("earlycon: {} at MMIO{} {:#018x} (options '{}')", told_name(console->name),
                  console->access, console->address, console->options));
}

}  // namespace memmap::boot
