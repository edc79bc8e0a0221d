#include "input/log/log_lines.h"

#include <gtest/gtest.h>

#include "unit/input/log_samples.h"

namespace memmap::input {
namespace {

constexpr const char* kEntry = "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable";

struct Prefix {
  const char* name;
  const char* prefix;
  const char* stamp;
};
const Prefix kPrefixes[] = {
    {"none", "", ""},
    {"blank", "  ", ""},
    {"stamp", "[    0.000000] ", "0.000000"},
    {"long_uptime", "[1234567.000012] ", "1234567.000012"},
    {"caller_id", "[    0.000000][    T0] ", "0.000000"},
    {"cpu_id", "[    0.000000][    C3] ", "0.000000"},
    {"raw_level", "<6>[    0.000000] ", "0.000000"},
    {"raw_level_no_stamp", "<6>", ""},
    {"dmesg_T", "[Mon Nov 23 19:32:10 2026] ", ""},
    {"dmesg_e", "[Nov23 19:32] ", ""},
    {"dmesg_e_later", "[  +0.000012] ", ""},
    {"dmesg_d", "[    0.000000 <    0.000000>] ", ""},
    {"dmesg_x", "kern  :info  : [    0.000000] ", "0.000000"},
    {"dmesg_x_t", "kern  :info  : ", ""},
    {"iso", "2026-11-23T19:32:10,123456+00:00 ", ""},
    {"journal", "Nov 23 19:32:10 host kernel: ", ""},
    {"journal_short_iso", "2026-11-23T19:32:10+0000 host kernel: ", ""},
    {"journal_short_precise", "Nov 23 19:32:10.123456 host kernel: ", ""},
    {"journal_monotonic", "[    1.234567] host kernel: ", "1.234567"},
    {"syslog", "Nov 23 19:32:10 host kernel: [    0.000000] ", "0.000000"},
    {"syslog_pid", "Nov 23 19:32:10 host kernel[0]: ", ""},
    {"console_server", "2026-11-23 19:32:10 ttyS0: [    0.000000] ", "0.000000"},
    {"quoted_mail", "> [    0.000000] ", "0.000000"},
    {"quoted_plain", "> > ", ""},
    {"pastebin_number", "12. [    0.000000] ", "0.000000"},
};

TEST(StripPrefix, LeavesTheKernelsMessage) {
  for (const Prefix& p : kPrefixes) {
    const std::string whole = std::string(p.prefix) + kEntry;
    LogLine line{.whole = whole};
    strip_prefix(line);
    EXPECT_EQ(line.text, kEntry) << p.name;
    EXPECT_EQ(line.stamp, p.stamp) << p.name;
  }
}

TEST(StripPrefix, KeepsWhatIsNoPrefix) {
  for (const char* text :
       {"Booting the kernel: done", "kernel panic", "[mem 0x0-0xfff]", "", "[", "<",
        "[Firmware Bug]: x", "(XEN) [    0.000000] RAM map:", "kern", "Nov"}) {
    LogLine line{.whole = text};
    strip_prefix(line);
    EXPECT_EQ(line.text, text);
  }
}

TEST(LineReader, ReadsEndsColoursAndNumbers) {
  const Source source =
      log_of("one\r\n\x1b[32m[    0.000000] \x1b[0m\x1b[33mBIOS-e820: \x1b[0mtwo\n\nfour");
  const auto log = LogText::open(source);
  ASSERT_TRUE(log.ok());
  LineReader reader(*log, 0, source.bytes.size());
  LineCounter counter(*log);
  LogLine line;
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line.whole, "one");
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line.text, "BIOS-e820: two");
  EXPECT_EQ(line.stamp, "0.000000");
  EXPECT_EQ(counter.number_at(line.offset), 2u);
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line.whole, "");
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line.whole, "four");
  EXPECT_EQ(counter.number_at(line.offset), 4u);
  EXPECT_FALSE(reader.next(line));
}

TEST(LogText, UnpacksDmesgJson) {
  const Source source = log_of(
      "{\n   \"dmesg\": [\n      {\n         \"pri\":   5,\n         \"time\":      0.000000,\n"
      "         \"msg\": \"Linux \\\"version\\\"\"\n      },{\n         \"pri\":   6,\n"
      "         \"time\":      0.003124,\n         \"msg\": \"two\\nlines\"\n      }\n   ]\n}\n");
  const auto log = LogText::open(source);
  ASSERT_TRUE(log.ok()) << to_string(log.errors());
  EXPECT_EQ(log->bytes(), "[0.000000] Linux \"version\"\n[0.003124] two\n[0.003124] lines\n");
  EXPECT_EQ(log->number_of(1), 6u);
  EXPECT_EQ(log->number_of(2), 10u);
  EXPECT_EQ(log->number_of(3), 10u);
}

TEST(LogText, UnpacksJournalJson) {
  const Source source = log_of(
      "{\"PRIORITY\":\"5\",\"MESSAGE\":\"Linux version\"}\n"
      "{\"MESSAGE\":[226,130],\"X\":null}\n{\"MESSAGE\":\"three\"}\n");
  const auto log = LogText::open(source);
  ASSERT_TRUE(log.ok()) << to_string(log.errors());
  EXPECT_EQ(log->bytes(), "Linux version\n\xe2\x82\nthree\n");
  EXPECT_EQ(log->number_of(3), 3u);
}

TEST(LogText, RefusesDamagedJson) {
  const auto cut = LogText::open(log_of("{\n \"dmesg\": [\n {\"msg\": \"a\"},\n {\"msg\": "));
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.errors()[0].origin.line, 4u);
  EXPECT_NE(cut.errors()[0].message.find("not valid JSON"), std::string::npos);

  const auto deep = LogText::open(log_of("{\"dmesg\": " + std::string(100000, '[')));
  ASSERT_FALSE(deep.ok());
  EXPECT_NE(deep.errors()[0].message.find("nested deeper"), std::string::npos);

  EXPECT_FALSE(LogText::open(log_of("{\"dmesg\": []}")).ok());
}

}  // namespace
}  // namespace memmap::input
