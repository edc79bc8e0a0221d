#include "base/range.h"

#include <gtest/gtest.h>

namespace memmap {
namespace {

TEST(WholePages, AreThoseThatTheRangeHasAByteOf) {
  EXPECT_EQ(whole_pages(PhysRange::make(0x1000, 0x3000)), PhysRange::make(0x1000, 0x3000));
  EXPECT_EQ(whole_pages(PhysRange::make(0x1fff, 0x2001)), PhysRange::make(0x1000, 0x3000));
  EXPECT_EQ(whole_pages(PhysRange::make(~0xfffull + 5, ~0ull)), PhysRange::make(~0xfffull, ~0ull));
}

}  // namespace
}  // namespace memmap
