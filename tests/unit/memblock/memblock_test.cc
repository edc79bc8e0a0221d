#include "memblock/memblock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "memblock/iterate.h"
#include "support/memblock_fixture.h"

namespace memmap::memblock {
namespace {

using literals::operator""_pa;
using literals::operator""_pfn;

constexpr int kNone64 = 64;  // MAX_NUMNODES with NODES_SHIFT 6

Region at(std::uint64_t base, std::uint64_t size, int nid = kNone64, std::uint32_t flags = kNone) {
  return Region{PhysRange::make(base, base + size), flags, nid};
}

TEST(Memblock, JoinsNeighboursOfEqualFlagsAndNodeOnly) {
  Fixture f;
  EXPECT_TRUE(f.mb.add(0x1000_pa, 0x1000));
  EXPECT_TRUE(f.mb.add(0x3000_pa, 0x1000));
  EXPECT_TRUE(f.mb.add(0x2000_pa, 0x1000));
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x1000, 0x3000)}));
  f.mb.add_node(0x4000_pa, 0x1000, 1, kNone);
  f.mb.add_node(0x5000_pa, 0x1000, 1, kHotplug);
  EXPECT_EQ(f.mb.memory().list.regions(),
            (Regions{at(0x1000, 0x3000), at(0x4000, 0x1000, 1), at(0x5000, 0x1000, 1, kHotplug)}));
  EXPECT_TRUE(f.mb.set_node(0_pa, 0x10000, 0));
  EXPECT_TRUE(f.mb.clear_hotplug(0_pa, ~0ull));
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x1000, 0x5000, 0)}));
  EXPECT_EQ(f.mb.phys_mem_size(), 0x5000u);
}

TEST(Memblock, AddFillsOnlyWhatIsNotCovered) {
  Fixture f;
  f.mb.add_node(0x2000_pa, 0x1000, 0, kNone);
  f.mb.add_node(0x5000_pa, 0x1000, 0, kNone);
  f.mb.add_node(0x1000_pa, 0x7000, 1, kNone);
  EXPECT_EQ(f.mb.memory().list.regions(),
            (Regions{at(0x1000, 0x1000, 1), at(0x2000, 0x1000, 0), at(0x3000, 0x2000, 1),
                     at(0x5000, 0x1000, 0), at(0x6000, 0x2000, 1)}));
  ASSERT_EQ(f.events.size(), 2u);  // the kernel's WARN_ON for each region in the way
}

// A list with places to spare is gone through once, another one twice: each time the kernel warns.
TEST(Memblock, WarnsEachTimeItGoesThroughTheList) {
  for (const bool tight : {true, false}) {
    kernel::Behaviour behaviour = kernel::behaviour_of(k612, 6);
    behaviour.memblock_tight_room_check = tight;
    Memblock mb(behaviour, {.init_memory_regions = 3});
    Events events;
    mb.set_event_sink([&](Event e) { events.push_back(std::move(e)); });
    mb.add_node(0x1000_pa, 0x1000, 0, kNone);
    mb.add_node(0_pa, 0x3000, 1, kNone);  // at most three pieces, of which there are three places
    EXPECT_EQ(events.size(), tight ? 1u : 2u);
    EXPECT_EQ(mb.memory().list.size(), 3u);
  }
}

// Since 6.16 who asks for no flags takes any.
TEST(Memblock, WarnsOfFlagsThatDiffer) {
  for (const unsigned minor : {12u, 16u}) {
    Fixture f({6, minor, 0});
    f.mb.add_node(0x1000_pa, 0x1000, 0, kHotplug);
    f.mb.add_node(0_pa, 0x2000, 0, kNone);
    EXPECT_EQ(f.events.size(), minor == 12 ? 1u : 0u);
    f.mb.add_node(0x9000_pa, 0x1000, 0, kHotplug);
    f.mb.add_node(0x8000_pa, 0x2000, 0, kMirror);
    EXPECT_EQ(f.events.size(), minor == 12 ? 2u : 1u);
  }
}

TEST(Memblock, RemoveSplits) {
  Fixture f;
  f.mb.reserve(0x1000_pa, 0x5000);
  EXPECT_TRUE(f.mb.phys_free(0x2000_pa, 0x1000));
  EXPECT_EQ(f.mb.reserved().list.regions(), (Regions{at(0x1000, 0x1000), at(0x3000, 0x3000)}));
  EXPECT_TRUE(f.mb.phys_free(0x1800_pa, 0x2000));
  EXPECT_EQ(f.mb.reserved().list.regions(), (Regions{at(0x1000, 0x800), at(0x3800, 0x2800)}));
  EXPECT_TRUE(f.mb.phys_free(0_pa, ~0ull));
  EXPECT_TRUE(f.mb.reserved().list.empty());
  EXPECT_EQ(f.mb.reserved_size(), 0u);
}

