// Rules that are read, and rules that are refused: where, and with which words.
#include <gtest/gtest.h>

#include "base/sanitized.h"
#include "boot/owner.h"
#include "boot/owner_list.h"
#include "facts/facts.h"
#include "policy/policy.h"
#include "policy/words.h"

namespace memmap::policy {
namespace {

TEST(Rule, IsRead) {
  const char* const kGood[] = {
      "mem_total >= 97% of installed",
      "mem_total at least 97.5 % of installed",
      "crashkernel below 4G",
      "crashkernel >= 256M",
      "crashkernel is at least 256M and crashkernel is not 512M",
      "crashkernel above 1M below 4G",
      "crashkernel between 1M and 4G",
      "crashkernel at 0x1000000",
      "crashkernel on node 0",
      "crashkernel_at < 4G",
      "crashkernel_at - kernel_at >= 16M",
      "mem_total below 4G",
      "zone Normal on node 1 > 2G",
      "every zone > 16M",
      "zone Normal on every node > 1G",
      "present of zone DMA32 == 4G - 1M",
      "managed on each node >= 1G",
      "every node > 1G",
      "free on node 0 > 64M",
      "free below 4G >= 256M",
      "no 4K pages in the direct map above 1G",
      "2M pages in direct map <= 100",
      "owner \"kernel image\" not in 0x4f0000000-0x4ffffffff in any slot",
      "owner 'page tables*' below 4G",
      "owner \"data of node 1\" on node 1",
      "no owner \"initrd\" above 4G",
      "unchanged since baseline.json except hash tables",
      "unchanged since \"a file.json\" except \"struct pages*\", direct_map within 1M",
      "no warnings",
      "no warnings except \"MTRR\"",
      "no panic",
      "event \"crashkernel\"",
      "no event \"overlaps\"",
      "events \"reserved\" <= 3",
      "usable memory in 0-1M",
      "no usable memory in 3G-4G",
      "reserved in 0xfec00000-0xfec00fff",
      "memory in 1M-2M",
      "3G-4G is reserved",
      "3G-4G is not usable",
      "\"ACPI data\" memory <= 1M",
      "hugepages of 1G >= 4",
      "hugepages == 0",
      "cma == 0 and (swiotlb >= 64M or no swiotlb)",
      "not not crashkernel below 4G",
      "not (crashkernel below 4G in every slot)",
      "(not crashkernel below 4G) in every slot",
      "crashkernel below 4G in some slot",
      "2 * crashkernel + 1M <= mem_total - 0x1000",
      "max_pfn * 4K <= 64G",
      "nodes = 2",
      " \t no\npanic ",
  };
  for (const char* const text : kGood) {
    const auto rule = read_rule("rule", text);
    EXPECT_TRUE(rule.ok()) << text << "\n" << (rule ? "" : to_string(rule.errors()));
  }
}

struct Refused {
  const char* text;
  std::size_t column;
  const char* says;
};

TEST(Rule, IsRefused) {
  const Refused kBad[] = {
      {"", 1, "the rule is empty"},
      {"mem_totl >= 1G", 1, "did you mean `mem_total`?"},
      {"mem_total", 1, "compare it"},
      {"mem_total >=", 13, "ends too early"},
      {"mem_total >= 3", 1, "write it with a unit, `3M` or `3G`"},
      {"mem_total >= 3X", 14, "unit"},
      {"mem_total >= 99999999999999999999", 14, ""},
      {"mem_total >= nodes", 1, "they cannot be compared"},
      {"nodes >= 1G", 1, "cannot be compared"},
      {"crashkernel_at * 2 > 1G", 1, "must be a count"},
      {"3% of crashkernel_at > 1G", 1, "no percentage"},
      {"mem_total + nodes > 1G", 1, "no sum"},
      {"crashkernel belwo 4G", 13, "did you mean `below`?"},
      {"crashkernel below 4", 19, "an address has a unit"},
      {"crashkernel in 4G-1G", 16, "ends before it starts"},
      {"crashkernel in 0x1000-0x2000", 23, "this is the last byte: write 0x1fff"},
      {"crashkernel in any slot", 0, ""},
      {"crashkernel below 4G in any slot", 22, "`in every slot` or `in some slot`"},
      {"not crashkernel below 4G in every slot", 5, "may mean two things"},
      {"free on any node > 1G", 9, "`every` or `some`"},
      {"reserved below 200M", 1, "may mean how much or where"},
      {"reserved in 0-1M > 3K", 0, ""},
      {"no crashkernel not below 4G", 1, "`no` takes"},
      {"owner \"kernel imge\" below 4G", 7, "did you mean `kernel image`?"},
      {"owner \"x below 4G", 7, "the quote is not closed"},
      {"zone Norml on node 1 > 2G", 6, "did you mean `Normal`?"},
      {"zone Normal on node 1", 1, "compare it"},
      {"zones > 1G", 1, "which zone?"},
      {"8K pages in the direct map == 0", 1, "4K, 2M or 1G"},
      {"mem_total >= 1G nd nodes = 1", 17, "did you mean `and`?"},
      {"(mem_total >= 1G", 17, "ends too early"},
      {"hugepages below 4G", 11, "has no place"},
      {"warnings on node 1", 1, "not known by node"},
      {"unchanged since", 16, "ends too early"},
      {"unchanged since a.json within 3", 24, "takes a size"},
      {"unchanged since a.json in every slot", 0, "not each slot"},
      {"memory on node 0 on node 1 > 1G", 0, "a second node"},
      {"free on node 1 on every node > 1M", 0, "a second node"},
      {"free of zone DMA of zone DMA32 > 1M", 0, "a second zone"},
      {"hugepages of 2M of 1G > 1", 0, "a second size"},
      {"hugepages of 3M > 1", 0, "2M or 1G"},
      {"events", 1, "compare it"},
      {"1.2345% of memory > 0", 1, "three decimals"},
      {"every node > 1G and zone Normal on every node > 1G or no", 57, "ends too early"},
  };
  for (const Refused& bad : kBad) {
    const auto rule = read_rule("rule", bad.text);
    ASSERT_FALSE(rule.ok()) << bad.text;
    const Error& e = rule.errors().front();
    EXPECT_NE(e.message.find(bad.says), std::string::npos) << bad.text << ": " << e.message;
    const std::size_t column = bad.column == 0 ? e.origin.column : bad.column;
    EXPECT_EQ(e.origin.column, column) << bad.text << ": " << e.message;
    EXPECT_EQ(e.origin.file, "rule");
  }
}

TEST(Rule, TellsOfDeepAndLongTexts) {
  EXPECT_FALSE(read_rule("rule", std::string(40, '(') + "no panic" + std::string(40, ')')).ok());
  EXPECT_TRUE(read_rule("rule", std::string(20, '(') + "no panic" + std::string(20, ')')).ok());
  EXPECT_FALSE(read_rule("rule", "no panic" + std::string(5000, ' ')).ok());
}

// Any words in any order: a rule, or a mistake that stands within the text; and the rule that is read is
// its own opposite's opposite.
TEST(Rule, IsReadOrRefusedWhateverItSays) {
  constexpr std::string_view kWords[] = {
      "not",       "(",        ")",      "no",    "and",    "or",       "crashkernel",
      "mem_total", "warnings", "below",  "above", "4G",     "0x1fff",   "3",
      "in",        "any",      "some",   "every", "slot",   "node",     "zone",
      "Normal",    "on",       "of",     ">=",    "<",      "is",       "97%",
      "+",         "-",        "*",      "free",  "memory", "reserved", "usable",
      "event",     "\"x\"",    "except", "1G",    "owner",  "at",       "\"initrd\"",
      "hugepages", "0",        "cma"};
  boot::Outcome outcome;
  outcome.totals.mem_total_kib = 1 << 20;
  std::uint64_t seed = 1;
  const auto next = [&](std::size_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(seed >> 33) % below;
  };
  constexpr int kRounds = kAddressSanitized ? 10'000 : 100'000;
  int read = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::string text;
    for (std::size_t i = 0, n = 1 + next(9); i < n; ++i)
      text += std::string(kWords[next(std::size(kWords))]) + " ";
    const auto rule = read_rule("rule", text);
    if (!rule) {
      const Error& e = rule.errors().front();
      ASSERT_FALSE(e.message.empty()) << text;
      ASSERT_LE(e.origin.column, text.size() + 1) << text;
      continue;
    }
    ++read;
    const auto is = holds(*rule, {.outcome = outcome});
    const auto opposite = read_rule("rule", "not (" + text + ")");
    ASSERT_TRUE(opposite.ok()) << text;
    ASSERT_EQ(holds(*opposite, {.outcome = outcome}), is ? std::optional(!*is) : std::nullopt)
        << text;
    const Rules rules{{*rule}, {}};
    ASSERT_EQ(evaluate(rules, {.outcome = outcome})[0].answer == Answer::passed, is == true)
        << text;
  }
  EXPECT_GT(read, kRounds / 1000);
}

TEST(Rule, KnowsEveryFigure) {
  for (const std::string_view name : figure_names()) {
    const facts::Fact* const fact = facts::fact_named(name);
    const std::string text = std::string(name) + " >= 0";
    EXPECT_TRUE(read_rule("rule", text).ok()) << text;
    EXPECT_TRUE(fact == nullptr || !fact->what.empty()) << name;
  }
}

TEST(Rule, KnowsEveryOwner) {
  EXPECT_NE(owner_of_words("kernel image"), nullptr);
  EXPECT_NE(owner_of_words("watched for the BIOS's writes"), nullptr);
  EXPECT_EQ(owner_of_words(""), nullptr);
  // All of owner.h but that of plugins, which has no words.
  EXPECT_EQ(std::size(boot::owner::kAll), 65u);
}

}  // namespace
}  // namespace memmap::policy
