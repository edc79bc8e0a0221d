#include "boot/x86/fixed_mappings.h"

#include <algorithm>

#include "base/align.h"
#include "fixmap/fixmap.h"

namespace memmap::boot {
namespace {

constexpr PhysAddr kDefaultLapic{0xfee00000};   // APIC_DEFAULT_PHYS_BASE
constexpr PhysAddr kDefaultIoApic{0xfec00000};  // IO_APIC_DEFAULT_PHYS_BASE

// The first slot of early_ioremap() has the lowest addresses, and within it they rise.
VirtAddr first_btmap(const Boot& boot) {
  return fixmap::fix_to_virt(boot.in.profile.value_of(constant::FIX_BTMAP_BEGIN));
}

// FIXMAP_PAGE_NOCACHE
std::uint32_t uncached(const Boot& boot) {
  return paging::kernel_flags(boot.in.features) | paging::kCacheDisable | paging::kWriteThrough;
}

}  // namespace

void map_efi_memmap(Boot& boot, PhysRange memmap) {
  unmap_efi_memmap(boot);
  const std::uint64_t start = align_down(raw(memmap.base()), kPageSize);
  const std::uint64_t pages = (align_up(raw(memmap.end()), kPageSize) - start) >> kPageShift;
  if (pages == 0 || pages > fixmap::kBtmapPages) return;
  // Before probe_page_size_mask() nothing is taken from PAGE_KERNEL but what the processor lacks.
  const std::uint32_t flags =
      paging::kWritable | paging::kGlobal | (boot.in.features.nx ? paging::kNoExecute : 0u);
  boot.state.page_tables.map({first_btmap(boot), PhysAddr{start}, kPageSize, pages, flags});
}

void unmap_efi_memmap(Boot& boot) {
  boot.state.page_tables.unmap(first_btmap(boot), fixmap::kBtmapPages * kPageSize);
}

void map_io_apic(Boot& boot, unsigned index) {
  const std::vector<PhysAddr>& known = boot.in.machine.ioapic_addresses;
  if (known.empty() ? index != 0 : index >= known.size()) return;
  fixmap::set_fixmap(boot.state.page_tables,
                     boot.in.profile.value_of(constant::FIX_IO_APIC_BASE_0) + index,
                     known.empty() ? kDefaultIoApic : known[index], uncached(boot));
}

void register_lapic_address(Boot& boot) {
  fixmap::set_fixmap(boot.state.page_tables, boot.in.profile.value_of(constant::FIX_APIC_BASE),
                     boot.in.machine.lapic_address.value_or(kDefaultLapic), uncached(boot));
}

}  // namespace memmap::boot
