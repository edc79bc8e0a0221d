#include "boot/x86/efi.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/early_windows.h"
#include "boot/mm/page_alloc.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "machine/efi.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kEsrtHeader = 16;  // struct efi_system_resource_table
using efi::kMoreReliable;
using efi::kSpecificPurpose;
using efi::kWriteBack;

E820Type e820_type(const EfiMemory& m, bool soft_reserve) {
  switch (m.type) {
    case efi::kLoaderCode:
    case efi::kLoaderData:
    case efi::kBootServicesCode:
    case efi::kBootServicesData:
    case efi::kConventional:
      if (soft_reserve && (m.attributes & kSpecificPurpose)) return E820Type::soft_reserved;
      return m.attributes & kWriteBack ? E820Type::ram : E820Type::reserved;
    case efi::kAcpiReclaim:
      return E820Type::acpi;
    case efi::kAcpiNvs:
      return E820Type::nvs;
    case efi::kUnusable:
      return E820Type::unusable;
    case efi::kPersistent:
      return E820Type::pmem;
    default:
      return E820Type::reserved;
  }
}

// kernel: do_add_efi_memmap()
void add_efi_memmap(Boot& boot) {
  const bool soft_reserve = efi_soft_reserve_enabled(boot);
  e820::Editor edit(boot.state.e820.table, boot.story, "do_add_efi_memmap");
  for (const EfiMemory& m : boot.in.machine.efi_map) {
    edit.add(raw(m.range.base()), m.range.size(), e820_type(m, soft_reserve));
  }
  edit.sanitize();
}

// efi.memmap: where EFI's map is mapped, and its bytes.
struct MappedMap {
  std::optional<VirtAddr> at{};
  std::uint64_t size = 0;
};

// kernel: efi_memmap_unmap(), drivers/firmware/efi/memmap.c, v6.12
void unmap_efi_memmap(Boot& boot) {
  auto& map = boot.scratch.of<MappedMap>();
  if (map.at) early_memunmap(boot, *map.at, map.size);
  map.at.reset();
}

// It stays until the page allocator is there. False: it is larger than a window.
// kernel: __efi_memmap_init(), drivers/firmware/efi/memmap.c, v6.12
bool map_efi_memmap(Boot& boot, PhysRange memmap) {
  auto& map = boot.scratch.of<MappedMap>();
  map = {early_memremap(boot, memmap.base(), memmap.size()), memmap.size()};
  if (!map.at) {
    boot.story.tell(Severity::warning, rule::kEfiMemmapInit, "efi: Could not map the memory map!");
  }
  return map.at.has_value();
}

}  // namespace

bool efi_soft_reserve_enabled(const Boot& boot) {
  return boot.in.behaviour.efi_soft_reserves && boot.in.profile.has(config::EFI_SOFT_RESERVE) &&
         !boot.in.has_word("efi", "nosoftreserve");
}

void efi_memblock_x86_reserve_range(Boot& boot) {
  if (boot.in.machine.efi_memmap && !map_efi_memmap(boot, *boot.in.machine.efi_memmap)) return;
  const auto& map = boot.in.machine.efi_map;
  const bool specific_purpose = std::ranges::any_of(map, [](const EfiMemory& m) {
    return m.type == efi::kConventional && (m.attributes & kSpecificPurpose);
  });
  if (boot.in.has_parameter("add_efi_memmap") ||
      (specific_purpose && efi_soft_reserve_enabled(boot))) {
    add_efi_memmap(boot);
  }
  if (boot.in.machine.efi_memmap) {
    boot.reserve(*boot.in.machine.efi_memmap,
                 {"efi_memblock_x86_reserve_range", owner::kEFIMemoryMap});
  }
}

// noefi, efi=noruntime, efi=runtime: the last one counts.
// kernel: setup_noefi(), parse_efi_cmdline(), drivers/firmware/efi/efi.c, v6.1 and v6.12
bool efi_runtime_disabled(const Inputs& in) {
  bool disabled = in.profile.has(config::EFI_DISABLE_RUNTIME);
  for (const kernel::Parameter& p : in.parameters) {
    if (kernel::parameq(p.name, "noefi")) disabled = true;
    if (!kernel::parameq(p.name, "efi") || !p.value) continue;
    if (kernel::parse_option_str(*p.value, "noruntime")) disabled = true;
    if (kernel::parse_option_str(*p.value, "runtime")) disabled = false;
  }
  return disabled;
}

