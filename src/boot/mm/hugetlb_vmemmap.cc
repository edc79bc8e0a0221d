#include "boot/mm/hugetlb_vmemmap.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

#include "boot/mm/hugepages.h"
#include "boot/mm/page_alloc.h"
#include "boot/owner.h"
#include "boot/rules.h"

namespace memmap::boot {
namespace {

// Gigantic pages whose struct pages are optimised from the start. kernel: HUGE_BOOTMEM_HVO
struct Preinitialised {
  std::vector<PhysRange> pages{};
};

// Pages of struct pages that one huge page of `size` bytes gives back.
// kernel: hugetlb_vmemmap_optimizable_size(), mm/hugetlb_vmemmap.h, v6.1 and v6.12
std::uint64_t pages_given_back(const Boot& boot, std::uint64_t size) {
  const std::uint64_t page_bytes = boot.in.profile.size_of(type::page);
  const std::uint64_t pages = (size >> kPageShift) * page_bytes >> kPageShift;
  if (!std::has_single_bit(page_bytes) || pages <= 1) return 0;
  return boot.in.behaviour.hugetlb_head_page_is_copied ? pages : pages - 1;
}

// Where the struct pages of `page` lie: each piece of them is given back, but for what stays.
void optimize(Boot& boot, PhysRange page) {
  const paging::AddressSpace& tables = boot.state.page_tables;
  const std::uint64_t page_bytes = boot.in.profile.size_of(type::page);
  const std::uint64_t start =
      raw(tables.bases().vmemmap) + (raw(page.base()) >> kPageShift) * page_bytes;
  const std::uint64_t end = start + ((page.size() >> kPageShift) * page_bytes);
  std::uint64_t at = end - (pages_given_back(boot, page.size()) << kPageShift);
  while (at < end) {
    const paging::Mapping* run = tables.find(VirtAddr{at});
    if (run == nullptr) return;
    const std::uint64_t into = at - raw(run->virt);
    const std::uint64_t bytes = std::min(run->bytes() - into, end - at);
    adjust_managed_page_count(boot,
                              PhysRange::make(raw(run->phys) + into, raw(run->phys) + into + bytes),
                              "struct pages of huge pages");
    at += bytes;
  }
}

}  // namespace

// kernel: vmemmap_optimize_enabled, core_param(hugetlb_free_vmemmap), mm/hugetlb_vmemmap.c, v6.1 and v6.12
bool optimizes_hugetlb_vmemmap(const Boot& boot) {
  return boot.in.features.pse && boot.in.profile.has(config::HUGETLB_PAGE) &&
         boot.in.profile.has(config::HUGETLB_PAGE_OPTIMIZE_VMEMMAP) &&
         boot.in.switched("hugetlb_free_vmemmap",
                          boot.in.profile.has(config::HUGETLB_PAGE_OPTIMIZE_VMEMMAP_DEFAULT_ON));
}

// kernel: hugetlb_vmemmap_init_early(), mm/hugetlb_vmemmap.c, v7.2
bool preinitialises_vmemmap(const Boot& boot) {
  return boot.in.profile.has(config::SPARSEMEM_VMEMMAP_PREINIT) &&
         optimizes_hugetlb_vmemmap(boot) && pages_given_back(boot, paging::kSize1G) != 0;
}

namespace {

// huge_boot_pages: those of a node, the last that was taken first; since 7.3 in their order.
std::vector<PhysRange> boot_pages(const Boot& boot, int nid) {
  std::vector<PhysRange> out;
  for (const PhysRange page : boot.state.gigantic_pages) {
    const auto at = boot.state.memblock.search_pfn_nid(pfn_down(page.base()));
    if (at && at->nid == nid) out.push_back(page);
  }
  if (!boot.in.behaviour.sections_behind_zones) std::ranges::reverse(out);
  return out;
}

// The node's page that all pages of one zone share. kernel: zone->vmemmap_tails, v7.2
using Tails = std::map<int, PhysAddr>;

std::optional<PhysAddr> tail_of(const Boot& boot, Vmemmap& vmemmap, PhysRange page, int nid,
                                Tails& tails) {
  const int zone = zone_type_of(boot, nid, page);
  if (const auto known = tails.find(zone); known != tails.end()) return known->second;
  const auto tail = vmemmap.allocate_tail(nid);
  if (tail) tails.emplace(zone, *tail);
  return tail;
}

// With a page that is shared by a zone's, its struct pages wait for the zones to be there.
void preinitialise(Boot& boot, Vmemmap& vmemmap, int nid, const std::vector<PhysRange>& pages) {
  Tails tails;
  for (const PhysRange page : pages) {
    const auto tail = boot.in.behaviour.hugetlb_tails_of_zone
                          ? tail_of(boot, vmemmap, page, nid, tails)
                          : std::nullopt;
    if (boot.in.behaviour.hugetlb_tails_of_zone && !tail) return;
    if (!vmemmap.populate_hvo(page, nid, tail)) return;
  }
}

}  // namespace

std::vector<PhysRange> hugetlb_vmemmap_init_early(Boot& boot, Vmemmap& vmemmap, int nid) {
  if (!preinitialises_vmemmap(boot)) return {};
  std::vector<PhysRange> pages = boot_pages(boot, nid);
  std::vector<PhysRange>& all = boot.scratch.of<Preinitialised>().pages;
  all.insert(all.end(), pages.begin(), pages.end());
  if (!boot.in.behaviour.hugetlb_tails_of_zone || boot.in.behaviour.sections_behind_zones)
    preinitialise(boot, vmemmap, nid, pages);
  return pages;
}

// kernel: hugetlb_vmemmap_init_late(), mm/hugetlb_vmemmap.c, v7.2; of free_area_init()
void sparse_vmemmap_init_nid_late(Boot& boot) {
  Vmemmap vmemmap(boot);
  for (const int nid : boot.state.nodes.online) {
    Tails tails;
    for (const PhysRange page : boot_pages(boot, nid)) {
      const bool waits = boot.in.behaviour.hugetlb_tails_of_zone;
      if (!lies_in_two_zones(boot, nid, page)) {
        if (!waits) continue;
        const auto tail = tail_of(boot, vmemmap, page, nid, tails);
        if (!tail || !vmemmap.populate_hvo(page, nid, tail)) return;
        continue;
      }
      const std::uint64_t first = raw(page.base()) >> kSectionShift;
      if (waits) {
        vmemmap.populate(first, raw(page.end()) >> kSectionShift, nid);
      } else {
        vmemmap.undo_hvo(page, nid);
      }
      boot.state.memblock.phys_free(page.base(), page.size(), {"hugetlb_vmemmap_init_late", {}});
      std::erase(boot.state.gigantic_pages, page);
      std::erase(boot.scratch.of<Preinitialised>().pages, page);
    }
  }
}

// kernel: hugetlb_vmemmap_optimize_folios(), free_vmemmap_page(), mm/hugetlb_vmemmap.c, v6.12;
// hugetlb_vmemmap_optimize(), v6.1
void hugetlb_vmemmap_optimize(Boot& boot) {
  const std::vector<PhysRange>& done = boot.scratch.of<Preinitialised>().pages;
  for (const PhysRange page : boot.state.gigantic_pages) {
    const bool has_none = std::ranges::find(done, page) != done.end();
    if (!has_none && pages_given_back(boot, page.size()) != 0) optimize(boot, page);
  }
  for (const HugePageSize& size : boot.state.huge_page_sizes) {
    const std::uint64_t each = pages_given_back(boot, size.size);
    const bool from_memblock =
        std::ranges::count(boot.state.gigantic_pages, size.size, &PhysRange::size) != 0;
    if (from_memblock || each == 0 || size.pages == 0u) continue;
    boot.story.tell(Severity::warning, rule::kHugetlbVmemmapOptimize,
                    fmt::format("hugetlb_free_vmemmap=on: not simulated for huge pages of {} MiB: "
                                "MemTotal is {} KiB more for each of them",
                                size.size >> 20, each << (kPageShift - 10)));
  }
}

}  // namespace memmap::boot
