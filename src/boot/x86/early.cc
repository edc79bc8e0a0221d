#include "boot/x86/early.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/early_windows.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "memblock/iterate.h"

namespace memmap::boot {
namespace {

void reserve_image(Boot& boot, std::string_view function) {
  boot.state.memblock.reserve(boot.in.kernel_base, boot.in.profile.image.end_of_kernel_reserve,
                              {function, owner::kKernelImage});
}

// kernel: early_reserve_initrd(), arch/x86/kernel/setup.c
void reserve_early_initrd(Boot& boot) {
  if (const auto initrd = boot.in.machine.initrd) {
    const std::uint64_t size = align_up(raw(initrd->end()), kPageSize) - raw(initrd->base());
    boot.state.memblock.reserve(initrd->base(), size, {"early_reserve_initrd", owner::kInitrd});
  }
}

}  // namespace

// From the EBDA, or from what the BIOS left of base memory, up to 1 MiB.
// kernel: reserve_bios_regions(), arch/x86/kernel/ebda.c, v5.4 to v6.12
void reserve_bios_regions(Boot& boot) {
  constexpr std::uint64_t kLowest = 0x20000;   // BIOS_START_MIN
  constexpr std::uint64_t kHighest = 0x9f000;  // BIOS_START_MAX
  std::uint64_t start = boot.in.machine.base_memory.value_or(0);
  if (start < kLowest || start > kHighest) start = kHighest;
  const std::uint64_t ebda = raw(boot.in.machine.ebda.value_or(PhysAddr{0}));
  if (ebda >= kLowest && ebda < start) start = ebda;
  boot.reserve(PhysRange::make(start, kMiB), {"reserve_bios_regions", owner::kBIOSArea});
}

bool look_at_setup_data(Boot& boot, const SetupData& data, const Rule& rule, std::string_view who) {
  const bool header = look_at(boot, data.addr, SetupData::kHeaderBytes);
  if (header && data.type != kSetupIndirect) return true;
  if (header && look_at(boot, data.addr, SetupData::kHeaderBytes + data.len)) return true;
  boot.story.tell(Severity::warning, rule,
                  fmt::format("{}: failed to memremap {}setup_data{}", who,
                              header ? "indirect " : "", header ? "" : " entry"));
  return false;
}

void memblock_x86_reserve_range_setup_data(Boot& boot) {
  constexpr memblock::Caller kCaller{"memblock_x86_reserve_range_setup_data", owner::kSetupData};
  for (const SetupData& data : boot.in.machine.setup_data) {
    if (!look_at_setup_data(boot, data, rule::kReserveRangeSetupData, "setup")) return;
    boot.state.memblock.reserve(data.addr, SetupData::kHeaderBytes + data.len, kCaller);
    if (data.indirect && data.indirect_type != kSetupIndirect) {
      boot.reserve(*data.indirect, kCaller);
    }
  }
}

// What the boot loader and the firmware left in memory, before anything can be allocated.
void early_reserve_memory(Boot& boot) {
  reserve_image(boot, "early_reserve_memory");
  constexpr std::uint64_t k64K = 64 * kKiB;
  boot.reserve(PhysRange::make(0, k64K), {"early_reserve_memory", owner::kFirst64KiB});
  reserve_early_initrd(boot);
  memblock_x86_reserve_range_setup_data(boot);
  reserve_bios_regions(boot);
}

// The same before 5.13, when the rest had steps of its own, in between others.
// kernel: setup_arch(), arch/x86/kernel/setup.c, v5.4 and v5.10
void early_reserve_initrd(Boot& boot) {
  reserve_image(boot, "setup_arch");
  boot.reserve(PhysRange::make(0, kPageSize), {"setup_arch", owner::kFirstPage});
  reserve_early_initrd(boot);
}

// reservelow=SIZE, else as the kernel was built: BIOSes write there.
// kernel: parse_reservelow(), trim_low_memory_range(), arch/x86/kernel/setup.c, v5.4 and v5.10
void trim_low_memory_range(Boot& boot) {
  constexpr std::uint64_t kMost = 640 * kKiB;
  std::uint64_t size = boot.in.profile.reserve_low;
  for (const kernel::Parameter& p : boot.in.parameters) {
    if (!kernel::parameq(p.name, "reservelow") || !p.value) continue;
    size = std::clamp(kernel::memparse(*p.value).value, kPageSize, kMost);
  }
  boot.reserve(PhysRange::make(0, align_up(size, kPageSize)), {"setup_arch", owner::kLowMemory});
}

// Free memory below 64 KiB is kept, zeroed, and looked at from time to time: a BIOS that writes
// there is found out. kernel: setup_bios_corruption_check(), arch/x86/kernel/check.c, v5.4 to v6.12
void setup_bios_corruption_check(Boot& boot) {
  constexpr std::size_t kMostAreas = 8;  // MAX_SCAN_AREAS
  const auto wanted = boot.in.parameter("memory_corruption_check");
  const bool built_in = boot.in.profile.has(config::X86_BOOTPARAM_MEMORY_CORRUPTION_CHECK);
  if (wanted ? kernel::simple_strtoull(*wanted).value == 0 : !built_in) return;
  const auto size = boot.in.parameter("memory_corruption_check_size");
  // An unsigned int in the kernel.
  const std::uint64_t limit = align_up(
      size ? static_cast<std::uint32_t>(kernel::memparse(*size).value) : 64 * kKiB, kPageSize);
  std::size_t areas = 0;
  if (limit == 0) return;
  for (const memblock::MemRange& r : memblock::free_mem_ranges(boot.state.memblock)) {
    const std::uint64_t start =
        std::clamp(align_up(raw(r.range.base()), kPageSize), kPageSize, std::max(kPageSize, limit));
    const std::uint64_t end = std::clamp(align_down(raw(r.range.end()), kPageSize), kPageSize,
                                         std::max(kPageSize, limit));
    if (start >= end) continue;
    boot.reserve(PhysRange::make(start, end),
                 {"setup_bios_corruption_check", owner::kWatchedForTheBIOSSWrites});
    if (++areas >= kMostAreas) break;
  }
  if (areas == 0) return;
  boot.story.tell(Severity::info, rule::kSetupBiosCorruptionCheck,
                  fmt::format("check: Scanning {} areas for low memory corruption", areas));
}

namespace {

// Looks at `area` every 16 bytes, each time through a window up to its end, until `end`.
// kernel: smp_scan_config(), arch/x86/kernel/mpparse.c, v6.12
void scan_for_mp(Boot& boot, PhysRange area, PhysAddr end) {
  constexpr std::uint64_t kStep = 16;
  if (end == area.base()) return;
  look_at(boot, area);
  const std::uint64_t more = (raw(end) - raw(area.base())) / kStep - 1;
  if (more == 0) return;
  boot.story.tell(Severity::debug, rule::kSmpScanConfig,
                  fmt::format("early_memremap() {} more times, from each 16 bytes on", more), area);
}

// Where an MP table is looked for. kernel: mpparse_find_mptable(), get_bios_ebda()
std::vector<PhysRange> mp_areas(const Machine& machine) {
  std::vector<PhysRange> areas = {PhysRange::make(0, kKiB), PhysRange::make(639 * kKiB, 640 * kKiB),
                                  PhysRange::make(0xf0000, kMiB)};
  if (raw(machine.ebda.value_or(PhysAddr{0})) != 0) {
    areas.push_back(PhysRange::make(raw(*machine.ebda), raw(*machine.ebda) + kKiB));
  }
  return areas;
}

}  // namespace

void find_mptable(Boot& boot) {
  const auto& floating = boot.in.machine.mp_floating;
  const auto& table = boot.in.machine.mp_configuration;
  for (const PhysRange area : mp_areas(boot.in.machine)) {
    const bool here = floating && area.contains(*floating);
    scan_for_mp(boot, area, here ? floating->base() : area.end());
    if (!here) continue;
    const PhysRange rest = PhysRange::make(raw(floating->base()), raw(area.end()));
    const auto window = early_memremap(boot, rest.base(), rest.size());
    if (table) look_at(boot, table->base(), kPageSize);  // get_mpc_size()
    if (window) early_memunmap(boot, *window, rest.size());
    break;
  }
  if (!floating) return;
  boot.reserve(*floating, {"smp_scan_config", owner::kMPTables});
  if (table) boot.reserve(*table, {"smp_scan_config", owner::kMPTables});
}

}  // namespace memmap::boot