bool is_efi(const Inputs& in) {
  return in.machine.firmware == Firmware::efi && in.profile.has(config::EFI);
}

bool keeps_efi_map(const Inputs& in) { return is_efi(in) && !efi_runtime_disabled(in); }

bool reads_bgrt(const Inputs& in) {
  return keeps_efi_map(in) && in.acpi_enabled() && !in.has_parameter("bgrt_disable") &&
         in.machine.has_acpi_table("BGRT");
}

bool lacks_picture(const Inputs& in) {
  return reads_bgrt(in) && !in.machine.efi_picture && !in.machine.has_event_of(FirmwareTable::bgrt);
}

namespace {

// A bit for each 2 MiB from the first unaccepted one to the last, behind a header.
// kernel: allocate_unaccepted_bitmap(), drivers/firmware/efi/libstub/unaccepted_memory.c, v6.12
std::optional<PhysRange> unaccepted_table(const Machine& machine) {
  constexpr std::uint64_t kHeader = 24;  // struct efi_unaccepted_memory
  constexpr std::uint64_t kUnit = 2 * kMiB;
  std::uint64_t first = ~std::uint64_t{0};
  std::uint64_t end = 0;
  for (const EfiMemory& m : machine.efi_map) {
    if (m.type != efi::kUnaccepted) continue;
    first = std::min(first, align_down(raw(m.range.base()), kUnit));
    end = std::max(end, align_up(raw(m.range.end()), kUnit));
  }
  if (!machine.efi_unaccepted || first >= end) return std::nullopt;
  const std::uint64_t bitmap = (end - first + 8 * kUnit - 1) / (8 * kUnit);
  const std::uint64_t at = raw(*machine.efi_unaccepted);
  if (at > Machine::kKernelEnd) return std::nullopt;
  return PhysRange::make(align_down(at, kPageSize), align_up(at + kHeader + bitmap, kPageSize));
}

// kernel: reserve_unaccepted(), drivers/firmware/efi/efi.c, v6.12
void reserve_unaccepted(Boot& boot) {
  if (!boot.in.profile.has(config::UNACCEPTED_MEMORY)) return;
  const auto table = unaccepted_table(boot.in.machine);
  if (!table) return;
  const memblock::Caller caller{"reserve_unaccepted", owner::kUnacceptedMemory};
  boot.state.memblock.add(table->base(), table->size(), caller);
  boot.reserve(*table, caller);
}

}  // namespace

// Large windows of memory-mapped I/O are no RAM and no reservation: PCI may use them.
// kernel: efi_init(), efi_remove_e820_mmio()
void efi_init(Boot& boot) {
  boot.story.tell(Severity::debug, rule::kEfiInit,
                  "EFI's system and configuration tables, and those that these name, are read "
                  "through windows of early_ioremap(); where they lie is not known");
  reserve_unaccepted(boot);
  if (boot.in.machine.efi_memory_attributes) {
    boot.reserve(*boot.in.machine.efi_memory_attributes,
                 {"efi_memattr_init", owner::kEFIMemoryAttributes});
  }
  if (efi_runtime_disabled(boot.in)) return unmap_efi_memmap(boot);
  if (!boot.in.behaviour.efi_removes_mmio) return;
  constexpr std::uint64_t kLarge = 256 * kKiB;
  e820::Editor edit(boot.state.e820.table, boot.story, "efi_remove_e820_mmio");
  for (std::size_t i = 0; i < boot.in.machine.efi_map.size(); ++i) {
    const EfiMemory& m = boot.in.machine.efi_map[i];
    if (m.type != efi::kMmio || m.range.size() < kLarge) continue;
    boot.story.tell(
        Severity::info, rule::kEfiRemoveE820Mmio,
        fmt::format("efi: Remove mem{:02}: MMIO range=[{:#010x}-{:#010x}] ({}MB) from e820 map", i,
                    raw(m.range.base()), raw(m.range.end()) - 1, m.range.size() >> 20),
        m.range);
    edit.remove(raw(m.range.base()), m.range.size(), E820Type::reserved);
  }
  if (!boot.in.machine.efi_map.empty()) return;
  for (const PhysRange mmio : boot.in.machine.efi_mmio) {
    edit.remove(raw(mmio.base()), mmio.size(), E820Type::reserved);
  }
}

void efi_find_mirror(Boot& boot) {
  for (const EfiMemory& m : boot.in.machine.efi_map) {
    if (m.attributes & kMoreReliable)
      boot.state.memblock.mark_mirror(m.range.base(), m.range.size());
  }
}

