#include "memblock/policy.h"

#include <gtest/gtest.h>

#include <vector>

#include "memblock/iterate.h"
#include "memblock/memblock.h"

namespace memmap::memblock {
namespace {

using literals::operator""_pa;
using literals::operator""_pfn;

// Takes the smallest range that fits; remembers what it was asked.
class BestFit : public AllocationPolicy {
 public:
  std::optional<PhysAddr> choose(const FindRequest& request, FreeRanges& ranges) override {
    asked.push_back(request);
    std::optional<PhysRange> best;
    for (auto r = ranges.next_up(request.limits.base()); r; r = ranges.next_up(r->end())) {
      if (r->size() >= request.size && (!best || r->size() < best->size())) best = r;
    }
    return best ? std::optional(best->base()) : std::nullopt;
  }
  std::vector<FindRequest> asked;
};

kernel::Behaviour behaviour(unsigned major, unsigned minor) {
  return kernel::behaviour_of(kernel::Version{major, minor, 0}, 6);
}

TEST(Policy, IsAskedOncePerSearchAndTheRetriesAreMemblocks) {
  Memblock mb(behaviour(6, 12));
  BestFit best;
  mb.set_policies(&best, &best);
  mb.add_node(0x10000_pa, 0x10000, 0, kNone);
  mb.add_node(0x40000_pa, 0x2000, 1, kNone);
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x40000_pa);
  ASSERT_EQ(best.asked.size(), 1u);
  EXPECT_EQ(best.asked[0].limits.base(), 0x1000_pa);
  // Node 1 has no room above the lower limit; then any node; then both without the limit.
  best.asked.clear();
  EXPECT_FALSE(mb.alloc_try_nid(0x20000, 0x1000, 0x30000_pa, kAllocAccessible, 1));
  ASSERT_EQ(best.asked.size(), 4u);
  EXPECT_EQ(best.asked[0].nid, 1);
  EXPECT_EQ(best.asked[1].nid, kAnyNode);
  EXPECT_EQ(best.asked[1].limits.base(), 0x30000_pa);
  EXPECT_EQ(best.asked[2].nid, 1);
  EXPECT_EQ(best.asked[2].limits.base(), 0x1000_pa);
}

// A walk may begin outside of the limits.
TEST(Policy, SeesNothingBeyondTheLimits) {
  struct Walks : AllocationPolicy {
    std::optional<PhysAddr> choose(const FindRequest&, FreeRanges& ranges) override {
      EXPECT_EQ(ranges.next_down(PhysAddr{~0ull}), PhysRange::make(0x12000, 0x18000));
      EXPECT_EQ(ranges.next_up(PhysAddr{0}), PhysRange::make(0x12000, 0x18000));
      EXPECT_EQ(ranges.next_up(PhysAddr{0x18000}), std::nullopt);
      EXPECT_EQ(ranges.next_down(PhysAddr{0x12000}), std::nullopt);
      return std::nullopt;
    }
  } walks;
  Memblock mb(behaviour(6, 12));
  mb.set_policies(&walks, nullptr);
  mb.add(0x10000_pa, 0x10000);
  EXPECT_FALSE(mb.phys_alloc_range(0x1000, 0x1000, 0x12000_pa, 0x18000_pa));
}

TEST(Policy, IsChosenByDirection) {
  Memblock mb(behaviour(6, 12));
  BestFit up;
  mb.set_policies(nullptr, &up);
  mb.add(0x10000_pa, 0x10000);
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x1f000_pa);
  mb.set_bottom_up(true);
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x10000_pa);
  EXPECT_EQ(up.asked.size(), 1u);
}

TEST(Policy, KernelsOwnAgreeWithTheDefault) {
  struct Down : AllocationPolicy {
    std::optional<PhysAddr> choose(const FindRequest&, FreeRanges& ranges) override {
      return ranges.first_fit_down();
    }
  } down;
  struct Up : AllocationPolicy {
    std::optional<PhysAddr> choose(const FindRequest&, FreeRanges& ranges) override {
      return ranges.first_fit_up();
    }
  } up;
  for (const bool bottom_up : {false, true}) {
    Memblock a(behaviour(6, 12));
    Memblock b(behaviour(6, 12));
    b.set_policies(&down, &up);
    for (Memblock* const mb : {&a, &b}) {
      mb->set_bottom_up(bottom_up);
      mb->add(0x10000_pa, 0x100000);
      mb->reserve(0x18000_pa, 0x2000);
      for (int i = 0; i < 20; ++i) mb->phys_alloc(0x1800, 0x1000);
    }
    EXPECT_EQ(a.reserved().list.regions(), b.reserved().list.regions());
  }
}

TEST(Versions, BottomUpAboveTheKernelOnly) {
  Events events;
  const Options options{.kernel_end = 0x18000_pa};
  Memblock mb(behaviour(5, 10), options);
  mb.set_event_sink([&](Event e) { events.push_back(std::move(e)); });
  mb.add(0x10000_pa, 0x10000);
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x1f000_pa);  // not asked to
  mb.phys_free(0x1f000_pa, 0x1000);
  mb.set_bottom_up(true);
  EXPECT_EQ(mb.phys_alloc(0x4000, 0x1000), 0x18000_pa);
  // Up to the kernel's end there is nothing above it to look at.
  EXPECT_EQ(mb.find_in_range(0x10000_pa, 0x18000_pa, 0x1000, 0x1000), 0x17000_pa);
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(mb.phys_alloc(0x6000, 0x1000), 0x12000_pa);  // top-down
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text,
            "memblock: bottom-up allocation failed, memory hotremove may be affected");
  EXPECT_FALSE(mb.phys_alloc(0x10000, 0x1000));
  EXPECT_EQ(events.size(), 1u);  // it is said once
}

