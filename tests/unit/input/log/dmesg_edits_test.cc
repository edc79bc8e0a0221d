#include "input/log/dmesg_edits.h"

#include <gtest/gtest.h>

#include "unit/input/log_samples.h"

namespace memmap::input {
namespace {

using Kind = E820LogLine::Kind;

struct DmesgEditsCase {
  const char* text;
  Kind kind;
  std::uint64_t base, end;
  std::uint32_t from, to;  // 0: none
};
const DmesgEditsCase kDmesgEditsCases[] = {
    {"e820: update [mem 0x00000000-0x00000fff] usable ==> reserved", Kind::update, 0, 0x1000, 1, 2},
    {"e820: update [mem 0xa0000000-0xffffffff] System RAM ==> device reserved", Kind::update,
     0xa0000000, 0x100000000, 1, 2},
    {"e820: update [mem 0x00000000-0x00000fff] persistent (type 12) ==> type 20", Kind::update, 0,
     0x1000, 12, 20},
    {"e820 update range: 0000000000000000 - 0000000000001000 (usable) ==> (reserved)", Kind::update,
     0, 0x1000, 1, 2},
    {"update e820 range: 0000000000000000 - 0000000000001000 (usable) ==> (reserved)", Kind::update,
     0, 0x1000, 1, 2},
    {"e820: remove [mem 0x000a0000-0x000fffff] usable", Kind::remove, 0xa0000, 0x100000, 1, 0},
    {"e820: remove [mem 0x100000000-0xfffffffffffffffe] usable", Kind::remove, 0x100000000, ~0ull,
     1, 0},
    {"e820: remove [mem 0x000a0000-0x000fffff] ", Kind::remove, 0xa0000, 0x100000, 0, 0},
    {"e820 remove range: 00000000000a0000 - 0000000000100000 (usable)", Kind::remove, 0xa0000,
     0x100000, 1, 0},
};

TEST(E820EditOf, ReadsEachDialect) {
  for (const DmesgEditsCase& c : kDmesgEditsCases) {
    const auto got = e820_edit_of(c.text);
    ASSERT_TRUE(got) << c.text;
    EXPECT_EQ(got->kind, c.kind) << c.text;
    EXPECT_EQ(got->range, PhysRange::make(c.base, c.end)) << c.text;
    EXPECT_EQ(got->from ? raw(*got->from) : 0, c.from) << c.text;
    EXPECT_EQ(got->to ? raw(*got->to) : 0, c.to) << c.text;
  }
}

TEST(E820EditOf, ReadsLastPfn) {
  for (const char* text : {"last_pfn = 0x3ffe0 max_arch_pfn = 0x400000000",
                           "e820: last_pfn = 0x3ffe0 max_arch_pfn = 0x400000000"}) {
    const auto got = e820_edit_of(text);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->kind, Kind::last_pfn);
    EXPECT_EQ(raw(got->pfn), 0x3ffe0u);
    EXPECT_EQ(got->max_arch_pfn, 0x400000000u);
  }
}

TEST(E820EditOf, PassesOverOthers) {
  for (const char* text :
       {"", "e820: ", "e820: update [mem 0x0-0xfff] usable",
        "e820: update [mem 0x0-0xfff] usable ==> x", "e820: remove [mem 0x0-0xfff",
        "e820: reserve RAM buffer [mem 0x0009fc00-0x0009ffff]", "last_pfn = x",
        "update e820 for mtrr", "e820: remove [mem 0x0-0xfff] usabel"}) {
    EXPECT_FALSE(e820_edit_of(text)) << text;
  }
}

TEST(ReadE820Edits, KeepsOrderAndLines) {
  const auto edits = read_e820_edits(log_of(sample("setup_data_6.1.txt")), {});
  ASSERT_TRUE(edits.ok()) << to_string(edits.errors());
  ASSERT_EQ(edits->size(), 5u);
  EXPECT_EQ((*edits)[0].kind, Kind::update);
  EXPECT_EQ((*edits)[0].from, (*edits)[0].to);
  EXPECT_EQ((*edits)[2].to, E820Type::reserved);
  EXPECT_EQ((*edits)[3].kind, Kind::remove);
  EXPECT_EQ((*edits)[4].kind, Kind::last_pfn);
  EXPECT_EQ((*edits)[4].line, 31u);
}

}  // namespace
}  // namespace memmap::input
