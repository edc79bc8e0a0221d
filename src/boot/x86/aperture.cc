#include "boot/x86/aperture.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/owner.h"
#include "boot/rules.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kLowest = 512 * kMiB;  // GART_MIN_ADDR
constexpr std::uint64_t kHighest = 4 * kGiB;   // GART_MAX_ADDR
constexpr std::uint64_t kLeast = 64 * kMiB;
constexpr std::uint64_t kCacheLine = 64;  // SMP_CACHE_BYTES

void tell(Boot& boot, Severity severity, std::string text, std::optional<PhysRange> range = {}) {
  boot.story.tell(severity, rule::kGartIommuHoleInit, "AGP: " + std::move(text), range);
}

// What iommu= says of the aperture. kernel: gart_parse_options(), arch/x86/kernel/amd_gart_64.c;
// iommu_setup(), arch/x86/kernel/pci-dma.c
struct Wishes {
  bool off = false;
  bool no_aperture = false;
  bool forced = false;     // an IOMMU, whether there is memory for one or not
  bool in_memory = false;  // memaper: an aperture of memory, whatever firmware left
  unsigned order = 1;      // of 32 MiB
};
Wishes wishes_of(const Inputs& in) {
  Wishes out;
  for (const auto& value : in.values_of("iommu")) {
    for (std::string_view rest = value.value_or(""); !rest.empty();) {
      const std::string_view word = rest.substr(0, rest.find(','));
      if (word.starts_with("off")) out.off = true;
      if (word.starts_with("force")) out.forced = true;
      if (word.starts_with("noaperture")) out.no_aperture = true;
      if (word.starts_with("memaper")) {
        out.in_memory = true;
        if (word.starts_with("memaper="))
          out.order = static_cast<unsigned>(
              std::min<std::uint64_t>(kernel::simple_strtoull(word.substr(8)).value, 5));
      }
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
  }
  return out;
}

// kernel: aperture_valid(), arch/x86/include/asm/gart.h
bool is_valid(Boot& boot, PhysRange aperture) {
  if (raw(aperture.base()) == 0) return false;
  if (raw(aperture.end()) > kHighest) {
    tell(boot, Severity::info, "Aperture beyond 4GB. Ignoring.");
    return false;
  }
  for (const E820Entry& e : boot.state.e820.table.entries()) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (e.type != E820Type::ram || !range || !range->overlaps(aperture)) continue;
    tell(boot, Severity::info, "Aperture pointing to e820 RAM. Ignoring.");
    return false;
  }
  if (aperture.size() >= kLeast) return true;
  tell(boot, Severity::info,
       fmt::format("Aperture too small ({} MB) than ({} MB)", aperture.size() >> 20, kLeast >> 20));
  return false;
}

// All that firmware left are of use, and the same.
bool are_valid(Boot& boot) {
  const auto& all = boot.in.machine.gart_apertures;
  for (std::size_t node = 0; node < all.size(); ++node) {
    tell(boot, Severity::info,
         fmt::format("Node {}: aperture [bus addr {:#010x}-{:#010x}] ({}MB)", node,
                     raw(all[node].base()), raw(all[node].end()) - 1, all[node].size() >> 20));
    if (!is_valid(boot, all[node]) || all[node] != all.front()) return false;
  }
  return true;
}

}  // namespace

// An AGP bridge, which may have an aperture of its own, is never known of.
// kernel: gart_iommu_hole_init(), allocate_aperture(), arch/x86/kernel/aperture_64.c, v6.1 to v7.2
void gart_iommu_hole_init(Boot& boot) {
  const Wishes wishes = wishes_of(boot.in);
  if (!boot.in.profile.has(config::GART_IOMMU) || boot.in.machine.gart_apertures.empty()) return;
  if (wishes.no_aperture) return;
  tell(boot, Severity::info, "Checking aperture...");
  if (are_valid(boot) && !wishes.in_memory) return;
  const bool wanted = !wishes.off && raw(phys_of(boot.state.max_pfn)) > 4 * kGiB;
  if (!wanted && !wishes.forced && !wishes.in_memory) return;
  const std::uint64_t size = 32 * kMiB << wishes.order;
  tell(boot, Severity::info, "Your BIOS doesn't leave an aperture memory hole");
  tell(boot, Severity::info, "Please enable the IOMMU option in the BIOS setup");
  tell(boot, Severity::info, fmt::format("This costs you {}MB of RAM", size >> 20));
  const auto found =
      boot.take_within(boot.in.behaviour.bounded, size, size, PhysAddr{kLowest}, PhysAddr{kHighest},
                       {"gart_iommu_hole_init", owner::kGartAperture});
  if (!found) {
    tell(boot, Severity::warning,
         fmt::format("Cannot allocate aperture memory hole ({}KB)", size >> 10));
    return boot.story.tell(Severity::panic, rule::kGartIommuHoleInit,
                           "Kernel panic - not syncing: Not enough memory for aperture");
  }
  const PhysRange range = PhysRange::make(raw(*found), raw(*found) + size);
  // kernel: register_nosave_region(), kernel/power/snapshot.c
  if (boot.in.profile.has(config::HIBERNATION)) {
    boot.alloc_or_panic(boot.in.profile.size_of(type::nosave_region), kCacheLine,
                        boot.caller(owner::kRegionsNotToSave, {function::register_nosave_region,
                                                               function::__register_nosave_region}),
                        "kernel/power/snapshot.c");
  }
  tell(boot, Severity::info,
       fmt::format("Mapping aperture over RAM [mem {:#010x}-{:#010x}] ({}KB)", raw(range.base()),
                   raw(range.end()) - 1, size >> 10),
       range);
}

}  // namespace memmap::boot