TEST(Versions, EmptyListsCountADummyBefore610) {
  EXPECT_EQ(Memblock(behaviour(6, 1)).cnt(Memblock(behaviour(6, 1)).memory()), 1u);
  EXPECT_EQ(Memblock(behaviour(6, 12)).cnt(Memblock(behaviour(6, 12)).memory()), 0u);
}

TEST(Versions, ReservedRegionsGetNodesAtTheEndSince66) {
  for (const unsigned minor : {1u, 12u}) {
    Memblock mb(behaviour(6, minor));
    mb.add_node(0x1000_pa, 0xf000, 0, kHotplug);
    mb.add_node(0x10000_pa, 0x10000, 1, kNone);
    mb.reserve(0_pa, 0x2000);
    mb.reserve(0xf000_pa, 0x2000);
    mb.prepare_free_all();
    EXPECT_EQ(mb.memory().list.at(mb.memory().list.begin()).flags, 0u);
    const Regions old{{PhysRange::make(0, 0x2000), 0, 64},
                      {PhysRange::make(0xf000, 0x11000), 0, 64}};
    const Regions now{{PhysRange::make(0, 0x1000), 0, 64},
                      {PhysRange::make(0x1000, 0x2000), 0, 0},
                      {PhysRange::make(0xf000, 0x10000), 0, 0},
                      {PhysRange::make(0x10000, 0x11000), 0, 1}};
    EXPECT_EQ(mb.reserved().list.regions(), minor == 1 ? old : now);
  }
}

TEST(Versions, WithoutNumaNodesReadAs0) {
  kernel::Profile profile;
  profile.version = {6, 12, 0};
  profile.numa = false;
  Memblock mb(kernel::behaviour_of(profile));
  mb.add(0x1000_pa, 0x1000);
  mb.set_node(0_pa, 0x10000, 3);
  EXPECT_EQ(mb.memory().list.regions(), (Regions{{PhysRange::make(0x1000, 0x2000), 0, 0}}));
  EXPECT_TRUE(mb.alloc_exact_nid_raw(64, 64, 0_pa, kAllocAccessible, 0));
}

TEST(Physmem, KeepsWhatMemoryLoses) {
  Memblock mb(behaviour(6, 12), Options{.has_physmem = true});
  mb.physmem_add(0x1000_pa, 0xf000);
  mb.add(0x1000_pa, 0xf000);
  mb.remove(0x8000_pa, 0x8000);
  EXPECT_EQ(physmem_ranges(mb, nullptr).size(), 1u);
  const MemRanges want{{PhysRange::make(0x8000, 0x10000), 64}};
  EXPECT_EQ(physmem_ranges(mb, &mb.memory()), want);
}

TEST(Questions, WholePagesWithoutANode) {
  Events events;
  Memblock mb(behaviour(6, 12));
  mb.set_event_sink([&](Event e) { events.push_back(std::move(e)); });
  mb.add_node(0_pa, 0x400000, 0, kNone);
  mb.add(0x800800_pa, 0x300000);  // but one page of them
  mb.add(0xc00100_pa, 0x100);     // none
  constexpr std::uint64_t kBytes = 0x2ff000;
  EXPECT_TRUE(mb.validate_numa_coverage(kBytes));
  EXPECT_TRUE(events.empty());
  EXPECT_FALSE(mb.validate_numa_coverage(kBytes - 1));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text, "NUMA: no nodes coverage for 2MB of 7MB RAM");
}

TEST(Questions, Bounds) {
  Memblock mb(behaviour(6, 12));
  EXPECT_EQ(mb.start_of_DRAM(), 0_pa);
  mb.add_node(0x1800_pa, 0x4000, 2, kNone);
  mb.reserve(0x2000_pa, 0x1000);
  EXPECT_EQ(mb.start_of_DRAM(), 0x1800_pa);
  EXPECT_EQ(mb.end_of_DRAM(), 0x5800_pa);
  EXPECT_TRUE(mb.is_region_memory(0x1800_pa, 0x4000));
  EXPECT_FALSE(mb.is_region_memory(0x1800_pa, 0x4001));
  EXPECT_TRUE(mb.is_region_reserved(0x1000_pa, 0x1001));
  EXPECT_FALSE(mb.is_region_reserved(0x1000_pa, 0x1000));
  EXPECT_EQ(mb.estimated_nr_free_pages(), 3u);
  const auto found = mb.search_pfn_nid(2_pfn);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->nid, 2);
  EXPECT_EQ(found->start, 1_pfn);  // the page that it begins in
  EXPECT_EQ(found->end, 5_pfn);
  EXPECT_FALSE(mb.search_pfn_nid(9_pfn));
  EXPECT_TRUE(mb.validate_numa_coverage(0));
  mb.add(0x100000_pa, 0x200000);
  EXPECT_FALSE(mb.validate_numa_coverage(0x100000));
}

}  // namespace
}  // namespace memmap::memblock
