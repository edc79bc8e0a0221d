#include "input/log/command_lines.h"

#include <gtest/gtest.h>

namespace memmap::input {
namespace {

Result<CommandLines> read(const std::string& text) {
  Source source;
  source.name = "f";
  source.bytes = text;
  return read_command_lines(source);
}

struct CommandLinesCase {
  const char* name;
  std::string text;
  const char* format;
  std::vector<std::string> want;
};

const CommandLinesCase kCommandLinesCases[] = {
    {"proc_cmdline",
     "root=/dev/sda1 memmap=64M$1G\n",
     "command line",
     {"root=/dev/sda1 memmap=64M$1G"}},
    {"blanks_around", "\n  quiet \r\n\n", "command line", {"quiet"}},
    // The shell takes `\$` to `$`, GRUB then takes `$1` (and the shell alone one digit of `$82`).
    {"defaults_one_escape",
     "GRUB_CMDLINE_LINUX=\"memmap=64M\\$1G\"\n",
     "grub defaults",
     {"memmap=64MG"}},
    {"defaults_no_escape",
     "GRUB_CMDLINE_LINUX=\"memmap=79G$82G\"\n",
     "grub defaults",
     {"memmap=79G2G"}},
    {"defaults_right",
     "GRUB_CMDLINE_LINUX=\"memmap=64M\\\\\\$1G\"\n",
     "grub defaults",
     {"memmap=64M$1G"}},
    {"defaults_single_quotes",
     "GRUB_CMDLINE_LINUX='memmap=64M\\$1G'\n",
     "grub defaults",
     {"memmap=64M$1G"}},
    {"defaults_two",
     "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n# x\nGRUB_CMDLINE_LINUX=\"ro\"\n",
     "grub defaults",
     {"ro quiet"}},
    {"defaults_own_value",
     "GRUB_CMDLINE_LINUX=a\nexport GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX b "
     "${GRUB_CMDLINE_LINUX}\"\n",
     "grub defaults",
     {"a b a"}},
    {"defaults_added",
     "GRUB_CMDLINE_LINUX=\"a\"\nGRUB_CMDLINE_LINUX+=\" b\"\nexport GRUB_CMDLINE_LINUX_DEFAULT+=c\n",
     "grub defaults",
     {"a b c"}},
    {"defaults_added_then_set",
     "GRUB_CMDLINE_LINUX+=\" b\"\nGRUB_CMDLINE_LINUX=a\n",
     "grub defaults",
     {"a"}},
    {"defaults_quotes_of_comments",
     "# it's\nGRUB_DISTRIBUTOR=`echo \"it's\"` # don't\nGRUB_CMDLINE_LINUX=it\\'s\n",
     "grub defaults",
     {"its"}},
    {"defaults_two_lines", "GRUB_CMDLINE_LINUX=\"a \\\nb\"\n", "grub defaults", {"a b"}},
    {"defaults_empty", "GRUB_CMDLINE_LINUX=\"\"\n", "grub defaults", {""}},
    {"grub_cfg",
     "menuentry 'x' {\n\tlinux\t/vmlinuz root=UUID=1 ro memmap=64M\\$1G $vt_handoff\n}\n"
     "  linuxefi /vmlinuz 'a b=c' d=\"e f\" # no\n",
     "grub.cfg",
     {"root=UUID=1 ro memmap=64M$1G", "\"a b=c\" \"d=e f\""}},
    {"grub_cfg_lost_dollar", "linux /vmlinuz memmap=79G$82G\n", "grub.cfg", {"memmap=79GG"}},
    {"boot_entry",
     "title x\nlinux /vmlinuz\noptions root=/dev/sda1 ro\noptions memmap=1M$1G\n",
     "boot entry",
     {"root=/dev/sda1 ro memmap=1M$1G"}},
    {"log",
     "[    0.000000] Linux version 6.1\n[    0.000000] Command line: quiet ro\n"
     "[    0.1] Kernel command line: quiet ro\n",
     "log",
     {"quiet ro"}},
    {"log_last_boot", "Command line: a\nLinux version 6\nCommand line: b\n", "log", {"b"}},
};

TEST(CommandLines, AreAsTheKernelGetsThem) {
  for (const CommandLinesCase& c : kCommandLinesCases) {
    const auto got = read(c.text);
    ASSERT_TRUE(got.ok()) << c.name << to_string(got.errors());
    EXPECT_EQ(got->format, c.format) << c.name;
    std::vector<std::string> texts;
    for (const FoundCommandLine& l : got->lines) {
      texts.push_back(l.text);
      EXPECT_EQ(l.places.size(), l.text.size() + 1) << c.name;
    }
    EXPECT_EQ(texts, c.want) << c.name;
  }
}

TEST(CommandLines, TellWhereEachByteStands) {
  const auto got = read("GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX=\"a memmap=79G$82G\"\n");
  ASSERT_TRUE(got.ok());
  const FoundCommandLine& line = got->lines[0];
  ASSERT_EQ(line.text, "a memmap=79G2G");
  EXPECT_EQ(line.places[0].line, 2u);
  EXPECT_EQ(line.places[0].column, 21u);
  EXPECT_EQ(line.places[11].column, 32u);  // the first G
  EXPECT_EQ(line.places[12].column, 35u);  // the 2 behind `$8`
}

TEST(CommandLines, OfGrubsDefaultsHaveTheirQuotesClosed) {
  const auto place = [](const std::string& text) {
    const auto got = read(text);
    if (got.ok()) return std::string("closed");
    const Error& e = got.errors()[0];
    EXPECT_EQ(e.message, "this quote is not closed: a shell refuses the file");
    return e.origin.file + ":" + std::to_string(e.origin.line) + ":" +
           std::to_string(e.origin.column);
  };
  EXPECT_EQ(place("GRUB_CMDLINE_LINUX=\"a b\n"), "f:1:20");
  EXPECT_EQ(place("GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX='a b\n"), "f:2:20");
  // The quote of the next line closes it, and so on: the fault is the first.
  EXPECT_EQ(place("GRUB_CMDLINE_LINUX=\"a b\nGRUB_TERMINAL=\"x\"\n"), "f:1:20");
  EXPECT_EQ(place("GRUB_DEFAULT=\"0\nGRUB_CMDLINE_LINUX=\"a\"\n"), "f:1:14");
  EXPECT_EQ(place("GRUB_CMDLINE_LINUX=\"a\\\"\n"), "f:1:20");
  EXPECT_EQ(place("GRUB_CMDLINE_LINUX=\"a\nb\"\n"), "closed");
}

TEST(CommandLines, AreThoseOfTheBootThatIsWanted) {
  Source source;
  source.name = "f";
  source.bytes =
      "[    0.000000] Linux version 6.1.0\n[    0.000000] Command line: first\n"
      "[    0.000000] Linux version 6.12.0\n[    0.000000] Command line: second\n";
  const auto of_boot = [&](unsigned boot) { return read_command_lines(source, {.boot = boot}); };
  ASSERT_TRUE(of_boot(1).ok());
  EXPECT_EQ(of_boot(1)->lines[0].text, "first");
  EXPECT_EQ(of_boot(2)->lines[0].text, "second");
  EXPECT_EQ(of_boot(2)->lines[0].places[0].line, 4u);
  ASSERT_FALSE(of_boot(3).ok());
  EXPECT_EQ(of_boot(3).errors()[0].message,
            "there is no boot 3: the log holds 2 boots, counted from 1");
}

TEST(CommandLines, OfALogInJsonAreTheirOwnText) {
  const auto got = read(
      "{\"MESSAGE\":\"Linux version 6.1.0\"}\n{\"MESSAGE\":\"Command line: a=\\\"b c\\\" d\"}\n");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->text, "a=\"b c\" d");
  EXPECT_EQ(got->lines[0].text, got->text);
  EXPECT_EQ(got->lines[0].places[0].column, 1u);
}

TEST(CommandLines, AreFoundBesideAListOfBadMemory) {
  const auto grub = read("GRUB_CMDLINE_LINUX=\"ro\"\nGRUB_BADRAM=\"0x1000,0xfffff000\"\n");
  ASSERT_TRUE(grub.ok());
  ASSERT_EQ(grub->lines.size(), 2u);
  EXPECT_EQ(grub->lines[0].text, "ro");
  EXPECT_TRUE(grub->lines[1].is_badram);
  EXPECT_EQ(grub->lines[1].text, "0x1000,0xfffff000");
  EXPECT_EQ(grub->lines[1].places[0].line, 2u);
  EXPECT_EQ(grub->lines[1].places[0].column, 14u);
  EXPECT_EQ(read("GRUB_BADRAM=1,2\n")->lines.size(), 2u);
  const auto cfg = read("badram 0x1000,0xfffff000\nlinux /vmlinuz ro\n");
  ASSERT_EQ(cfg->lines.size(), 2u);
  EXPECT_EQ(cfg->lines[0].text, "ro");
  EXPECT_TRUE(cfg->lines[1].is_badram);
}

TEST(CommandLines, AreMissing) {
  for (const char* text : {"", "\n\n", "a\nb\n", "GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\n"}) {
    const auto got = read(text);
    ASSERT_FALSE(got.ok()) << text;
    EXPECT_NE(got.errors()[0].message.find("no kernel command line is found"), std::string::npos);
  }
  const auto binary = read(std::string("a\0b", 3));
  ASSERT_FALSE(binary.ok());
  EXPECT_EQ(binary.errors()[0].origin.offset, 1u);
}

TEST(CommandLines, AreNoMegabytes) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "a=b ";
  const auto got = read(text);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.errors()[0].origin.line, 1u);
  EXPECT_NE(got.errors()[0].message.find("the limit is command-line=64K"), std::string::npos);
}

TEST(CommandLines, TakeAnyText) {
  for (const char* text : {"GRUB_CMDLINE_LINUX=", "GRUB_CMDLINE_LINUX=\"", "GRUB_CMDLINE_LINUX='",
                           "GRUB_CMDLINE_LINUX=\\", "GRUB_CMDLINE_LINUX=$", "GRUB_CMDLINE_LINUX=${",
                           "linux", "linux ", "linux /v $", "linux /v \"", "options", "options ",
                           "Command line:", "Command line: ", "Command line: \n"}) {
    (void)read(text);
  }
}

}  // namespace
}  // namespace memmap::input
