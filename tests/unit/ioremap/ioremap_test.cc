#include "ioremap/ioremap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mtrrs.h"
#include "paging/lookup.h"

namespace memmap::ioremap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using enum CacheMode;

constexpr std::uint64_t kVmalloc = raw(paging::kVmalloc4);
constexpr std::uint64_t kDirect = raw(paging::kPageOffset4);
constexpr std::uint32_t kKernel = paging::kWritable | paging::kNoExecute | paging::kGlobal;

// 1 GiB of RAM, mapped by pages of 2 MiB; of it the second MiB and what lies from 16 MiB on for 1 MiB,
// the image, are reserved.
class IoMapperTest : public testing::Test {
 protected:
  IoMapperTest() {
    tables.map({VirtAddr{kDirect}, PhysAddr{0}, paging::kSize2M, 512, kKernel});
    tables.map({paging::kStartKernelMap, PhysAddr{0}, paging::kSize2M, 16, paging::kWritable});
  }

  Surroundings surroundings() const {
    const auto image = [](std::uint64_t offset) {
      return VirtAddr{raw(paging::kStartKernelMap) + 0x1000000 + offset};
    };
    return {
        .behaviour = behaviour,
        .phys_bits = 40,
        .kernel_flags = kKernel,
        .largest_page = paging::kSize1G,
        .max_pfn = Pfn{0x40000},
        .system_ram = ram,
        .reserved = {PhysRange::make(0x100000, 0x200000), PhysRange::make(0x1000000, 0x1100000)},
        .mapped = {PhysRange::make(0, 0x40000000)},
        .image = {.text = image(0),
                  .phys = PhysAddr{0x1000000},
                  .etext = image(0x1000),
                  .brk_end = image(0x100000)}};
  }
  IoMapper mapper() {
    return {surroundings(), tables, memtypes, areas,
            [this](unsigned, VirtAddr) -> std::optional<PhysAddr> {
              if (pages == 0) return std::nullopt;
              return PhysAddr{0x20000000 + 0x1000 * pages--};
            }};
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Event& e : told.events) out.push_back(e.text);
    return out;
  }
  const paging::Mapping& mapping(std::uint64_t virt) const { return *tables.find(VirtAddr{virt}); }

  kernel::Behaviour behaviour{};
  std::uint64_t pages = 1000;
  std::vector<PhysRange> ram{PhysRange::make(0x100000, 0x40000000)};
  paging::AddressSpace tables{4};
  Memtypes memtypes{true, false, ram, mtrrs()};
  VmapAreas areas{VirtAddr{kVmalloc}, VirtAddr{kVmalloc + 32 * kTiB - 1}, 1};
  EventList told{};
};

TEST_F(IoMapperTest, MapsWholePagesAndKeepsTheOffset) {
  IoMapper io = mapper();
  EXPECT_EQ(io.ioremap(PhysAddr{0xfed01ff0}, 0x20, uc_minus, told), VirtAddr{kVmalloc + 0xff0});
  EXPECT_EQ(mapping(kVmalloc), (paging::Mapping{VirtAddr{kVmalloc}, PhysAddr{0xfed01000}, kPageSize,
                                                2, kKernel | paging::kCacheDisable}));
  EXPECT_EQ(tables.find(VirtAddr{kVmalloc + 0x2000}), nullptr);
  EXPECT_THAT(texts(), IsEmpty());
}

TEST_F(IoMapperTest, UsesTheLargestPages) {
  IoMapper io = mapper();
  const auto virt =
      io.ioremap(PhysAddr{0x1000000000}, kGiB + paging::kSize2M + kPageSize, wc, told);
  ASSERT_TRUE(virt);
  EXPECT_EQ(mapping(raw(*virt)).page_size, paging::kSize1G);
  EXPECT_EQ(mapping(raw(*virt) + kGiB).page_size, paging::kSize2M);
  EXPECT_EQ(mapping(raw(*virt) + kGiB + paging::kSize2M).page_size, kPageSize);
}

TEST_F(IoMapperTest, NeedsOneTypeOfMtrrForALargePage) {
  behaviour.huge_io_wants_one_type = true;
  MtrrMap map = mtrrs();
  ASSERT_FALSE(map.look_up(PhysRange::make(0x7fff0000, 0x80010000)).uniform);
  Machine machine;
  machine.mtrr_default = MtrrType::write_back;
  machine.mtrrs = {{PhysRange::make(0xe0100000, 0xe0200000), MtrrType::write_through}};
  Memtypes varied(true, false, ram, MtrrMap(machine, machine.mtrrs, {}));
  IoMapper io(surroundings(), tables, varied, areas,
              [](unsigned, VirtAddr) { return std::optional(PhysAddr{0x20000000}); });
  const auto virt = io.ioremap(PhysAddr{0xe0000000}, paging::kSize2M, wc, told);
  EXPECT_EQ(mapping(raw(*virt)).page_size, kPageSize);
  EXPECT_THAT(texts(), ElementsAre(HasSubstr("pmd_set_huge: Cannot satisfy [mem "
                                             "0xe0000000-0xe0200000] with a huge-page mapping")));
}

