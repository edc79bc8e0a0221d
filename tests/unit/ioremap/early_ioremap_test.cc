#include "ioremap/early_ioremap.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace memmap::ioremap {
namespace {

constexpr std::uint32_t kFlags = paging::kWritable | paging::kNoExecute | paging::kGlobal;
constexpr std::uint64_t kFirst = 0xffffffffff200000;  // of FIX_BTMAP_BEGIN 1535
constexpr std::uint64_t kWindow = 64 * 4096;

std::vector<std::string> texts(const EventList& list) {
  std::vector<std::string> out;
  for (const Event& e : list.events) out.push_back(e.text);
  return out;
}

struct Mapped {
  const char* name;
  std::uint64_t phys;
  std::uint64_t size;
  std::uint64_t at;     // 0: refused
  std::uint64_t pages;  // mapped from the first page of `phys` on
  const char* says = "";
};
void PrintTo(const Mapped& c, std::ostream* out) { *out << c.name; }

class EarlyIoremapMaps : public testing::TestWithParam<Mapped> {};

TEST_P(EarlyIoremapMaps, WholePagesInTheFirstWindow) {
  const Mapped& c = GetParam();
  paging::AddressSpace tables(4);
  EarlyIoremap early;
  EventList said;
  const auto at = early.map(tables, PhysAddr{c.phys}, c.size, kFlags, said);
  EXPECT_EQ(raw(at.value_or(VirtAddr{0})), c.at);
  EXPECT_EQ(early.held(), c.at == 0 ? 0u : 1u);
  if (c.pages == 0) {
    EXPECT_TRUE(tables.mappings().empty());
  } else {
    ASSERT_EQ(tables.mappings().size(), 1u);
    EXPECT_EQ(tables.mappings()[0], (paging::Mapping{VirtAddr{kFirst}, PhysAddr{c.phys & ~0xfffull},
                                                     4096, c.pages, kFlags}));
  }
  if (*c.says == '\0') {
    EXPECT_TRUE(said.events.empty());
  } else {
    ASSERT_EQ(said.events.size(), 1u);
    EXPECT_EQ(said.events[0].severity, Severity::warning);
    EXPECT_EQ(said.events[0].text, c.says);
  }
  if (!at) return;
  EXPECT_TRUE(early.unmap(tables, *at, c.size, said));
  EXPECT_TRUE(tables.mappings().empty());
  EXPECT_EQ(early.held(), 0u);
}

const Mapped kMapped[] = {
    {"byte", 0x1000, 1, kFirst, 1},
    {"within_a_page", 0xfee00300, 4, kFirst + 0x300, 1},
    {"two_bytes_of_two_pages", 0x1fff, 2, kFirst + 0xfff, 2},
    {"page", 0x1000, 0x1000, kFirst, 1},
    {"page_and_a_byte", 0x1000, 0x1001, kFirst, 2},
    {"whole_window", 0x100000, kWindow, kFirst, 64},
    {"one_byte_too_many", 0x100000, kWindow + 1, 0, 0,
     "WARNING: at mm/early_ioremap.c __early_ioremap: 65 pages, a window has 64"},
    {"one_byte_too_far", 0x100001, kWindow, 0, 0,
     "WARNING: at mm/early_ioremap.c __early_ioremap: 65 pages, a window has 64"},
    {"nothing", 0x1000, 0, 0, 0, "WARNING: at mm/early_ioremap.c __early_ioremap: a size of 0"},
    {"wraps", ~0ull, 2, 0, 0, "WARNING: at mm/early_ioremap.c __early_ioremap: the range wraps"},
    {"up_to_the_end", ~0ull - 0xfff, 0x1000, kFirst, 1},
    {"last_byte", ~0ull, 1, kFirst + 0xfff, 1},
    // The number of pages is an unsigned int.
    {"sixteen_tebibytes", 0, 1ull << 44, kFirst, 0},
    {"sixteen_tebibytes_and_a_page", 0, (1ull << 44) + 1, kFirst, 1},
};
INSTANTIATE_TEST_SUITE_P(, EarlyIoremapMaps, testing::ValuesIn(kMapped),
                         [](const auto& test) { return test.param.name; });

TEST(EarlyIoremap, HasEightWindowsAndTheLowestThatIsFreeIsTaken) {
  paging::AddressSpace tables(4);
  EarlyIoremap early;
  EventList said;
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(early.map(tables, PhysAddr{i << 20}, 4096, kFlags, said),
              VirtAddr{kFirst + i * kWindow});
  }
  EXPECT_EQ(early.map(tables, PhysAddr{0xfee00000}, 0x10, kFlags, said), std::nullopt);
  EXPECT_EQ(texts(said), std::vector<std::string>{
                             "__early_ioremap(0x00000000fee00000, 00000010) not found slot"});
  EXPECT_TRUE(early.unmap(tables, VirtAddr{kFirst + 5 * kWindow}, 4096, said));
  EXPECT_TRUE(early.unmap(tables, VirtAddr{kFirst + 2 * kWindow}, 4096, said));
  EXPECT_EQ(early.map(tables, PhysAddr{0xfee00000}, 0x10, kFlags, said),
            VirtAddr{kFirst + 2 * kWindow});
  EXPECT_EQ(early.held(), 7u);
}

