// Rules held against outcomes made up.
#include <gtest/gtest.h>

#include "boot/owner.h"
#include "policy/policy.h"

namespace memmap::policy {
namespace {

constexpr std::uint64_t kSmall = 0x1000000;

boot::Outcome outcome() {
  boot::Outcome out;
  out.installed_ram = 4 * kGiB;
  out.totals.mem_total_kib = 3 * kGiB / kKiB;
  out.totals.memory = 4 * kGiB - kMiB;
  out.owners.push_back({PhysRange::make(kSmall, 2 * kSmall), &boot::owner::kKernelImage,
                        "kernel image", "setup_arch"});
  out.owners.push_back({PhysRange::make(kGiB, kGiB + 256 * kMiB), &boot::owner::kCrashKernel,
                        "crash kernel", "reserve_crashkernel"});
  out.owners.push_back({PhysRange::make(5 * kGiB, 5 * kGiB + 512 * kMiB),
                        &boot::owner::kCrashKernel, "crash kernel", "reserve_crashkernel"});
  out.events.push_back({.severity = Severity::warning, .step = "mtrr", .text = "MTRR: odd ranges"});
  out.state.e820.table.add({PhysAddr{0}, 640 * kKiB, E820Type::ram});
  out.state.e820.table.add({PhysAddr{3 * kGiB}, kGiB, E820Type::reserved});
  out.state.node_states.push_back({.nid = 0, .present_pages = kGiB >> kPageShift});
  out.state.node_states.push_back({.nid = 1, .present_pages = 2 * kGiB >> kPageShift});
  for (boot::NodeState& node : out.state.node_states) {
    node.zones.push_back({.zone = {.type = zones::ZoneType::normal,
                                   .start_pfn = Pfn{static_cast<std::uint64_t>(node.nid) * 0x40000},
                                   .spanned_pages = node.present_pages,
                                   .present_pages = node.present_pages}});
    out.state.page_allocator.zones.push_back(
        {node.nid, zones::ZoneType::normal, node.present_pages, 0});
  }
  return out;
}

std::optional<bool> judged(const char* text, const boot::Outcome& of) {
  const auto rule = read_rule("rule", text);
  EXPECT_TRUE(rule.ok()) << text << (rule ? "" : to_string(rule.errors()));
  return rule ? holds(*rule, {.outcome = of}) : std::nullopt;
}

struct Case {
  const char* text;
  std::optional<bool> want;
};

TEST(Evaluate, Rules) {
  const boot::Outcome of = outcome();
  const Case kCases[] = {
      {"mem_total = 3G", true},
      {"mem_total >= 75% of installed", true},
      {"mem_total > 75% of installed", false},
      {"mem_total >= 75.001% of installed", false},
      {"mem_total < installed - 1G", false},
      {"mem_total - installed < 0", true},  // no number wraps
      {"2 * mem_total = 6G", true},
      {"usable on node 7 = 0", std::nullopt},  // there is none
      {"no kernel on node 7", std::nullopt},
      {"crashkernel = 512M", true},  // beside its part below 4G
      {"crashkernel_low = 256M", true},
      {"crashkernel above 4G", true},
      {"crashkernel below 4G", false},
      {"crashkernel_low below 4G", true},
      {"crashkernel_at = 5G", true},
      {"crashkernel at 0x140000000", true},
      {"not crashkernel below 4G", true},
      {"crashkernel not below 4G", true},
      {"cma = 0 and no cma", true},
      {"cma below 4G", std::nullopt},  // there is none
      {"not cma below 4G", std::nullopt},
      {"cma_at < 4G", std::nullopt},
      {"cma below 4G or mem_total > 1G", true},
      {"cma below 4G and mem_total > 5G", false},
      {"owner \"kernel image\" in 16M-32M", true},
      {"owner \"kernel image\" in 0x1000000-0x1ffffff", true},
      {"owner \"kernel image\" in 0x1000000-0x1fffffe", false},
      {"owner \"kernel image\" not in 32M-64M", true},
      {"owner \"kernel image\" not in 32M-64M in any slot", true},
      {"owner \"crash*\" = 768M", true},
      {"kernel at 16M", true},
      {"owner \"initrd\" not in 0-4G", true},
      {"no warnings", false},
      {"no warnings except \"MTRR\"", true},
      {"warnings = 1 and no panic", true},
      {"warning \"odd\"", true},
      {"no event \"odd\"", false},
      {"usable memory in 0-0x9ffff", true},
      {"usable memory in 0-1M", false},
      {"3G-4G is reserved", true},
      {"3G-4G is not usable", true},
      {"reserved memory in 3G-4G = 1G", true},
      {"no usable memory above 1M", true},
      {"node 1 = 2G and node 0 = 1G", true},
      {"node 7 = 0", std::nullopt},
      {"every node >= 1G", true},
      {"every node > 1G", false},
      {"some node > 1G", true},
      {"zone Normal = 3G", true},
      {"zone Normal on node 1 > 2G", false},
      {"every zone >= 1G", true},
      {"present of every zone on node 1 = 2G", true},
      {"nodes = 0", true},
      {"mem_total = 0", false},
      {"9999999999999999999 * 9999999999999999999 * mem_total > 0",
       std::nullopt},  // too large to tell
  };
  for (const Case& c : kCases) {
    const auto is = judged(c.text, of);
    EXPECT_EQ(is, c.want) << c.text;
    // Of `not` the opposite, and what nobody can tell stays that.
    const std::string other = std::string("not (") + c.text + ")";
    const auto opposite = judged(other.c_str(), of);
    EXPECT_EQ(opposite, is ? std::optional(!*is) : std::nullopt) << other;
  }
}

TEST(Evaluate, TellsWhatIsTheCase) {
  Rules rules;
  for (const char* const text :
       {"mem_total >= 90% of installed", "crashkernel below 4G", "no warnings", "no panic"})
    rules.rules.push_back(*read_rule("rule", text));
  const boot::Outcome of = outcome();
  const auto verdicts = evaluate(rules, {.outcome = of});
  ASSERT_EQ(verdicts.size(), 4u);
  EXPECT_EQ(verdicts[0].answer, Answer::failed);
  EXPECT_EQ(verdicts[0].actual,
            "`mem_total` is 3G; `installed` is 4G; `90% of installed` is 3.60G (3865470566 bytes)");
  EXPECT_NE(verdicts[1].actual.find("`crashkernel` lies at 0x140000000-0x15fffffff (512M)"),
            std::string::npos)
      << verdicts[1].actual;
  EXPECT_EQ(verdicts[1].because, "crash kernel: reserve_crashkernel()");
  EXPECT_EQ(verdicts[2].because, "mtrr()");
  EXPECT_EQ(verdicts[3].answer, Answer::passed);
  EXPECT_TRUE(verdicts[3].actual.empty());
}

TEST(Evaluate, GoesOverPlaces) {
  Rules rules;
  rules.rules.push_back(*read_rule("rule", "owner \"kernel image\" not in 1G-2G in any slot"));
  rules.rules.push_back(*read_rule("rule", "owner \"kernel image\" in 1G-2G in some slot"));
  EXPECT_TRUE(rules.asks_for_slots());
  const boot::Outcome of = outcome();
  Subject subject{.outcome = of};
  subject.every_slot = [&](const Subject::Look& look) -> Status {
    boot::Outcome other = outcome();
    for (const std::uint64_t at : {kSmall, kGiB, 2 * kGiB}) {
      other.owners[0].range = PhysRange::make(at, at + kSmall);
      if (!look(PhysAddr{at}, other)) break;
    }
    return Done{};
  };
  const auto verdicts = evaluate(rules, subject);
  EXPECT_EQ(verdicts[0].answer, Answer::failed);
  EXPECT_EQ(verdicts[0].actual.find("with the kernel at 0x40000000: "), 0u) << verdicts[0].actual;
  EXPECT_EQ(verdicts[1].answer, Answer::passed);
}

TEST(Policy, IsRead) {
  const auto policy = read_policy("p.yaml",
                                  "schema: memmap/policy/1\n"
                                  "title: the farm\n"
                                  "machine: [a.yaml, 'b/*.yaml']\n"
                                  "kernel: 6.12.117+deb12-amd64\n"
                                  "append: [crashkernel=256M, '']\n"
                                  "require:\n"
                                  "  - no panic\n"
                                  "  - rule: crashkernel below 4G\n"
                                  "    name: kdump's DMA\n"
                                  "    why: an old device\n"
                                  "    when: crashkernel > 0\n"
                                  "    severity: warning\n"
                                  "  - unchanged since old.json except hash tables\n");
  ASSERT_TRUE(policy.ok()) << to_string(policy.errors());
  EXPECT_EQ(policy->machines.size(), 2u);
  EXPECT_EQ(policy->appends.size(), 2u);
  ASSERT_EQ(policy->rules.rules.size(), 3u);
  const Rule& second = policy->rules.rules[1];
  EXPECT_EQ(second.name, "kdump's DMA");
  EXPECT_EQ(second.level, Level::warning);
  EXPECT_EQ(second.origin.line, 8u);
  EXPECT_EQ(second.origin.column, 11u);
  ASSERT_EQ(policy->rules.baselines.size(), 1u);
  EXPECT_EQ(policy->rules.baselines[0].path, "old.json");
  const boot::Outcome of = outcome();
  boot::Outcome none = outcome();
  std::erase_if(none.owners, [](const auto& o) { return o.owner == &boot::owner::kCrashKernel; });
  EXPECT_FALSE(evaluate(policy->rules, {.outcome = of})[1].fails());
  EXPECT_EQ(evaluate(policy->rules, {.outcome = none})[1].answer, Answer::skipped);
}

struct BadFile {
  const char* text;
  std::size_t line;
  std::size_t column;
  const char* says;
};

TEST(Policy, IsRefused) {
  const BadFile kBad[] = {
      {"requires:\n  - no panic\n", 1, 1, "did you mean `require`?"},
      {"require: no panic\n", 1, 10, "takes a list"},
      {"require: []\n", 1, 10, "has no rule"},
      {"schema: memmap/policy/9\nrequire: [no panic]\n", 1, 9, "memmap/policy/1"},
      {"machine: {a: b}\nrequire: [no panic]\n", 1, 10, "a word or a list"},
      {"require:\n  - no panik\n", 2, 8, "did you mean `panic`?"},
      {"require:\n  - 'mem_total >= 5'\n", 2, 6, "with a unit"},
      {"require:\n  - rule: no panic\n    severty: error\n", 3, 5, "did you mean `severity`?"},
      {"require:\n  - rule: no panic\n    severity: fatal\n", 3, 15, "error"},
      {"require:\n  - name: x\n", 2, 5, "needs a key `rule`"},
      {"require:\n  - rule: no panic\n    when: mem_totl > 1G\n", 3, 11, "`mem_total`"},
      {"require:\n  - >-\n    no panic and\n    no panik\n", 2, 5, "`panic`"},
  };
  for (const BadFile& bad : kBad) {
    const auto policy = read_policy("p.yaml", bad.text);
    ASSERT_FALSE(policy.ok()) << bad.text;
    const Error& e = policy.errors().front();
    EXPECT_NE(e.message.find(bad.says), std::string::npos) << bad.text << e.message;
    EXPECT_EQ(e.origin.line, bad.line) << bad.text << e.message;
    EXPECT_EQ(e.origin.column, bad.column) << bad.text << e.message;
  }
}

TEST(Policy, RefusesABaselineOfAnotherVersion) {
  auto policy = read_policy("p.yaml", "require:\n  - unchanged since old.json\n");
  ASSERT_TRUE(policy.ok());
  const Status read = read_baselines(policy->rules, [](const Baseline&) {
    return Result<std::string>("{\"schema\": \"memmap/result/0\"}\n");
  });
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.errors()[0].message.find("make this one again"), std::string::npos);
}

}  // namespace
}  // namespace memmap::policy
