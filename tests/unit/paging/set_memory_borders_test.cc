// What a change reaches, and what it does not: exact runs after it.
#include <gtest/gtest.h>

#include "paging/set_memory.h"

namespace memmap::paging {
namespace {

constexpr std::uint64_t kM = 1 << 20;
constexpr std::uint64_t kImage = 0xffffffff81000000;
constexpr std::uint64_t kPhysMap = raw(kPageOffset4);
constexpr std::uint64_t kImagePhys = 16 * kM;
constexpr std::uint32_t kOpen = kWritable | kGlobal;
constexpr std::uint32_t kShut = kGlobal;

Mapping run_at(std::uint64_t virt, std::uint64_t phys, std::uint64_t size, std::uint64_t pages,
               std::uint32_t flags = kOpen) {
  return {VirtAddr{virt}, PhysAddr{phys}, size, pages, flags};
}

// Without text or read-only data.
ImagePlaces image_of(std::uint64_t text, std::uint64_t phys, std::uint64_t bytes) {
  const VirtAddr at{text};
  return {.text = at,
          .phys = PhysAddr{phys},
          .etext = at,
          .start_rodata = at,
          .end_rodata = at,
          .brk_end = VirtAddr{text + bytes}};
}

struct Changed {
  AddressSpace tables{4};
  SetMemory memory;
  explicit Changed(const Mappings& runs,
                   const ImagePlaces& image = image_of(kImage, kImagePhys, 6 * kM),
                   std::vector<PhysRange> mapped = {PhysRange::make(0, 64 * kM)})
      : memory(tables, image, std::move(mapped), true) {
    for (const Mapping& m : runs) tables.map(m);
  }
};

// The last bytes of a large page are the image's no more: what maps them is changed all the same.
TEST(SetMemoryBorders, ALargePageIsChangedAtOnceThoughItsAliasEndsInIt) {
  Changed c({run_at(kPhysMap, 0, kSize2M, 32), run_at(kImage, kImagePhys, kSize2M, 3)},
            image_of(kImage, kImagePhys, 5 * kM));
  c.memory.ro(VirtAddr{kPhysMap + 20 * kM}, 512);
  EXPECT_EQ(c.tables.mappings(), (Mappings{run_at(kPhysMap, 0, kSize2M, 10),
                                           run_at(kPhysMap + 20 * kM, 20 * kM, kSize2M, 1, kShut),
                                           run_at(kPhysMap + 22 * kM, 22 * kM, kSize2M, 21),
                                           run_at(kImage, kImagePhys, kSize2M, 2),
                                           run_at(kImage + 4 * kM, 20 * kM, kSize2M, 1, kShut)}));
}

//   physical          |14M|16M  image  22M|24M|
//   direct map        |===================|====|      made read-only
//   image         |48M|===================|50M|       its neighbours map other frames
TEST(SetMemoryBorders, WhatLiesAroundTheImageIsNoAlias) {
  const Mapping below = run_at(kImage - kSize2M, 48 * kM, kSize2M, 1);
  const Mapping above = run_at(kImage + 6 * kM, 50 * kM, kSize2M, 1);
  Changed c(
      {run_at(kPhysMap, 0, kSize2M, 32), below, run_at(kImage, kImagePhys, kSize2M, 3), above});
  c.memory.ro(VirtAddr{kPhysMap + 14 * kM}, 5 * 512);
  EXPECT_EQ(c.tables.mappings(), (Mappings{run_at(kPhysMap, 0, kSize2M, 7),
                                           run_at(kPhysMap + 14 * kM, 14 * kM, kSize2M, 5, kShut),
                                           run_at(kPhysMap + 24 * kM, 24 * kM, kSize2M, 20), below,
                                           run_at(kImage, kImagePhys, kSize2M, 3, kShut), above}));
}

// From within the image's last large page to small pages behind it.
TEST(SetMemoryBorders, AChangeThatLeavesTheImageLeavesItsAlias) {
  const Mapping above = run_at(kImage + 6 * kM, 50 * kM, kSize2M, 1);
  Changed c({run_at(kPhysMap + 20 * kM, 20 * kM, kSize2M, 1),
             run_at(kPhysMap + 22 * kM, 22 * kM, kSize4K, 512),
             run_at(kImage + 4 * kM, 20 * kM, kSize4K, 512), above});
  c.memory.ro(VirtAddr{kPhysMap + 21 * kM}, 512);
  EXPECT_EQ(c.tables.mappings(),
            (Mappings{run_at(kPhysMap + 20 * kM, 20 * kM, kSize4K, 256),
                      run_at(kPhysMap + 21 * kM, 21 * kM, kSize4K, 512, kShut),
                      run_at(kPhysMap + 23 * kM, 23 * kM, kSize4K, 256),
                      run_at(kImage + 4 * kM, 20 * kM, kSize4K, 256),
                      run_at(kImage + 5 * kM, 21 * kM, kSize4K, 256, kShut), above}));
}

TEST(SetMemoryBorders, TheImagesFirstPageIsChangedWithItsDirectMap) {
  Changed c({run_at(kPhysMap + kImagePhys, kImagePhys, kSize4K, 2),
             run_at(kImage, kImagePhys, kSize4K, 2)});
  c.memory.ro(VirtAddr{kPhysMap + kImagePhys}, 1);
  EXPECT_EQ(c.tables.mappings(),
            (Mappings{run_at(kPhysMap + kImagePhys, kImagePhys, kSize4K, 1, kShut),
                      run_at(kPhysMap + kImagePhys + kSize4K, kImagePhys + kSize4K, kSize4K, 1),
                      run_at(kImage, kImagePhys, kSize4K, 1, kShut),
                      run_at(kImage + kSize4K, kImagePhys + kSize4K, kSize4K, 1)}));
}

// kernel: cpa_process_alias(): [_text, _brk_end) is the image; all else has an alias in it
TEST(SetMemoryBorders, AThirdMappingOfTheImageChangesBothOthers) {
  constexpr std::uint64_t kFrame = kImagePhys + 3 * kSize4K;
  for (const std::uint64_t third : {kImage + 6 * kM, raw(kModulesEnd), raw(kVmalloc4)}) {
    Changed c({run_at(kPhysMap + kFrame, kFrame, kSize4K, 1),
               run_at(kImage + 3 * kSize4K, kFrame, kSize4K, 1),
               run_at(third, kFrame, kSize4K, 1)});
    c.memory.ro(VirtAddr{third}, 1);
    for (const Mapping& m : c.tables.mappings()) EXPECT_EQ(m.flags, kShut) << third << raw(m.virt);
  }
}

TEST(SetMemoryBorders, OnlyWhatTheDirectMapMapsHasAnAliasThere) {
  constexpr std::uint64_t kElse = raw(kVmalloc4);
  Changed c(
      {run_at(kPhysMap + 32 * kM, 32 * kM, kSize4K, 2048), run_at(kElse, 32 * kM, kSize4K, 2048)},
      image_of(kImage, kImagePhys, 6 * kM),
      {PhysRange::make(33 * kM, 34 * kM), PhysRange::make(36 * kM, 39 * kM)});
  c.memory.ro(VirtAddr{kElse}, 2048);
  EXPECT_EQ(c.tables.mappings(), (Mappings{run_at(kPhysMap + 32 * kM, 32 * kM, kSize4K, 256),
                                           run_at(kPhysMap + 33 * kM, 33 * kM, kSize4K, 256, kShut),
                                           run_at(kPhysMap + 34 * kM, 34 * kM, kSize4K, 512),
                                           run_at(kPhysMap + 36 * kM, 36 * kM, kSize4K, 768, kShut),
                                           run_at(kPhysMap + 39 * kM, 39 * kM, kSize4K, 256),
                                           run_at(kElse, 32 * kM, kSize4K, 2048, kShut)}));
}

TEST(SetMemoryBorders, WhetherAnAliasMayBeExecutedStays) {
  Changed c({run_at(kPhysMap + 16 * kM, 16 * kM, kSize2M, 1, kOpen),
             run_at(kPhysMap + 18 * kM, 18 * kM, kSize2M, 1, kOpen | kNoExecute),
             run_at(kImage, 16 * kM, kSize2M, 1, kOpen),
             run_at(kImage + kSize2M, 18 * kM, kSize2M, 1, kOpen | kNoExecute)});
  c.memory.nx(VirtAddr{kImage}, 512);
  c.memory.x(VirtAddr{kImage + kSize2M}, 512);
  EXPECT_EQ(c.tables.mappings(),
            (Mappings{run_at(kPhysMap + 16 * kM, 16 * kM, kSize2M, 1, kOpen),
                      run_at(kPhysMap + 18 * kM, 18 * kM, kSize2M, 1, kOpen | kNoExecute),
                      run_at(kImage, 16 * kM, kSize2M, 1, kOpen | kNoExecute),
                      run_at(kImage + kSize2M, 18 * kM, kSize2M, 1, kOpen)}));
}

// kernel: protect_kernel_text(): pages that bytes from _text up to _etext lie in
TEST(SetMemoryBorders, TextIsOfPagesThatHaveAByteOfIt) {
  ImagePlaces image = image_of(kImage, kImagePhys, 6 * kM);
  image.etext = VirtAddr{kImage + 0x3800};
  const Mapping before = run_at(kImage - kSize4K, 48 * kM, kSize4K, 1);
  const Mapping all = run_at(kImage, kImagePhys, kSize4K, 8);
  const Mappings want = {
      run_at(kImage - kSize4K, 48 * kM, kSize4K, 1, kOpen | kNoExecute),
      run_at(kImage, kImagePhys, kSize4K, 4),
      run_at(kImage + 0x4000, kImagePhys + 0x4000, kSize4K, 4, kOpen | kNoExecute)};
  for (const std::uint64_t first : {0u, 1u, 3u, 4u}) {
    Changed c({before, all}, image);
    c.memory.nx(VirtAddr{kImage - kSize4K}, 1);
    c.memory.nx(VirtAddr{kImage + first * kSize4K}, 8 - first);
    EXPECT_EQ(c.tables.mappings(), want) << first;
  }
}

// kernel: protect_rodata(): page frames from PFN_DOWN(__start_rodata) up to PFN_DOWN(__end_rodata)
TEST(SetMemoryBorders, ReadOnlyDataIsOfWholeFrames) {
  ImagePlaces image = image_of(kImage, kImagePhys, 6 * kM);
  image.start_rodata = VirtAddr{kImage + 0x5800};
  image.end_rodata = VirtAddr{kImage + 0x7800};
  Changed c({run_at(kImage, kImagePhys, kSize4K, 12, kShut)}, image);
  c.memory.keep_read_only();
  c.memory.rw(VirtAddr{kImage}, 12);
  EXPECT_EQ(c.tables.mappings(),
            (Mappings{run_at(kImage, kImagePhys, kSize4K, 5),
                      run_at(kImage + 0x5000, kImagePhys + 0x5000, kSize4K, 2, kShut),
                      run_at(kImage + 0x7000, kImagePhys + 0x7000, kSize4K, 5)}));
}

TEST(SetMemoryBorders, FromWithinALargePageThatIsSoAlreadyTheNextIsReachedWhole) {
  Changed c(
      {run_at(kPhysMap, 0, kSize2M, 1, kShut), run_at(kPhysMap + kSize2M, kSize2M, kSize2M, 1)});
  c.memory.ro(VirtAddr{kPhysMap + kM}, 256 + 512);
  EXPECT_EQ(c.tables.mappings(), (Mappings{run_at(kPhysMap, 0, kSize2M, 2, kShut)}));
}

TEST(SetMemoryBorders, BehindARunNothingComesToBe) {
  Changed c({run_at(kPhysMap, 0, kSize2M, 4)});
  c.memory.ro(VirtAddr{kPhysMap + 6 * kM}, 2 * 512);
  EXPECT_EQ(c.tables.mappings(), (Mappings{run_at(kPhysMap, 0, kSize2M, 3),
                                           run_at(kPhysMap + 6 * kM, 6 * kM, kSize2M, 1, kShut)}));
}

TEST(SetMemoryBorders, ALargePageThatGoesTakesItsAliasAlong) {
  Changed c({run_at(kPhysMap, 0, kSize2M, 32), run_at(kImage, kImagePhys, kSize2M, 3)});
  c.memory.np(VirtAddr{kPhysMap + 18 * kM}, 512);
  EXPECT_EQ(c.tables.mappings(), (Mappings{run_at(kPhysMap, 0, kSize2M, 9),
                                           run_at(kPhysMap + 20 * kM, 20 * kM, kSize2M, 22),
                                           run_at(kImage, 16 * kM, kSize2M, 1),
                                           run_at(kImage + 4 * kM, 20 * kM, kSize2M, 1)}));
}

// KERNEL_IMAGE_SIZE, all of it.
TEST(SetMemoryBorders, AnImageOf1GiBIsChangedInLargePages) {
  const std::uint64_t text = raw(kStartKernelMap);
  Changed c(
      {run_at(kPhysMap + kSize1G, kSize1G, kSize2M, 512), run_at(text, kSize1G, kSize2M, 512)},
      image_of(text, kSize1G, kSize1G), {PhysRange::make(0, 2 * kSize1G)});
  c.memory.ro(VirtAddr{text}, kSize1G / kSize4K);
  EXPECT_EQ(c.tables.mappings(), (Mappings{run_at(kPhysMap + kSize1G, kSize1G, kSize2M, 512, kShut),
                                           run_at(text, kSize1G, kSize2M, 512, kShut)}));
}

}  // namespace
}  // namespace memmap::paging
