#include "input/map/mtree.h"

#include "input/formats.h"
#include "input/text/lines.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

struct MtreeCase {
  const char* file;
  const char* want;
};
// Samples of QEMU 7.2, machine types pc and q35.
const MtreeCase kMtreeCases[] = {
    {"mtree-pc-5g.txt",
     "0-a0000 1\nc0000-100000 2\n100000-c0000000 1\nfffc0000-100000000 2\n100000000-180000000 1\n"},
    {"mtree-numa-4g.txt",
     "0-a0000 1\nc0000-100000 2\n100000-c0000000 1\nfffc0000-100000000 2\n100000000-140000000 1\n"},
    {"mtree-flat-numa-4g.txt",
     "0-a0000 1\nc0000-100000 2\n100000-80000000 1\nfffc0000-100000000 2\n100000000-180000000 1\n"},
    {"mtree-flat-vga-5g.txt",
     "0-a0000 1\nc0000-cb000 2\nce000-e8000 2\nf0000-100000 2\n100000-c0000000 1\n"
     "fffc0000-100000000 2\n100000000-190000000 1\n"},
};

TEST(Mtree, ReadsRealOnes) {
  for (const MtreeCase& c : kMtreeCases) {
    const auto machine = read_machine(data_path(c.file), {});
    ASSERT_TRUE(machine.ok()) << all_messages(machine);
    EXPECT_EQ(machine->format, "mtree");
    EXPECT_EQ(show(machine->firmware_map), c.want) << c.file;
  }
}

TEST(Mtree, VideoMemoryIsNoted) {
  const auto machine = read_machine(data_path("mtree-flat-vga-5g.txt"), {});
  ASSERT_TRUE(machine.ok());
  ASSERT_EQ(machine->notes.size(), 2u);
  EXPECT_EQ(machine->notes[1], "memory of devices left out: vga.vram");
}

// As people paste it: each form of the samples gives the map of the plain one.
TEST(Mtree, WhatStandsAroundItDoesNotMatter) {
  for (const MtreeCase& c : kMtreeCases) {
    const std::string plain = data_bytes(c.file);
    for (const char* front : {"> ", "> > ", "    ", "\t", "| ", "12: ", "  * "}) {
      std::string text = "Hello,\n";
      Lines lines(plain);
      while (const auto line = lines.next()) text += front + std::string(line->text) + "\r\n";
      const auto machine =
          read_machine(Source{.name = "m", .bytes = "```\n" + text + "```\nthanks\n"}, {});
      ASSERT_TRUE(machine.ok()) << c.file << front << all_messages(machine);
      EXPECT_EQ(machine->format, "mtree");
      EXPECT_EQ(show(machine->firmware_map), c.want) << c.file << front;
    }
    std::string json = "{\"QMP\": {\"version\": {}}}\n{\"return\": {}}\n{\"return\": \"";
    for (const char ch : plain) {
      if (ch == '"' || ch == '\\') json += '\\';
      json += ch == '\n' ? std::string("\\r\\n") : std::string(1, ch);
    }
    const auto machine = read_machine(Source{.name = "m", .bytes = json + "\"}\n"}, {});
    ASSERT_TRUE(machine.ok()) << c.file << all_messages(machine);
    EXPECT_EQ(show(machine->firmware_map), c.want) << c.file;
  }
}