TEST(EarlyIoremap, AFullSetIsToldBeforeABadSize) {
  paging::AddressSpace tables(4);
  EarlyIoremap early(1535, 1);
  EventList said;
  ASSERT_TRUE(early.map(tables, PhysAddr{0}, 1, kFlags, said));
  EXPECT_FALSE(early.map(tables, PhysAddr{0}, 0, kFlags, said));
  EXPECT_EQ(texts(said), std::vector<std::string>{
                             "__early_ioremap(0x0000000000000000, 00000000) not found slot"});
}

TEST(EarlyIoremap, ComplainsOfWhatItDidNotMap) {
  paging::AddressSpace tables(4);
  EarlyIoremap early;
  EventList said;
  const auto at = early.map(tables, PhysAddr{0x1234}, 0x100, kFlags, said);
  ASSERT_TRUE(at);
  EXPECT_FALSE(early.unmap(tables, VirtAddr{raw(*at) + 1}, 0x100, said));
  EXPECT_FALSE(early.unmap(tables, *at, 0x101, said));
  EXPECT_EQ(early.held(), 1u) << "a window of another size stays";
  EXPECT_TRUE(early.unmap(tables, *at, 0x100, said));
  EXPECT_FALSE(early.unmap(tables, *at, 0x100, said)) << "twice";
  EXPECT_FALSE(early.unmap(tables, VirtAddr{0}, 0x99, said));
  EXPECT_FALSE(early.unmap(tables, VirtAddr{0}, 0x100, said));
  early.words.plain_pointers = true;
  EXPECT_FALSE(early.unmap(tables, *at, 0x100, said));
  EXPECT_EQ(texts(said),
            (std::vector<std::string>{
                "early_iounmap((____ptrval____), 00000100) not found slot",
                "early_iounmap((____ptrval____), 00000101) [0] size not consistent 00000100",
                "early_iounmap((____ptrval____), 00000100) not found slot",
                "early_iounmap((____ptrval____), 00000099) [0] size not consistent 00000100",
                "WARNING: at mm/early_ioremap.c early_iounmap: an address below the windows",
                "early_iounmap(ffffffffff200234, 00000100) not found slot"}));
}

TEST(EarlyIoremap, DebugTellsEachMapping) {
  paging::AddressSpace tables(4);
  EarlyIoremap early;
  early.words.debug = true;
  EventList said;
  ASSERT_TRUE(early.map(tables, PhysAddr{0xf59d0}, 0x24, kFlags, said));
  early.words.offset_last = false;
  const auto second = early.map(tables, PhysAddr{0xf59d0}, 0x24, kFlags, said);
  ASSERT_TRUE(second);
  ASSERT_TRUE(early.unmap(tables, *second, 0x24, said));
  EXPECT_EQ(texts(said),
            (std::vector<std::string>{
                "__early_ioremap(0x00000000000f6000, 00001000) [0] => ffffffffff200000 + 000009d0",
                "__early_ioremap(0x00000000000f6000, 00001000) [1] => 000009d0 + ffffffffff240000",
                "early_iounmap((____ptrval____), 00000024) [1]"}));
  EXPECT_EQ(said.events[0].severity, Severity::info);
}

TEST(EarlyIoremap, WarnsOnceTheSystemRunsButMaps) {
  paging::AddressSpace tables(4);
  EarlyIoremap early;
  early.system_runs();
  EventList said;
  EXPECT_TRUE(early.map(tables, PhysAddr{0}, 1, kFlags, said));
  ASSERT_EQ(said.events.size(), 1u);
  EXPECT_EQ(said.events[0].rule.function, "__early_ioremap");
}

TEST(EarlyIoremap, LeaksAreCounted) {
  paging::AddressSpace tables(4);
  EarlyIoremap early;
  EventList said;
  early.check_leaks(said);
  EXPECT_TRUE(said.events.empty());
  early.map(tables, PhysAddr{0}, 1, kFlags, said);
  early.map(tables, PhysAddr{0}, 1, kFlags, said);
  early.check_leaks(said);
  EXPECT_EQ(texts(said), (std::vector<std::string>{
                             "Debug warning: early ioremap leak of 2 areas detected.",
                             "please boot with early_ioremap_debug and report the dmesg."}));
}

TEST(EarlyIoremap, ReadOnlyIsOfWhatTheKernelMaps) {
  EXPECT_EQ(early_flags(EarlyMap::io, kFlags), kFlags);
  EXPECT_EQ(early_flags(EarlyMap::normal, kFlags), kFlags);
  EXPECT_EQ(early_flags(EarlyMap::read_only, kFlags), kFlags & ~paging::kWritable);
}

}  // namespace
}  // namespace memmap::ioremap
