#include "boot/mm/hugetlb_vmemmap.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "boot/mm/page_alloc.h"
#include "boot/rules.h"

namespace memmap::boot {
namespace {

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

// kernel: hugetlb_vmemmap_optimize_folios(), free_vmemmap_page(), mm/hugetlb_vmemmap.c, v6.12;
// hugetlb_vmemmap_optimize(), v6.1
void hugetlb_vmemmap_optimize(Boot& boot) {
  for (const PhysRange page : boot.state.gigantic_pages) {
    if (pages_given_back(boot, page.size()) != 0) optimize(boot, page);
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
