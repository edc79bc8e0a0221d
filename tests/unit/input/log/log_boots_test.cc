#include "input/log/log_boots.h"

#include <gtest/gtest.h>

#include "unit/input/log_samples.h"

namespace memmap::input {
namespace {

constexpr const char* kBanner = "[    0.000000] Linux version 6.1.0 (builder@host) (gcc) #1 SMP\n";
constexpr const char* kLogBootsMap =
    "[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n";

std::size_t boots_in(const std::string& text) {
  const Source source = log_of(text);
  const auto log = LogText::open(source);
  return log.ok() ? split_boots(*log).size() : 0;
}

struct LogBootsCase {
  const char* name;
  std::string text;
  std::size_t want;
};

TEST(SplitBoots, CountsBoots) {
  const std::string banner = kBanner;
  const std::string map = kLogBootsMap;
  const LogBootsCase cases[] = {
      {"empty", "", 1},
      {"no_banner", map, 1},
      {"one", banner + map, 1},
      {"junk_before", "GRUB loading\n" + banner + map, 1},
      {"beginning_lost", map + "[    5.000000] reboot: Restarting\n" + banner + map, 2},
      {"two",
       banner + map + "[    0.001000] a\n[    9.000000] b\n" + banner + map + "[    0.001100] a\n",
       2},
      {"two_other_kernels", banner + map + "[    0.000000] Linux version 6.2.0 (a@b) (gcc)\n" + map,
       2},
      {"replay",
       banner + map + "[    0.001000] a\n[    0.002000] b\n" + banner + map +
           "[    0.001000] a\n[    0.002000] b\n[    0.003000] c\n",
       1},
      {"replay_without_times", banner + map + banner + map + "[    0.003000] c\n", 1},
      {"replay_then_reboot",
       banner + map + "[    0.001000] a\n" + banner + map + "[    0.001000] a\n[    0.003000] c\n" +
           banner + map + "[    0.001007] a\n[    0.003011] c\n",
       2},
      {"prose", "Linux version 6.1 crashes here:\n" + banner + map, 1},
      {"mentioned", banner + map + "[    1.000000] systemd[1]: on Linux version 6.1.0 (x)\n", 1},
      {"cut_banner", "Linux version 6.1.0\n" + map, 1},
  };
  for (const LogBootsCase& c : cases) EXPECT_EQ(boots_in(c.text), c.want) << c.name;
}

TEST(SplitBoots, KeepsTheReplay) {
  const std::string first = std::string(kBanner) + kLogBootsMap + "[    0.001000] a\n";
  const Source source = log_of(first + first + "[    0.003000] c\n");
  const auto log = LogText::open(source);
  ASSERT_TRUE(log.ok());
  const auto boots = split_boots(*log);
  ASSERT_EQ(boots.size(), 1u);
  EXPECT_EQ(boots[0].preamble, 0u);
  EXPECT_EQ(boots[0].begin, first.size());
  EXPECT_EQ(boots[0].end, source.bytes.size());
}

}  // namespace
}  // namespace memmap::input
