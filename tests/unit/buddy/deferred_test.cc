// Which pages are deferred, against a model that takes one page after the other.
#include "buddy/deferred.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "unit/buddy/shapes.h"

namespace memmap::buddy {
namespace {

constexpr std::uint64_t kSection = kPagesPerSection;

struct Layout {
  memblock::Regions memory{};
  std::vector<zones::Node> nodes{};
  bool mirror = false;
  PagesAtOnce at_once{};
};

std::uint64_t end_of(const zones::Zone& z) { return raw(z.start_pfn) + z.spanned_pages; }
std::uint64_t end_of(const zones::Node& n) { return raw(n.start_pfn) + n.spanned_pages; }

// The pages of the machine in the order in which their struct pages come, each asked about by itself.
class PageByPage {
 public:
  PageByPage(const Layout& layout, const kernel::Behaviour& behaviour)
      : layout_(layout), behaviour_(behaviour) {
    const std::uint64_t end = raw(pfn_up(layout.memory.back().range.end()));
    owners_.assign(end, kNobody);
    sections_.assign(end / kSection + 1, false);
    for (const memblock::Region& r : layout.memory) {
      const std::uint64_t last = (raw(r.range.end()) - 1) >> kPageShift;
      for (std::uint64_t pfn = raw(pfn_up(r.range.base())); pfn <= last; ++pfn)
        owners_[pfn] = r.nid;
      for (std::uint64_t s = raw(pfn_down(r.range.base())) / kSection; s <= last / kSection; ++s)
        sections_[s] = true;
    }
  }

  std::map<int, Pfn> deferred() {
    if (behaviour_.init_by_region) {
      for (const memblock::Region& r : layout_.memory) by_region(r);
    } else {
      for (const zones::Node& n : layout_.nodes) by_zone(n);
    }
    return deferred_;
  }

 private:
  void by_region(const memblock::Region& r) {
    for (const zones::Node& n : layout_.nodes) {
      if (n.nid != r.nid) continue;
      for (const zones::Zone& z : n.zones) {
        if (z.present_pages == 0) continue;
        const bool elsewhere = layout_.mirror && z.type == zones::ZoneType::movable &&
                               (r.flags & memblock::kMirror) != 0;
        if (elsewhere) continue;
        const std::uint64_t last = std::min(end_of(z), raw(pfn_up(r.range.end())));
        for (auto pfn = std::max(raw(z.start_pfn), raw(pfn_down(r.range.base()))); pfn < last;
             ++pfn) {
          if (is_whole(pfn, r.range) && !takes(n, z, pfn)) break;
        }
      }
    }
  }

  void by_zone(const zones::Node& n) {
    for (const zones::Zone& z : n.zones) {
      for (std::uint64_t pfn = raw(z.start_pfn); pfn < end_of(z); ++pfn) {
        if (!has_section(pfn) || is_of_other(pfn, n.nid)) continue;
        if (!takes(n, z, pfn)) break;
      }
    }
  }

  static bool is_whole(std::uint64_t pfn, PhysRange range) {
    return raw(range.base()) <= pfn << kPageShift && (pfn + 1) << kPageShift <= raw(range.end());
  }
  bool has_section(std::uint64_t pfn) const { return sections_[pfn / kSection]; }
  // Whose memory the page's first byte is.
  bool is_of_other(std::uint64_t pfn, int nid) const {
    return owners_[pfn] != kNobody && owners_[pfn] != nid;
  }

  // defer_init(), turned round.
  bool takes(const zones::Node& n, const zones::Zone& z, std::uint64_t pfn) {
    const bool highest = end_of(z) >= end_of(n);
    if (highest || behaviour_.deferred_counts_low_zones) {
      if (counted_zone_ != end_of(z)) counted_ = 0;
      counted_zone_ = end_of(z);
    }
    if (!highest) return true;
    if (deferred_.contains(n.nid)) return false;
    ++counted_;
    const auto own = layout_.at_once.find(n.nid);
    const std::uint64_t most = own == layout_.at_once.end() ? kSection : own->second;
    if (counted_ <= most || pfn % kSection != 0) return true;
    deferred_[n.nid] = Pfn{pfn};
    return false;
  }

  static constexpr int kNobody = -1;

