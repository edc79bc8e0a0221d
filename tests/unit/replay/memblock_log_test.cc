#include "input/log/memblock_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "unit/replay/logs.h"

namespace memmap::replay {
namespace {

using testing::HasSubstr;

std::string with_prefix(const std::string& prefix) {
  std::string out;
  std::istringstream in{std::string(kBoot)};
  for (std::string line; std::getline(in, line);) out += prefix + line + "\n";
  return out;
}

TEST(MemblockLog, ReadsCallsAndDumps) {
  const auto log = read(std::string(kBoot));
  ASSERT_TRUE(log.ok()) << to_string(log.errors());
  EXPECT_EQ(log->release, "6.12.117+deb12-amd64");
  EXPECT_EQ(log->command_line, "memblock=debug");
  EXPECT_EQ(log->lines_of_no_list, 1u);
  ASSERT_EQ(log->entries.size(), 18u);

  const auto& reserve = std::get<LoggedCall>(log->entries[0].what);
  EXPECT_EQ(log->entries[0].line, 3u);
  EXPECT_EQ(reserve.kind, memblock::CallKind::reserve);
  EXPECT_EQ(reserve.range, PhysRange::make(0xf5ba0, 0xf5bb0));
  EXPECT_EQ(reserve.caller, "smp_scan_config");

  const auto& dump = std::get<LoggedDump>(log->entries[4].what);
  EXPECT_EQ(dump.memory_size, 0x7ff7ec00u);
  EXPECT_EQ(dump.memory.size(), 2u);
  EXPECT_EQ(dump.reserved.size(), 4u);
  EXPECT_EQ(dump.memory[0].nid, memblock::kAnyNode);

  const auto& request = std::get<LoggedCall>(log->entries[16].what);
  EXPECT_EQ(request.operation, "memblock_alloc_exact_nid_raw");
  EXPECT_EQ(request.size, 33554432u);
  EXPECT_EQ(request.align, 0x200000u);
  EXPECT_EQ(request.nid, 0);
  EXPECT_EQ(request.from, PhysAddr{0x1000000});
}

// As 7.3 logs reservations, and a request for a huge page.
TEST(MemblockLog, ReadsNewerLines) {
  const auto log =
      read(std::string(kBoot) +
           "memblock_alloc_hugetlb: 1073741824 bytes, nid=1, exact_nid=1 alloc_bootmem+0x66/0xf0\n"
           "__memblock_reserve: [0x0000000100000000-0x000000013fffffff] nid=1 flags=a0 "
           "memblock_alloc_hugetlb+0x9b/0x120\n");
  ASSERT_TRUE(log.ok()) << to_string(log.errors());
  ASSERT_EQ(log->entries.size(), 20u);
  const auto& request = std::get<LoggedCall>(log->entries[18].what);
  EXPECT_EQ(request.kind, memblock::CallKind::alloc);
  EXPECT_EQ(request.size, kGiB);
  EXPECT_EQ(request.align, kGiB);
  EXPECT_EQ(request.nid, 1);
  EXPECT_TRUE(request.exact_nid);
  const auto& reserve = std::get<LoggedCall>(log->entries[19].what);
  EXPECT_EQ(reserve.operation, "__memblock_reserve");
  EXPECT_EQ(reserve.nid, 1);
  EXPECT_EQ(reserve.flags, memblock::kRsrvKern | memblock::kRsrvHugetlb);
}

TEST(MemblockLog, PrefixesMakeNoDifference) {
  const auto bare = read(std::string(kBoot));
  ASSERT_TRUE(bare.ok());
  for (const char* prefix : {"[    0.003124] ", "<6>[    0.003124] ", "[    0.000000][    T0] ",
                             "Nov 23 19:32:10 host kernel: [    0.003124] "}) {
    const auto log = read(with_prefix(prefix));
    ASSERT_TRUE(log.ok()) << prefix << to_string(log.errors());
    EXPECT_EQ(log->entries.size(), bare->entries.size()) << prefix;
    EXPECT_EQ(log->release, bare->release) << prefix;
  }
}

struct Mistake {
  const char* name;
  const char* from;
  const char* to;
  const char* after;
  const char* want;  // in the printed errors
};

class MemblockLogMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(MemblockLogMistakes, AreToldWithTheirPlace) {
  const Mistake& m = GetParam();
  const auto log = read(edited(m.from, m.to, m.after));
  ASSERT_FALSE(log.ok());
  EXPECT_THAT(to_string(log.errors()), HasSubstr(m.want));
}

INSTANTIATE_TEST_SUITE_P(
    All, MemblockLogMistakes,
    testing::Values(
        Mistake{"digits", "0x00000000000f5ba0", "0x00000000000g5ba0", "",
                "boot.log:3:33: error: expected `-`"},
        Mistake{"wide", "0x00000000000f5ba0", "0x1ffffffffffffffff", "",
                "boot.log:3:20: error: expected a hexadecimal number of at most 64 bits"},
        Mistake{"reversed", "0x00000000000f5ba0", "0x00000000001f5ba0", "",
                "boot.log:3:20: error: the range ends before it starts"},
        Mistake{"no_caller", " smp_scan_config+0xc5/0x140", "", "", "boot.log:3:58: error: "},
        Mistake{"align", "align=0x1000 ", "align=0x1001 ", "",
                "boot.log:17:46: error: an alignment is a power of two"},
        Mistake{"no_bytes", ": 24576 bytes", ": 0 bytes", "", "a request for no bytes"},
        Mistake{"bytes", ": 24576 bytes", ": 24576 byt", "", "expected ` bytes align=`"},
        Mistake{"nid", "nid=-1", "nid=x", "", "expected a decimal number"},
        Mistake{"region_size", "0x000000007fee0000 bytes", "0x000000007fee0001 bytes", "",
                "boot.log:11:55: error: the range is of another size"},
        Mistake{"region_order", "[0x0000000000100000-0x000000007ffdffff], 0x000000007fee0000",
                "[0x0000000000000000-0x000000007fedffff], 0x000000007fee0000", "configuration",
                "the region begins before the one above it ends"},
        Mistake{"region_index", "reserved[0x1]", "reserved[0x2]", "",
                "region 0x1 of the dump should stand here"},
        Mistake{"count", "memory.cnt  = 0x2", "memory.cnt  = 0x3", "",
                "boot.log:7:1: error: the dump announces 3 regions of memory and shows 2"},
        Mistake{"no_head", "MEMBLOCK configuration:\n", "", "",
                "a dump's line without `MEMBLOCK configuration:` before it"},
        Mistake{"no_sizes",
                " memory size = 0x000000007ff7ec00 reserved size = 0x0000000000f76000\n", "", "",
                "its line `memory size =` is missing"}),
    [](const auto& row) { return row.param.name; });

TEST(MemblockLogMistakes, AllAtOnceWithACaret) {
  std::string text = edited("0x00000000000f5ba0-", "oops-");
  text.replace(text.find("align=0x1000"), 12, "align=banana");
  const auto log = read(text);
  ASSERT_FALSE(log.ok());
  ASSERT_EQ(log.errors().size(), 2u);
  EXPECT_THAT(to_string(log.errors()[0]), HasSubstr("^"));
  EXPECT_EQ(log.errors()[0].origin.line, 3u);
  EXPECT_EQ(log.errors()[1].origin.line, 17u);
}

TEST(MemblockLogMistakes, WithoutLinesOrDump) {
  EXPECT_THAT(to_string(read("Linux version 6.12.0 (x)\nhello\n").errors()),
              HasSubstr("memblock=debug"));
  EXPECT_THAT(to_string(read("memblock_reserve: [0x1000-0x1fff] setup_arch+0x1/0x2\n").errors()),
              HasSubstr("was the log cut?"));
}

// A log that ends anywhere is read up to there or refused; it never reads as something else.
TEST(MemblockLog, CutAnywhere) {
  const std::string text(kBoot);
  for (std::size_t n = 0; n < text.size(); n += 7) {
    const auto log = read(text.substr(0, n));
    if (log.ok()) {
      EXPECT_GE(log->entries.size(), 5u);
    }
  }
}

TEST(MemblockLog, OfSeveralBootsTheLastWithLines) {
  const std::string text =
      std::string(kBoot) + "Linux version 6.1.0 (builder@host) #1 SMP\nCommand line: quiet\n";
  const auto log = read(text);
  ASSERT_TRUE(log.ok()) << to_string(log.errors());
  EXPECT_EQ(log->release, "6.12.117+deb12-amd64");
  EXPECT_THAT(log->notes, testing::ElementsAre(HasSubstr("boot 1 is taken")));
  EXPECT_FALSE(read(text, {.boot = 2}).ok());
  EXPECT_THAT(to_string(read(text, {.boot = 3}).errors()), HasSubstr("there is no boot 3"));
}

TEST(MemblockLog, UnknownFunctionsAreNoted) {
  const auto log = read(std::string(kBoot) + "memblock_invent: [0x0-0x1] x+0x1/0x2\n");
  ASSERT_TRUE(log.ok());
  EXPECT_THAT(log->notes, testing::ElementsAre(HasSubstr("`memblock_invent`")));
}

// Between their values 6.16 and 4.x print more.
TEST(MemblockLog, OtherDialects) {
  const auto log = read(edited("[0x00000000000f5ba0-0x00000000000f5baf] ",
                               "[0x00000000000f5ba0-0x00000000000f5baf] nid=64 flags=20 "));
  ASSERT_TRUE(log.ok()) << to_string(log.errors());
  EXPECT_EQ(std::get<LoggedCall>(log->entries[0].what).caller, "smp_scan_config");
  const auto old = read(edited("memblock_phys_free:", "   memblock_free:"));
  ASSERT_TRUE(old.ok()) << to_string(old.errors());
}

}  // namespace
}  // namespace memmap::replay