// As 6.18 logged it: the first MiB is reserved around the trampoline without a warning.
TEST(Memblock, KeepsNodeAndUseOfReservationsSince616) {
  Fixture f({6, 16, 0});
  f.mb.add_node(0_pa, 0x10000, 0, kNone);
  f.calls.clear();
  EXPECT_TRUE(f.mb.reserve_kern(0x1000_pa, 0x1000));
  EXPECT_TRUE(f.mb.reserve(0_pa, 0x4000));
  EXPECT_EQ(f.mb.alloc_node(0x1000, 0x1000, 0), 0xf000_pa);
  EXPECT_EQ(f.mb.alloc(0x1000, 0x1000), 0xe000_pa);
  EXPECT_TRUE(f.mb.reserved_mark_kern(0x3000_pa, 0x1000));
  EXPECT_EQ(f.mb.reserved().list.regions(),
            (Regions{at(0, 0x1000, kAnyNode), at(0x1000, 0x1000, kAnyNode, kRsrvKern),
                     at(0x2000, 0x1000, kAnyNode), at(0x3000, 0x1000, kAnyNode, kRsrvKern),
                     at(0xe000, 0x1000, kAnyNode, kRsrvKern), at(0xf000, 0x1000, 0, kRsrvKern)}));
  EXPECT_TRUE(f.events.empty());
  ASSERT_EQ(f.calls.size(), 6u);
  EXPECT_EQ(f.calls[3].operation, "__memblock_reserve");
  EXPECT_EQ(f.calls[3].nid, 0);
  EXPECT_EQ(f.calls[3].flags, kRsrvKern);
}

// As 7.3 logged it; what lies on another node than asked for is reserved without one.
TEST(Memblock, AllocatesHugePagesSince73) {
  constexpr std::uint64_t kSize = 0x200000;
  Fixture f({7, 3, 0});
  f.mb.add_node(0_pa, 2 * kSize, 0, kNone);
  f.mb.add_node(PhysAddr{2 * kSize}, 2 * kSize, 1, kNone);
  f.calls.clear();
  EXPECT_EQ(f.mb.alloc_hugetlb(kSize, 0, Memblock::Nid::exact, {"alloc_bootmem", {}}),
            PhysAddr{kSize});
  EXPECT_FALSE(f.mb.alloc_hugetlb(kSize, 0, Memblock::Nid::exact));
  EXPECT_EQ(f.mb.alloc_hugetlb(kSize, 0, Memblock::Nid::preferred), PhysAddr{3 * kSize});
  constexpr std::uint32_t kFlags = kRsrvKern | kRsrvHugetlb;
  EXPECT_EQ(f.mb.reserved().list.regions(),
            (Regions{at(kSize, kSize, 0, kFlags), at(3 * kSize, kSize, kAnyNode, kFlags)}));
  ASSERT_EQ(f.calls.size(), 5u);
  EXPECT_EQ(f.calls[0].operation, "memblock_alloc_hugetlb");
  EXPECT_TRUE(f.calls[0].exact_nid);
  EXPECT_EQ(f.calls[0].kind, CallKind::alloc);
  EXPECT_EQ(f.calls[0].size, kSize);
  EXPECT_EQ(f.calls[0].align, kSize);
  EXPECT_EQ(f.calls[0].nid, 0);
  EXPECT_EQ(f.calls[0].caller.function, "alloc_bootmem");
  EXPECT_EQ(f.calls[4].flags, kFlags);
}

TEST(Memblock, MarksReservationsNotBefore616) {
  Fixture f;
  EXPECT_TRUE(f.mb.reserve_kern(0x1000_pa, 0x1000));
  EXPECT_TRUE(f.mb.reserve_with(0x2000_pa, 0x1000, 1, kRsrvKern));
  EXPECT_TRUE(f.mb.reserved_mark_kern(0x1000_pa, 0x1000));
  EXPECT_EQ(f.mb.reserved().list.regions(), (Regions{at(0x1000, 0x2000)}));
  EXPECT_EQ(f.calls.back().operation, "memblock_reserve");
}

TEST(Memblock, MarksScratchSince616) {
  for (const kernel::Version version : {k612, kernel::Version{6, 16, 0}}) {
    Fixture f(version);
    f.mb.add(0_pa, 0x200000);
    EXPECT_TRUE(f.mb.mark_kho_scratch(0_pa, 0x100000));
    EXPECT_EQ(f.mb.memory().list.regions().front().flags, version == k612 ? kNone : kKhoScratch);
    EXPECT_TRUE(f.mb.clear_kho_scratch(0_pa, 0x100000));
    EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0, 0x200000)}));
  }
}

