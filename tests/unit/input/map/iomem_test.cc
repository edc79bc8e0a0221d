#include "input/map/iomem.h"

#include "input/formats.h"
#include "input/text/lines.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

Result<Machine> read_text(std::string_view text) {
  return read_iomem({.name = "iomem", .bytes = std::string(text)}, {});
}

TEST(Iomem, ReadsARealOne) {
  const auto machine = read_machine(data_path("iomem-4g.txt"), {});
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(machine->format, "iomem");
  EXPECT_EQ(show(machine->firmware_map),
            "0-1000 2\n1000-9fc00 1\n9fc00-a0000 2\nf0000-100000 2\n100000-bffe0000 1\n"
            "bffe0000-c0000000 2\nfffc0000-100000000 2\n100000000-140000000 1\n"
            "fd00000000-10000000000 2\n");
  EXPECT_EQ(machine->kernel_phys_base, PhysAddr{0x1000000});
  ASSERT_EQ(machine->notes.size(), 2u);
  EXPECT_EQ(machine->notes[1], "6 ranges of devices left out");
}

TEST(Iomem, AnEntryBelowADevicesWindowCountsItsUsersDoNot) {
  const auto machine = read_text(
      "00100000-7fffffff : System RAM\n"
      "  01000000-01ffffff : Kernel code\n"
      "80000000-febfffff : PCI Bus 0000:00\n"
      "  e0000000-efffffff : Reserved\n"
      "    e0000000-efffffff : PCI MMCONFIG 0000 [bus 00-ff]\n"
      "100000000-1ffffffff : Soft Reserved\n"
      "  100000000-1ffffffff : dax0.0\n"
      "    100000000-1ffffffff : System RAM\n");
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(show(machine->firmware_map),
            "100000-80000000 1\ne0000000-f0000000 2\n100000000-200000000 4026531839\n");
}

// Of `grep -i "ram\|reserved"`, which leaves out the device's window that the second stood below.
TEST(Iomem, WhatLiesOutsideTheEntryAboveIsNotBelowIt) {
  const auto machine = read_text(
      "00100000-7fffffff : System RAM\n"
      "  e0000000-efffffff : Reserved\n"
      "100000000-1ffffffff : System RAM\n");
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(show(machine->firmware_map),
            "100000-80000000 1\ne0000000-f0000000 2\n100000000-200000000 1\n");
}

// As people paste it: each form of the sample gives the map of the plain one.
TEST(Iomem, WhatStandsAroundItDoesNotMatter) {
  const std::string plain = data_bytes("iomem-4g.txt");
  const std::string want = show(read_text(plain)->firmware_map);
  for (const char* front : {"> ", "> > ", "    ", "\t", "| ", "12: ", "iomem:12:"}) {
    for (const char* back : {"", "\r", " \\", "<br>"}) {
      std::string text;
      Lines lines(plain);
      while (const auto line = lines.next()) text += front + std::string(line->text) + back + "\n";
      text = "Hello,\n\n$ sudo cat /proc/iomem\n```\n" + text + "```\nuser@host:~$ exit\n";
      const auto machine = read_machine(Source{.name = "iomem", .bytes = text}, {});
      ASSERT_TRUE(machine.ok()) << text << all_messages(machine);
      EXPECT_EQ(machine->format, "iomem");
      EXPECT_EQ(show(machine->firmware_map), want) << text;
      EXPECT_EQ(machine->kernel_phys_base, PhysAddr{0x1000000}) << text;
    }
  }
  // Without indentation: what lies within a range is below it.
  std::string flat;
  Lines lines(plain);
  while (const auto line = lines.next()) flat += std::string(trimmed(line->text)) + "\n";
  EXPECT_EQ(show(read_text(flat)->firmware_map), want);
}

TEST(Iomem, EncodingsAreUndone) {
  const std::string plain = data_bytes("iomem-4g.txt");
  const std::string want = show(read_text(plain)->firmware_map);
  std::string cr;
  std::string html = "<pre>";
  std::string utf16 = "\xff\xfe";
  std::string nbsp;
  for (const char c : plain) {
    cr += c == '\n' ? '\r' : c;
    html += c == '\n'  ? std::string("<br>\n")
            : c == ' ' ? std::string("&nbsp;")
                       : std::string(1, c);
    utf16 += std::string{c, '\0'};
    nbsp += c == ' ' ? std::string("\xc2\xa0") : std::string(1, c);
  }
  for (const std::string& text : {cr, html + "</pre>\n", utf16, nbsp}) {
    const auto machine = read_machine(Source{.name = "iomem", .bytes = text}, {});
    ASSERT_TRUE(machine.ok()) << text << all_messages(machine);
    EXPECT_EQ(show(machine->firmware_map), want) << text;
  }
}

TEST(Iomem, WhatAGrepLeftIsTold) {
  const auto machine =
      read_text("00001000-0009fbff : System RAM\n00100000-3fffffff : System RAM\n");
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_NE(machine->notes.back().find("only RAM is in it"), std::string::npos);
}

TEST(Iomem, ACutLastLineIsToldAndLeftOut) {
  const char* const kWhole = "00000000-00000fff : Reserved\n00001000-0009fbff : System RAM\n";
  for (const char* cut :
       {"00100000-3ff", "00100000-3fffffff", "00100000-3fffffff : Sys", "0010", "> 00100000-"}) {
    const auto machine = read_text(std::string(kWhole) + cut);
    ASSERT_TRUE(machine.ok()) << cut << all_messages(machine);
    EXPECT_EQ(show(machine->firmware_map), "0-1000 2\n1000-9fc00 1\n") << cut;
    ASSERT_FALSE(machine->notes.empty());
    EXPECT_NE(machine->notes.back().find("line 3 is cut"), std::string::npos) << cut;
  }
}

TEST(Iomem, WithoutRightsTheErrorSaysSo) {
  const auto machine = read_text("00000000-00000000 : Reserved\n00000000-00000000 : System RAM\n");
  ASSERT_FALSE(machine.ok());
  EXPECT_NE(all_messages(machine).find("as root"), std::string::npos);
  const auto quoted =
      read_machine(Source{.name = "iomem",
                          .bytes = "$ cat /proc/iomem\n> 00000000-00000000 : System "
                                   "RAM\n> 00000000-00000000 : PCI Bus 0000:00\n"},
                   {});
  EXPECT_NE(all_messages(quoted).find("as root"), std::string::npos) << all_messages(quoted);
  EXPECT_FALSE(kernel_base_in_iomem("  00000000-00000000 : Kernel code\n").has_value());
}

TEST(Iomem, RefusesOtherText) {
  for (const char* text : {"0000-0cf7 : PCI Bus 0000:00\n  0000-001f : dma1\n",
                           "00000000-00000fff : PCI Bus 0000:00\n", "\n\n"}) {
    EXPECT_FALSE(read_text(text).ok()) << text;
  }
  const auto machine = read_text("00001000-00000fff : Reserved\nhello\n0000100g-2000 : x\n");
  ASSERT_FALSE(machine.ok());
  EXPECT_EQ(machine.errors().size(), 3u);
  EXPECT_EQ(machine.errors()[1].origin.line, 2u);
  EXPECT_EQ(machine.errors()[2].origin.line, 3u);
}

}  // namespace
}  // namespace memmap::input
