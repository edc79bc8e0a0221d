#include "input/log/dmesg_maps.h"

#include <gtest/gtest.h>

#include "unit/input/log/entries.h"

namespace memmap::input {
namespace {

constexpr E820Entry pages_at(std::uint64_t page, std::uint64_t pages, E820Type type) {
  return at(page << 12, (page + pages) << 12, type);
}

struct Added {
  const char* name;
  E820Entries firmware, extended, want;
};
const Added kAdded[] = {
    {"nothing", {pages_at(0, 4, R), pages_at(8, 4, V)}, {pages_at(0, 4, R), pages_at(8, 4, V)}, {}},
    {"behind", {pages_at(0, 4, R)}, {pages_at(0, 4, R), pages_at(8, 4, R)}, {pages_at(8, 4, R)}},
    {"joined", {pages_at(0, 4, R)}, {pages_at(0, 9, R)}, {pages_at(4, 5, R)}},
    {"between", {pages_at(0, 4, R), pages_at(8, 4, R)}, {pages_at(0, 12, R)}, {pages_at(4, 4, R)}},
    {"before", {pages_at(4, 4, R)}, {pages_at(0, 8, R)}, {pages_at(0, 4, R)}},
    {"over_ram",
     {pages_at(0, 9, R)},
     {pages_at(0, 3, R), pages_at(3, 3, V), pages_at(6, 3, R)},
     {pages_at(3, 3, V)}},
    {"no_firmware", {}, {pages_at(1, 1, R)}, {pages_at(1, 1, R)}},
};
TEST(AddedEntries, IsTheDifference) {
  for (const Added& c : kAdded) EXPECT_EQ(added_entries(c.firmware, c.extended), c.want) << c.name;
}

TEST(SetupDataOf, TakesEverySecondOfTouchingRam) {
  const auto none =
      setup_data_of({pages_at(0, 4, R), pages_at(4, 1, V), pages_at(5, 4, R), pages_at(10, 2, R)});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());

  const auto two = setup_data_of({pages_at(0, 4, R), pages_at(4, 1, R), pages_at(5, 2, R),
                                  pages_at(7, 3, R), pages_at(10, 1, R), pages_at(11, 1, V)});
  ASSERT_TRUE(two);
  ASSERT_EQ(two->size(), 2u);
  EXPECT_EQ(raw((*two)[0].addr), 0x4000u);
  EXPECT_EQ((*two)[0].len, 0x1000u - 16);
  EXPECT_EQ(raw((*two)[1].addr), 0x7000u);

  EXPECT_FALSE(setup_data_of({pages_at(0, 4, R), pages_at(4, 1, R)}));

  const auto efi = setup_data_of(
      {{PhysAddr{0x100}, 0x9ff00, R}, {PhysAddr{0xa0000}, 0x70, R}, {PhysAddr{0xa0070}, 0xf90, R}});
  ASSERT_TRUE(efi);
  ASSERT_EQ(efi->size(), 1u);
  EXPECT_EQ((*efi)[0].type, 4u);
  EXPECT_EQ((*two)[0].type, 0u);
}

}  // namespace
}  // namespace memmap::input