TEST(Memblock, CapsWhatWouldOverflow) {
  Fixture f;
  f.mb.add(PhysAddr{~0ull - 0x1000}, 0x10000);
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(~0ull - 0x1000, 0x1000)}));
}

TEST(Memblock, ReservesBeforeThereIsMemory) {
  Fixture f;
  EXPECT_TRUE(f.mb.reserve(0x1000_pa, 0x1000));
  EXPECT_FALSE(f.mb.phys_alloc(64, 64));
  f.mb.add(0_pa, 0x3000);
  EXPECT_EQ(f.mb.phys_alloc(64, 64), 0x2fc0_pa);
}

TEST(Memblock, AllocatesFromEitherEndButNeverTheFirstPage) {
  Fixture f;
  f.mb.add(0_pa, 0x10000);
  EXPECT_EQ(f.mb.phys_alloc(0x1000, 0x1000), 0xf000_pa);
  f.mb.set_bottom_up(true);
  EXPECT_EQ(f.mb.phys_alloc(0x100, 0x1000), 0x1000_pa);
  EXPECT_EQ(f.mb.phys_alloc(0x1000, 0x1000), 0x2000_pa);
  EXPECT_FALSE(f.mb.phys_alloc(0x10000, 64));
}

TEST(Memblock, DropsTheLowLimitThenTheNode) {
  Fixture f;
  f.mb.add_node(0x10000_pa, 0x10000, 0, kNone);
  f.mb.add_node(0x20000_pa, 0x10000, 1, kNone);
  EXPECT_EQ(f.mb.alloc_try_nid(0x1000, 64, 0x1f800_pa, kAllocAccessible, 0), 0x2f000_pa);
  EXPECT_EQ(f.mb.alloc_exact_nid_raw(0x1000, 64, 0x1f800_pa, kAllocAccessible, 0), 0x1f000_pa);
  EXPECT_FALSE(f.mb.alloc_exact_nid_raw(0x10000, 64, 0_pa, kAllocAccessible, 0));
}

TEST(Memblock, FallsBackFromMirroredMemoryWithAWarning) {
  Fixture f(k612, Options{.mirrored_kernelcore = true});
  f.mb.add(0x10000_pa, 0x10000);
  f.mb.mark_mirror(0x10000_pa, 0x2000);
  EXPECT_EQ(f.mb.phys_alloc(0x1000, 64), 0x11000_pa);
  EXPECT_EQ(f.mb.phys_alloc(0x4000, 64), 0x1c000_pa);
  ASSERT_EQ(f.events.size(), 1u);
  EXPECT_EQ(f.events[0].text, "Could not allocate 0x0000000000004000 bytes of mirrored memory");
}

TEST(Memblock, RecordsCallsAsTheKernelLogsThem) {
  Fixture f;
  constexpr static Owner kPageTables{"page_tables", "page tables"};
  f.mb.add(0_pa, 0x10000, {"e820__memblock_setup", {}});
  f.mb.phys_alloc(0x100, 0, {"alloc_low_pages", kPageTables});
  ASSERT_EQ(f.calls.size(), 3u);
  EXPECT_EQ(f.calls[1].kind, CallKind::alloc);
  EXPECT_EQ(f.calls[1].operation, "memblock_phys_alloc_range");
  EXPECT_EQ(f.calls[1].caller.function, "alloc_low_pages");
  EXPECT_EQ(f.calls[2].kind, CallKind::reserve);
  EXPECT_EQ(f.calls[2].range, PhysRange::make(0xff00, 0x10000));
  EXPECT_EQ(f.calls[2].caller.function, "memblock_alloc_range_nid");
  EXPECT_EQ(f.calls[2].caller.owner.owner(), &kPageTables);
  ASSERT_EQ(f.events.size(), 1u);  // alignment 0
}

TEST(Memblock, RecordsWhatChangesMemory) {
  for (const auto v : {k61, k612}) {
    Fixture f(v, {.has_physmem = true});
    f.mb.add_node(0_pa, 0x10000, 1, kHotplug, {"a", {}});
    f.mb.remove(0x4000_pa, 0x1000, {"b", {}});
    f.mb.reserve(0x5000_pa, 0x2000);
    f.mb.phys_free(0x5000_pa, 0x1000, {"c", {}});
    f.mb.physmem_add(0x8000_pa, 0x1000, {"d", {}});
    ASSERT_EQ(f.calls.size(), 5u);
    const struct {
      CallKind kind;
      std::string_view operation;
      PhysRange range;
      std::string_view function;
    } want[] = {
        {CallKind::add, "memblock_add_node", PhysRange::make(0, 0x10000), "a"},
        {CallKind::remove, "memblock_remove", PhysRange::make(0x4000, 0x5000), "b"},
        {CallKind::reserve, "memblock_reserve", PhysRange::make(0x5000, 0x7000), ""},
        {CallKind::free, f.mb.behaviour().memblock_free_line, PhysRange::make(0x5000, 0x6000), "c"},
        {CallKind::add, "memblock_physmem_add", PhysRange::make(0x8000, 0x9000), "d"},
    };
    for (std::size_t i = 0; i < f.calls.size(); ++i) {
      EXPECT_EQ(f.calls[i].kind, want[i].kind) << i;
      EXPECT_EQ(f.calls[i].operation, want[i].operation);
      EXPECT_EQ(f.calls[i].range, want[i].range);
      EXPECT_EQ(f.calls[i].caller.function, want[i].function);
    }
    EXPECT_EQ(f.calls[0].nid, 1);
    EXPECT_EQ(f.calls[0].flags, kHotplug);
    EXPECT_EQ(f.mb.phys_mem_size(), 0xf000u);
  }
}

