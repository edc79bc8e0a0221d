#include <fmt/format.h>

#include <string_view>

#include "paging/geometry.h"
#include "report/text/proc.h"

namespace memmap::report {
namespace {

std::uint64_t kib(std::uint64_t pages) { return pages << (kPageShift - 10); }

std::string line(std::string_view name, std::uint64_t number) {
  return fmt::format("{:<16}{:8} kB\n", fmt::format("{}:", name), number);
}

// In pages; nullopt: not known. kernel: hugetlb_total_pages()
std::optional<std::uint64_t> hugetlb_pages(const boot::State& state) {
  std::uint64_t sum = 0;
  for (const boot::HugePageSize& h : state.huge_page_sizes) {
    if (!h.pages) return std::nullopt;
    sum += *h.pages * (h.size >> kPageShift);
  }
  return sum;
}

// No process has taken one yet, nor asked for one.
std::string huge_pages(const boot::State& state) {
  if (state.huge_page_sizes.empty()) return {};
  const boot::HugePageSize& usual = state.huge_page_sizes.front();
  std::string out;
  if (usual.pages) {
    out += fmt::format(
        "HugePages_Total:   {0:5}\nHugePages_Free:    {0:5}\nHugePages_Rsvd:    {1:5}\n"
        "HugePages_Surp:    {1:5}\n",
        *usual.pages, 0);
  }
  out += line("Hugepagesize", usual.size >> 10);
  if (const auto all = hugetlb_pages(state)) out += line("Hugetlb", kib(*all));
  return out;
}

std::string direct_map(const boot::State& state) {
  const paging::DirectPages& pages = state.direct_pages;
  std::string out = line("DirectMap4k", pages.of(1) * (paging::kSize4K >> 10));
  out += line("DirectMap2M", pages.of(2) * (paging::kSize2M >> 10));
  if (state.direct_gbpages) out += line("DirectMap1G", pages.of(3) * (paging::kSize1G >> 10));
  return out;
}

}  // namespace

std::string to_meminfo(const boot::Outcome& outcome, const kernel::Profile& profile) {
  if (!outcome.totals.mem_total_kib) return {};
  const boot::State& state = outcome.state;
  const std::uint64_t total = state.page_allocator.totalram_pages;
  std::string out = line("MemTotal", kib(total));
  out += line("SwapTotal", 0) + line("SwapFree", 0);
  // vm_commit_limit(), with sysctl_overcommit_ratio as it is without anyone's doing
  constexpr std::uint64_t kOvercommitRatio = 50;
  if (const auto huge = hugetlb_pages(state))
    out += line("CommitLimit", kib((total - *huge) * kOvercommitRatio / 100));
  out += line("VmallocTotal", (paging::vmalloc_size(state.page_tables.levels()) - 1) >> 10);
  if (profile.has(config::CMA)) out += line("CmaTotal", kib(state.page_allocator.totalcma_pages));
  return out + huge_pages(state) + direct_map(state);
}

}  // namespace memmap::report
