#include "boot/after/efi_tables.h"

#include <algorithm>
#include <vector>

#include "base/align.h"
#include "boot/rules.h"
#include "machine/efi.h"
#include "paging/share.h"

namespace memmap::boot {
namespace {

using paging::kSize1G;
using paging::kSize2M;

constexpr paging::TablePage kFromBuddy{.origin = paging::TableOrigin::page_allocator};
constexpr VirtAddr kTop{0xffffff8000000000};       // what the last table of level 3 translates
constexpr VirtAddr kEfiStart{0xffffffff00000000};  // EFI_VA_START: the first region ends below

void add_tables(paging::AddressSpace& tables, VirtAddr virt, unsigned level) {
  for (unsigned l = tables.levels() - 1; l >= level; --l) tables.add_table(l, virt, kFromBuddy);
}

// Pages as large as `virt` and what is left allow. kernel: populate_pud(), populate_pmd(),
// arch/x86/mm/pat/set_memory.c, v6.12
void map_pages(const Boot& boot, paging::AddressSpace& tables, VirtAddr virt, PhysRange memory,
               std::uint32_t flags) {
  std::uint64_t phys = raw(memory.base());
  std::uint64_t at = raw(virt);
  for (std::uint64_t left = memory.size(); left >= kPageSize;) {
    const auto fits = [&](std::uint64_t size) {
      return is_aligned(at | phys, size) && left >= size;
    };
    std::uint64_t size = kPageSize;
    if (fits(kSize2M)) size = kSize2M;
    if (boot.in.features.gbpages && fits(kSize1G)) size = kSize1G;
    const unsigned level = paging::leaf_level(size);
    // What one table has room for: behind its end larger pages may fit.
    const std::uint64_t room = paging::table_size(level) - at % paging::table_size(level);
    const std::uint64_t pages = std::min(left, room) / size;
    add_tables(tables, VirtAddr{at}, level);
    tables.map({VirtAddr{at}, PhysAddr{phys}, size, pages, flags});
    at += pages * size;
    phys += pages * size;
    left -= pages * size;
  }
}

// kernel: __map_region(), arch/x86/platform/efi/efi_64.c, v6.12
std::uint32_t flags_of(const EfiMemory& m) {
  const bool code = m.type == efi::kBootServicesCode || m.type == efi::kRuntimeServicesCode;
  return paging::kWritable | (code ? 0u : paging::kNoExecute) |
         (m.attributes & efi::kWriteBack ? 0u : paging::kCacheDisable);
}

// Neighbours of one type and the same attributes. kernel: efi_merge_regions()
std::vector<EfiMemory> merged(const std::vector<EfiMemory>& map) {
  std::vector<EfiMemory> out;
  for (const EfiMemory& m : map) {
    EfiMemory* const last = out.empty() ? nullptr : &out.back();
    if (last != nullptr && last->type == m.type && last->attributes == m.attributes &&
        last->range.end() == m.range.base()) {
      last->range = PhysRange::make(raw(last->range.base()), raw(m.range.end()));
    } else {
      out.push_back(m);
    }
  }
  return out;
}

// The address of a region that ends below `above`, at the same place within 2 MiB as its memory.
// kernel: efi_map_region()
std::uint64_t place_below(std::uint64_t above, PhysRange memory) {
  const std::uint64_t highest = above - memory.size();
  const std::uint64_t at = align_down(highest, kSize2M) + (raw(memory.base()) & (kSize2M - 1));
  return at > highest ? at - kSize2M : at;
}

}  // namespace

// kernel: __efi_enter_virtual_mode(), efi_map_regions(), arch/x86/platform/efi/efi.c;
// efi_setup_page_tables(), arch/x86/platform/efi/efi_64.c; efi_unmap_boot_services(),
// arch/x86/platform/efi/quirks.c, v6.1 and v6.12
void map_efi_regions(Boot& boot) {
  // Without no-execute the kernel does not map anything here, and has no runtime services.
  if (boot.state.efi_map.empty() || !boot.in.features.nx) return;
  const paging::AddressSpace& kernel = boot.state.page_tables;
  paging::AddressSpace tables(kernel.levels(), kernel.bases(), kFromBuddy);
  add_tables(tables, paging::kEfiEnd, 3);
  const bool keeps_all = boot.in.has_word("efi", "debug");
  std::vector<std::pair<VirtAddr, std::uint64_t>> freed;
  std::uint64_t next = raw(kEfiStart);
  const std::uint64_t limit = std::uint64_t{1} << paging::physmem_bits(kernel.levels());
  std::vector<EfiMemory> descending = merged(boot.state.efi_map);
  std::ranges::reverse(descending);  // clang does not know libstdc++ 12's views::reverse
  for (const EfiMemory& m : descending) {
    const bool kept = (m.attributes & efi::kRuntime) != 0;
    const bool whole_pages = is_aligned(raw(m.range.base()) | m.range.size(), kPageSize);
    if ((!kept && !efi::is_of_boot_services(m.type)) || raw(m.range.end()) > limit || !whole_pages)
      continue;
    const VirtAddr same{raw(m.range.base())};
    map_pages(boot, tables, same, m.range, flags_of(m));
    const std::uint64_t place = next < m.range.size() ? 0 : place_below(next, m.range);
    next = place < raw(paging::kEfiEnd) ? 0 : place;
    if (next == 0) {
      boot.story.tell(Severity::warning, rule::kEfiMapRegion,
                      "efi: [Firmware Warn]: VA address range overflow!", m.range);
      continue;
    }
    map_pages(boot, tables, VirtAddr{place}, m.range, flags_of(m));
    if (kept || keeps_all) continue;
    freed.emplace_back(same, m.range.size());
    freed.emplace_back(VirtAddr{place}, m.range.size());
  }
  map_pages(boot, tables, VirtAddr{0}, PhysRange::make(0, kPageSize),
            paging::kWritable | paging::kNoExecute);
  for (const auto& [virt, size] : freed) tables.unmap(virt, size);
  boot.state.efi_tables = std::move(tables);
}

// kernel: efi_sync_low_kernel_mappings(), arch/x86/platform/efi/efi_64.c, v6.1 and v6.12
std::optional<paging::AddressSpace> efi_tables(const Boot& boot) {
  if (!boot.state.efi_tables) return std::nullopt;
  const paging::AddressSpace& kernel = boot.state.page_tables;
  paging::AddressSpace tables = *boot.state.efi_tables;
  const unsigned levels = kernel.levels();
  const auto sync = [&](VirtAddr start, VirtAddr end, unsigned level) {
    paging::share(kernel, tables, start, raw(end) - raw(start), level);
  };
  const std::uint64_t entry = paging::entry_size(levels);
  const VirtAddr last{align_down(raw(paging::kEfiEnd), entry)};
  sync(VirtAddr{align_down(raw(kernel.bases().page_offset), entry)}, last, levels);
  if (levels == 5) sync(last, kTop, 4);
  sync(kTop, paging::kEfiEnd, 3);
  sync(kEfiStart, VirtAddr{0}, 3);
  return tables;
}

std::string_view efi_unknown(const Inputs& in) {
  return in.machine.efi_memory_attributes
             ? "EFI's memory attributes table is not read, which takes writing or execution from "
               "runtime services' pages; where the page allocator put EFI's new map, mapped one to "
               "one too, is not known"
             : "where the page allocator put EFI's new map, mapped one to one too, is not known";
}

}  // namespace memmap::boot
