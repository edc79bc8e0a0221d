#include "boot/x86/early.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/early_windows.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "boot/when.h"
#include "memblock/iterate.h"

namespace memmap::boot {
namespace {

void reserve_image(Boot& boot, std::string_view function) {
  boot.state.memblock.reserve_kern(boot.in.kernel_base, boot.in.profile.image.end_of_kernel_reserve,
                                   {function, owner::kKernelImage});
}

// kernel: early_reserve_initrd(), arch/x86/kernel/setup.c
void reserve_early_initrd(Boot& boot) {
  if (const auto initrd = boot.in.machine.initrd) {
    const std::uint64_t size = align_up(raw(initrd->end()), kPageSize) - raw(initrd->base());
    boot.state.memblock.reserve_kern(initrd->base(), size,
                                     {"early_reserve_initrd", owner::kInitrd});
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

// The table that an iSCSI boot ROM leaves below 1 MiB, looked for page by page. Its length, which no
// source tells, is rounded up to pages: it never fills one.
// kernel: reserve_ibft_region(), drivers/firmware/iscsi_ibft_find.c, v6.1 and v7.2
void reserve_ibft_region(Boot& boot) {
  constexpr std::uint64_t kStart = 0x80000;  // IBFT_START
  constexpr PhysRange kVga = PhysRange::make(0xa0000, 0xc0000);
  const PhysAddr ibft = boot.in.machine.ibft.value_or(PhysAddr{0});
  const bool found = is_place_of_ibft(ibft);
  if (boot.in.behaviour.ibft_through_windows) {
    const std::uint64_t end = found ? align_down(raw(ibft), kPageSize) + kPageSize : kMiB;
    const std::uint64_t bytes = end - kStart - (end > raw(kVga.end()) ? kVga.size() : 0);
    look_at(boot, PhysAddr{kStart}, kPageSize);
    if (const std::uint64_t more = bytes / kPageSize - 1; more != 0) {
      boot.story.tell(Severity::debug, rule::kReserveIbftRegion,
                      fmt::format("early_memremap_ro() {} more times, page by page", more),
                      PhysRange::make(kStart, end));
    }
  }
  if (!found) return;
  boot.state.memblock.reserve(ibft, kPageSize, {"reserve_ibft_region", owner::kISCSIBootTable});
  boot.story.tell(Severity::info, rule::kReserveIbftRegion,
                  fmt::format("iBFT found at {:#018x}.", raw(ibft)));
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
    boot.state.memblock.reserve_kern(data.addr, SetupData::kHeaderBytes + data.len, kCaller);
    if (data.indirect && data.indirect_type != kSetupIndirect) {
      boot.reserve_kern(*data.indirect, kCaller);
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
  if (has_ibft(boot) && !boot.in.behaviour.ibft_through_windows) reserve_ibft_region(boot);
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

}  // namespace memmap::boot
