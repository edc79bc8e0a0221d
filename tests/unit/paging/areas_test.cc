#include "paging/areas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "support/outcomes.h"

namespace memmap::paging {
namespace {

struct AreasCase {
  std::uint64_t address;
  unsigned levels;
  const char* want;
};
const AreasCase kAreasCases[] = {
    {0x0, 4, "low half (identity)"},
    {0x00007fffffffffff, 4, "low half (identity)"},
    {0x0000800000000000, 4, "elsewhere"},
    {0x0000800000000000, 5, "low half (identity)"},
    {0xffff888000000000, 4, "direct map"},
    {0xffffc87fffffffff, 4, "direct map"},
    {0xffffc88000000000, 4, "elsewhere"},
    {0xff11000000000000, 5, "direct map"},
    {0xff90ffffffffffff, 5, "direct map"},
    {0xffffea0000000000, 4, "memory map"},
    {0xffd4000000000000, 5, "memory map"},
    {0xfffffe0000000000, 4, "CPU entry areas"},
    {0xfffffe0000000000, 5, "CPU entry areas"},
    {0xffffffff81000000, 4, "kernel image"},
    {0xffffffffff5fd000, 4, "fixmap"},
    {0xffffffffffffffff, 4, "elsewhere"},
    // The first and the last byte of each.
    {0xffff87ffffffffff, 4, "elsewhere"},
    {0xffff880000000000, 4, "LDT remap"},
    {0xffff887fffffffff, 4, "LDT remap"},
    {0xffffc8ffffffffff, 4, "elsewhere"},
    {0xffffc90000000000, 4, "vmalloc"},
    {0xffffe8ffffffffff, 4, "vmalloc"},
    {0xffffe90000000000, 4, "elsewhere"},
    {0xffffe9ffffffffff, 4, "elsewhere"},
    {0xffffeaffffffffff, 4, "memory map"},
    {0xffffeb0000000000, 4, "elsewhere"},
    {0xffffebffffffffff, 4, "elsewhere"},
    {0xffffec0000000000, 4, "KASAN shadow"},
    {0xfffffbffffffffff, 4, "KASAN shadow"},
    {0xfffffc0000000000, 4, "elsewhere"},
    {0xfffffdffffffffff, 4, "elsewhere"},
    {0xfffffe7fffffffff, 4, "CPU entry areas"},
    {0xfffffe8000000000, 4, "elsewhere"},
    {0xfffffeffffffffff, 4, "elsewhere"},
    {0xffffff0000000000, 4, "ESP fixup stacks"},
    {0xffffff7fffffffff, 4, "ESP fixup stacks"},
    {0xffffff8000000000, 4, "elsewhere"},
    {0xffffffeeffffffff, 4, "elsewhere"},
    {0xffffffef00000000, 4, "EFI runtime"},
    {0xfffffffeffffffff, 4, "EFI runtime"},
    {0xffffffff00000000, 4, "elsewhere"},
    {0xffffffff7fffffff, 4, "elsewhere"},
    {0xffffffff80000000, 4, "kernel image"},
    {0xffffffffbfffffff, 4, "kernel image"},
    {0xfffffffffeffffff, 4, "modules"},
    {0xffffffffff000000, 4, "fixmap"},
    {0xffffffffff5fffff, 4, "fixmap"},
    {0xffffffffff600000, 4, "vsyscall"},
    {0xffffffffff600fff, 4, "vsyscall"},
    {0xffffffffff601000, 4, "elsewhere"},
    {0x00ffffffffffffff, 5, "low half (identity)"},
    {0x0100000000000000, 5, "elsewhere"},
    {0xff0fffffffffffff, 5, "elsewhere"},
    {0xff10000000000000, 5, "LDT remap"},
    {0xff10ffffffffffff, 5, "LDT remap"},
    {0xff91000000000000, 5, "elsewhere"},
    {0xff9fffffffffffff, 5, "elsewhere"},
    {0xffa0000000000000, 5, "vmalloc"},
    {0xffd1ffffffffffff, 5, "vmalloc"},
    {0xffd2000000000000, 5, "elsewhere"},
    {0xffd3ffffffffffff, 5, "elsewhere"},
    {0xffd5ffffffffffff, 5, "memory map"},
    {0xffd6000000000000, 5, "elsewhere"},
    {0xffdeffffffffffff, 5, "elsewhere"},
    {0xffdf000000000000, 5, "KASAN shadow"},
    {0xfffffbffffffffff, 5, "KASAN shadow"},
    {0xfffffc0000000000, 5, "elsewhere"},
};

TEST(AreaOf, FollowsTheKernelsMap) {
  for (const AreasCase& c : kAreasCases)
    EXPECT_EQ(area_of(VirtAddr{c.address}, c.levels, fixed_bases(c.levels)), c.want)
        << std::hex << c.address;
}

TEST(TablesByArea, CountsTablesAndPages) {
  const boot::Outcome o = test::two_nodes();
  const std::vector<AreaTables> areas = tables_by_area(o.state.page_tables);
  ASSERT_EQ(areas.size(), 3u);
  const AreaTables& direct = areas[0];
  EXPECT_EQ(direct.name, "direct map");
  EXPECT_EQ(direct.pages_4k, 976u);
  EXPECT_EQ(direct.pages_2m, 1022u);
  EXPECT_EQ(direct.pages_1g, 1u);
  EXPECT_EQ(direct.pte_tables, 2u);
  EXPECT_EQ(direct.pmd_tables, 2u);  // the third gigabyte is one entry
  EXPECT_EQ(direct.pud_tables, 1u);
  EXPECT_EQ(direct.p4d_tables, 0u);
}

// KERNEL_IMAGE_SIZE is a GiB with CONFIG_RANDOMIZE_BASE, half of one without.
TEST(AreaOf, ModulesLieBehindTheImagesRoom) {
  Bases bases = fixed_bases(4);
  EXPECT_EQ(area_of(VirtAddr{0xffffffffaa400000}, 4, bases), "kernel image");
  EXPECT_EQ(area_of(VirtAddr{0xffffffffc0000000}, 4, bases), "modules");
  bases.modules = VirtAddr{0xffffffffa0000000};
  EXPECT_EQ(area_of(VirtAddr{0xffffffffaa400000}, 4, bases), "modules");
  EXPECT_EQ(area_of(VirtAddr{0xffffea8000000000}, 4, bases), "memory map");
  EXPECT_EQ(area_of(VirtAddr{0xffffe90000000000}, 4, bases), "elsewhere");  // a hole still
}

// Of a boot of 6.12 with KASLR: kaslr-1G-612 of the corpus.
TEST(AreaOf, AreasThatKaslrMoved) {
  const Bases moved{VirtAddr{0xffff8da480000000}, VirtAddr{0xffffd12cc0000000},
                    VirtAddr{0xfffffaed40000000}};
  EXPECT_TRUE(can_hold_all(moved, 4));
  EXPECT_FALSE(can_hold_all(moved, 5));
  // As 6.18 placed them: 2 TiB of struct pages would not fit, 1 TiB does.
  const Bases high{VirtAddr{0xffff8b0f40000000}, VirtAddr{0xffffcfe1c0000000},
                   VirtAddr{0xfffffc1340000000}};
  EXPECT_TRUE(can_hold_all(high, 4));
  EXPECT_FALSE(can_hold_all(high, 4, 128));
  EXPECT_FALSE(can_hold_all({moved.vmalloc, moved.page_offset, moved.vmemmap}, 4));
  EXPECT_EQ(area_of(VirtAddr{0xffff8da4bfe00000}, 4, moved), "direct map");
  EXPECT_EQ(area_of(VirtAddr{0xffffd12cc0000000}, 4, moved), "vmalloc");
  EXPECT_EQ(area_of(VirtAddr{0xfffffaed40000000}, 4, moved), "memory map");
  EXPECT_EQ(area_of(VirtAddr{0xfffffe0000001000}, 4, moved), "CPU entry areas");
}

TEST(TablesByArea, CountsATableThatTwoRunsShareOnce) {
  AddressSpace tables(5);
  tables.map({VirtAddr{0xff11000000000000}, PhysAddr{0}, kSize4K, 1, 0});
  tables.map({VirtAddr{0xff11000000002000}, PhysAddr{0x5000}, kSize4K, 0x400, 0});
  tables.map({VirtAddr{0xff11008000000000}, PhysAddr{0x8000000000}, kSize1G, 1, 0});
  const std::vector<AreaTables> areas = tables_by_area(tables);
  ASSERT_EQ(areas.size(), 1u);
  EXPECT_EQ(areas[0].pte_tables, 3u);
  EXPECT_EQ(areas[0].pmd_tables, 1u);
  EXPECT_EQ(areas[0].pud_tables, 2u);
  EXPECT_EQ(areas[0].p4d_tables, 1u);
}

// Entries of 5 levels: of 2^21, 2^30, 2^39 and 2^48 bytes.
TEST(TablesByArea, CountsATableForEachEntryThatIsTouched) {
  AddressSpace tables(5);
  tables.map({VirtAddr{0}, PhysAddr{0}, kSize4K, 1, 0});
  tables.map({VirtAddr{1ull << 38}, PhysAddr{0}, kSize2M, 1, 0});
  tables.map({VirtAddr{1ull << 47}, PhysAddr{0}, kSize4K, 3, 0});
  tables.map({VirtAddr{1ull << 48}, PhysAddr{0}, kSize1G, 2, 0});
  const std::vector<AreaTables> areas = tables_by_area(tables);
  ASSERT_EQ(areas.size(), 1u);
  EXPECT_EQ(areas[0].pages_4k, 4u);
  EXPECT_EQ(areas[0].pages_2m, 1u);
  EXPECT_EQ(areas[0].pages_1g, 2u);
  EXPECT_EQ(areas[0].bytes, 4 * kSize4K + kSize2M + 2 * kSize1G);
  EXPECT_EQ(areas[0].pte_tables, 2u);
  EXPECT_EQ(areas[0].pmd_tables, 3u);
  EXPECT_EQ(areas[0].pud_tables, 3u);  // the first two share one
  EXPECT_EQ(areas[0].p4d_tables, 2u);  // the first three do
}

TEST(Areas, AreTheWholeAddressSpaceByName) {
  Bases random = fixed_bases(4);
  random.page_offset = VirtAddr{0xffff9a8000000000};
  random.vmalloc = VirtAddr{0xffffb6c0c0000000};
  random.vmemmap = VirtAddr{0xfffff0ab40000000};
  for (const auto& [levels, bases] :
       {std::pair{4u, fixed_bases(4)}, std::pair{5u, fixed_bases(5)}, std::pair{4u, random}}) {
    const std::vector<Area> all = areas(levels, bases);
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.front().base, 0u);
    EXPECT_EQ(all.front().name, "low half (identity)");
    EXPECT_EQ(all.back().end, ~std::uint64_t{0} - 0xfff);
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_LT(all[i].base, all[i].end);
      const std::string_view first = area_of(VirtAddr{all[i].base}, levels, bases);
      EXPECT_EQ(all[i].name, first == "elsewhere" ? "" : first);
      EXPECT_EQ(area_of(VirtAddr{all[i].end - 1}, levels, bases), first);
      if (i == 0) continue;
      EXPECT_EQ(all[i - 1].end, all[i].base);
      EXPECT_NE(all[i - 1].name, all[i].name);
    }
    const auto direct = std::ranges::find(all, "direct map", &Area::name);
    ASSERT_NE(direct, all.end());
    EXPECT_EQ(direct->base, raw(bases.page_offset));
  }
}

