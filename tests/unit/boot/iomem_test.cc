// The tree of resources: what it does with overlaps, and what a boot enters.
#include "boot/iomem.h"

#include <gtest/gtest.h>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

PhysRange at(std::uint64_t base, std::uint64_t end) { return PhysRange::make(base, end); }

// `1-5 a{2-3 b} 7-9 c`
std::string text(const std::vector<Resource>& list) {
  std::string out;
  for (const Resource& r : list) {
    if (!out.empty()) out += ' ';
    out += std::to_string(raw(r.range.base())) + "-" + std::to_string(raw(r.range.end())) + " " +
           r.name;
    if (!r.children.empty()) out += "{" + text(r.children) + "}";
  }
  return out;
}

TEST(IoMem, PutsAResourceWithinOrAroundOthers) {
  IoMem tree(PhysAddr{100});
  EXPECT_TRUE(tree.insert(at(20, 30), "b"));
  EXPECT_TRUE(tree.insert(at(40, 50), "c"));
  EXPECT_TRUE(tree.insert(at(22, 24), "in b"));
  EXPECT_TRUE(tree.insert(at(10, 60), "around"));
  EXPECT_TRUE(tree.insert(at(60, 70), "beside"));
  EXPECT_EQ(text(tree.resources()), "10-60 around{20-30 b{22-24 in b} 40-50 c} 60-70 beside");
}

TEST(IoMem, OfTwoWithOneRangeTheLaterIsTheParent) {
  IoMem tree(PhysAddr{100});
  tree.insert(at(20, 30), "first");
  tree.insert(at(20, 30), "later");
  EXPECT_EQ(text(tree.resources()), "20-30 later{20-30 first}");
}

TEST(IoMem, RefusesWhatOverlapsInPartOrReachesAbove) {
  IoMem tree(PhysAddr{100});
  tree.insert(at(20, 30), "a");
  EXPECT_FALSE(tree.insert(at(25, 35), "b"));
  EXPECT_FALSE(tree.insert(at(10, 21), "b"));
  EXPECT_FALSE(tree.insert(at(90, 101), "b"));
  EXPECT_FALSE(tree.insert(at(50, 50), "b"));
  tree.insert_expanded(at(90, 101), "b");
  EXPECT_EQ(text(tree.resources()), "20-30 a");
}

// Whatever the order and the overlaps: as one by one.
TEST(IoMem, ManyAtOnceAreAsOneByOne) {
  std::uint64_t seed = 1;
  const auto next = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  for (int round = 0; round < 500; ++round) {
    IoMem one(PhysAddr{200});
    IoMem many(PhysAddr{200});
    std::vector<Resource> made;
    for (std::uint64_t i = next(5); i-- > 0;) {
      const std::uint64_t base = next(190);
      const PhysRange range = at(base, base + next(20));
      one.insert(range, "before");
      many.insert(range, "before");
    }
    std::uint64_t base = 0;
    for (std::uint64_t i = 0; i < 12; ++i) {
      base = round % 3 == 0 ? next(200) : base + next(30);
      const std::string name = std::to_string(i);
      const PhysRange range = at(base, base + next(round % 2 == 0 ? 10 : 40));
      made.push_back({range, name, {}});
      one.insert_expanded(range, name);
    }
    many.insert_all_expanded(made);
    ASSERT_EQ(text(many.resources()), text(one.resources())) << "round " << round;
  }
}

TEST(IoMem, GrowsByWhatIsInTheWay) {
  IoMem tree(PhysAddr{100});
  tree.insert(at(20, 30), "a");
  tree.insert(at(40, 50), "b");
  tree.insert_expanded(at(25, 45), "grown");
  EXPECT_EQ(text(tree.resources()), "20-50 grown{20-30 a 40-50 b}");
}

TEST(IoMem, ReservesWhatIsLeft) {
  IoMem tree(PhysAddr{100});
  tree.insert(at(20, 30), "a");
  tree.insert(at(40, 50), "b");
  tree.reserve_with_split(at(15, 60), "buffer");
  EXPECT_EQ(text(tree.resources()), "15-20 buffer 20-30 a 30-40 buffer 40-50 b 50-60 buffer");
  tree.reserve_with_split(at(22, 28), "within");
  EXPECT_EQ(tree.resources().size(), 5u);
}

// The name of the resource at the top that begins there.
std::string top(const Outcome& o, std::uint64_t base) {
  for (const Resource& r : o.state.iomem.resources()) {
    if (raw(r.range.base()) == base) return r.name;
  }
  return {};
}

TEST(IoMem, OfABootHasTheMapAndTheCrashKernel) {
  const Outcome o = boot("crashkernel=64M@128M");
  EXPECT_EQ(top(o, kMiB), "System RAM");
  EXPECT_EQ(top(o, 0xf0000), "Reserved");
  const Resource& ram = *std::ranges::find(o.state.iomem.resources(), kMiB,
                                           [](const Resource& r) { return raw(r.range.base()); });
  EXPECT_EQ(ram.children.back().name, "Crash kernel");
  EXPECT_EQ(ram.children.back().range, at(128 * kMiB, 192 * kMiB));
}

// A window of a bridge's may follow memory's end, but not where firmware has memory.
TEST(IoMem, KeepsABufferOnlyWithinFirmwaresMemory) {
  EXPECT_EQ(top(boot("mem=700M"), 700 * kMiB), "RAM buffer");
  Machine odd = machine();
  odd.firmware_map.back().size -= kMiB;
  EXPECT_EQ(top(boot("", {6, 12, 0}, odd), 1023 * kMiB), "");
}

TEST(IoMem, WithoutIoApicsOrPci) {
  constexpr std::uint64_t kIoApic = 0xfec00000;
  EXPECT_EQ(top(boot(""), kIoApic), "IOAPIC 0");
  EXPECT_EQ(top(boot("nosmp"), kIoApic), "");
  EXPECT_EQ(top(boot("pci=off"), kIoApic), "");
}

}  // namespace
}  // namespace memmap::boot
