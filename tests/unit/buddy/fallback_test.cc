// Blocks of other types that a request takes, when its own has nothing left.
#include <gtest/gtest.h>

#include "buddy/zone_allocator.h"
#include "unit/buddy/shapes.h"

namespace memmap::buddy {
namespace {

// As after a race that the kernel tells of: a movable block in a pageblock of the atomic reserve.
TEST(Fallback, LeavesTheAtomicReserveItsPageblock) {
  for (const auto& behaviour : {version(6, 1), version(6, 12)}) {
    PageblockTypes pageblocks;
    pageblocks.set(0, 512, MigrateType::highatomic);
    ZoneAllocator z(FreeLists(FreeArea{{8, MigrateType::movable, {{Pfn{256}, 1}}}}), pageblocks,
                    {.spanned_pages = 512, .behaviour = behaviour});
    const auto got = z.alloc(0, MigrateType::unmovable, {});
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, Pfn{256});
    EXPECT_EQ(z.pageblocks().type(256), MigrateType::highatomic);
    // Since 6.10 what a fallback splits stays with its own type.
    const auto rest =
        behaviour.lists_follow_pageblocks ? MigrateType::movable : MigrateType::unmovable;
    EXPECT_EQ(z.lists().pages(rest), 255u);
  }
}

struct Edges {
  std::uint64_t start;
  std::uint64_t end;
  bool claims;             // the pageblock
  std::uint64_t left_old;  // pages that stay movable, before 6.10
  std::uint64_t left;      // and since
};

// A pageblock that a zone has in part is not claimed since 6.10; before, one that the zone begins in, from the block on.
// kernel: move_freepages_block(), mm/page_alloc.c, v6.1; prep_move_freepages_block(), v6.12
TEST(Fallback, ClaimsPageblocksWithinTheZone) {
  const Edges kCases[] = {
      {0, 512, true, 0, 0},
      {0, 513, true, 0, 0},
      {0, 511, false, 8, 8 + 255},
      {1, 512, false, 8, 8 + 255},
  };
  for (const Edges& c : kCases) {
    for (const auto& behaviour : {version(6, 1), version(6, 12), version(7, 2)}) {
      PageblockTypes pageblocks;
      pageblocks.set(0, 512, MigrateType::movable);
      ZoneAllocator z(
          FreeLists(FreeArea{{3, MigrateType::movable, {{Pfn{8}, 1}}},
                             {8, MigrateType::movable, {{Pfn{256}, 1}}}}),
          pageblocks,
          {.start_pfn = Pfn{c.start}, .spanned_pages = c.end - c.start, .behaviour = behaviour});
      Rmqueue mode = Rmqueue::normal;
      ASSERT_TRUE(z.alloc(0, MigrateType::unmovable, {}, mode));
      const bool old = !behaviour.lists_follow_pageblocks;
      const bool claims = c.claims || (old && c.start == 1);
      EXPECT_EQ(z.pageblocks().type(256), claims ? MigrateType::unmovable : MigrateType::movable)
          << c.start << " " << c.end;
      if (old || c.claims) {
        EXPECT_EQ(z.lists().pages(MigrateType::movable), old ? c.left_old : c.left)
            << c.start << " " << c.end;
      }
    }
  }
}

}  // namespace
}  // namespace memmap::buddy