namespace {

// Into how many more pieces than one `part` cuts a descriptor of EFI's map.
// kernel: efi_memmap_split_count()
std::uint64_t pieces_more(PhysRange descriptor, PhysRange part) {
  return (descriptor.base() < part.base() ? 1u : 0u) + (part.end() < descriptor.end() ? 1u : 0u);
}

// `part` of a descriptor becomes one of its own, which firmware keeps. kernel: efi_memmap_insert()
void keep(Boot& boot, PhysRange part) {
  std::vector<EfiMemory> map;
  for (const EfiMemory& m : boot.state.efi_map) {
    if (!m.range.contains(part)) {
      map.push_back(m);
      continue;
    }
    const PhysRange before = PhysRange::make(raw(m.range.base()), raw(part.base()));
    const PhysRange behind = PhysRange::make(raw(part.end()), raw(m.range.end()));
    if (!before.empty()) map.push_back({before, m.type, m.attributes});
    map.push_back({part, m.type, m.attributes | efi::kRuntime});
    if (!behind.empty()) map.push_back({behind, m.type, m.attributes});
  }
  boot.state.efi_map = std::move(map);
}

// EFI's map is copied with a descriptor of its own for what is kept.
// kernel: efi_memmap_alloc(), arch/x86/platform/efi/memmap.c, v6.1 and v6.12
bool copy_memmap(Boot& boot, PhysRange descriptor, PhysRange kept) {
  constexpr std::uint64_t kUsual = 48;  // of every firmware seen; the struct itself has 40
  constexpr std::uint64_t kCacheLine = 64;
  const std::uint64_t known = boot.in.machine.efi_map.size();
  const std::uint64_t bytes = boot.in.machine.efi_memmap ? boot.in.machine.efi_memmap->size() : 0;
  const std::uint64_t each =
      known != 0 && bytes % known == 0 && bytes != 0 ? bytes / known : kUsual;
  const std::uint64_t count = known != 0 ? known : bytes / each;
  const std::uint64_t size = (count + pieces_more(descriptor, kept)) * each;
  const auto copy = boot.state.memblock.phys_alloc(
      size, kCacheLine, boot.caller(owner::kEFIMemoryMap, {function::efi_memmap_alloc}));
  if (!copy || !look_at(boot, *copy, size)) {
    boot.story.tell(Severity::warning, rule::kEfiArchMemReserve,
                    copy ? "efi: Failed to map new boot services memmap"
                         : "efi: Could not allocate boot services memmap");
    return false;
  }
  unmap_efi_memmap(boot);
  map_efi_memmap(boot, PhysRange::make(raw(*copy), raw(*copy) + size));
  keep(boot, kept);
  return true;
}

}  // namespace

namespace {

// A table that lies in memory of EFI's boot services is kept: EFI's map says so from then on and
// its pages leave the kernel's. Where EFI's map is not known, what the kernel's calls RAM is taken
// for such memory. kernel: efi_mem_reserve(), drivers/firmware/efi/efi.c; efi_arch_mem_reserve(),
// arch/x86/platform/efi/quirks.c, v6.1 and v6.12
void efi_mem_reserve(Boot& boot, PhysRange table, const Owner& owner) {
  const auto& map = boot.in.machine.efi_map;
  const auto holder =
      std::ranges::find_if(map, [&](const EfiMemory& m) { return m.range.contains(table); });
  const bool boot_services = map.empty()
                                 ? e820::mapped_all(boot.state.e820.table, table, E820Type::ram)
                                 : holder != map.end() && holder->type == efi::kBootServicesData;
  if (!boot_services) return;
  if (!boot.state.memblock.is_region_reserved(table.base(), table.size())) {
    boot.reserve_kern(table, {"efi_mem_reserve", owner});
  } else {
    boot.state.memblock.reserved_mark_kern(table.base(), table.size());
  }
  const PhysRange pages = whole_pages(table);
  const bool copied = (map.empty() && !boot.in.machine.efi_memmap) ||
                      copy_memmap(boot, map.empty() ? pages : holder->range, pages);
  if (!copied) return;
  if (!boot.in.behaviour.efi_reserve_edits_map) return;
  e820::Editor edit(boot.state.e820.table, boot.story, std::string(boot.story.step()));
  edit.update(raw(pages.base()), pages.size(), E820Type::ram, E820Type::reserved);
  edit.sanitize();
}

}  // namespace

