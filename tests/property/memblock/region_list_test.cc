// RegionList against a sorted vector: contents, places and searches, over lists of many chunks.
#include "memblock/region_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/align.h"
#include "base/sanitized.h"

namespace memmap::memblock {
namespace {

constexpr std::uint64_t kMax = ~0ull;

class Lists : public testing::TestWithParam<unsigned> {
 protected:
  std::uint64_t pick(std::uint64_t n) { return random_() % n; }
  std::uint64_t end_of(std::size_t i) const { return raw(want_[i].range.end()); }
  std::uint64_t base_of(std::size_t i) const { return raw(want_[i].range.base()); }

  std::size_t first_ending_above(std::uint64_t addr) const {
    return static_cast<std::size_t>(
        std::partition_point(want_.begin(), want_.end(),
                             [&](const Region& r) { return raw(r.range.end()) <= addr; }) -
        want_.begin());
  }
  PhysRange gap(std::size_t i) const {  // before region i
    return PhysRange::make(i == 0 ? 0 : end_of(i - 1), i == want_.size() ? kMax : base_of(i));
  }

  void insert_somewhere() {
    const std::uint64_t at = pick(kSpace);
    const std::size_t i = first_ending_above(at);
    const PhysRange room = gap(i);
    if (at < raw(room.base()) || at >= std::min(raw(room.end()), kSpace)) return;
    const std::uint64_t size = 1 + pick(std::min<std::uint64_t>(64, raw(room.end()) - at));
    const Region r{PhysRange::make(at, at + size), 0, static_cast<int>(pick(3))};
    const auto pos = list_.insert(list_.first_ending_above(at), r);
    ASSERT_EQ(list_.at(pos), r);
    want_.insert(want_.begin() + static_cast<std::ptrdiff_t>(i), r);
  }
  void change_somewhere() {
    if (want_.empty()) return;
    const std::size_t i = pick(want_.size());
    const auto pos = list_.first_ending_above(base_of(i));
    ASSERT_EQ(list_.at(pos), want_[i]);
    switch (pick(3)) {
      case 0: {
        const auto after = list_.erase(pos);
        want_.erase(want_.begin() + static_cast<std::ptrdiff_t>(i));
        ASSERT_EQ(after == list_.end(), i == want_.size());
        if (i < want_.size()) {
          ASSERT_EQ(list_.at(after), want_[i]);
        }
        return;
      }
      case 1: {
        const std::uint64_t to = std::min(raw(gap(i + 1).end()), end_of(i) + 100);
        want_[i].range = PhysRange::make(raw(gap(i).base()), to);
        list_.replace(pos, want_[i]);
        return;
      }
      default: {
        if (pick(20) != 0) return;
        const std::uint64_t stop = base_of(i) + pick(kSpace / 4);
        const std::size_t j = std::max(i, first_ending_above(stop));
        list_.erase(pos, list_.first_ending_above(std::max(stop, base_of(i))));
        want_.erase(want_.begin() + static_cast<std::ptrdiff_t>(i),
                    want_.begin() + static_cast<std::ptrdiff_t>(j));
      }
    }
  }

  static bool has(PhysRange range, Room room) {
    const std::uint64_t at = align_up(raw(range.base()), room.align);
    return at <= raw(range.end()) && raw(range.end()) - at >= room.size;
  }
  void compare_searches() {
    const std::uint64_t addr = pick(kSpace);
    const Room room{1 + pick(200), 1ull << pick(12)};
    std::optional<PhysRange> up;
    std::optional<PhysRange> down;
    std::optional<Region> region_up;
    std::optional<Region> region_down;
    for (std::size_t i = 0; i <= want_.size(); ++i) {
      const PhysRange g = gap(i);
      if (has(g, room) && raw(g.end()) > addr && !up) up = g;
      if (has(g, room) && raw(g.base()) < addr) down = g;
    }
    for (const Region& r : want_) {
      if (has(r.range, room) && raw(r.range.end()) > addr && !region_up) region_up = r;
      if (has(r.range, room) && raw(r.range.base()) < addr) region_down = r;
    }
    ASSERT_EQ(list_.gap_up(addr, room), up);
    ASSERT_EQ(list_.gap_down(addr, room), down);
    const auto above = list_.region_up(addr, room);
    ASSERT_EQ(above == list_.end(), !region_up);
    if (region_up) {
      ASSERT_EQ(list_.at(above), *region_up);
    }
    const auto below = list_.region_down(addr, room);
    ASSERT_EQ(below == list_.end(), !region_down);
    if (region_down) {
      ASSERT_EQ(list_.at(below), *region_down);
    }
  }

