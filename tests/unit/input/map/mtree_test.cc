#include "input/map/mtree.h"

#include "input/formats.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

struct Case {
  const char* file;
  const char* want;
};
// Samples of QEMU 7.2, machine types pc and q35.
const Case kCases[] = {
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
  for (const Case& c : kCases) {
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

TEST(Mtree, RefusesWhatHasNoMemory) {
  const char* kTexts[] = {
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
