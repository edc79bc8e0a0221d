#include "witness/compare.h"

#include <gtest/gtest.h>

#include "session/session.h"

namespace memmap::witness {
namespace {

using session::Places;
using session::Request;
using session::Session;

// A machine of 256 MiB that a kernel of our profile booted.
Machine machine() {
  Machine m;
  m.source = "boot.log";
  m.format = "dmesg";
  m.firmware = Firmware::bios;
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                    {PhysAddr{kMiB}, 255 * kMiB, E820Type::ram}};
  m.kernel_release = "6.1.0-55-amd64";
  m.command_line = "nokaslr";
  return m;
}

Places places() {
  return {.kernels = MEMMAP_SOURCE_DIR "/share/kernels",
          .plugins = {{.path = MEMMAP_BUILD_DIR "/plugins", .trust = plugin::Trust::own}}};
}

Comparison comparison_of(Machine m, std::vector<std::string> lines, Request request = {}) {
  m.log.name = "boot.log";
  for (std::string& text : lines) m.log.lines.push_back({m.log.lines.size() + 1, std::move(text)});
  auto session = Session::open(std::move(request), places(), std::move(m));
  EXPECT_TRUE(session.ok());
  auto rules = session->rules();
  boot::Options options = session->options(*rules);
  const boot::Inputs inputs(*session->machine(), session->profile(), options);
  const auto outcome = session->boot(*rules, options, inputs);
  EXPECT_TRUE(outcome.ok());
  return session->compare_log(inputs, *outcome);
}

TEST(Compare, WhatIsSoAgrees) {
  const Comparison c = comparison_of(
      machine(), {"e820: remove [mem 0x000a0000-0x000fffff] usable",
                  "last_pfn = 0x10000 max_arch_pfn = 0x400000000",
                  "node   0: [mem 0x0000000000100000-0x000000000fffffff]", "Policy zone: DMA32"});
  EXPECT_EQ(c.count(Verdict::agrees), 4u);
  EXPECT_EQ(c.statements_of_log(), 4u);
}

TEST(Compare, WhatIsNotSoHasItsLineAndOurs) {
  const Comparison c = comparison_of(
      machine(), {"Policy zone: DMA32",
                  "Reserving 161MB of memory at 32MB for crashkernel (System RAM: 255MB)",
                  "Zone ranges:", "Normal   [mem 0x0000000100000000-0x00000001ffffffff]"});
  ASSERT_EQ(c.count(Verdict::differs), 2u);
  const auto log = summary_of(c, "boot.log");
  ASSERT_EQ(log.differ.size(), 2u);
  EXPECT_EQ(log.statements, 3u);
  EXPECT_EQ(log.differ[0].line, 2u);
  EXPECT_EQ(log.differ[0].memmap, "nothing of the kind");
  EXPECT_EQ(log.differ[1].memmap, "empty");
  EXPECT_FALSE(log.differ[1].reason.empty());
}

// Sizes of another build say nothing of ours; the rule is asked before anything is compared.
TEST(Compare, OfAnotherBuildSizesCannotBeKnown) {
  const std::vector<std::string> lines = {
      "percpu: Embedded 66 pages/cpu s233472 r8192 d28672 u2097152", "Policy zone: DMA32"};
  Machine other = machine();
  other.kernel_release = "6.1.7";
  const Comparison c = comparison_of(std::move(other), lines);
  EXPECT_EQ(c.count(Verdict::unknown), 1u);
  EXPECT_EQ(c.count(Verdict::agrees), 1u);
  EXPECT_EQ(comparison_of(machine(), lines).count(Verdict::differs), 1u);
}

TEST(Compare, WhatTheBootWasMadeWithIsAFact) {
  Machine m = machine();
  m.cpu.gbpages = true;
  const Comparison c = comparison_of(std::move(m), {"Using GB pages for direct mapping"});
  EXPECT_EQ(c.count(Verdict::fact), 1u);
  EXPECT_EQ(c.statements_of_log(), 0u);
}

// Another command line asks for another boot: the log is no witness of that one.
TEST(Compare, AnotherBootHasNoWitness) {
  Machine m = machine();
  m.log.lines.push_back({1, "Policy zone: DMA32"});
  const auto witness_of = [&](Request request) {
    request.log = session::LogUse::compared;
    auto session = Session::open(std::move(request), places(), m);
    return session->boot()->log.has_value();
  };
  EXPECT_TRUE(witness_of({}));
  EXPECT_FALSE(witness_of({.append = "mem=128M"}));
  EXPECT_FALSE(witness_of({.command_line = "quiet"}));
  EXPECT_FALSE(witness_of({.without_plugins = {"trim_bios"}}));
}

// Of each, the reason of the first difference.
std::string likely_of(Machine m, const std::string& line) {
  m.kernel_release = "6.1.7";
  const auto log = summary_of(comparison_of(std::move(m), {line}), "boot.log");
  return log.differ.empty() ? "" : log.differ.front().reason;
}

TEST(Compare, LikelyReasonsGoByWhatTheLogShows) {
  const std::string line = "PM: hibernation: Registered nosave memory: [mem 0x08000000-0x080fffff]";
  EXPECT_EQ(likely_of(machine(), line),
            "6.1.7 may have other rules and options than its nearest profile, 6.1.0-55-amd64");
  Machine cleaned = machine();
  cleaned.mtrrs_were_cleaned = true;
  EXPECT_EQ(likely_of(cleaned, line),
            "its kernel cleaned up the MTRRs, and took RAM that those it made do not cover");
  Machine brings = machine();
  brings.acpi_tables = {{"DSDT", PhysRange::make(0x8000000, 0x8000100)}};
  EXPECT_EQ(likely_of(brings, line),
            "where the copies of the initrd's ACPI tables lie follows from what was taken before");
}

TEST(Compare, TheSizeOfTheLogIsItsTexts) {
  Machine m = machine();
  m.command_line = "nokaslr log_buf_len=3M";
  const Comparison c = comparison_of(m, {"printk: log_buf_len: 4194304 bytes"});
  EXPECT_EQ(c.count(Verdict::agrees), 1u);
  const Comparison less = comparison_of(machine(), {"printk: log_buf_len: 4194304 bytes"});
  EXPECT_EQ(less.count(Verdict::differs), 1u);
}

}  // namespace
}  // namespace memmap::witness
