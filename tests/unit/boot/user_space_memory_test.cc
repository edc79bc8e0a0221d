#include <gmock/gmock.h>

#include <algorithm>

#include "unit/boot/made_up_boot.h"

namespace memmap::boot {
namespace {

std::uint64_t pages_given_back(const PageAllocator& a) {
  std::uint64_t bytes = 0;
  for (const GivenBack& g : a.given_back) bytes += g.range.size();
  return bytes >> kPageShift;
}

std::uint64_t managed(const PageAllocator& a) {
  std::uint64_t pages = 0;
  for (const buddy::ZonePages& z : a.zones) pages += z.managed_pages;
  return pages;
}

bool has_given_back(const Outcome& o, std::string_view what) {
  return std::ranges::any_of(o.state.page_allocator.given_back,
                             [&](const GivenBack& g) { return g.what == what; });
}

Machine with_initrd() {
  Machine m = machine();
  m.initrd = PhysRange::make(0x10000800, 0x10203400);
  return m;
}

// Every page that the kernel counts is some zone's, and came at the hand-over or later.
TEST(UserSpaceMemory, EveryPageIsAZones) {
  for (const char* line : {"", "mem=600M", "memmap=1M$300M", "crashkernel=64M", "retain_initrd"}) {
    const Outcome o = boot(line, {6, 12, 0}, with_initrd());
    const PageAllocator& a = o.state.page_allocator;
    EXPECT_EQ(managed(a), a.totalram_pages) << line;
    EXPECT_EQ(o.totals.mem_total_kib, a.totalram_pages * 4) << line;
    EXPECT_GE(a.totalram_pages, o.totals.managed_pages + pages_given_back(a)) << line;
  }
}

// Its last page comes back whole; the first, which it shares with what lies before it, does not.
TEST(UserSpaceMemory, TheInitrdComesBackUnlessItIsRetained) {
  const Outcome freed = boot("", {6, 12, 0}, with_initrd());
  const Outcome kept = boot("retain_initrd", {6, 12, 0}, with_initrd());
  EXPECT_TRUE(has_given_back(freed, "initrd"));
  EXPECT_FALSE(has_given_back(kept, "initrd"));
  const auto initrd = std::ranges::find(freed.state.page_allocator.given_back, "initrd",
                                        [](const GivenBack& g) { return g.what; });
  EXPECT_EQ(initrd->range, PhysRange::make(0x10001000, 0x10204000));
}

// The buffer and the records of its slots are whole pages; those of its areas are less than one.
TEST(UserSpaceMemory, TheBounceBufferComesBackWhereAnIommuMadeItNeedless) {
  Machine m = large();
  const auto total = [&](const char* line, kernel::Version version) {
    return boot(line, version, m).totals.mem_total_kib;
  };
  const auto kept = total("", {6, 12, 0});
  const auto kept_before_areas = total("", {5, 15, 0});
  const auto forced = total("swiotlb=force", {6, 12, 0});
  m.swiotlb_torn_down = true;
  EXPECT_EQ(*total("", {6, 12, 0}), *kept + 64 * 1024 + 24 * 32);
  EXPECT_EQ(*total("", {5, 15, 0}), *kept_before_areas + 64 * 1024 + 24 * 32);
  EXPECT_EQ(total("swiotlb=force", {6, 12, 0}), forced);
  const Outcome o = boot("", {6, 12, 0}, m);
  EXPECT_EQ(managed(o.state.page_allocator), o.state.page_allocator.totalram_pages);
}

// khugepaged wants whole pageblocks free, but not of a small machine.
TEST(UserSpaceMemory, SmallMachinesKeepNothingForHugePages) {
  const auto kept = [](const char* line) {
    return boot(line).state.page_allocator.min_free_kbytes;
  };
  EXPECT_GT(kept(""), kept("transparent_hugepage=never"));
  EXPECT_EQ(kept("mem=400M"), kept("mem=400M transparent_hugepage=never"));
}

TEST(UserSpaceMemory, TheLineOfMemoryAddsUp) {
  const Outcome o = boot("", {6, 1, 0}, machine());
  ASSERT_TRUE(o.state.page_allocator.memory_line.has_value());
  const MemoryLine& line = *o.state.page_allocator.memory_line;
  EXPECT_EQ(line.phys_pages, o.state.node_states.front().present_pages);
  EXPECT_LT(line.reserved_pages, line.phys_pages);
  EXPECT_TRUE(line.available_pages.has_value());
  EXPECT_FALSE(boot("").state.page_allocator.memory_line->available_pages.has_value());
}

}  // namespace
}  // namespace memmap::boot
