#include "boot/x86/fixed_mappings.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/rules.h"
#include "fixmap/fixmap.h"

namespace memmap::boot {
namespace {

constexpr PhysAddr kDefaultLapic{0xfee00000};   // APIC_DEFAULT_PHYS_BASE
constexpr PhysAddr kDefaultIoApic{0xfec00000};  // IO_APIC_DEFAULT_PHYS_BASE

// FIXMAP_PAGE_NOCACHE
std::uint32_t uncached(const Boot& boot) {
  return paging::kernel_flags(boot.in.features) | paging::kCacheDisable | paging::kWriteThrough;
}

// kernel: vsyscall_setup(), arch/x86/entry/vsyscall/vsyscall_64.c: another word changes nothing
bool emulates_vsyscall(const Inputs& in) {
  bool emulates = in.profile.has(config::LEGACY_VSYSCALL_EMULATE) &&
                  !in.profile.has(config::LEGACY_VSYSCALL_NONE) &&
                  !in.profile.has(config::LEGACY_VSYSCALL_XONLY);
  for (const auto& value : in.values_of("vsyscall")) {
    if (value == "emulate") emulates = true;
    if (value == "xonly" || value == "none") emulates = false;
  }
  return emulates;
}

}  // namespace

std::optional<PhysAddr> io_apic_address(const Inputs& in, unsigned index) {
  const std::vector<PhysAddr>& known = in.machine.ioapic_addresses;
  if (index < known.size()) return known[index];
  return known.empty() && index == 0 ? std::optional(kDefaultIoApic) : std::nullopt;
}

void map_io_apic(Boot& boot, unsigned index) {
  const auto address = io_apic_address(boot.in, index);
  if (!address) return;
  const auto first = boot.in.fixmap.find("FIX_IO_APIC_BASE_0");
  const auto last = boot.in.fixmap.find("FIX_IO_APIC_BASE_END");
  if (!first || !last || index > *last - *first) return;
  fixmap::set_fixmap(boot.state.page_tables, *first + index, *address, uncached(boot));
}

void register_lapic_address(Boot& boot) {
  const auto slot = boot.in.fixmap.find("FIX_APIC_BASE");
  if (!slot) return;
  fixmap::set_fixmap(boot.state.page_tables, *slot,
                     boot.in.machine.lapic_address.value_or(kDefaultLapic), uncached(boot));
}

void tboot_probe(Boot& boot) {
  const auto slot = boot.in.fixmap.find("FIX_TBOOT_BASE");
  const PhysAddr at = *boot.in.machine.tboot;
  if (!slot) return;
  // The kernel asks for a range of no size, which an entry that begins there does not hold.
  const auto holds = [&](const E820Entry& e) {
    return e.type == E820Type::reserved && e.addr < at && raw(at) < e.end();
  };
  if (std::ranges::none_of(boot.state.e820.table.entries(), holds)) {
    boot.story.tell(Severity::warning, rule::kTbootProbe,
                    "tboot: non-0 tboot_addr but it is not of type E820_TYPE_RESERVED");
    return;
  }
  fixmap::set_fixmap(boot.state.page_tables, *slot, at, paging::kernel_flags(boot.in.features));
  boot.story.tell(Severity::info, rule::kTbootProbe,
                  fmt::format("tboot: found shared page at phys addr {:#x}:", raw(at)));
}

void map_vsyscall(Boot& boot) {
  const auto slot = boot.in.fixmap.find("VSYSCALL_PAGE");
  const auto page = boot.in.profile.place_of(symbol::__vsyscall_page);
  if (!slot || !page || !emulates_vsyscall(boot.in)) return;
  // PAGE_KERNEL_VVAR; the tables above let user space through as well.
  const std::uint32_t flags =
      (paging::kernel_flags(boot.in.features) & ~paging::kWritable) | paging::kUser;
  fixmap::set_fixmap(boot.state.page_tables, *slot, PhysAddr{raw(boot.in.kernel_base) + *page},
                     flags);
}

}  // namespace memmap::boot