TEST(Mtree, WithoutItsHead) {
  const auto flat = read_machine(
      Source{.name = "m",
             .bytes =
                 "  0000000000000000-000000000009ffff (prio 0, ram): pc.ram\n"
                 "  00000000000c0000-00000000000dffff (prio 1, rom): pc.rom\n"
                 "  0000000000100000-000000000fffffff (prio 0, ram): pc.ram @0000000000100000\n"},
      {});
  ASSERT_TRUE(flat.ok()) << all_messages(flat);
  EXPECT_EQ(flat->format, "mtree");
  EXPECT_EQ(show(flat->firmware_map), "0-a0000 1\nc0000-e0000 2\n100000-10000000 1\n");
  const auto tree = read_machine(
      Source{.name = "m",
             .bytes =
                 "(qemu) info mtree\n"
                 "  0000000000000000-ffffffffffffffff (prio 0, i/o): system\n"
                 "    0000000000000000-000000001fffffff (prio 0, ram): alias ram-below-4g @pc.ram\n"
                 "0000000000000000-000000001fffffff\n"
                 "    00000000fffc0000-00000000ffffffff (prio 0, rom): pc.bios\n"},
      {});
  ASSERT_TRUE(tree.ok()) << all_messages(tree);
  EXPECT_EQ(show(tree->firmware_map), "0-a0000 1\n100000-20000000 1\nfffc0000-100000000 2\n");
}

// With KVM the firmware's own memory is of kind ram.
TEST(Mtree, FirmwareOfKindRamIsNoRam) {
  const std::string head =
      "FlatView #0\n AS \"memory\", root: system\n Root memory region: system\n";
  const struct {
    const char* line;
    const char* map;
  } kLines[] = {
      {"  00000000fff00000-00000000ffffffff (prio 0, ram): pc.bios KVM\n",
       "fff00000-100000000 2\n"},
      {"  00000000ffc84000-00000000ffffffff (prio 0, ram): some.firmware KVM\n",
       "ffc84000-100000000 2\n"},
      {"  00000000ffc00000-00000000ffc83fff (prio 0, ram): system.flash1 KVM\n",
       "ffc00000-ffc84000 2\n"},
      {"  00000000000c0000-00000000000dffff (prio 1, ram): pc.rom KVM\n", ""},
      {"  00000000feb80000-00000000feb8ffff (prio 1, ram): vga.rom KVM\n", ""},
      {"  0000000040000000-00000000400fffff (prio 0, ram): dimm0 KVM\n", "40000000-40100000 1\n"},
  };
  for (const auto& l : kLines) {
    const auto machine = read_machine(
        Source{.name = "m",
               .bytes = head + "  0000000000100000-000000001fffffff (prio 0, ram): pc.ram KVM\n" +
                        l.line},
        {});
    ASSERT_TRUE(machine.ok()) << l.line << all_messages(machine);
    std::string map = show(machine->firmware_map);
    if (const auto rom = map.find("c0000-e0000 2\n"); rom == 0) map.erase(0, 14);
    EXPECT_EQ(map, std::string("100000-20000000 1\n") + l.map) << l.line;
  }
}

TEST(Mtree, RefusesWhatHasNoMemory) {
  const char* const kTexts[] = {
      "FlatView #0\n AS \"I/O\", root: io\n  0000000000000000-0000000000000007 (prio 0, i/o): x\n",
      "FlatView #0\n AS \"memory\", root: system\n  No rendered FlatView\n",
      "address-space: memory\n  0000000000000000-ffffffffffffffff (prio 0, i/o): system\n",
      "hello\n",
  };
  for (const char* text : kTexts) {
    EXPECT_FALSE(read_mtree({.name = "m", .bytes = text}, {}).ok()) << text;
  }
}

TEST(Mtree, TellsEachBadLine) {
  const auto machine =
      read_mtree({.name = "m",
                  .bytes = "FlatView #0\n AS \"memory\", root: system\n"
                           "  0000000000000000-00000000000zffff (prio 0, ram): pc.ram\n"
                           "  0000000000100000-000000000fffffff (prio 0\n"
                           "  0000000100000000-ffffffffffffffff (prio 0, ram): pc.ram\n"},
                 {});
  ASSERT_FALSE(machine.ok());
  ASSERT_EQ(machine.errors().size(), 3u) << all_messages(machine);
  EXPECT_EQ(machine.errors()[0].origin.line, 3u);
  EXPECT_EQ(machine.errors()[2].origin.line, 5u);
}

}  // namespace
}  // namespace memmap::input