// Without physmem, or mirrored memory that was asked for, they have nothing to do, and succeed.
TEST(Memblock, WhatAKernelDoesWithoutSucceeds) {
  Fixture f;
  f.mb.add(0_pa, 0x10000);
  f.calls.clear();
  EXPECT_TRUE(f.mb.physmem_add(0x8000_pa, 0x1000));
  EXPECT_TRUE(f.mb.mark_mirror(0_pa, 0x1000));
  EXPECT_FALSE(f.mb.has_mirror());
  EXPECT_TRUE(f.calls.empty());
}

// What was learned of the lists before does not hold of others.
TEST(Lists, TakenOverAreSearchedAnew) {
  Memblock mb(kernel::behaviour_of(k612, 6));
  mb.add(0x10000_pa, 0x1000);
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x10000_pa);
  EXPECT_FALSE(mb.phys_alloc(0x1000, 0x1000));
  mb.assign_memory({at(0x10000, 0x2000)}, 64, 0x2000, std::nullopt);
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x11000_pa);
  EXPECT_FALSE(mb.phys_alloc(0x1000, 0x1000));
  mb.assign_reserved({at(0x10000, 0x1000)}, 64, 0x1000, std::nullopt);
  EXPECT_EQ(mb.phys_alloc(0x1000, 0x1000), 0x11000_pa);
}

void fill_reserved(Memblock& mb, std::uint64_t n) {
  for (std::uint64_t i = 0; i < n; ++i)
    ASSERT_TRUE(mb.reserve(PhysAddr{0x100000 + i * 0x2000}, 0x1000));
}

TEST(Growth, TakesItsOwnMemory) {
  for (const auto v : {k61, k612}) {
    Fixture f(v);
    f.mb.add(0x100000_pa, 0x1000000);
    f.mb.allow_resize();
    fill_reserved(f.mb, 128);
    EXPECT_EQ(f.mb.reserved().max, 128u);
    EXPECT_TRUE(f.mb.reserve(0x100000_pa, 0x1000));  // which it is
    EXPECT_EQ(f.mb.reserved().max, 128u);
    EXPECT_TRUE(f.mb.reserve(0x400000_pa, 0x1000));
    EXPECT_EQ(f.mb.reserved().max, 256u);
    EXPECT_EQ(f.mb.reserved().array, PhysRange::make(0x10fe000, 0x1100000));  // 256 * 24 = 0x1800
    EXPECT_TRUE(f.mb.is_reserved(0x10fe000_pa));
    EXPECT_EQ(f.mb.reserved().list.size(), 130u);
    ASSERT_EQ(f.events.size(), 1u);
    EXPECT_EQ(f.events[0].text,
              "memblock: reserved is doubled to 256 at [0x00000000010fe000-0x00000000010ff7ff]");
    EXPECT_EQ(f.events[0].range, PhysRange::make(0x10fe000, 0x10ff800));
    EXPECT_EQ(f.events[0].rule.file, "mm/memblock.c");
    EXPECT_EQ(f.events[0].rule.function, "memblock_double_array");
  }
}

// Not in the way of what is about to be reserved: above it, else below.
TEST(Growth, OfReservedLooksAboveTheRangeThenBelow) {
  Fixture f;
  f.mb.add(0x100000_pa, 0x1000000);
  f.mb.allow_resize();
  fill_reserved(f.mb, 128);
  EXPECT_TRUE(f.mb.reserve(0x10ff000_pa, 0x1000));  // up to the end of memory
  EXPECT_EQ(f.mb.reserved().array, PhysRange::make(0x10fd000, 0x10ff000));
}

