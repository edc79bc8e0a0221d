#include "compare/compare.h"

#include <algorithm>

#include "base/blocks.h"
#include "buddy/free_pages.h"
#include "paging/areas.h"

namespace memmap::compare {
namespace {

constexpr unsigned kMaxOrder = 10;  // MAX_PAGE_ORDER of x86-64
constexpr std::uint64_t kDmaEnd = 16 * kMiB;
constexpr std::uint64_t kDma32End = 4 * kGiB;

std::uint64_t below(PhysRange range, std::uint64_t limit) {
  return range.intersect(PhysRange::make(0, limit)).size();
}

std::uint64_t pages_of(const Left& l) {
  std::uint64_t pages = 0;
  for (const auto& [size, count] : l.direct_map) pages += count;
  return pages;
}

// Whether `a` is better (-1), worse (1) or neither (0).
int compared(const Left& a, const Left& b) {
  const auto more = [](std::uint64_t x, std::uint64_t y) { return x > y ? -1 : x < y ? 1 : 0; };
  if (a.panicked != b.panicked) return a.panicked ? 1 : -1;
  if (const int c = more(a.largest_free, b.largest_free)) return c;
  for (unsigned order = kMaxOrder + 1; order-- > 0;) {
    if (const int c = more(a.free_blocks[order], b.free_blocks[order])) return c;
  }
  if (const int c = more(pages_of(b), pages_of(a))) return c;
  if (const int c = more(a.low_dma32, b.low_dma32)) return c;
  if (const int c = more(a.low_dma, b.low_dma)) return c;
  return more(a.nodes_kept, b.nodes_kept);
}

}  // namespace

std::optional<PhysAddr> NodeCount::choose(const memblock::FindRequest& request,
                                          memblock::FreeRanges& ranges) {
  const std::optional<PhysAddr> found = policy_.choose(request, ranges);
  if (request.nid >= 0) {
    if (found) tally_.kept += request.size;
    tally_.wanted = found ? 0 : request.size;
  } else {
    // memblock falls back to any node at once, with the size as it was.
    if (found && tally_.wanted == request.size) tally_.lost += request.size;
    tally_.wanted = 0;
  }
  return found;
}

Left left_of(std::string policy, const boot::Outcome& outcome, const NodeTally& nodes) {
  Left out;
  out.policy = std::move(policy);
  out.panicked = outcome.panicked;
  out.free_blocks.assign(kMaxOrder + 1, 0);
  // Ranges of two regions may touch: they count as one range, but each has blocks of its own.
  PhysRange run{};
  const memblock::Regions memory = outcome.state.memblock.memory().regions();
  const memblock::Regions reserved = outcome.state.memblock.reserved().regions();
  buddy::each_free_pages(memory, reserved, [&](const memblock::Region&, Pfn first, Pfn end) {
    const PhysRange r = PhysRange::make(raw(phys_of(first)), raw(phys_of(end)));
    out.free_bytes += r.size();
    out.low_dma += below(r, kDmaEnd);
    out.low_dma32 += below(r, kDma32End);
    each_block(raw(first), raw(end), kMaxOrder,
               [&](unsigned order, std::uint64_t, std::uint64_t count) {
                 out.free_blocks[order] += count;
               });
    run = run.end() == r.base() ? PhysRange::make(raw(run.base()), raw(r.end())) : r;
    out.largest_free = std::max(out.largest_free, run.size());
  });
  const paging::AddressSpace& tables = outcome.state.page_tables;
  for (const paging::Mapping& m : tables.mappings()) {
    if (paging::area_of(m.virt, tables.levels(), tables.bases()) == paging::kDirectMap)
      out.direct_map[m.page_size] += m.pages;
  }
  out.nodes_kept = nodes.kept;
  out.nodes_lost = nodes.lost;
  return out;
}

void rank(std::vector<Left>& results) {
  std::stable_sort(results.begin(), results.end(),
                   [](const Left& a, const Left& b) { return compared(a, b) < 0; });
  for (std::size_t i = 0; i < results.size(); ++i) {
    const bool equal = i > 0 && compared(results[i - 1], results[i]) == 0;
    results[i].rank = equal ? results[i - 1].rank : static_cast<unsigned>(i + 1);
  }
}

}  // namespace memmap::compare
