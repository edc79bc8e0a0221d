#include "ioremap/cache_mode.h"

#include <gtest/gtest.h>

#include "paging/mapping.h"

namespace memmap::ioremap {
namespace {

using paging::kCacheDisable;
using paging::kPat;
using paging::kWriteThrough;

TEST(CacheMode, HasTheLowestSlotOfTheTable) {
  EXPECT_EQ(flags_of(CacheMode::wb, Pat::full), 0u);
  EXPECT_EQ(flags_of(CacheMode::wc, Pat::full), kWriteThrough);
  EXPECT_EQ(flags_of(CacheMode::uc_minus, Pat::full), kCacheDisable);
  EXPECT_EQ(flags_of(CacheMode::uc, Pat::full), kCacheDisable | kWriteThrough);
  EXPECT_EQ(flags_of(CacheMode::wt, Pat::full), kPat | kCacheDisable | kWriteThrough);
  EXPECT_EQ(flags_of(CacheMode::wp, Pat::full), kPat | kWriteThrough);
}

TEST(CacheMode, IsUncachedMinusWhereTheTableLacksIt) {
  EXPECT_EQ(flags_of(CacheMode::wc, Pat::off), kCacheDisable);
  EXPECT_EQ(flags_of(CacheMode::wp, Pat::off), kCacheDisable);
  EXPECT_EQ(flags_of(CacheMode::wt, Pat::off), kWriteThrough);
  EXPECT_EQ(flags_of(CacheMode::wt, Pat::lower), kCacheDisable);
}

TEST(CacheMode, ComesBackFromItsFlags) {
  for (std::size_t i = 0; i < kCacheModes; ++i) {
    const auto mode = static_cast<CacheMode>(i);
    EXPECT_EQ(cache_mode_of(flags_of(mode, Pat::full), Pat::full), mode);
    EXPECT_EQ(cache_mode_of(short_name(mode)), mode);
  }
  EXPECT_EQ(cache_mode_of("WB"), std::nullopt);
}

}  // namespace
}  // namespace memmap::ioremap