// The array of memory, which is not reserved, ends the kernel.
TEST(Growth, OfMemoryWhereItsArrayCannotBeReserved) {
  Fixture f(k612, {.init_memory_regions = 1, .init_reserved_regions = 1});
  f.mb.allow_resize();
  f.mb.add(0x100000_pa, 0x2000);
  f.mb.reserve(0x100000_pa, 0x800);
  EXPECT_FALSE(f.mb.add(0x200000_pa, 0x1000));
  EXPECT_TRUE(f.mb.panicked());
  EXPECT_EQ(f.events.back().text, "kernel BUG at mm/memblock.c: memblock_double_array");
  EXPECT_EQ(f.mb.memory().list.size(), 1u);
}

TEST(Growth, BeforeResizingIsAllowed) {
  Fixture old(k61);
  fill_reserved(old.mb, 128);
  EXPECT_FALSE(old.mb.reserve(0x80000000_pa, 0x1000));
  EXPECT_FALSE(old.mb.panicked());
  Fixture now(k612);
  fill_reserved(now.mb, 128);
  EXPECT_FALSE(now.mb.reserve(0x80000000_pa, 0x1000));
  EXPECT_TRUE(now.mb.panicked());
  EXPECT_EQ(now.events.back().severity, Severity::panic);
}

TEST(Growth, WithoutRoom) {
  Fixture f;
  f.mb.allow_resize();
  fill_reserved(f.mb, 128);
  EXPECT_FALSE(f.mb.reserve(0x80000000_pa, 0x1000));
  ASSERT_EQ(f.events.size(), 1u);
  EXPECT_EQ(f.events[0].text,
            "memblock: Failed to double reserved array from 128 to 256 entries !");
}

// The array of memory is looked for anywhere, wherever the range lies that asks for more; the one
// before it is freed.
TEST(Growth, OfMemory) {
  for (const auto v : {k61, k612}) {
    Fixture f(v, {.init_memory_regions = 2});
    f.mb.allow_resize();
    f.mb.add(0x100000_pa, 0x100000);
    for (std::uint64_t i = 1; i < 6; ++i) EXPECT_TRUE(f.mb.add(PhysAddr{i << 24}, 0x1000));
    EXPECT_GE(f.mb.memory().max, 6u);
    EXPECT_EQ(f.mb.memory().list.size(), 6u);
    ASSERT_TRUE(f.mb.memory().array);
    EXPECT_TRUE(f.mb.is_region_reserved(f.mb.memory().array->base(), 1));
    EXPECT_EQ(f.mb.reserved_size(), 0x1000u);  // the others were freed
    EXPECT_GE(f.events.size(), 2u);
    EXPECT_EQ(f.events[0].text.substr(0, 34), "memblock: memory is doubled to 4 a");
  }
}

TEST(Growth, OfMemoryLooksBelowWhatIsAddedToo) {
  Fixture f(k612, {.init_memory_regions = 1, .mirrored_kernelcore = true});
  f.mb.allow_resize();
  f.mb.add(0x100000_pa, 0x2000);
  EXPECT_TRUE(f.mb.add(PhysAddr{1ull << 32}, 1ull << 31));
  EXPECT_EQ(f.mb.memory().array, PhysRange::make(0x101000, 0x102000));
  // Where there is no room it is looked for once.
  f.mb.mark_mirror(0x100000_pa, 0x1000);
  for (std::uint64_t i = 1; f.mb.memory().list.size() < f.mb.memory().max; ++i)
    ASSERT_TRUE(f.mb.add(PhysAddr{i << 36}, 0x1000));
  f.mb.reserve(0_pa, ~0ull);
  f.events.clear();
  EXPECT_FALSE(f.mb.add(PhysAddr{1ull << 40}, 0x1000));
  EXPECT_EQ(f.events.size(), 2u);  // no mirrored memory; not doubled
}

// Cutting a region takes places too.
TEST(Growth, OfAListThatIsCut) {
  Fixture f(k61, {.init_memory_regions = 2});
  f.mb.add(0x100000_pa, 0x10000);
  f.mb.add(0x200000_pa, 0x10000);
  EXPECT_FALSE(f.mb.remove(0x104000_pa, 0x1000));
  EXPECT_FALSE(f.mb.set_node(0x104000_pa, 0x1000, 0));
  f.mb.cap_memory_range(0x104000_pa, 0x1000);
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x100000, 0x10000), at(0x200000, 0x10000)}));
  f.mb.allow_resize();
  EXPECT_TRUE(f.mb.remove(0x104000_pa, 0x1000));
  EXPECT_EQ(f.mb.memory().max, 4u);
  EXPECT_EQ(f.mb.memory().list.regions(),
            (Regions{at(0x100000, 0x4000), at(0x105000, 0xb000), at(0x200000, 0x10000)}));
}

