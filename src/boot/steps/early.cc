#include "boot/steps/steps.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kSetupHeader = 16;  // sizeof(struct setup_data)

// From the EBDA, or from what the BIOS left of base memory, up to 1 MiB.
// kernel: reserve_bios_regions(), arch/x86/kernel/ebda.c, v6.12
void reserve_bios_regions(Boot& boot) {
  constexpr std::uint64_t kLowest = 0x20000;   // BIOS_START_MIN
  constexpr std::uint64_t kHighest = 0x9f000;  // BIOS_START_MAX
  std::uint64_t start = boot.machine.base_memory.value_or(0);
  if (start < kLowest || start > kHighest) start = kHighest;
  const std::uint64_t ebda = raw(boot.machine.ebda.value_or(PhysAddr{0}));
  if (ebda >= kLowest && ebda < start) start = ebda;
  boot.reserve(PhysRange::make(start, kMiB), {"reserve_bios_regions", "BIOS area"});
}

// kernel: memblock_x86_reserve_range_setup_data()
void reserve_setup_data(Boot& boot) {
  constexpr memblock::Caller kCaller{"memblock_x86_reserve_range_setup_data", "setup_data"};
  for (const SetupData& data : boot.machine.setup_data) {
    boot.reserve(*PhysRange::from_size(data.addr, kSetupHeader + data.len), kCaller);
    if (data.indirect && data.indirect_type != 1u << 31) {
      boot.reserve(*data.indirect, kCaller);
    }
  }
}

// kernel: trim_snb_memory(), arch/x86/kernel/setup.c, v6.1 and v6.12
void reserve_snb_pages(Boot& boot) {
  constexpr std::uint64_t kPages[] = {0x20050000, 0x20110000, 0x20130000, 0x20138000, 0x40004000};
  for (const std::uint64_t page : kPages) {
    boot.reserve(PhysRange::make(page, page + kPageSize),
                 {"early_reserve_memory", "pages out of reach of Sandy Bridge graphics"});
  }
}

}  // namespace

// What the boot loader and the firmware left in memory, before anything can be allocated.
void early_reserve_memory(Boot& boot) {
  const std::uint64_t text = raw(boot.kernel_base);
  boot.reserve(PhysRange::make(text, text + boot.profile.image.end_of_kernel_reserve),
               {"early_reserve_memory", "kernel image"});
  constexpr std::uint64_t k64K = 64 * kKiB;
  boot.reserve(PhysRange::make(0, k64K), {"early_reserve_memory", "first 64 KiB"});
  if (const auto initrd = boot.machine.initrd) {
    const std::uint64_t end = (raw(initrd->end()) + kPageSize - 1) & ~(kPageSize - 1);
    boot.reserve(PhysRange::make(raw(initrd->base()), end), {"early_reserve_initrd", "initrd"});
  }
  reserve_setup_data(boot);
  reserve_bios_regions(boot);
  if (boot.machine.snb_graphics) reserve_snb_pages(boot);
}

void find_mptable(Boot& boot) {
  if (!boot.machine.mp_floating) return;
  boot.reserve(*boot.machine.mp_floating, {"smp_scan_config", "MP tables"});
  if (boot.machine.mp_configuration) {
    boot.reserve(*boot.machine.mp_configuration, {"smp_scan_config", "MP tables"});
  }
}

}  // namespace memmap::boot