TEST(AreaOf, NothingLiesBelowADirectMapThatWasMoved) {
  Bases bases = fixed_bases(4);
  bases.page_offset = VirtAddr{raw(kPageOffset4) + 7 * kSize1G};
  EXPECT_EQ(area_of(kPageOffset4, 4, bases), "elsewhere");
  EXPECT_EQ(area_of(VirtAddr{raw(bases.page_offset) - 1}, 4, bases), "elsewhere");
  EXPECT_EQ(area_of(bases.page_offset, 4, bases), "direct map");
  EXPECT_EQ(area_of(VirtAddr{raw(kPageOffset4) - 1}, 4, bases), "LDT remap");
}

TEST(VmallocRootEntries, AreThoseThatItsAddressesLieIn) {
  const std::vector<VirtAddr> four = vmalloc_root_entries(AddressSpace(4));
  ASSERT_EQ(four.size(), 64u);  // 32 TiB in entries of 512 GiB
  EXPECT_EQ(four.front(), kVmalloc4);
  EXPECT_EQ(raw(four[1]) - raw(four[0]), entry_size(4));
  const std::vector<VirtAddr> five = vmalloc_root_entries(AddressSpace(5));
  EXPECT_EQ(five.size(), 50u);  // 12,800 TiB in entries of 256 TiB
  // One that begins within an entry reaches into one more.
  Bases bases = fixed_bases(4);
  bases.vmalloc = VirtAddr{raw(kVmalloc4) + kSize1G};
  const std::vector<VirtAddr> moved = vmalloc_root_entries(AddressSpace(4, bases, {}));
  ASSERT_EQ(moved.size(), 65u);
  EXPECT_EQ(moved[0], bases.vmalloc);
  EXPECT_EQ(raw(moved[1]), raw(kVmalloc4) + entry_size(4));
}

}  // namespace
}  // namespace memmap::paging