// As a log's lists are taken over, which may have neighbours that ought to be one.
TEST(Lists, TakenOverAreMergedByTheNextCall) {
  for (const bool around : {true, false}) {
    kernel::Behaviour behaviour = kernel::behaviour_of(k612, 6);
    behaviour.memblock_merges_around_change = around;
    Memblock mb(behaviour);
    mb.assign_memory({at(0, 0x4000), at(0x4000, 0x4000), at(0x9000, 0x1000)}, 64, 0x9000,
                     std::nullopt);
    EXPECT_EQ(mb.phys_mem_size(), 0x9000u);
    EXPECT_EQ(mb.memory().max, 64u);
    mb.add(0x1000_pa, 0x1000);  // nothing to add, nothing to merge
    EXPECT_EQ(mb.memory().list.size(), 3u);
    mb.assign_reserved({at(0x1000, 0x1000), at(0x2000, 0x1000)}, 64, 0x2000,
                       PhysRange::make(0x1000, 0x2000));
    EXPECT_EQ(mb.reserved().array, PhysRange::make(0x1000, 0x2000));
    mb.add(0x10000_pa, 0x1000);
    EXPECT_EQ(mb.memory().list.size(), around ? 4u : 3u);
    mb.reserve(0x3000_pa, 0x1000);
    EXPECT_EQ(mb.reserved().list.regions(), around
                                                ? (Regions{at(0x1000, 0x1000), at(0x2000, 0x2000)})
                                                : (Regions{at(0x1000, 0x3000)}));
  }
}

// kernel: memblock_isolate_range(): it makes room for two regions before it looks whether they come
TEST(Growth, WhereAListIsCutAtItsLastEntryButOne) {
  Fixture f;
  f.mb.allow_resize();
  f.mb.add(0x1000_pa, 0x10000000);
  for (std::uint64_t i = 0; i < 126; ++i) f.mb.reserve(PhysAddr{0x100000 + i * 0x2000}, 0x1000);
  EXPECT_TRUE(f.mb.phys_free(0x1000_pa, 0x1000));
  EXPECT_EQ(f.mb.reserved().max, 128u);  // 126 and two
  f.mb.reserve(0x800000_pa, 0x1000);
  EXPECT_EQ(f.mb.reserved().max, 128u);
  EXPECT_TRUE(f.mb.phys_free(0x1000_pa, 0x1000));
  EXPECT_EQ(f.mb.reserved().max, 256u);
}

TEST(Memblock, OfNoBytesNothingIsTakenAway) {
  Fixture f;
  f.mb.add(0x1000_pa, 0x1000);
  EXPECT_TRUE(f.mb.remove(0x1000_pa, 0));
  EXPECT_TRUE(f.mb.phys_free(0x1000_pa, 0));
  EXPECT_EQ(f.mb.memory().list.size(), 1u);
}

TEST(Lists, ATotalOfNothingIsWarnedOf) {
  Fixture f;
  f.mb.assign_memory({}, 64, 0x1000, std::nullopt);
  f.mb.add(0x1000_pa, 0x1000);
  ASSERT_EQ(f.events.size(), 1u);
  EXPECT_EQ(f.events[0].text,
            "WARNING: at mm/memblock.c memblock_add_range: an empty list with a total size");
  // What trimming left in the total comes out when all is removed.
  Fixture trimmed;
  trimmed.mb.add(0x1800_pa, 0x2000);
  trimmed.mb.trim_memory(0x1000);
  trimmed.mb.remove(0_pa, ~0ull);
  ASSERT_EQ(trimmed.events.size(), 1u);
  EXPECT_EQ(trimmed.events[0].text,
            "WARNING: at mm/memblock.c memblock_remove_region: type->total_size != 0");
  trimmed.mb.remove(0_pa, ~0ull);  // of nothing it is not told again
  EXPECT_EQ(trimmed.events.size(), 1u);
}

TEST(Memblock, FreesByPointerAllButNull) {
  Fixture f;
  f.mb.reserve(0_pa, 0x3000);
  EXPECT_TRUE(f.mb.free(0_pa, 0x1000));
  EXPECT_EQ(f.mb.reserved_size(), 0x3000u);
  EXPECT_TRUE(f.mb.free(0x1000_pa, 0x1000));
  EXPECT_EQ(f.mb.reserved().list.regions(), (Regions{at(0, 0x1000), at(0x2000, 0x1000)}));
}

TEST(Memblock, MarksWhatIsNotInitialised) {
  for (const bool knows : {true, false}) {
    kernel::Behaviour behaviour = kernel::behaviour_of(k612, 6);
    behaviour.memblock_rsrv_noinit = knows;
    Memblock mb(behaviour);
    mb.reserve(0x1000_pa, 0x3000);
    EXPECT_TRUE(mb.reserved_mark_noinit(0x2000_pa, 0x1000));
    EXPECT_EQ(mb.reserved().list.regions(),
              knows ? (Regions{at(0x1000, 0x1000), at(0x2000, 0x1000, kNone64, kRsrvNoinit),
                               at(0x3000, 0x1000)})
                    : (Regions{at(0x1000, 0x3000)}));
  }
}

