// What the kernel takes of the page allocator until mm_core_init() is done.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "unit/boot/made_up_boot.h"

namespace memmap::boot {
namespace {

Outcome followed(const kernel::Profile& kernel, const std::string& line = "") {
  Options options = test::default_options();
  options.command_line = line;
  options.follow_pages = true;
  const Machine m = machine();
  return run(m, kernel, options);
}

TEST(CoreInit, OnlyWhereItIsAskedFor) { EXPECT_FALSE(boot("").state.core_init); }

// Nothing is given back: what is free and what was taken are what the hand-over had.
TEST(CoreInit, TakesItsPagesOfWhatWasHandedOver) {
  const Outcome o = followed(profile());
  ASSERT_TRUE(o.state.core_init);
  const CoreInit& after = *o.state.core_init;
  EXPECT_EQ(after.unknown, "");
  std::uint64_t pages = 0;
  std::set<std::string_view> steps;
  for (const TakenBlock& t : after.taken) {
    pages += 1ull << t.order;
    steps.insert(t.step);
  }
  for (const FreeZone& z : after.zones) pages += z.free_pages;
  EXPECT_EQ(pages, o.totals.free_pages);
  EXPECT_THAT(steps, testing::IsSupersetOf(
                         {"preallocate_vmalloc_pages", "kmem_cache_init", "vmalloc_init"}));
  EXPECT_EQ(o.totals.free_pages, boot("").totals.free_pages) << "the hand-over is as it was";
}

TEST(CoreInit, IsNotGuessed) {
  const auto why = [](const kernel::Profile& kernel, const std::string& line) {
    return followed(kernel, line).state.core_init->unknown;
  };
  EXPECT_THAT(why(profile({5, 10, 0}), ""), testing::HasSubstr("6.1, 6.12 and 6.18"));
  EXPECT_THAT(why(profile({7, 2, 0}), ""), testing::HasSubstr("6.1, 6.12 and 6.18"));
  EXPECT_THAT(why(profile(), "slab_debug=FZP"), testing::HasSubstr("slab_debug"));
  kernel::Profile slob = profile({6, 1, 192});
  slob.config["SLUB"] = "false";
  EXPECT_THAT(why(slob, ""), testing::HasSubstr("SLUB"));
}

// More processors, larger slabs.
TEST(CoreInit, SlabsFollowTheProcessors) {
  Options options = test::default_options();
  options.command_line = "";
  options.follow_pages = true;
  Machine m = machine();
  m.cpu.possible = 16;
  m.cpu.present = 16;
  const kernel::Profile kernel = profile();
  const Outcome o = run(m, kernel, options);
  const auto& taken = o.state.core_init->taken;
  const auto first = std::ranges::find(taken, "kmem_cache", &TakenBlock::what);
  ASSERT_NE(first, taken.end());
  EXPECT_EQ(first->order, 1u);
}

}  // namespace
}  // namespace memmap::boot