  static constexpr std::uint64_t kSpace = 1 << 21;
  std::mt19937_64 random_{GetParam()};
  RegionList list_;
  Regions want_;
};

TEST_P(Lists, LikeASortedVector) {
  constexpr int kGrowing = kAddressSanitized ? 4000 : 10000;
  for (int step = 0; step < kGrowing + kGrowing / 5 * 2; ++step) {
    // Grow first, shrink later.
    if (pick(10) < (step < kGrowing ? 9u : 2u)) {
      insert_somewhere();
    } else {
      change_somewhere();
    }
    if (HasFatalFailure()) return;
    if (step % 100 == 0) {
      ASSERT_EQ(list_.regions(), want_) << step;
    }
    compare_searches();
    if (HasFatalFailure()) return;
  }
  ASSERT_EQ(list_.regions(), want_);
  std::size_t n = 0;
  for (auto p = list_.begin(); p != list_.end(); p = list_.next(p))
    ASSERT_EQ(list_.at(p), want_[n++]);
  ASSERT_EQ(n, want_.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Lists, testing::Range(0u, 4u));

// Three groups of chunks and more without room between two places that have it.
// The places are in the first, the last and a middle chunk of a group of 32.
class RegionListSearch : public testing::TestWithParam<std::pair<std::uint64_t, std::uint64_t>> {};

TEST_P(RegionListSearch, PassesOverWhatHasNoRoom) {
  constexpr std::uint64_t kChunk = 128;
  constexpr std::uint64_t kCount = kChunk * 32 * 4;
  const std::uint64_t first = GetParam().first * kChunk + 100;
  const std::uint64_t last = GetParam().second * kChunk + 7;
  RegionList list;
  std::uint64_t at = 1000;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const bool large = i == first || i == last;
    list.insert(list.end(), Region{PhysRange::make(at, at + (large ? 30 : 15)), 0, 0});
    at += large ? 70 : 16;  // and a large gap behind it
  }
  const PhysRange low = list.at(list.region_up(0, {20, 1})).range;
  const PhysRange high = list.at(list.region_up(raw(low.end()), {20, 1})).range;
  EXPECT_EQ(raw(low.base()), 1000 + 16 * first);
  EXPECT_EQ(raw(high.base()), raw(low.base()) + 70 + 16 * (last - first - 1));
  EXPECT_EQ(list.region_up(raw(high.end()), {20, 1}), list.end());
  EXPECT_EQ(list.at(list.region_down(at, {20, 1})).range, high);
  EXPECT_EQ(list.at(list.region_down(raw(high.base()), {20, 1})).range, low);
  EXPECT_EQ(list.region_down(raw(low.base()), {20, 1}), list.end());
  EXPECT_EQ(list.region_down(at, {31, 1}), list.end());
  EXPECT_EQ(list.region_down(0, {1, 1}), list.end());

  const PhysRange low_gap = PhysRange::make(raw(low.end()), raw(low.end()) + 40);
  const PhysRange high_gap = PhysRange::make(raw(high.end()), raw(high.end()) + 40);
  EXPECT_EQ(list.gap_up(1000, {8, 1}), low_gap);
  EXPECT_EQ(list.gap_up(raw(low_gap.end()), {8, 1}), high_gap);
  EXPECT_EQ(list.gap_down(raw(high_gap.base()), {8, 1}), low_gap);
  EXPECT_EQ(list.gap_down(raw(low_gap.base()), {8, 1}), PhysRange::make(0, 1000));
  EXPECT_EQ(list.gap_down(raw(low_gap.base()), {1001, 1}), std::nullopt);
  EXPECT_EQ(list.gap_down(0, {1, 1}), std::nullopt);
  EXPECT_EQ(list.gap_up(raw(high_gap.end()), {8, 1}), PhysRange::make(at - 1, ~0ull));
}

INSTANTIATE_TEST_SUITE_P(Chunks, RegionListSearch,
                         testing::Values(std::pair<std::uint64_t, std::uint64_t>{0, 127},
                                         std::pair<std::uint64_t, std::uint64_t>{31, 96},
                                         std::pair<std::uint64_t, std::uint64_t>{30, 97},
                                         std::pair<std::uint64_t, std::uint64_t>{32, 95},
                                         std::pair<std::uint64_t, std::uint64_t>{1, 33},
                                         std::pair<std::uint64_t, std::uint64_t>{31, 32}));

TEST(RegionListOfNothing, IsAllOneGap) {
  const RegionList list;
  EXPECT_EQ(list.gap_up(5, {1, 1}), PhysRange::make(0, ~0ull));
  EXPECT_EQ(list.gap_down(5, {1, 1}), PhysRange::make(0, ~0ull));
  EXPECT_EQ(list.gap_up(5, {~0ull, 4096}), PhysRange::make(0, ~0ull));
  EXPECT_EQ(list.region_up(0, {1, 1}), list.end());
  EXPECT_EQ(list.region_down(~0ull, {1, 1}), list.end());
  RegionList copy;
  copy = list;
  EXPECT_TRUE(copy.empty());
}

enum class Order { ascending, descending, shuffled, thinned };

TEST(RegionListMemory, AtMost64BytesARegion) {
  for (const Order order : {Order::ascending, Order::descending, Order::shuffled, Order::thinned}) {
    constexpr std::uint64_t kCount = 100000;
    std::vector<std::uint64_t> at(kCount);
    for (std::uint64_t i = 0; i < kCount; ++i) at[i] = order == Order::descending ? kCount - i : i;
    std::mt19937_64 random(7);
    if (order == Order::shuffled || order == Order::thinned)
      std::shuffle(at.begin(), at.end(), random);
    RegionList list;
    for (const std::uint64_t a : at) {
      list.insert(list.first_ending_above(a * 2), Region{PhysRange::make(a * 2, a * 2 + 1), 0, 0});
    }
    if (order == Order::thinned) {
      std::shuffle(at.begin(), at.end(), random);
      for (std::size_t i = 0; i < kCount * 3 / 4; ++i)
        list.erase(list.first_ending_above(at[i] * 2));
    }
    EXPECT_LE(list.memory_used() / list.size(), 64u) << static_cast<int>(order);
  }
}

}  // namespace
}  // namespace memmap::memblock
