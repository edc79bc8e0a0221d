// Memblock against a model that holds one entry per page and does everything page by page: random
// operations leave both in the same state, and every allocation is the one that a walk over the
// pages finds.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <random>
#include <string>

#include "memblock/iterate.h"
#include "memblock/memblock.h"

namespace memmap::memblock {
namespace {

constexpr std::uint64_t kPages = 512;
constexpr int kMaxNodes = 16;

struct Page {
  bool there = false;
  std::uint32_t flags = 0;
  int nid = 0;
  friend bool operator==(const Page&, const Page&) = default;
};
using Pages = std::array<Page, kPages>;

struct Span {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  PhysAddr base() const { return phys_of(Pfn{from}); }
  std::uint64_t size() const { return (to - from) * kPageSize; }
};

Pages pages_of(const RegionList& list) {
  Pages out{};
  for (const Region& r : list.regions()) {
    for (std::uint64_t p = raw(r.range.base()) / kPageSize; p < raw(r.range.end()) / kPageSize;
         ++p) {
      out[p] = Page{true, r.flags, r.nid};
    }
  }
  return out;
}

// Sorted, disjoint, no empty region; none that should have been joined with its neighbour.
void expect_minimal(const RegionList& list) {
  const Regions regions = list.regions();
  ASSERT_EQ(regions.size(), list.size());
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    ASSERT_FALSE(regions[i].range.empty());
    bytes += regions[i].range.size();
    if (i == 0) continue;
    ASSERT_LE(regions[i - 1].range.end(), regions[i].range.base());
    ASSERT_FALSE(regions[i - 1].range.end() == regions[i].range.base() &&
                 regions[i - 1].flags == regions[i].flags && regions[i - 1].nid == regions[i].nid);
  }
  ASSERT_EQ(bytes, list.bytes());
}

class PageModel : public testing::TestWithParam<unsigned> {
 protected:
  PageModel()
      : random_(GetParam()),
        mb_(kernel::behaviour_of(
                GetParam() % 2 == 0 ? kernel::Version{6, 12, 0} : kernel::Version{6, 1, 0}, 4),
            // Room enough that arrays need not grow: growth is not the model's.
            Options{.init_memory_regions = 4096,
                    .init_reserved_regions = 4096,
                    .movable_node = GetParam() % 3 == 0}) {}

  std::uint64_t pick(std::uint64_t n) { return random_() % n; }
  Span span() {
    const std::uint64_t from = pick(kPages);
    const std::uint64_t most = std::min(kPages - from, pick(8) == 0 ? kPages : 1 + pick(24));
    return {from, from + 1 + pick(most)};
  }
  template <class F>
  void each(Pages& pages, Span s, F&& f) {
    for (std::uint64_t p = s.from; p < s.to; ++p) f(pages[p]);
  }
  void fill(Pages& pages, Span s, int nid, std::uint32_t flags) {
    each(pages, s, [&](Page& p) {
      if (!p.there) p = Page{true, flags, nid};
    });
  }

  bool free(std::uint64_t page, int nid, std::uint32_t flags) const {
    const Page& m = memory_[page];
    return m.there && !reserved_[page].there &&
           !Filter{nid, flags, mb_.options().movable_node}.skips(
               Region{PhysRange{}, m.flags, m.nid});
  }
  // Whole blocks of pages in one region of memory.
  std::optional<std::uint64_t> find(std::uint64_t count, std::uint64_t align, Span limits, int nid,
                                    std::uint32_t flags, bool up) const {
    std::optional<std::uint64_t> found;
    for (std::uint64_t p = std::max<std::uint64_t>(1, limits.from); p + count <= limits.to; ++p) {
      if (p % align != 0) continue;
      bool fits = true;
      for (std::uint64_t k = 0; k < count && fits; ++k) {
        fits = free(p + k, nid, flags) && memory_[p + k] == memory_[p];
      }
      if (fits) found = p;
      if (fits && up) break;
    }
    return found;
  }

  // Several of much the same kind in a row: later searches know what earlier ones learned.
  void allocate() {
    const Span limits = span();
    const std::uint64_t count = 1 + pick(6);
    const std::uint64_t align = 1ull << pick(4);
    const int nid = static_cast<int>(pick(4)) - 1;
    for (std::uint64_t times = 1 + pick(6); times > 0 && !HasFatalFailure(); --times) {
      allocate(limits, count + pick(3) / 2, align << pick(3) / 2, nid);
    }
  }

  void allocate(Span limits, std::uint64_t count, std::uint64_t align, int nid) {
    const auto fallback = pick(2) == 0 ? Memblock::Nid::exact : Memblock::Nid::preferred;
    auto want = find(count, align, limits, nid, 0, mb_.bottom_up());
    if (!want && nid >= 0 && fallback == Memblock::Nid::preferred) {
      want = find(count, align, limits, kAnyNode, 0, mb_.bottom_up());
    }
    const auto got = mb_.alloc_range_nid(count * kPageSize, align * kPageSize, limits.base(),
                                         phys_of(Pfn{limits.to}), nid, fallback);
    ASSERT_EQ(got.has_value(), want.has_value());
    if (!got) return;
    ASSERT_EQ(*got, phys_of(Pfn{*want}));
    fill(reserved_, {*want, *want + count}, kMaxNodes, 0);
  }