// The kernel is dead.
TEST(Memblock, AfterAPanicNothingChanges) {
  Fixture f;
  f.mb.add(0x100000_pa, 0x100000);
  f.mb.reserve(0x100000_pa, 0x1000);
  const Regions memory = f.mb.memory().list.regions();
  const Regions reserved = f.mb.reserved().list.regions();
  f.mb.allow_resize();
  f.mb.halt();
  EXPECT_FALSE(f.mb.add(0_pa, 0x1000));
  EXPECT_FALSE(f.mb.remove(0x100000_pa, 0x1000));
  EXPECT_FALSE(f.mb.reserve(0x180000_pa, 0x1000));
  EXPECT_FALSE(f.mb.set_node(0_pa, ~0ull, 3));
  f.mb.trim_memory(1 << 20);
  f.mb.cap_memory_range(0_pa, 0x1000);
  f.mb.enforce_memory_limit(0x1000);
  f.mb.mem_limit_remove_map(0x1000);
  f.mb.prepare_free_all();
  EXPECT_FALSE(f.mb.find_in_range(0_pa, kAllocAnywhere, 0x1000, 0x1000));
  EXPECT_FALSE(f.mb.alloc_hugetlb(0x1000, 0, Memblock::Nid::preferred));
  EXPECT_EQ(f.mb.memory().list.regions(), memory);
  EXPECT_EQ(f.mb.reserved().list.regions(), reserved);
}

TEST(Limits, OfNothingAndBeyondAllChangeNothing) {
  Fixture f;
  f.mb.reserve(0x9000_pa, 0x1000);
  f.mb.cap_memory_range(0x1000_pa, 0x1000);
  EXPECT_TRUE(f.mb.is_reserved(0x9000_pa));
  ASSERT_EQ(f.events.size(), 1u);
  EXPECT_EQ(f.events[0].text, "memblock_cap_memory_range: No memory registered yet");
  f.mb.add(0x1000_pa, 0x4000);
  f.mb.add(PhysAddr{~0ull - 0x1000}, 0x1000);
  const Regions memory = f.mb.memory().list.regions();
  f.mb.cap_memory_range(0x1000_pa, 0);
  for (const std::uint64_t limit :
       {std::uint64_t{0}, std::uint64_t{0x5000}, std::uint64_t{0x5001}}) {
    f.mb.enforce_memory_limit(limit);  // 0x5000 end where no address is
    f.mb.mem_limit_remove_map(limit);
    EXPECT_EQ(f.mb.memory().list.regions(), memory) << limit;
  }
  f.mb.enforce_memory_limit(0x4fff);
  EXPECT_EQ(f.mb.phys_mem_size(), 0x4fffu);
  f.mb.trim_memory(0x1000);  // the last block of all has no end to round to
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x1000, 0x4000)}));
}

TEST(Limits, TrimKeepsTheTotalAsTheKernelDoes) {
  Fixture f;
  f.mb.add(0x1800_pa, 0x2000);
  f.mb.add(0x5800_pa, 0x400);
  f.mb.trim_memory(0x1000);
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x2000, 0x1000)}));
  EXPECT_EQ(f.mb.phys_mem_size(), 0x2000u);
}

// Bytes that end with a region: what is reserved behind it goes.
TEST(Limits, ThatEndWithARegion) {
  Fixture f;
  f.mb.add(0x1000_pa, 0x4000);
  f.mb.add(0x10000_pa, 0x4000);
  f.mb.reserve(0x4000_pa, 0x4000);
  f.mb.mem_limit_remove_map(0x4000);
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x1000, 0x4000)}));
  EXPECT_EQ(f.mb.reserved().list.regions(), (Regions{at(0x4000, 0x1000)}));
}

TEST(Limits, CapKeepsWhatBeginsWithIt) {
  for (const auto v : {k61, k612}) {
    Fixture f(v);
    f.mb.add(0x1000_pa, 0x4000);
    f.mb.reserve(0_pa, 0x2000);
    f.mb.cap_memory_range(0x1000_pa, 0x2000);
    EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x1000, 0x2000)}));
    EXPECT_EQ(f.mb.reserved().list.regions(), (Regions{at(0x1000, 0x1000)}));
    EXPECT_EQ(f.mb.phys_mem_size(), 0x2000u);
    EXPECT_TRUE(f.events.empty());
  }
}

