#include "e820/memmap_item.h"

#include <gtest/gtest.h>

#include "entries.h"

namespace memmap::e820 {
namespace {

struct MemmapItemCase {
  const char* text;
  bool has_size;
  std::uint64_t size;
  char mark;
  std::uint64_t start;
  std::uint32_t from;
  std::uint32_t to;
  const char* rest;
};
const MemmapItemCase kMemmapItemCases[] = {
    {"", false, 0, 0, 0, 0, 0, ""},
    {"x", false, 0, 0, 0, 0, 0, "x"},
    {"64M", true, 64 << 20, 0, 0, 0, 0, ""},
    {"64MiB@1M", true, 64 << 20, 0, 0, 0, 0, "iB@1M"},
    {"1M@2M", true, 1 << 20, '@', 2 << 20, 0, 1, ""},
    {"1M#2M", true, 1 << 20, '#', 2 << 20, 0, 3, ""},
    {"1M$2M", true, 1 << 20, '$', 2 << 20, 0, 2, ""},
    {"1M!2Mz", true, 1 << 20, '!', 2 << 20, 0, 12, "z"},
    {"010$", true, 8, '$', 0, 0, 2, ""},
    {"1M%2M", true, 1 << 20, '%', 2 << 20, 0, 0, ""},
    {"1M%2M-1", true, 1 << 20, '%', 2 << 20, 1, 0, ""},
    {"1M%2M+0x14", true, 1 << 20, '%', 2 << 20, 0, 20, ""},
    {"1M%2M-1+2x", true, 1 << 20, '%', 2 << 20, 1, 2, "x"},
    {"1M%2M+2-1", true, 1 << 20, '%', 2 << 20, 0, 2, "-1"},
};

TEST(MemmapItem, IsReadAsTheKernelDoes) {
  for (const MemmapItemCase& c : kMemmapItemCases) {
    const MemmapItem item = parse_memmap_item(c.text);
    EXPECT_EQ(item.has_size, c.has_size) << c.text;
    EXPECT_EQ(item.size, c.size) << c.text;
    EXPECT_EQ(item.mark, c.mark) << c.text;
    EXPECT_EQ(item.start, c.start) << c.text;
    EXPECT_EQ(raw(item.from), c.from) << c.text;
    EXPECT_EQ(raw(item.to), c.to) << c.text;
    EXPECT_EQ(item.rest, c.rest) << c.text;
    EXPECT_FALSE(item.exactmap);
  }
}

TEST(MemmapItem, ExactmapMayHaveMoreBehindIt) {
  const MemmapItem item = parse_memmap_item("exactmaps");
  EXPECT_TRUE(item.exactmap);
  EXPECT_EQ(item.rest, "s");
}

TEST(MemmapItem, ATypeBecomesItself) {
  EXPECT_TRUE(parse_memmap_item("1M%0-2+2").becomes_itself());
  EXPECT_FALSE(parse_memmap_item("1M%0-0+0").becomes_itself());
  EXPECT_FALSE(parse_memmap_item("1M@0").becomes_itself());
}

TEST(MemmapItem, AnEntryIsWrittenAndReadBack) {
  const E820Entry entries[] = {at(0, 640 << 10), at(0xf0000, 0x10001, V), at(5, 1, A),
                               at(1ull << 40, 1 << 20, E820Type::pram),
                               at(4096, 8192, E820Type{20})};
  for (const E820Entry& entry : entries) {
    const auto text = memmap_item_of(entry);
    ASSERT_TRUE(text);
    Table table;
    EventList events;
    Editor editor(table, events, "test");
    apply(parse_memmap_item(*text), editor);
    EXPECT_EQ(table.entries(), E820Entries{entry}) << *text;
  }
  EXPECT_FALSE(memmap_item_of(at(0, 4096, E820Type{0})));
}

TEST(MemmapItem, AListHasAPartMoreThanCommas) {
  std::vector<std::string_view> parts;
  each_memmap_item("a,,b,", [&](std::string_view part) { parts.push_back(part); });
  EXPECT_EQ(parts, (std::vector<std::string_view>{"a", "", "b", ""}));
}

}  // namespace
}  // namespace memmap::e820