// kernel: efi_esrt_init(), drivers/firmware/efi/esrt.c, v6.1 and v6.12
void efi_esrt_init(Boot& boot) {
  const PhysRange esrt = *boot.in.machine.efi_esrt;
  look_at(boot, esrt.base(), kEsrtHeader);
  efi_mem_reserve(boot, esrt, owner::kEFISystemResourceTable);
}

// Also what other tables of EFI's keep about this time, where the kernel's edits of its map tell it.
// kernel: efi_mokvar_table_init(), drivers/firmware/efi/mokvar-table.c, v6.1 and v6.12
void efi_mokvar_table_init(Boot& boot) {
  for (const PhysRange r : boot.in.machine.efi_kept) efi_mem_reserve(boot, r, owner::kEFITables);
}

// kernel: acpi_parse_bgrt(), arch/x86/kernel/acpi/boot.c; efi_bgrt_init(),
// drivers/firmware/efi/efi-bgrt.c, v6.1 and v6.12
void efi_bgrt_init(Boot& boot) {
  boot.tell_of(FirmwareTable::bgrt);
  if (const auto picture = boot.in.machine.efi_picture) {
    look_at(boot, picture->base(), Machine::kPictureHeadBytes);
    return efi_mem_reserve(boot, *picture, owner::kEFIPicture);
  }
  if (!lacks_picture(boot.in)) return;
  boot.story.tell(
      Severity::debug, rule::kEfiBgrtInit,
      "where the BGRT's picture lies is not known: its reservation, a copy of EFI's memory "
      "map and the picture's pages in the map are left out");
}

namespace {

// kernel: can_free_region(), arch/x86/platform/efi/quirks.c, v6.12
bool can_free_region(const Boot& boot, PhysRange range) {
  const PhysRange image = boot.in.kernel_image();
  const bool in_image = range.end() > image.base() && range.base() <= image.end();
  return !in_image && e820::mapped_all(boot.state.e820.table, range, E820Type::ram);
}

}  // namespace

void efi_reserve_boot_services(Boot& boot) {
  if (boot.in.machine.efi_map.empty()) {
    return boot.story.tell(
        Severity::debug, rule::kEfiReserveBootServices,
        "EFI's memory map is not known (a log made with efi=debug has it): what its boot "
        "services hold is left out, and what is allocated may lie elsewhere");
  }
  for (EfiMemory& m : boot.state.efi_map) {
    if (!efi::is_of_boot_services(m.type)) continue;
    if (!boot.state.memblock.is_region_reserved(m.range.base(), m.range.size())) {
      boot.reserve(m.range, {"efi_reserve_boot_services", owner::kEFIBootServices});
      if (can_free_region(boot, m.range)) continue;
    }
    m.attributes |= efi::kRuntime;  // somebody else's: it is not freed with the others
  }
}

// Nothing below 1 MiB: firmware may still write there. kernel: efi_unmap_boot_services(),
// efi_free_boot_services(), arch/x86/platform/efi/quirks.c, v6.1 and v6.12
void efi_free_boot_services(Boot& boot) {
  if (boot.state.efi_map.empty()) return;
  if (boot.in.has_word("efi", "debug")) {
    return boot.story.tell(Severity::info, rule::kEfiFreeBootServices,
                           "efi=debug keeps the memory of EFI's boot services");
  }
  std::uint64_t freed = 0;
  for (const EfiMemory& m : boot.state.efi_map) {
    if (!efi::is_of_boot_services(m.type) || (m.attributes & efi::kRuntime) != 0 ||
        raw(m.range.end()) < kMiB)
      continue;
    const auto high = PhysRange::make(std::max(raw(m.range.base()), kMiB), raw(m.range.end()));
    if (boot.in.behaviour.efi_frees_boot_services_late) {
      free_reserved_area(boot, high, {});
    } else {
      memblock_free_late(boot, high);
    }
    freed += high.size();
  }
  if (freed == 0 || !boot.in.behaviour.efi_frees_boot_services_late) return;
  boot.story.tell(Severity::info, rule::kEfiFreeBootServices,
                  fmt::format("Freeing EFI boot services memory: {}K", freed >> 10));
}

// kernel: __efi_enter_virtual_mode(), arch/x86/platform/efi/efi.c, v6.12
void efi_enter_virtual_mode(Boot& boot) { unmap_efi_memmap(boot); }

}  // namespace memmap::boot
