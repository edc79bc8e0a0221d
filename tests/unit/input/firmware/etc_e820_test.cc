#include "input/firmware/etc_e820.h"

#include "input/formats.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

TEST(EtcE820, ReadsQemus) {
  const auto machine = read_machine(data_path("etc-e820.bin"), {});
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(machine->format, "etc-e820");
  EXPECT_EQ(show(machine->firmware_map),
            "fd00000000-10000000000 2\n0-c0000000 1\n100000000-180000000 1\n");
}

TEST(EtcE820, CutShortTellsWhere) {
  const auto machine =
      read_etc_e820({.name = "e", .bytes = data_bytes("etc-e820.bin").substr(0, 50)}, {});
  ASSERT_FALSE(machine.ok());
  EXPECT_EQ(machine.errors()[0].origin.offset, 50u);
  EXPECT_NE(all_messages(machine).find("cut short"), std::string::npos);
}

TEST(EtcE820, WhatOnlyTheKernelDecidesIsKept) {
  std::string bytes(40, '\0');
  bytes[16] = 1;                      // empty
  bytes.replace(20, 16, 16, '\xff');  // wraps
  bytes[36] = 99;                     // a type that none knows
  const auto machine = read_etc_e820({.name = "e", .bytes = bytes}, {});
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  ASSERT_EQ(machine->firmware_map.size(), 2u);
  EXPECT_EQ(machine->firmware_map[0].size, 0u);
  EXPECT_TRUE(machine->firmware_map[1].wraps());
}

TEST(EtcE820, TypeZeroIsNone) {
  const auto machine = read_etc_e820({.name = "e", .bytes = std::string(60, '\0')}, {});
  ASSERT_FALSE(machine.ok());
  EXPECT_EQ(machine.errors().size(), 3u);
  EXPECT_EQ(machine.errors()[1].origin.offset, 36u);
}

TEST(EtcE820, TextIsNotRecognised) {
  EXPECT_EQ(recognise_etc_e820({.name = "t", .bytes = std::string(40, 'a')}).score, 0);
}

}  // namespace
}  // namespace memmap::input