TEST_F(IoMapperTest, RefusesRamThatIsInUse) {
  IoMapper io = mapper();
  EXPECT_EQ(io.ioremap(PhysAddr{0x200000}, 4096, uc_minus, told), std::nullopt);
  EXPECT_EQ(io.ioremap(PhysAddr{0x1ff000}, 0x2000, uc_minus, told), std::nullopt);
  EXPECT_EQ(told.events[0].text, "ioremap on RAM at 0x0000000000200000 - 0x0000000000200fff");
  EXPECT_EQ(told.events[0].severity, Severity::warning);
  EXPECT_EQ(told.events[1].severity, Severity::debug) << "WARN_ONCE()";
  EXPECT_TRUE(io.ioremap(PhysAddr{0x100000}, 0x100000, wc, told)) << "reserved";
  EXPECT_TRUE(io.ioremap(PhysAddr{0x200010}, 64, wc, told)) << "no whole page";
}

TEST_F(IoMapperTest, RefusesWhatIsNoRange) {
  IoMapper io = mapper();
  EXPECT_FALSE(io.ioremap(PhysAddr{0xfed00000}, 0, wc, told));
  EXPECT_FALSE(io.ioremap(PhysAddr{~0xfffull}, 0x2000, wc, told));
  EXPECT_FALSE(io.ioremap(PhysAddr{1ull << 40}, 4096, wc, told));
  EXPECT_EQ(told.events[2].text, "ioremap: invalid physical address 10000000000");
  EXPECT_THAT(areas.areas(), IsEmpty());
}

TEST_F(IoMapperTest, RefusesATypeThatWouldBeCached) {
  IoMapper io = mapper();
  EXPECT_TRUE(io.ioremap(PhysAddr{0x50000000}, 4096, wb, told));
  EXPECT_FALSE(io.ioremap(PhysAddr{0x50000000}, 8192, uc_minus, told));
  EXPECT_THAT(texts(),
              ElementsAre("ioremap error for 0x50000000-0x50002000, requested 0x2, got 0x0"));
  EXPECT_EQ(memtypes.entries().size(), 1u);
}

TEST_F(IoMapperTest, ChangesTheDirectMapAndTheImageWithIt) {
  IoMapper io = mapper();
  EXPECT_TRUE(io.ioremap(PhysAddr{0x1001000}, 16, wc, told));
  const paging::Mapping direct = mapping(kDirect + 0x1001000);
  EXPECT_EQ(direct.page_size, kPageSize);
  EXPECT_EQ(direct.flags, kKernel | paging::kWriteThrough);
  EXPECT_EQ(mapping(kDirect + 0x1002000).flags, kKernel);
  EXPECT_EQ(mapping(kDirect + 0x1200000).page_size, paging::kSize2M);
  EXPECT_EQ(mapping(raw(paging::kStartKernelMap) + 0x1001000).flags,
            paging::kWritable | paging::kWriteThrough);
}

TEST_F(IoMapperTest, GivesUpWhereNoTableCanBeHad) {
  pages = 2;
  IoMapper io = mapper();
  EXPECT_FALSE(io.ioremap(PhysAddr{0xfed00000}, 4096, wc, told));
  EXPECT_THAT(memtypes.entries(), IsEmpty());
  EXPECT_THAT(areas.areas(), IsEmpty());
}

TEST_F(IoMapperTest, TellsWhereNoAreaIsLeft) {
  IoMapper io = mapper();
  ASSERT_TRUE(areas.put({.virt = VirtAddr{kVmalloc}, .size = 32 * kTiB - 2 * kPageSize}));
  EXPECT_FALSE(io.ioremap(PhysAddr{0xfed00000}, 4096, wc, told));
  EXPECT_THAT(texts(), ElementsAre("vmalloc_node_range for size 8192 failed: Address range "
                                   "restricted to 0xffffc90000000000 - 0xffffe8ffffffffff"));
  EXPECT_THAT(memtypes.entries(), IsEmpty());
}

TEST_F(IoMapperTest, UnmapsByAnyAddressWithin) {
  IoMapper io = mapper();
  const auto virt = io.ioremap(PhysAddr{0xfed00000}, 0x4000, wc, told);
  EXPECT_TRUE(io.iounmap(VirtAddr{raw(*virt) + 0x2010}, told));
  EXPECT_EQ(tables.find(*virt), nullptr);
  EXPECT_THAT(memtypes.entries(), IsEmpty());
  EXPECT_FALSE(io.iounmap(*virt, told));
  EXPECT_THAT(texts(), ElementsAre("iounmap: bad address ffffc90000000000"));
}

TEST_F(IoMapperTest, UnmapsNothingElse) {
  IoMapper io = mapper();
  EXPECT_FALSE(io.iounmap(VirtAddr{0}, told));
  EXPECT_FALSE(io.iounmap(VirtAddr{kDirect}, told));
  EXPECT_EQ(told.events[0].severity, Severity::warning);
  EXPECT_EQ(told.events[1].severity, Severity::debug);
  behaviour.iounmap_checks_range = false;
  IoMapper old = mapper();
  told.events.clear();
  EXPECT_FALSE(old.iounmap(VirtAddr{kDirect}, told));
  EXPECT_THAT(texts(), IsEmpty());
}

TEST_F(IoMapperTest, GaveTheIsaRangeFromTheDirectMapOnce) {
  behaviour.ioremap_spares_isa = true;
  EXPECT_EQ(mapper().ioremap(PhysAddr{0xb8000}, 4096, uc_minus, told), VirtAddr{kDirect + 0xb8000});
  behaviour.ioremap_spares_isa = false;
  const auto virt = mapper().ioremap(PhysAddr{0xb8000}, 4096, uc_minus, told);
  EXPECT_EQ(virt, VirtAddr{kVmalloc});
  EXPECT_EQ(mapping(kVmalloc).flags, kKernel) << "write-back, whatever is asked for";
}

}  // namespace
}  // namespace memmap::ioremap