  const Layout& layout_;
  const kernel::Behaviour behaviour_;
  std::vector<int> owners_{};     // by page frame
  std::vector<bool> sections_{};  // those that hold memory
  std::uint64_t counted_ = 0;
  std::uint64_t counted_zone_ = 0;
  std::map<int, Pfn> deferred_{};
};

// Up to two nodes that may alternate, of up to three zones each, over some sections with holes.
Layout random_layout(std::mt19937& random) {
  const auto any = [&](std::uint64_t n) { return random() % n; };
  Layout out;
  out.mirror = any(2) == 0;
  const int nodes = 1 + static_cast<int>(any(2));
  const bool alternate = any(2) == 0;
  std::uint64_t at = any(3) == 0 ? any(kSection) : 0;  // page frames
  const std::size_t regions = 2 + any(5);
  for (std::size_t i = 0; i < regions; ++i) {
    if (any(3) == 0) at += 1 + any(any(2) == 0 ? 2 * kSection : 40);
    if (any(3) == 0) at = (at + kSection - 1) / kSection * kSection;
    std::uint64_t end = at + 1 + any(any(4) == 0 ? 100 : 2 * kSection);
    if (any(3) == 0) end = (end + kSection - 1) / kSection * kSection;
    const int nid = alternate ? static_cast<int>(any(static_cast<std::uint64_t>(nodes)))
                              : static_cast<int>(i * static_cast<std::size_t>(nodes) / regions);
    memblock::Region r = pages(at, end, nid, any(3) == 0 ? memblock::kMirror : memblock::kNone);
    if (any(6) == 0 && end - at > 2)
      r.range = PhysRange::make(raw(r.range.base()) + 512, raw(r.range.end()) - 1024);
    out.memory.push_back(r);
    at = end;
  }
  for (int nid = 0; nid < nodes; ++nid) {
    std::uint64_t start = ~std::uint64_t{0};
    std::uint64_t end = 0;
    for (const memblock::Region& r : out.memory) {
      if (r.nid != nid) continue;
      start = std::min(start, raw(pfn_up(r.range.base())));
      end = std::max(end, raw(pfn_down(r.range.end())));
    }
    if (start >= end) continue;
    std::uint64_t first = start + any(end - start + 1);
    std::uint64_t second = start + any(end - start + 1);
    if (any(2) == 0) first = start;
    if (any(2) == 0) second = end;
    if (first > second) std::swap(first, second);
    using zones::ZoneType;
    out.nodes.push_back(
        {nid,
         Pfn{start},
         end - start,
         end - start,
         {zone(ZoneType::dma32, start, first), zone(ZoneType::normal, first, second),
          zone(ZoneType::movable, second, end)}});
    if (any(2) == 0) out.at_once[nid] = any(2) == 0 ? 1 + any(2 * kSection) : 2 * kSection;
  }
  return out;
}

std::string text_of(const std::map<int, Pfn>& deferred) {
  std::string out;
  for (const auto& [nid, pfn] : deferred)
    out += std::to_string(nid) + ": " + std::to_string(raw(pfn)) + "  ";
  return out;
}

TEST(Deferred, IsWhatPageByPageIsLeft) {
  std::mt19937 random(1);
  std::size_t some = 0;
  for (int i = 0; i < 60; ++i) {
    const Layout layout = random_layout(random);
    for (const kernel::Behaviour& b : {version(6, 12), version(6, 1), version(5, 4)}) {
      const auto got =
          first_deferred(layout.memory, layout.nodes, layout.mirror, layout.at_once, b);
      ASSERT_EQ(text_of(got), text_of(PageByPage(layout, b).deferred()))
          << "layout " << i << " of " << layout.memory.size() << " regions";
      some += got.size();
    }
  }
  EXPECT_GT(some, 50u);
}

std::uint64_t first_of(const memblock::Regions& memory, const std::vector<zones::Zone>& all,
                       const kernel::Behaviour& behaviour, const PagesAtOnce& at_once = {}) {
  const std::uint64_t end = end_of(all.back());
  const std::uint64_t start = raw(all.front().start_pfn);
  const std::vector<zones::Node> nodes = {{0, Pfn{start}, end - start, end - start, all}};
  return raw(first_deferred(memory, nodes, false, at_once, behaviour).at(0));
}

// Memory of a node that there is not, and a zone that only spans: from its start on another page would be the first.
TEST(Deferred, WhatHasNoNodeOrNoPagesIsPassedOver) {
  const memblock::Regions memory = {pages(0, 3 * kSection, 7), pages(3 * kSection, 6 * kSection)};
  const zones::Zone empty = {zones::ZoneType::normal, Pfn{4 * kSection}, 2 * kSection, 0};
  const zones::Zone movable = zone(zones::ZoneType::movable, 3 * kSection, 6 * kSection);
  const std::vector<zones::Node> nodes = {
      {0, Pfn{3 * kSection}, 3 * kSection, 3 * kSection, {empty, movable}}};
  EXPECT_EQ(raw(first_deferred(memory, nodes, false, {}, version(6, 12)).at(0)), 4 * kSection);
}

// One page more or less decides: the page that a region ends in is not counted, the one in which other memory ends neither.
TEST(Deferred, CountsWholePages) {
  const std::vector<zones::Zone> normal = {zone(zones::ZoneType::normal, 0, 5 * kSection)};
  memblock::Regions two = {pages(0, 100), pages(2 * kSection, 5 * kSection)};
  two[0].range = PhysRange::make(0, (100 << kPageShift) + 512);
  EXPECT_EQ(first_of(two, normal, version(6, 12), {{0, 100}}), 2 * kSection);
  EXPECT_EQ(first_of(two, normal, version(6, 12), {{0, 101}}), 3 * kSection);
  memblock::Regions shared = {pages(0, 10, 1), pages(20, 5 * kSection)};
  shared[0].range = PhysRange::make(0, (10 << kPageShift) + 512);
  EXPECT_EQ(first_of(shared, normal, version(5, 4), {{0, kSection - 11}}), kSection);
  EXPECT_EQ(first_of(shared, normal, version(5, 4), {{0, kSection - 10}}), 2 * kSection);
}

// Of what is reserved, what ends where the node begins counts, and nothing below.
TEST(Deferred, WhatIsReservedCountsFromTheNodesStartOn) {
  constexpr std::uint64_t kTwoGiB = 2 * kGiB >> kPageShift;
  constexpr std::uint64_t kStart = 8 * kTwoGiB;
  const zones::Node node = {1, Pfn{kStart}, 4 * kTwoGiB, 4 * kTwoGiB, {}};
  const memblock::Regions reserved = {pages(0, 8), pages(kStart - 40, kStart - 30),
                                      pages(kStart - 16, kStart), pages(kStart + 5, kStart + 6)};
  EXPECT_EQ(pages_at_once(node, reserved, version(4, 16)), kTwoGiB + 16 + 1);
}

}  // namespace
}  // namespace memmap::buddy