  void operate() {
    const Span s = span();
    const int nid = static_cast<int>(pick(3));
    switch (pick(14)) {
      case 0:
        mb_.add(s.base(), s.size());
        return fill(memory_, s, kMaxNodes, 0);
      case 1: {
        const auto flags = pick(3) == 0 ? static_cast<std::uint32_t>(kHotplug) : 0u;
        mb_.add_node(s.base(), s.size(), nid, flags);
        return fill(memory_, s, nid, flags);
      }
      case 2:
        mb_.remove(s.base(), s.size());
        return each(memory_, s, [](Page& p) { p = Page{}; });
      case 3:
      case 4:
        mb_.reserve(s.base(), s.size());
        return fill(reserved_, s, kMaxNodes, 0);
      case 5:
      case 6:
        mb_.phys_free(s.base(), s.size());
        return each(reserved_, s, [](Page& p) { p = Page{}; });
      case 7:
        mb_.set_node(s.base(), s.size(), nid);
        return each(memory_, s, [&](Page& p) {
          if (p.there) p.nid = nid;
        });
      case 8:
        mb_.set_reserved_node(s.base(), s.size(), nid);
        return each(reserved_, s, [&](Page& p) {
          if (p.there) p.nid = nid;
        });
      case 9:
        mb_.mark_hotplug(s.base(), s.size());
        return each(memory_, s, [](Page& p) {
          if (p.there) p.flags |= kHotplug;
        });
      case 10:
        mb_.mark_nomap(s.base(), s.size());
        return each(memory_, s, [](Page& p) {
          if (p.there) p.flags |= kNomap;
        });
      case 11:
        mb_.clear_nomap(s.base(), s.size());
        return each(memory_, s, [](Page& p) { p.flags &= ~static_cast<std::uint32_t>(kNomap); });
      case 12:
        mb_.clear_hotplug(s.base(), s.size());
        return each(memory_, s, [](Page& p) { p.flags &= ~static_cast<std::uint32_t>(kHotplug); });
      default:
        mb_.set_bottom_up(pick(2) == 0);
        return allocate();
    }
  }

  void compare() {
    expect_minimal(mb_.memory().list);
    expect_minimal(mb_.reserved().list);
    ASSERT_EQ(pages_of(mb_.memory().list), memory_);
    ASSERT_EQ(pages_of(mb_.reserved().list), reserved_);
    const std::uint64_t page = pick(kPages);
    const Span s = span();
    ASSERT_EQ(mb_.is_memory(phys_of(Pfn{page})), memory_[page].there);
    ASSERT_EQ(mb_.is_reserved(phys_of(Pfn{page})), reserved_[page].there);
    bool any = false;
    for (std::uint64_t p = s.from; p < s.to; ++p) any = any || reserved_[p].there;
    ASSERT_EQ(mb_.is_region_reserved(s.base(), s.size()), any);
    std::array<bool, kPages> listed{};
    for (const MemRange& r : free_mem_ranges(mb_)) {
      for (std::uint64_t p = raw(r.range.base()) / kPageSize; p < raw(r.range.end()) / kPageSize;
           ++p) {
        listed[p] = true;
      }
    }
    for (std::uint64_t p = 0; p < kPages; ++p) ASSERT_EQ(listed[p], free(p, kAnyNode, 0)) << p;
  }

  // A policy's view: walking next_up() and next_down() visits what free_mem_ranges() lists.
  void compare_walks() {
    FindRequest request;
    request.size = kPageSize;
    request.limits = PhysRange::make(0, kPages * kPageSize);
    Remembered none;
    FreeSearch search(mb_.memory().list, mb_.reserved().list, request, mb_.options().movable_node,
                      none);
    std::vector<PhysRange> up;
    for (auto r = search.next_up(request.limits.base()); r; r = search.next_up(r->end())) {
      up.push_back(*r);
    }
    std::vector<PhysRange> down;
    for (auto r = search.next_down(request.limits.end()); r; r = search.next_down(r->base())) {
      down.push_back(*r);
    }
    std::vector<PhysRange> want;
    for (const MemRange& r : free_mem_ranges(mb_)) want.push_back(r.range);
    ASSERT_EQ(up, want);
    std::reverse(down.begin(), down.end());
    ASSERT_EQ(down, want);
  }

  // The smallest piece, of a search that remembers the steps before and of a walk: over kinds of
  // request that are more than are kept.
  void compare_pieces() {
    FindRequest request;
    request.size = pick(5) * kPageSize;
    request.align = kPageSize << pick(3);
    request.limits = PhysRange::make(pick(2) * 7 * kPageSize, (kPages - pick(2) * 9) * kPageSize);
    request.nid = pick(2) == 0 ? kAnyNode : 1;
    const std::uint64_t grain = pick(3) == 0 ? 0 : 4 * kPageSize;
    FreeSearch search(mb_.memory().list, mb_.reserved().list, request, mb_.options().movable_node,
                      remembered_);
    std::optional<PhysRange> want;
    for (auto r = search.next_up(request.limits.base()); r; r = search.next_up(r->end())) {
      for (const PhysRange p : pieces_of(*r, grain)) {
        if (holds_block(p, request) && (!want || p.size() <= want->size())) want = p;
      }
    }
    ASSERT_EQ(search.smallest_piece(grain), want);
  }

  std::mt19937_64 random_;
  Memblock mb_;
  Remembered remembered_{};
  Pages memory_{};
  Pages reserved_{};
};

TEST_P(PageModel, Agrees) {
  for (int step = 0; step < 400; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    operate();
    if (HasFatalFailure()) return;
    compare();
    if (HasFatalFailure()) return;
    if (step % 16 == 0) compare_walks();
    if (HasFatalFailure()) return;
    compare_pieces();
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PageModel, testing::Range(0u, 60u));

}  // namespace
}  // namespace memmap::memblock
