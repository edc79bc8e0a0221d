#include "fixmap/fixmap.h"

#include <gtest/gtest.h>

namespace memmap::fixmap {
namespace {

// As boots of 6.1 and 6.12 have them: VSYSCALL_PAGE, FIX_APIC_BASE, FIX_IO_APIC_BASE_0,
// FIX_BTMAP_BEGIN.
TEST(Fixmap, SlotsCountDownFromTheTop) {
  const std::pair<std::uint64_t, std::uint64_t> slots[] = {{0, 0xffffffffff7ff000},
                                                           {511, 0xffffffffff600000},
                                                           {514, 0xffffffffff5fd000},
                                                           {515, 0xffffffffff5fc000},
                                                           {1535, 0xffffffffff200000}};
  for (const auto& [slot, virt] : slots) {
    EXPECT_EQ(fix_to_virt(slot), VirtAddr{virt});
    EXPECT_EQ(virt_to_fix(VirtAddr{virt}), slot);
    EXPECT_EQ(virt_to_fix(VirtAddr{virt + 0xfff}), slot);
  }
}

TEST(Fixmap, ASlotIsOnePageAndCanBeCleared) {
  paging::AddressSpace space(4);
  set_fixmap(space, 514, PhysAddr{0xfee00300}, paging::kWritable);
  ASSERT_EQ(space.mappings().size(), 1u);
  EXPECT_EQ(space.mappings()[0],
            (paging::Mapping{VirtAddr{0xffffffffff5fd000}, PhysAddr{0xfee00000}, 0x1000, 1,
                             paging::kWritable}));
  clear_fixmap(space, 514);
  EXPECT_TRUE(space.mappings().empty());
}

}  // namespace
}  // namespace memmap::fixmap
