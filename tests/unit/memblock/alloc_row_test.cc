// Rows of blocks are what as many allocations one after the other come to.
#include <gtest/gtest.h>

#include <utility>

#include "memblock/memblock.h"
#include "support/memblock_fixture.h"

namespace memmap::memblock {
namespace {

using literals::operator""_pa;

constexpr kernel::Version k72{7, 2, 0};
constexpr std::uint64_t kEnd = 0x80000;

// One memblock takes rows, the other block by block.
class Both {
 public:
  Both(kernel::Version version, const Options& options)
      : rows_(version, options), blocks_(version, options) {}

  template <class Change>
  void each(const Change& change) {
    change(rows_.mb);
    change(blocks_.mb);
  }

  // Each returns how many calls of rows it took.
  std::uint64_t take(std::uint64_t count, std::uint64_t size, PhysAddr start, PhysAddr end) {
    return take(
        count, size,
        [&](Memblock& mb, std::uint64_t left) { return mb.phys_alloc_row(left, size, start, end); },
        [&](Memblock& mb) { return mb.phys_alloc_range(size, size, start, end); });
  }
  std::uint64_t take_on(int nid, std::uint64_t count, std::uint64_t size, PhysAddr min_addr,
                        PhysAddr max_addr) {
    return take(
        count, size,
        [&](Memblock& mb, std::uint64_t left) {
          return mb.alloc_try_nid_raw_row(left, size, min_addr, max_addr, nid);
        },
        [&](Memblock& mb) { return mb.alloc_try_nid_raw(size, size, min_addr, max_addr, nid); });
  }
  std::uint64_t take_anywhere(std::uint64_t count, std::uint64_t size) {
    return take(
        count, size, [&](Memblock& mb, std::uint64_t left) { return mb.alloc_row(left, size); },
        [&](Memblock& mb) { return mb.alloc(size, size); });
  }

  const Fixture& rows() const { return rows_; }

 private:
  template <class TakeRow, class TakeBlock>
  std::uint64_t take(std::uint64_t count, std::uint64_t size, const TakeRow& take_row,
                     const TakeBlock& take_block) {
    std::uint64_t calls = 0;
    for (std::uint64_t done = 0; done < count; ++calls) {
      const auto row = take_row(rows_.mb, count - done);
      const std::uint64_t got = row ? row->count : 1;
      EXPECT_LE(got, count - done);
      for (std::uint64_t n = 0; n < got; ++n, ++done) {
        const auto block = take_block(blocks_.mb);
        EXPECT_EQ(block.has_value(), row.has_value());
        if (!block || !row) continue;
        EXPECT_EQ(raw(*block), raw(row->first) - n * size);
      }
    }
    const RegionType& r = rows_.mb.reserved();
    const RegionType& b = blocks_.mb.reserved();
    EXPECT_EQ(r.regions(), b.regions());
    EXPECT_EQ(r.max, b.max);
    EXPECT_EQ(r.total_size, b.total_size);
    EXPECT_EQ(r.array, b.array);
    EXPECT_EQ(heard(rows_), heard(blocks_));
    return calls;
  }

  // Calls, and bytes that were reserved in them.
  static std::pair<std::uint64_t, std::uint64_t> heard(const Fixture& f) {
    std::pair<std::uint64_t, std::uint64_t> out;
    for (const Call& call : f.calls) {
      out.first += call.count;
      if (call.kind == CallKind::reserve) out.second += call.range.size();
    }
    return out;
  }

