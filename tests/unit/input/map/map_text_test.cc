// The formats that hold a map in a line or an array: synthetic, exactmap, c-array.
#include <gtest/gtest.h>

#include <ostream>

#include "input/map/c_array.h"
#include "input/map/exactmap.h"
#include "input/map/synthetic.h"

namespace memmap::input {
namespace {

using MapTextRead = Result<Machine> (*)(const Source&, const ReadOptions&);

E820Entry at(std::uint64_t addr, std::uint64_t size, std::uint32_t type) {
  return {PhysAddr{addr}, size, E820Type{type}};
}

struct Good {
  const char* name;
  MapTextRead read;
  const char* text;
  E820Entries want;
};
void PrintTo(const Good& c, std::ostream* out) { *out << c.name; }

class MapText : public testing::TestWithParam<Good> {};

TEST_P(MapText, IsRead) {
  const auto machine = GetParam().read({.name = "f", .bytes = GetParam().text}, {});
  ASSERT_TRUE(machine) << to_string(machine.errors());
  EXPECT_EQ(machine->firmware_map, GetParam().want);
}

const Good kGood[] = {
    {"synthetic",
     read_synthetic,
     "ram:640K hole:384K\nram:3G type20:4K soft:0x1000",
     {at(0, 640 * kKiB, 1), at(kMiB, 3 * kGiB, 1), at(kMiB + 3 * kGiB, 4096, 20),
      at(kMiB + 3 * kGiB + 4096, 4096, 0xefffffff)}},
    {"exactmap",
     read_exactmap,
     "memmap=exactmap memmap=640K@0 memmap=64K$0xf0000 memmap=3G@1M,4K#0xc0000000 memmap=1G!4G "
     "memmap=4K%5G+4\n",
     {at(0, 640 * kKiB, 1), at(0xf0000, 0x10000, 2), at(kMiB, 3 * kGiB, 1), at(0xc0000000, 4096, 3),
      at(4 * kGiB, kGiB, 12), at(5 * kGiB, 4096, 4)}},
    {"exactmap_starts_anew",
     read_exactmap,
     "memmap=1M@0 memmap=exactmap memmap=2M@0",
     {at(0, 2 * kMiB, 1)}},
    {"exactmap_changes_middle",
     read_exactmap,
     "memmap=exactmap memmap=4M@0 memmap=1M%1M-1+2",
     {at(0, kMiB, 1), at(kMiB, kMiB, 2), at(2 * kMiB, 2 * kMiB, 1)}},
    {"exactmap_changes_front",
     read_exactmap,
     "memmap=exactmap memmap=4M@1M memmap=2M%0-1+2",
     {at(2 * kMiB, 3 * kMiB, 1), at(kMiB, kMiB, 2)}},
    {"exactmap_changes_whole",
     read_exactmap,
     "memmap=exactmap memmap=4M@1M memmap=8M%0-1+2",
     {at(kMiB, 4 * kMiB, 2)}},
    {"exactmap_other_type_kept",
     read_exactmap,
     "memmap=exactmap memmap=4M$1M memmap=8M%0-1+2",
     {at(kMiB, 4 * kMiB, 2)}},
    {"exactmap_takes_out",
     read_exactmap,
     "memmap=exactmap memmap=4M@0 memmap=1M%1M-1",
     {at(0, kMiB, 1), at(2 * kMiB, 2 * kMiB, 1)}},
    {"exactmap_limit",
     read_exactmap,
     "memmap=exactmap memmap=4M@0 memmap=1M$8M memmap=2M",
     {at(0, 2 * kMiB, 1), at(8 * kMiB, kMiB, 2)}},
    {"exactmap_takes_out_all_types",
     read_exactmap,
     "memmap=exactmap memmap=1M@0 memmap=1M$1M memmap=2M%0",
     {}},
    // What an edit appends is met by the same edit again, and is of the new type already.
    {"exactmap_changes_parts_of_two",
     read_exactmap,
     "memmap=exactmap memmap=2M@0 memmap=2M@2M memmap=2M%1M-1+2",
     {at(0, kMiB, 1), at(3 * kMiB, kMiB, 1), at(kMiB, kMiB, 2), at(2 * kMiB, kMiB, 2)}},
    // An entry whose end wraps starts behind the range's start and ends before its end, so the
    // kernel takes it to lie within.
    {"exactmap_wrapping_entry_is_changed",
     read_exactmap,
     "memmap=exactmap memmap=4K@0xfffffffffffff800 memmap=1M@0 memmap=1M%1M-1+2",
     {at(0xfffffffffffff800, 4096, 2), at(0, kMiB, 1)}},
    {"exactmap_wrapping_entry_is_taken_out",
     read_exactmap,
     "memmap=exactmap memmap=4K@0xfffffffffffff800 memmap=1M@0 memmap=1M%1M-1",
     {at(0, kMiB, 1)}},
    {"exactmap_change_up_to_the_top",
     read_exactmap,
     "memmap=exactmap memmap=4M@0 memmap=0xffffffffffffffff%1M-1+2",
     {at(0, kMiB, 1), at(kMiB, 3 * kMiB, 2)}},
    {"exactmap_no_type_is_any_type",
     read_exactmap,
     "memmap=exactmap memmap=1M@0 memmap=1M$1M memmap=1M%512K-0+0",
     {at(0, 512 * kKiB, 1), at(1536 * kKiB, 512 * kKiB, 2)}},
    {"c_array",
     read_c_array,
     "#include <x.h>\n/* = { */\nstatic const struct boot_e820_entry e[] = {\n"
     "\t{ .addr = 0x0ULL, .size = 0x9fc00, .type = 1 }, // usable\n"
     "\t{ 0x100000, 4096u, E820_TYPE_RESERVED_KERN, },\n"
     "\t{ .type = E820_TYPE_RAM, .addr = 1, .size = 2 }\n};\n",
     {at(0, 0x9fc00, 1), at(0x100000, 4096, 128), at(1, 2, 1)}},
    {"c_array_empty", read_c_array, "struct boot_e820_entry e[] = {};", {}},
};
INSTANTIATE_TEST_SUITE_P(, MapText, testing::ValuesIn(kGood),
                         [](const auto& test) { return test.param.name; });

struct MapTextBad {
  const char* name;
  MapTextRead read;
  const char* text;
  const char* want;
};
void PrintTo(const MapTextBad& c, std::ostream* out) { *out << c.name; }

class MapTextRefuses : public testing::TestWithParam<MapTextBad> {};

TEST_P(MapTextRefuses, AtItsPlace) {
  const auto machine = GetParam().read({.name = "f", .bytes = GetParam().text}, {});
  ASSERT_FALSE(machine);
  EXPECT_NE(to_string(machine.errors()).find(GetParam().want), std::string::npos)
      << to_string(machine.errors());
}

const MapTextBad kMapTextBad[] = {
    {"synthetic_word", read_synthetic, "ram:1M rma:1M",
     "f:1:8: error: `rma` is no kind of segment; did you mean `ram`?\n    ram:1M rma:1M\n          "
     " ^^^\n"},
    {"synthetic_size", read_synthetic, "ram:1M\nhole:-1", "f:2:6: error: `-1` has a sign"},
    {"synthetic_no_colon", read_synthetic, "ram", "WORD:SIZE"},
    {"synthetic_empty_size", read_synthetic, "ram:", "f:1:5: error: `` is empty"},
    {"synthetic_zero", read_synthetic, "ram:0", "size 0"},
    {"synthetic_node", read_synthetic, "ram:1M@nid1", "f:1:8: error: `@` takes a node here"},
    {"synthetic_node_number", read_synthetic, "ram:1M@nodeX", "the node is a number"},
    {"synthetic_hole_node", read_synthetic, "hole:1M@node1", "a hole lies in no node"},
    {"synthetic_wraps", read_synthetic, "ram:8E reserved:8E",
     "f:1:8: error: the segments up to here reach 2^64"},
    {"synthetic_empty", read_synthetic, " \n", "no segment"},
    {"exactmap_without", read_exactmap, "memmap=1M@0", "no memmap=exactmap"},
    {"exactmap_other_word", read_exactmap, "memmap=exactmap quiet", "f:1:17: error: only words"},
    {"exactmap_octal", read_exactmap, "memmap=exactmap memmap=010@0", "leading zero"},
    {"exactmap_unit", read_exactmap, "memmap=exactmap memmap=1MiB@0", "without iB"},
    {"exactmap_garbage", read_exactmap, "memmap=exactmap memmap=1M@0x", "f:1:27: error:"},
    {"exactmap_type", read_exactmap, "memmap=exactmap memmap=1M%0+4294967296",
     "a type is a number"},
    {"exactmap_fault_in_each_part", read_exactmap, "memmap=exactmap memmap=1x@2y",
     "f:1:27: error: `2y` has `y` after the digits"},
    {"exactmap_leftover", read_exactmap, "memmap=exactmap memmap=1M@2M@3M",
     "f:1:29: error: the kernel does not understand this"},
    {"exactmap_types_exchanged", read_exactmap, "memmap=exactmap memmap=1M%0+2-1",
     "f:1:30: error: the kernel does not understand this"},
    {"exactmap_type_to_itself", read_exactmap, "memmap=exactmap memmap=2M@0 memmap=1M%0-1+1",
     "f:1:39: error: a type becomes itself"},
    {"c_array_none", read_c_array, "struct boot_e820_entry e;", "expected an array"},
    {"c_array_open", read_c_array, "e[] = { {1, 2, 3},", "expected an entry"},
    {"c_array_field", read_c_array, "e[] = { { .adr = 1 } };", "f:1:12: error: an entry has .addr"},
    {"c_array_twice", read_c_array, "e[] = { { .addr = 1, .addr = 2 } };", "given before"},
    {"c_array_four", read_c_array, "e[] = { { 1, 2, 3, 4 } };", "three values"},
    {"c_array_two", read_c_array, "e[] = { { 1, 2 } };", "needs all of"},
    {"c_array_expression", read_c_array, "e[] = { { 1 + 1, 2, 3 } };", "expected `,` or `}`"},
    {"c_array_type", read_c_array, "e[] = { { 1, 2, E820_TYPE_RMA } };", "no such type"},
    {"c_array_big_type", read_c_array, "e[] = { { 1, 2, 0x100000000 } };", "up to 0xffffffff"},
    {"c_array_trailing", read_c_array, "e[] = { { 1, 2, 3 } }; int x;", "nothing after"},
};
INSTANTIATE_TEST_SUITE_P(, MapTextRefuses, testing::ValuesIn(kMapTextBad),
                         [](const auto& test) { return test.param.name; });

TEST(Synthetic, NodesAreJoinedWhereTheyTouch) {
  const auto machine =
      read_synthetic("ram:1G@node0 acpi:1G@node0 hole:1G ram:1G@node0 ram:1G@node1", "--synthetic");
  ASSERT_TRUE(machine);
  ASSERT_EQ(machine->node_memory.size(), 3u);
  EXPECT_EQ(machine->node_memory[0].range, PhysRange::make(0, 2 * kGiB));
  EXPECT_EQ(machine->node_memory[2].nid, 1);
}

TEST(MapTextRecognition, EachKnowsItsOwn) {
  const Source synthetic{.name = "f", .bytes = "ram:640K hole:384K\n"};
  const Source exactmap{.name = "f", .bytes = "memmap=exactmap memmap=1M@0\n"};
  const Source c_array{.name = "f", .bytes = "struct boot_e820_entry e[] = { };"};
  EXPECT_GT(recognise_synthetic(synthetic).score, 50);
  EXPECT_GT(recognise_exactmap(exactmap).score, 50);
  EXPECT_GT(recognise_c_array(c_array).score, 50);
  EXPECT_EQ(recognise_synthetic(exactmap).score, 0);
  EXPECT_EQ(recognise_exactmap(synthetic).score, 0);
  EXPECT_EQ(recognise_c_array(synthetic).score, 0);
}

}  // namespace
}  // namespace memmap::input
