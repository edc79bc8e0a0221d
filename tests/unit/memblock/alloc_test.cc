// What memblock.h promises of each allocation function.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "memblock/memblock.h"
#include "support/memblock_fixture.h"

namespace memmap::memblock {
namespace {

using literals::operator""_pa;

// What a policy that finds nothing was asked for.
class Nowhere : public AllocationPolicy {
 public:
  std::optional<PhysAddr> choose(const FindRequest& request, FreeRanges&) override {
    asked.push_back(request);
    return std::nullopt;
  }
  std::vector<FindRequest> asked;
};

TEST(Alloc, AlignmentOf0IsACacheLineWithAWarning) {
  Fixture f(k612, Options{.smp_cache_bytes = 128});
  f.mb.add(0_pa, 0x10001);
  EXPECT_EQ(f.mb.alloc(1, 0), 0x10000_pa);
  EXPECT_EQ(f.mb.alloc(1, 0), 0xff80_pa);
  ASSERT_EQ(f.events.size(), 2u);
  EXPECT_EQ(f.events[0].text, "dump_stack(): an allocation without alignment");
}

TEST(Alloc, Of0BytesFindsAnAddressAndReservesNothing) {
  Fixture f;
  f.mb.add(0_pa, 0x10000);
  EXPECT_TRUE(f.mb.alloc(0, 64));
  EXPECT_TRUE(f.mb.reserved().list.empty());
  EXPECT_EQ(f.mb.find_in_range(0_pa, 0x8000_pa, 0x1000, 0x1000), 0x7000_pa);
  EXPECT_TRUE(f.mb.reserved().list.empty());
}

// Where the range ends, not at its end.
TEST(Alloc, Of0BytesFromTheBottom) {
  Fixture f;
  f.mb.set_bottom_up(true);
  f.mb.add(0x1800_pa, 0x800);
  EXPECT_FALSE(f.mb.find_in_range(0_pa, 0x8000_pa, 0, 0x1000));
  f.mb.add(0x4800_pa, 0x1000);
  EXPECT_EQ(f.mb.find_in_range(0_pa, 0x8000_pa, 0, 0x1000), 0x5000_pa);
}

TEST(Alloc, NothingIsLeftOfAllThatIsReserved) {
  for (const bool bottom_up : {false, true}) {
    Fixture f;
    f.mb.set_bottom_up(bottom_up);
    f.mb.add(0x1000_pa, 0x10000);
    f.mb.reserve(0_pa, ~0ull);
    EXPECT_FALSE(f.mb.phys_alloc(0x1000, 0x1000));
  }
}

// The region has room for it, what the limits leave of it has not.
TEST(Alloc, LargerThanWhatLiesBelowTheLimit) {
  Fixture f;
  f.mb.add(0x1000_pa, 0x100000);
  EXPECT_FALSE(f.mb.phys_alloc_range(0x8000, 0x1000, 0_pa, 0x3000_pa));
}

// Each region has room for half of the block.
TEST(Alloc, BlocksLieInOneRegion) {
  Fixture f;
  f.mb.add_node(0x10000_pa, 0x1000, 0, kNone);
  f.mb.add_node(0x11000_pa, 0x1000, 1, kNone);
  EXPECT_FALSE(f.mb.alloc(0x2000, 0x1000));
  f.mb.set_node(0_pa, ~0ull, 0);
  EXPECT_EQ(f.mb.alloc(0x2000, 0x1000), 0x10000_pa);
}

TEST(Alloc, LeavesOutWhatIsNotForTheKernel) {
  Fixture f(k612, Options{.movable_node = true});
  f.mb.add(0x10000_pa, 0x4000);
  f.mb.mark_nomap(0x10000_pa, 0x1000);
  f.mb.mark_hotplug(0x11000_pa, 0x1000);
  f.mb.add_node(0x20000_pa, 0x1000, 0, kDriverManaged);
  EXPECT_EQ(f.mb.alloc(0x2000, 0x1000), 0x12000_pa);
  EXPECT_FALSE(f.mb.alloc(0x1000, 0x1000));
}

TEST(Alloc, SpecialEnds) {
  const auto end_of = [](PhysAddr end, auto alloc) {
    Fixture f;
    f.mb.add(0_pa, 0x10000);
    f.mb.set_current_limit(0x8000_pa);
    const auto found = alloc(f.mb, end);
    return found ? raw(*found) + 0x1000 : 0;
  };
  const auto range = [](Memblock& mb, PhysAddr end) {
    return mb.phys_alloc_range(0x1000, 0x1000, 0_pa, end);
  };
  EXPECT_EQ(end_of(kAllocAccessible, range), 0x8000u);
  EXPECT_EQ(end_of(kAllocNoleaktrace, range), 0x8000u);
  EXPECT_EQ(end_of(kAllocAnywhere, range), 0x10000u);
  EXPECT_EQ(end_of(0xc000_pa, range), 0xc000u);
  EXPECT_EQ(end_of(0x4000_pa, range), 0x4000u);
  const auto try_nid = [](Memblock& mb, PhysAddr end) {
    return mb.alloc_try_nid(0x1000, 0x1000, 0_pa, end, kAnyNode);
  };
  EXPECT_EQ(end_of(kAllocAccessible, try_nid), 0x8000u);
  EXPECT_EQ(end_of(kAllocNoleaktrace, try_nid), 0x8000u);
  EXPECT_EQ(end_of(kAllocAnywhere, try_nid), 0x8000u);
  EXPECT_EQ(end_of(0xc000_pa, try_nid), 0x8000u);
  EXPECT_EQ(end_of(0x4000_pa, try_nid), 0x4000u);
}

TEST(Alloc, LowerLimits) {
  Fixture f;
  f.mb.add(0_pa, 0x10000);
  f.mb.reserve(0x8000_pa, 0x8000);
  EXPECT_FALSE(f.mb.phys_alloc_range(0x1000, 0x1000, 0x8000_pa, kAllocAnywhere));
  EXPECT_EQ(f.mb.alloc_from(0x1000, 0x1000, 0x8000_pa), 0x7000_pa);
  f.mb.phys_free(0xa000_pa, 0x1000);
  EXPECT_EQ(f.mb.alloc_from(0x1000, 0x1000, 0x8000_pa), 0xa000_pa);
}

TEST(Alloc, LowMeansBelow4GiB) {
  Fixture f;
  f.mb.add(0_pa, 8 * kGiB);
  EXPECT_EQ(f.mb.alloc_low(0x1000, 0x1000), 0xffffe000_pa);
  f.mb.set_current_limit(0x80000000_pa);
  EXPECT_EQ(f.mb.alloc_low(0x1000, 0x1000), 0x7ffff000_pa);
}

// kernel: ARCH_LOW_ADDRESS_LIMIT: the last byte below 4 GiB is beyond it
TEST(Alloc, TheHighestByteOfLowMemory) {
  Fixture f;
  f.mb.add(0x1000_pa, 0x200000000);
  EXPECT_EQ(f.mb.alloc_low(1, 1), 0xfffffffe_pa);
}

TEST(Alloc, NodesArePreferredOrExact) {
  const auto on_full_node = [](auto alloc) {
    Fixture f;
    f.mb.add_node(0x10000_pa, 0x1000, 0, kNone);
    f.mb.add_node(0x20000_pa, 0x10000, 1, kNone);
    f.mb.reserve(0x10000_pa, 0x1000);
    return alloc(f.mb);
  };
  constexpr std::uint64_t kSize = 0x1000;
  constexpr PhysAddr kElsewhere{0x2f000};
  EXPECT_EQ(on_full_node([](Memblock& mb) { return mb.alloc_node(kSize, 64, 0); }), kElsewhere);
  EXPECT_EQ(on_full_node([](Memblock& mb) { return mb.phys_alloc_try_nid(kSize, 64, 0); }),
            kElsewhere);
  for (const auto nid : {Memblock::Nid::preferred, Memblock::Nid::exact}) {
    const auto found = on_full_node([nid](Memblock& mb) {
      return mb.alloc_range_nid(kSize, 64, 0_pa, kAllocAnywhere, 0, nid);
    });
    EXPECT_EQ(found.has_value(), nid == Memblock::Nid::preferred);
  }
  EXPECT_FALSE(on_full_node(
      [](Memblock& mb) { return mb.alloc_exact_nid_raw(kSize, 64, 0_pa, kAllocAccessible, 0); }));
}

TEST(Alloc, MaxNumnodesIsAnyNode) {
  for (const auto v : {k61, k612}) {
    Fixture f(v);
    f.mb.add_node(0x10000_pa, 0x10000, 1, kNone);
    const int max_numnodes = f.mb.behaviour().max_numnodes;
    EXPECT_TRUE(f.mb.alloc_exact_nid_raw(64, 64, 0_pa, kAllocAccessible, max_numnodes));
    EXPECT_TRUE(f.mb.alloc_exact_nid_raw(64, 64, 0_pa, kAllocAccessible, max_numnodes));
    EXPECT_EQ(f.events.size(), v == k61 ? 1u : 0u);
    // Any other number that is no node's: of none, or since 6.10 of any.
    const auto found = f.mb.alloc_exact_nid_raw(64, 64, 0_pa, kAllocAccessible, max_numnodes + 1);
    EXPECT_EQ(found.has_value(), v == k612);
  }
}

// The order of the table in memblock.h.
TEST(Alloc, RetriesInTheKernelsOrder) {
  Fixture f(k612, Options{.mirrored_kernelcore = true});
  f.mb.add_node(0x10000_pa, 0x10000, 0, kNone);
  f.mb.mark_mirror(0x10000_pa, 0x1000);
  Nowhere policy;
  f.mb.set_policies(&policy, &policy);
  EXPECT_FALSE(f.mb.alloc_try_nid(64, 64, 0x12000_pa, kAllocAccessible, 0));
  ASSERT_EQ(policy.asked.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(policy.asked[i].limits.base(), i < 4 ? 0x12000_pa : 0x1000_pa) << i;
    EXPECT_EQ(policy.asked[i].flags, i % 4 < 2 ? kMirror : kNone) << i;
    EXPECT_EQ(policy.asked[i].nid, i % 2 == 0 ? 0 : kAnyNode) << i;
  }
  EXPECT_EQ(f.events.size(), 2u);  // mirrored memory, with and without the lower limit
  policy.asked.clear();
  EXPECT_FALSE(f.mb.alloc_exact_nid_raw(64, 64, 0_pa, kAllocAccessible, 0));
  EXPECT_EQ(policy.asked.size(), 2u);
  EXPECT_TRUE(f.mb.reserved().list.empty());
}

TEST(Alloc, TheWarningOfMirroredMemoryNamesWhoLooked) {
  Fixture f(k612, Options{.mirrored_kernelcore = true});
  f.mb.add(0x10000_pa, 0x10000);
  f.mb.mark_mirror(0_pa, 0x1000);
  EXPECT_TRUE(f.mb.find_in_range(0_pa, kAllocAccessible, 0x1000, 0x1000));
  EXPECT_TRUE(f.mb.alloc(0x1000, 0x1000));
  ASSERT_EQ(f.events.size(), 2u);
  EXPECT_EQ(f.events[0].step, "memblock_find_in_range");
  EXPECT_EQ(f.events[1].step, "memblock_alloc_range_nid");
}

TEST(Alloc, ObservesTheRequestThatTheKernelLogs) {
  constexpr PhysAddr kTop = kAllocAccessible;
  const struct {
    const char* logged;  // nullptr: the reservation alone
    kernel::Version version;
    std::function<std::optional<PhysAddr>(Memblock&)> alloc;
  } cases[] = {
      {"memblock_phys_alloc_range", k612, [](auto& mb) { return mb.phys_alloc(64, 64); }},
      {"memblock_phys_alloc_range", k612,
       [](auto& mb) { return mb.phys_alloc_range(64, 64, 0_pa, kTop); }},
      {nullptr, kernel::Version{5, 10, 0}, [](auto& mb) { return mb.phys_alloc(64, 64); }},
      {nullptr, k612, [](auto& mb) { return mb.phys_alloc_try_nid(64, 64, 0); }},
      {nullptr, k612,
       [](auto& mb) { return mb.alloc_range_nid(64, 64, 0_pa, kTop, 0, Memblock::Nid::exact); }},
      {"memblock_alloc_try_nid", k612, [](auto& mb) { return mb.alloc(64, 64); }},
      {"memblock_alloc_try_nid", k612, [](auto& mb) { return mb.alloc_from(64, 64, 0_pa); }},
      {"memblock_alloc_try_nid", k612, [](auto& mb) { return mb.alloc_low(64, 64); }},
      {"memblock_alloc_try_nid", k612, [](auto& mb) { return mb.alloc_node(64, 64, 0); }},
      {"memblock_alloc_try_nid_raw", k612, [](auto& mb) { return mb.alloc_raw(64, 64); }},
      {"memblock_alloc_try_nid_raw", k612,
       [](auto& mb) { return mb.alloc_try_nid_raw(64, 64, 0_pa, kTop, 0); }},
      {"memblock_alloc_exact_nid_raw", k612,
       [](auto& mb) { return mb.alloc_exact_nid_raw(64, 64, 0_pa, kTop, 0); }},
  };
  for (const auto& c : cases) {
    Fixture f(c.version);
    f.mb.add_node(0x10000_pa, 0x10000, 0, kNone);
    f.calls.clear();
    EXPECT_TRUE(c.alloc(f.mb));
    ASSERT_EQ(f.calls.size(), c.logged != nullptr ? 2u : 1u);
    if (c.logged != nullptr) {
      EXPECT_EQ(f.calls[0].operation, c.logged);
    }
    EXPECT_EQ(f.calls.back().operation, "memblock_reserve");
  }
}

TEST(Alloc, ObservesWhatWasAskedFor) {
  Fixture f;
  f.mb.add_node(0x10000_pa, 0x10000, 1, kNone);
  f.calls.clear();
  EXPECT_TRUE(f.mb.phys_alloc_range(0x100, 0x40, 0x2000_pa, 0x19000_pa));
  EXPECT_EQ(f.calls[0].kind, CallKind::alloc);
  EXPECT_EQ(f.calls[0].size, 0x100u);
  EXPECT_EQ(f.calls[0].align, 0x40u);
  EXPECT_EQ(f.calls[0].from, 0x2000_pa);
  EXPECT_EQ(f.calls[0].max_addr, 0x19000_pa);
  EXPECT_EQ(f.calls[0].nid, kAnyNode);
  f.calls.clear();
  EXPECT_TRUE(f.mb.alloc_node(0x100, 0x40, 1));
  EXPECT_EQ(f.calls[0].nid, 1);
  EXPECT_EQ(f.calls[0].max_addr, kAllocAccessible);
}

TEST(Alloc, NothingFollowsAPanic) {
  Fixture f;
  f.mb.add(0_pa, 0x1000000);
  while (!f.mb.panicked()) {
    f.mb.reserve(PhysAddr{0x100000 + f.mb.reserved().list.size() * 0x2000}, 0x1000);
  }
  EXPECT_EQ(f.events.back().severity, Severity::panic);
  const auto events = f.events.size();
  const auto calls = f.calls.size();
  EXPECT_FALSE(f.mb.alloc(64, 0));
  EXPECT_FALSE(f.mb.find_in_range(0_pa, kAllocAccessible, 64, 64));
  EXPECT_FALSE(f.mb.add(0x10000000_pa, 0x1000));
  EXPECT_FALSE(f.mb.phys_free(0_pa, ~0ull));
  EXPECT_FALSE(f.mb.validate_numa_coverage(0));
  EXPECT_EQ(f.events.size(), events);
  EXPECT_EQ(f.calls.size(), calls);
}

}  // namespace
}  // namespace memmap::memblock