  Fixture rows_;
  Fixture blocks_;
};

TEST(AllocRow, IsTakenInOne) {
  Both both(k612, {});
  both.each([](Memblock& mb) { mb.add(0_pa, kEnd); });
  EXPECT_EQ(both.take(0x40, 0x1000, 0_pa, kAllocAccessible), 1u);
  ASSERT_EQ(both.rows().calls.size(), 5u);  // memory, and two for the first page and for the others
  EXPECT_EQ(both.rows().calls[4].count, 0x3fu);
  EXPECT_EQ(both.rows().calls[4].range, PhysRange::make(0x40000, 0x7f000));
}

// The first page is never given out, and what is reserved ends a row.
TEST(AllocRow, GoesOnBelowWhatIsReserved) {
  Both both(k612, {});
  both.each([](Memblock& mb) {
    mb.add(0_pa, kEnd);
    mb.reserve(0x40800_pa, 0x100);
  });
  EXPECT_EQ(both.take(0x80, 0x1000, 0_pa, kAllocAccessible), 4u);  // two rows, then nothing, twice
}

TEST(AllocRow, EndsWithTheLimitsAndTheRegion) {
  Both both(k612, {});
  both.each([](Memblock& mb) {
    mb.add_node(0x10000_pa, 0x10000, 0, kNone);
    mb.add_node(0x20000_pa, 0x8000, 1, kNone);
    mb.add_node(0x28000_pa, 0x8000, 0, kNomap);
  });
  EXPECT_EQ(both.take(0xc, 0x1000, 0x18000_pa, 0x24000_pa), 2u);
}

// A row ends with its node's memory; then another node helps, block by block.
TEST(AllocRow, StaysOnItsNode) {
  Both both(k612, {});
  both.each([](Memblock& mb) {
    mb.add_node(0x10000_pa, 0x10000, 0, kNone);
    mb.add_node(0x20000_pa, 0x8000, 1, kNone);
    mb.add_node(0x28000_pa, 0x8000, 0, kNone);
  });
  EXPECT_EQ(both.take_on(1, 0x8, 0x1000, 0x1000_pa, kAllocAccessible), 1u);
  EXPECT_EQ(both.take_on(1, 0x4, 0x1000, 0x1000_pa, kAllocAccessible), 4u);
  EXPECT_EQ(both.take_on(0, 0x8, 0x1000, 0x1000_pa, kAllocAccessible), 2u);
}

// What lies below min_addr is taken only where nothing is left above it.
TEST(AllocRow, GoesBelowMinAddrBlockByBlock) {
  Both both(k612, {});
  both.each([](Memblock& mb) { mb.add(0x10000_pa, 0x8000); });
  EXPECT_EQ(both.take_on(kAnyNode, 6, 0x1000, 0x14000_pa, kAllocAccessible), 3u);
}

// Each of these may choose otherwise for the next block.
TEST(AllocRow, IsOneBlockWhereTheHighestFitIsNotSure) {
  struct FirstFit : AllocationPolicy {
    std::optional<PhysAddr> choose(const FindRequest&, FreeRanges& ranges) override {
      return ranges.first_fit_down();
    }
    bool is_first_fit() const override { return sure; }
    bool sure = false;
  };
  const auto calls = [](const auto& prepare) {
    Both both(k612, {.mirrored_kernelcore = true});
    both.each([&](Memblock& mb) {
      mb.add(0_pa, kEnd);
      prepare(mb);
    });
    return both.take(4, 0x1000, 0_pa, kAllocAccessible);
  };
  FirstFit policy;
  EXPECT_EQ(calls([&](Memblock& mb) { mb.set_policies(&policy, nullptr); }), 4u);
  policy.sure = true;
  EXPECT_EQ(calls([&](Memblock& mb) { mb.set_policies(&policy, nullptr); }), 1u);
  EXPECT_EQ(calls([](Memblock& mb) { mb.mark_mirror(0x1000_pa, 0x1000); }), 4u);
}

TEST(AllocRow, FromTheBottomIsOneBlock) {
  Fixture f;
  f.mb.set_bottom_up(true);
  f.mb.add(0_pa, kEnd);
  for (const PhysAddr page : {0x1000_pa, 0x2000_pa}) {
    const auto row = f.mb.phys_alloc_row(8, 0x1000, 0_pa, kAllocAccessible);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->first, page);
    EXPECT_EQ(row->count, 1u);
  }
}

// Scattered memory and reservations, an array that fills and grows, nodes, flags, of kernels before and since 6.16.
TEST(AllocRow, OfAnyLists) {
  std::uint64_t seed = 1;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  for (int n = 0; n < 2000; ++n) {
    Both both(n % 3 == 0   ? k61
              : n % 3 == 1 ? k612
                           : k72,
              Options{.init_reserved_regions = 2 + random(10), .movable_node = random(2) == 0});
    for (int change = 0; change < 12; ++change) {
      const PhysAddr base{random(kEnd >> 8) << 8};
      const std::uint64_t size = (1 + random(0x100)) << 8;
      const auto what = random(5);
      const int nid = static_cast<int>(random(2));
      both.each([&](Memblock& mb) {
        if (change == 4) mb.allow_resize();
        if (what < 2) mb.add_node(base, size, nid, kNone);
        if (what == 2) mb.reserve(base, size >> 4);
        if (what == 3) mb.mark_hotplug(base, size >> 2);
        if (what == 4) mb.mark_nomap(base, size >> 4);
      });
      const std::uint64_t pages = 1 + random(24);
      const std::uint64_t block = std::uint64_t{0x400} << random(4);
      const PhysAddr start{random(kEnd)};
      const PhysAddr end = random(2) == 0 ? kAllocAccessible : PhysAddr{raw(start) + random(kEnd)};
      both.take(pages, block, start, end);
      both.take_on(static_cast<int>(random(3)) - 1, 1 + random(8), block, start, end);
      both.take_anywhere(1 + random(4), block);
      if (testing::Test::HasFailure()) FAIL() << "lists " << n;
    }
  }
}

}  // namespace
}  // namespace memmap::memblock
