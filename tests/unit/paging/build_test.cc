#include "paging/build.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "built.h"

namespace memmap::paging {
namespace {

// The entries that translate the run's first page, from the root on.
std::vector<std::uint64_t> entries_of(const Mapping& m) {
  const Tables tables = *build({m}, 4, place_behind(0));
  std::vector<std::uint64_t> out;
  PhysAddr table = tables.root;
  for (unsigned level = 4; level >= leaf_level(m.page_size); --level) {
    out.push_back(tables.pages.at(table)[index_of(m.virt, level)]);
    table = PhysAddr{out.back() & kEntryAddress};
  }
  return out;
}

struct EntryBitsCase {
  std::uint32_t flags;
  std::uint64_t small;  // bits of an entry of a 4 KiB page beside its address
  std::uint64_t large;  // of a larger page
};
// Present, accessed, dirty (0x61), large (0x80) and what the flag adds: figure 5-11 of Intel's
// manual, volume 3A.
const EntryBitsCase kEntryBitsCases[] = {
    {0, 0x61, 0xe1},
    {kWritable, 0x63, 0xe3},
    {kUser, 0x65, 0xe5},
    {kWriteThrough, 0x69, 0xe9},
    {kCacheDisable, 0x71, 0xf1},
    {kGlobal, 0x161, 0x1e1},
    {kPat, 0xe1, 0x10e1},
    {kNoExecute, 0x8000000000000061, 0x80000000000000e1},
    {kWritable | kUser | kWriteThrough | kCacheDisable | kGlobal | kPat | kNoExecute,
     0x80000000000001ff, 0x80000000000011ff},
};

TEST(Build, EntriesOfPagesCarryTheFlags) {
  constexpr std::uint64_t kFrame = 0x12340000000;
  for (const EntryBitsCase& c : kEntryBitsCases) {
    for (const std::uint64_t size : {kSize4K, kSize2M, kSize1G}) {
      const Mapping m = built_run(raw(kPageOffset4), kFrame, size, 1, c.flags);
      EXPECT_EQ(entries_of(m).back(), kFrame | (size == kSize4K ? c.small : c.large))
          << c.flags << ' ' << size;
    }
  }
}

// Present, writable, user, accessed.
TEST(Build, EntriesOfTablesForbidNothing) {
  const std::vector<std::uint64_t> entries = entries_of(built_run(0, 0x5000, kSize4K, 1, 0));
  EXPECT_EQ(entries, (std::vector<std::uint64_t>{0x2027, 0x3027, 0x4027, 0x5061}));
}

TEST(Build, AHalfOfTheAddressesCanBeMappedWhole) {
  constexpr std::uint64_t kHalf = (1ull << 47) / kSize1G;
  EXPECT_TRUE(build({built_run(0, 0, kSize1G, kHalf)}, 4, place_behind(0)).ok());
  EXPECT_TRUE(build({built_run(0xffff800000000000, 0, kSize1G, kHalf)}, 4, place_behind(0)).ok());
}

constexpr std::string_view kNoSuchPage = "mapping 0: page size must be 4 KiB, 2 MiB or 1 GiB";
constexpr std::string_view kNoMultiple = "mapping 0: addresses must be multiples of the page size";
constexpr std::string_view kBeyondHalf =
    "mapping 0: mapping reaches beyond its half of the canonical addresses";
constexpr std::string_view kAboveLimit = "mapping 0: mapping reaches above physical address 2^52";

struct BuildFaultCase {
  Mapping mapping;
  std::string_view message;
  std::optional<PhysRange> range;  // none: no such addresses
};
constexpr std::uint64_t kAllFrames = 1ull << 52;
const BuildFaultCase kBuildFaultCases[] = {
    {built_run(0, 0x3000, 0x3000, 2), kNoSuchPage, PhysRange::make(0x3000, 0x9000)},
    {built_run(0, 0x1000, 1, kAllFrames), kNoSuchPage,
     PhysRange::make(0x1000, kAllFrames + 0x1000)},
    {built_run(0, 0x1000, 1, kAllFrames + 1), kNoSuchPage, {}},
    {built_run(0x1000, kSize2M, kSize2M, 1), kNoMultiple, PhysRange::make(kSize2M, 2 * kSize2M)},
    {built_run(kSize2M, 0x1000, kSize2M, 1), kNoMultiple,
     PhysRange::make(0x1000, kSize2M + 0x1000)},
    {built_run(kSize1G, 0, kSize1G, 1 << 17), kBeyondHalf, PhysRange::make(0, 1ull << 47)},
    {built_run(0, 0, kSize1G, 1 << 22), kBeyondHalf, PhysRange::make(0, kAllFrames)},
    {built_run(0, kSize1G, kSize1G, 1 << 22), kAboveLimit,
     PhysRange::make(kSize1G, kAllFrames + kSize1G)},
    {built_run(0, 0, kSize4K, ~0ull), kAboveLimit, {}},
};

TEST(Build, TellsWhatIsWrongOfWhichFrames) {
  for (const BuildFaultCase& c : kBuildFaultCases) {
    const auto tables = build({c.mapping}, 4, place_behind(0));
    ASSERT_FALSE(tables.ok()) << c.message;
    const Error& e = tables.errors().front();
    EXPECT_EQ(e.message, c.message);
    EXPECT_EQ(e.range, c.range) << c.message;
  }
}

TEST(Build, PlacesTablesFromTheTopDown) {
  std::vector<std::pair<unsigned, std::uint64_t>> asked;
  const auto place = [&](unsigned level, VirtAddr virt) {
    asked.emplace_back(level, raw(virt));
    return PhysAddr{asked.size() << kPageShift};
  };
  ASSERT_TRUE(build({built_run(0xffff888140201000, 0, kSize4K, 1)}, 4, place).ok());
  EXPECT_EQ(
      asked,
      (std::vector<std::pair<unsigned, std::uint64_t>>{
          {4, 0}, {3, 0xffff888000000000}, {2, 0xffff888140000000}, {1, 0xffff888140200000}}));
}

TEST(Build, ReportsEveryMappingAtFault) {
  const Mappings bad = {
      built_run(0x1000, 0x1000, 0x3000, 1),              // no such page
      built_run(0x1000, 0x1000, kSize2M, 1),             // not aligned
      built_run(0x0000800000000000, 0, kSize4K, 1),      // not canonical
      built_run(0x00007ffffffff000, 0, kSize4K, 2),      // into the hole
      built_run(0, (1ull << 52) - kSize4K, kSize4K, 2),  // frames that do not exist
      built_run(0x200000, 0, kSize2M, 2),                // good
      built_run(0x3ff000, 0, kSize4K, 1),                // inside a large page
      built_run(0x000000, 0, kSize1G, 1),                // over a table
      built_run(0x600000, 0, kSize4K, ~0ull),
      built_run(0x600000, 0, 0, 1),                  // absurd
      built_run(0xfffffffffffff000, 0, kSize4K, 2),  // over the end
  };
  const auto tables = build(bad, 4, place_behind(0));
  ASSERT_FALSE(tables.ok());
  EXPECT_EQ(tables.errors().size(), bad.size() - 1);
  EXPECT_EQ(tables.errors()[5].message, "mapping 6: overlaps an earlier mapping");
}

}  // namespace
}  // namespace memmap::paging