// What must not be mapped stays, in two: until the whole list is merged again.
TEST(Limits, CapCutsNomapInTwo) {
  for (const bool around : {false, true}) {
    kernel::Behaviour behaviour = kernel::behaviour_of(k612, 6);
    behaviour.memblock_merges_around_change = around;
    Memblock mb(behaviour);
    mb.add(0x1000_pa, 0x8000);
    mb.mark_nomap(0x1000_pa, 0x8000);
    mb.cap_memory_range(0_pa, 0x4000);
    EXPECT_EQ(mb.memory().list.size(), 2u);
    mb.add(0x20000_pa, 0x1000);
    EXPECT_EQ(mb.memory().list.size(), around ? 3u : 2u);
  }
}

TEST(Limits, MemoryLimitAndCap) {
  Fixture f;
  f.mb.add(0x1000_pa, 0x4000);
  f.mb.add(0x10000_pa, 0x4000);
  f.mb.reserve(0x4000_pa, 0x20000);
  f.mb.mark_nomap(0x13000_pa, 0x1000);
  f.mb.mem_limit_remove_map(0x5000);
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x1000, 0x4000), at(0x10000, 0x1000),
                                                   at(0x13000, 0x1000, kNone64, kNomap)}));
  EXPECT_EQ(f.mb.phys_mem_size(), 0x6000u);
  EXPECT_EQ(f.mb.reserved().list.regions(), (Regions{at(0x4000, 0xd000)}));
  f.mb.enforce_memory_limit(0x3800);
  EXPECT_EQ(f.mb.memory().list.regions(), (Regions{at(0x1000, 0x3800)}));
  EXPECT_EQ(f.mb.reserved().list.regions(), (Regions{at(0x4000, 0x800)}));
}

TEST(Iterate, MemoryAndWhatIsReserved) {
  Fixture f(k612, {.movable_node = true});
  f.mb.add_node(0x1000_pa, 0x2000, 0, kNone);
  f.mb.add_node(0x3000_pa, 0x1800, 1, kHotplug);
  f.mb.add_node(0x8800_pa, 0x400, 1, kNone);
  f.mb.mark_nomap(0x2000_pa, 0x1000);
  f.mb.add_node(0xa800_pa, 0x1000, 1, kNone);  // two half pages are none
  EXPECT_EQ(mem_pfn_ranges(f.mb),
            (std::vector<PfnRange>{{1_pfn, 2_pfn, 0}, {2_pfn, 3_pfn, 0}, {3_pfn, 4_pfn, 1}}));
  EXPECT_EQ(mem_pfn_ranges(f.mb, 0).size(), 2u);
  EXPECT_EQ(mem_pfn_ranges(f.mb, 1).size(), 1u);
  EXPECT_EQ(mem_pfn_ranges(f.mb, kNone64).size(), 3u);
  EXPECT_TRUE(mem_pfn_ranges(f.mb, 2).empty());
  const MemRanges up = mem_ranges(f.mb);
  MemRanges down = mem_ranges(f.mb, Direction::down);
  std::ranges::reverse(down);
  EXPECT_EQ(up, down);
  ASSERT_EQ(up.size(), 4u);
  EXPECT_EQ(up[0].range, PhysRange::make(0x1000, 0x2000));
  f.mb.reserve(0x1000_pa, 0x800);
  const MemRanges reserved = reserved_mem_ranges(f.mb);
  ASSERT_EQ(reserved.size(), 1u);
  EXPECT_EQ(reserved[0].range, PhysRange::make(0x1000, 0x1800));
  EXPECT_TRUE(f.mb.is_map_memory(0x1000_pa));
  EXPECT_FALSE(f.mb.is_map_memory(0x2000_pa));
  EXPECT_FALSE(f.mb.is_map_memory(0x7000_pa));
  EXPECT_TRUE(f.mb.is_memory(0x2000_pa));
}

TEST(Iterate, FreeRangesInBothDirections) {
  Fixture f;
  f.mb.add_node(0x1000_pa, 0x4000, 0, kNone);
  f.mb.add_node(0x5000_pa, 0x4000, 1, kNone);
  f.mb.reserve(0x4000_pa, 0x2000);
  f.mb.reserve(0x8800_pa, 0x100);
  const MemRanges want{{PhysRange::make(0x1000, 0x4000), 0},
                       {PhysRange::make(0x6000, 0x8800), 1},
                       {PhysRange::make(0x8900, 0x9000), 1}};
  EXPECT_EQ(free_mem_ranges(f.mb), want);
  EXPECT_EQ(free_mem_ranges(f.mb, kAnyNode, kNone, Direction::down),
            (MemRanges{want[2], want[1], want[0]}));
  EXPECT_EQ(free_mem_ranges(f.mb, 0), (MemRanges{want[0]}));
  EXPECT_EQ(mem_pfn_ranges(f.mb, 1), (std::vector<PfnRange>{{5_pfn, 9_pfn, 1}}));
}

}  // namespace
}  // namespace memmap::memblock
