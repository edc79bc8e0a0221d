#include "ioremap/ioremap.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "base/align.h"
#include "paging/geometry.h"

namespace memmap::ioremap {
namespace {

constexpr Rule kIoremap{"__ioremap_caller", "arch/x86/mm/ioremap.c"};
constexpr Rule kIounmap{"iounmap", "arch/x86/mm/ioremap.c"};
constexpr Rule kAllocArea{"alloc_vmap_area", "mm/vmalloc.c"};
constexpr Rule kPmdSetHuge{"pmd_set_huge", "arch/x86/mm/pgtable.c"};

// kernel: IOREMAP_MAX_ORDER, arch/x86/include/asm/page_types.h: areas are aligned up to 1 GiB
constexpr std::uint64_t kMostAligned = paging::kSize1G;

void tell(EventSink& sink, Severity severity, const Rule& rule, std::string text,
          std::optional<PhysRange> range = std::nullopt) {
  sink.tell({.severity = severity,
             .step = std::string(rule.function),
             .rule = rule,
             .text = std::move(text),
             .range = range});
}

constexpr std::uint32_t kCacheFlags = paging::kPat | paging::kCacheDisable | paging::kWriteThrough;

}  // namespace

IoMapper::IoMapper(Surroundings about, paging::AddressSpace& tables, Memtypes& memtypes,
                   VmapAreas& areas, TakeTable take_table)
    : about_(std::move(about)),
      tables_(tables),
      memtypes_(memtypes),
      areas_(areas),
      take_table_(std::move(take_table)) {}

// Whole pages of `range` alone count, and of these those in use: so that tables of the firmware's that
// lie in RAM can be mapped.
// kernel: __ioremap_check_mem(), __ioremap_check_ram(), arch/x86/mm/ioremap.c, v6.12
bool IoMapper::has_usable_ram(PhysRange range) const {
  for (const PhysRange ram : about_.system_ram) {
    const PhysRange both = ram.intersect(range);
    std::uint64_t at = raw(pfn_up(both.base()));
    const std::uint64_t end = raw(pfn_down(both.end()));
    for (const PhysRange kept : about_.reserved) {
      if (at >= end) break;
      // A page that is reserved in part is reserved.
      const std::uint64_t first = raw(pfn_down(kept.base()));
      const std::uint64_t last = raw(pfn_up(kept.end()));
      if (first > at) break;
      at = std::max(at, last);
    }
    if (at < end) return true;
  }
  return false;
}

std::optional<VirtAddr> IoMapper::ioremap(PhysAddr phys, std::uint64_t size, CacheMode asked,
                                          EventSink& sink) {
  const std::uint64_t last = raw(phys) + size - 1;
  if (size == 0 || last < raw(phys) || last == ~std::uint64_t{0}) {
    tell(sink, Severity::debug, kIoremap,
         size == 0 ? "a size of 0 is refused" : "the end wraps, which is refused");
    return std::nullopt;
  }
  const PhysRange exact = PhysRange::make(raw(phys), last + 1);
  if (about_.phys_bits < 64 && raw(phys) >> about_.phys_bits != 0) {
    tell(sink, Severity::warning, kIoremap,
         fmt::format("ioremap: invalid physical address {:x}", raw(phys)), exact);
    if (!std::exchange(warned_of_phys_, true)) {
      tell(sink, Severity::warning, kIoremap, "WARNING: at arch/x86/mm/ioremap.c __ioremap_caller",
           exact);
    }
    return std::nullopt;
  }
  if (about_.behaviour.ioremap_spares_isa && is_untracked(exact)) {
    return VirtAddr{raw(tables_.bases().page_offset) + raw(phys)};
  }
  if (has_usable_ram(exact)) {
    tell(sink, warned_of_ram_ ? Severity::debug : Severity::warning, kIoremap,
         fmt::format("ioremap on RAM at {:#018x} - {:#018x}{}", raw(phys), last,
                     warned_of_ram_ ? " (said once only)" : ""),
         exact);
    warned_of_ram_ = true;
    return std::nullopt;
  }
  const std::uint64_t offset = raw(phys) & (kPageSize - 1);
  const PhysRange pages =
      PhysRange::make(raw(phys) - offset, std::max(align_up(last + 1, kPageSize), last + 1));
  // There is no function for write-protected: ioremap_prot() takes entries, which may not have it.
  if (asked == CacheMode::wp) asked = cache_mode_of(flags_of(asked, about_.pat), about_.pat);
  const Granted granted = memtypes_.reserve(pages, asked, sink);
  if (!granted) {
    tell(sink, Severity::warning, kIoremap,
         fmt::format("ioremap memtype_reserve failed {}", granted.error), pages);
    return std::nullopt;
  }
  if (granted.type != asked && !is_new_memtype_allowed(pages, asked, granted.type)) {
    tell(sink, Severity::warning, kIoremap,
         fmt::format("ioremap error for {:#x}-{:#x}, requested {:#x}, got {:#x}", raw(pages.base()),
                     raw(pages.end()), static_cast<unsigned>(asked),
                     static_cast<unsigned>(granted.type)),
         pages);
    memtypes_.free(pages, sink);
    return std::nullopt;
  }
  // There are no entries for write-protected: they are those of uncached.
  const CacheMode mode = granted.type == CacheMode::wp ? CacheMode::uc : granted.type;

  const std::uint64_t align = std::clamp(std::bit_ceil(pages.size()), kPageSize, kMostAligned);
  const auto virt = areas_.take(pages.size(), align);
  if (!virt) {
    const std::uint64_t bytes = pages.size() + kGuard;
    tell(
        sink, Severity::warning, kAllocArea,
        about_.behaviour.vmalloc_tells_bounds
            ? fmt::format("vmalloc_node_range for size {} failed: Address range restricted to "
                          "{:#x} - {:#x}",
                          bytes, raw(areas_.start()), raw(areas_.end()))
            : fmt::format("vmap allocation for size {} failed: use vmalloc=<size> to increase size",
                          bytes));
    memtypes_.free(pages, sink);
    return std::nullopt;
  }
  areas_.set_ioremap(*virt, pages.base());
  const std::uint32_t flags = about_.kernel_flags | flags_of(mode, about_.pat);
  sync_direct_map(pages, granted.type);
  if (!map_range(*virt, pages, flags, sink)) {
    tables_.unmap(*virt, pages.size());
    areas_.give_back(*virt);
    memtypes_.free(pages, sink);
    return std::nullopt;
  }
  return VirtAddr{raw(*virt) + offset};
}

// The largest page that fits there: as large as processor and command line allow, aligned in both
// addresses, whole, and of one type for the MTRRs.
// kernel: vmap_try_huge_pud(), vmap_try_huge_pmd(), mm/vmalloc.c; pud_set_huge(), pmd_set_huge(),
// arch/x86/mm/pgtable.c, v6.12
std::uint64_t IoMapper::page_size_at(VirtAddr virt, PhysAddr phys, std::uint64_t left,
                                     EventSink& sink) {
  for (const std::uint64_t size : {paging::kSize1G, paging::kSize2M}) {
    if (size > about_.largest_page || left < size || !is_aligned(raw(virt) | raw(phys), size)) {
      continue;
    }
    const PhysRange page = PhysRange::make(raw(phys), raw(phys) + size);
    const MtrrMap::Type mtrr = memtypes_.mtrrs().look_up(page);
    const bool may_vary =
        !about_.behaviour.huge_io_wants_one_type && mtrr.type == MtrrType::write_back;
    if (mtrr.uniform || may_vary) return size;
    if (size != paging::kSize2M || warned_of_mtrr_) continue;
    warned_of_mtrr_ = true;
    tell(
        sink, Severity::warning, kPmdSetHuge,
        fmt::format("pmd_set_huge: Cannot satisfy [mem {:#010x}-{:#010x}] with a huge-page mapping "
                    "due to MTRR override.",
                    raw(page.base()), raw(page.end())),
        page);
  }
  return kPageSize;
}

bool IoMapper::need_tables(VirtAddr virt, unsigned level) {
  for (unsigned l = tables_.levels() - 1; l >= level; --l) {
    if (tables_.table(l, virt)) continue;
    const auto page = take_table_(l, virt);
    if (!page) return false;
    tables_.add_table(l, virt, {*page, paging::TableOrigin::page_allocator});
  }
  return true;
}

// kernel: ioremap_page_range(), vmap_range_noflush(), mm/vmalloc.c, v6.12
bool IoMapper::map_range(VirtAddr virt, PhysRange range, std::uint32_t flags, EventSink& sink) {
  std::uint64_t done = 0;
  while (done < range.size()) {
    const VirtAddr at{raw(virt) + done};
    const PhysAddr phys{raw(range.base()) + done};
    const std::uint64_t left = range.size() - done;
    const std::uint64_t size = page_size_at(at, phys, left, sink);
    const unsigned level = paging::leaf_level(size);
    // 4 KiB pages up to where a larger one might begin.
    const std::uint64_t bytes =
        size == kPageSize
            ? std::min(left, align_down(raw(at), paging::kSize2M) + paging::kSize2M - raw(at))
            : size;
    if (!need_tables(at, level)) return false;
    // Of tables that an earlier mapping left behind none stays below a large page.
    for (unsigned below = 1; below < level; ++below) {
      for (std::uint64_t o = 0; o < bytes; o += paging::table_size(below)) {
        tables_.remove_table(below, VirtAddr{raw(at) + o});
      }
    }
    tables_.map(
        {.virt = at, .phys = phys, .page_size = size, .pages = bytes / size, .flags = flags});
    done += bytes;
  }
  return true;
}

// What RAM's own mappings say follows, so that no page is cached in two ways. To write-through and
// uncached-minus, which all others are here, bits are only added.
// kernel: memtype_kernel_map_sync(), arch/x86/mm/pat/memtype.c; ioremap_change_attr(),
// arch/x86/mm/ioremap.c; _set_memory_uc(), _set_memory_wc(), _set_memory_wt(), _set_memory_wb(),
// arch/x86/mm/pat/set_memory.c, v6.12
void IoMapper::sync_direct_map(PhysRange range, CacheMode mode) {
  const PhysAddr end = phys_of(about_.max_pfn);
  if (range.base() >= end || !memtypes_.page_is_ram(range.base())) return;
  const PhysRange changed = range.intersect(PhysRange::make(0, raw(end)));
  const bool replaces = mode == CacheMode::wb || mode == CacheMode::wc;
  const bool known = replaces || mode == CacheMode::wt;
  paging::SetMemory memory(tables_, about_.image, about_.mapped, true);
  memory.cache(VirtAddr{raw(tables_.bases().page_offset) + raw(changed.base())},
               changed.size() >> kPageShift,
               flags_of(known ? mode : CacheMode::uc_minus, about_.pat),
               replaces ? kCacheFlags : 0u);
}

bool IoMapper::iounmap(VirtAddr virt, EventSink& sink) {
  if (!about_.behaviour.iounmap_checks_range) {
    const std::uint64_t high =
        raw(tables_.bases().page_offset) + raw(phys_of(about_.max_pfn));  // high_memory
    if (raw(virt) <= high) return false;
  } else if (virt < areas_.start() || virt >= areas_.end()) {
    tell(
        sink, warned_of_unmap_ ? Severity::debug : Severity::warning, kIounmap,
        fmt::format("WARNING: at arch/x86/mm/ioremap.c iounmap: {:#x} is no address of vmalloc's{}",
                    raw(virt), warned_of_unmap_ ? " (said once only)" : ""));
    warned_of_unmap_ = true;
    return false;
  }
  const VirtAddr page{align_down(raw(virt), kPageSize)};
  // Any address within will do.
  const VmapArea* found = areas_.find(page);
  if (found == nullptr) {
    tell(sink, Severity::warning, kIounmap, fmt::format("iounmap: bad address {:016x}", raw(page)));
    return false;
  }
  const VmapArea area = *found;
  memtypes_.free(PhysRange::make(raw(area.phys), raw(area.phys) + area.size), sink);
  tables_.unmap(area.virt, area.size);
  areas_.give_back(area.virt);
  return true;
}

}  // namespace memmap::ioremap
