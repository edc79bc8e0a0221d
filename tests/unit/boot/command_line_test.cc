// What a command line makes of a boot, beyond the requests of run_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

// Processors that nr_cpus= leaves out do not keep house for those that are isolated.
TEST(Boot, CountsTheProcessorsThatAreLeft) {
  Machine two = machine();
  two.cpu.present = 2;
  Machine one = machine();
  one.cpu.possible = one.cpu.present = 1;
  const Sizes want = asked(boot("isolcpus=0", {6, 12, 0}, one), "CPU masks");
  EXPECT_EQ(asked(boot("nr_cpus=1 isolcpus=0", {6, 12, 0}, two), "CPU masks"), want);
  EXPECT_NE(asked(boot("isolcpus=0", {6, 12, 0}, two), "CPU masks"), want);
}

struct BuiltIn {
  const char* name;
  Config config;
  const char* given;
  const char* want;
};
void PrintTo(const BuiltIn& c, std::ostream* out) { *out << c.name; }

class BuiltInLine : public testing::TestWithParam<BuiltIn> {};

TEST_P(BuiltInLine, StandsBeforeTheBootLoaders) {
  const BuiltIn& c = GetParam();
  kernel::Profile p = profile();
  p.config.insert(c.config.begin(), c.config.end());
  EXPECT_EQ(boot(c.given, p, machine()).subject.command_line, c.want);
}

const BuiltIn kBuiltIn[] = {
    {"none", {{"CMDLINE", "a=1"}}, "b", "b"},
    {"both", {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a=1 c"}}, "b", "a=1 c b"},
    {"there_already", {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a=1"}}, "a=1 b", "a=1 b"},
    {"longer_word", {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a=1"}}, "a=12", "a=1 a=12"},
    {"empty", {{"CMDLINE_BOOL", "true"}, {"CMDLINE", ""}}, "b", "b"},
    {"instead",
     {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a"}, {"CMDLINE_OVERRIDE", "true"}},
     "b",
     "a"},
};
INSTANTIATE_TEST_SUITE_P(, BuiltInLine, testing::ValuesIn(kBuiltIn),
                         [](const auto& test) { return test.param.name; });

// The texts of all warnings.
std::vector<std::string> warnings(const Outcome& outcome) {
  std::vector<std::string> out;
  for (const Event& e : outcome.events) {
    if (e.severity == Severity::warning) out.push_back(e.text);
  }
  return out;
}

TEST(Boot, SaysWhatIsMalformedAsTheKernelDoes) {
  struct Row {
    const char* line;
    std::vector<std::string> want;
  };
  kernel::Profile p = profile();
  p.parameters.early = {"mem",           "acpi",       "numa",       "log_buf_len",
                        "init_on_alloc", "page_owner", "movablecore"};
  const Row kRows[] = {
      {"mem acpi=no numa log_buf_len init_on_alloc=maybe movablecore",
       {"Malformed early option 'mem'", "Malformed early option 'acpi'",
        "Malformed early option 'numa'", "Malformed early option 'log_buf_len'",
        "Malformed early option 'init_on_alloc'", "Malformed early option 'movablecore'"}},
      {"acpi=off numa=x log_buf_len=x init_on_alloc=1 page_owner=on", {}},
      // Not a parameter of this kernel.
      {"debug_pagealloc=maybe -- acpi=no", {}},
  };
  for (const Row& row : kRows) {
    Options options = test::default_options();
    options.command_line = row.line;
    EXPECT_EQ(warnings(run(machine(), p, options)), row.want) << row.line;
  }
}

// Which of several holds. Each line, and one that says it alone.
TEST(Boot, ReadsRepeatedParametersAsTheKernelDoes) {
  const std::pair<const char*, const char*> kSame[] = {
      {"log_buf_len=1M log_buf_len=2M", "log_buf_len=2M"},
      {"dhash_entries=64 dhash_entries=4096", "dhash_entries=4096"},
      {"numa=off numa=fake=0", "numa=off"},
      {"gbpages nogbpages", "nogbpages"},
      {"nogbpages gbpages", "gbpages"},
      {"kernelcore=mirror,x", "kernelcore=mirror"},
      {"movablecore=10% movablecore=256M", "movablecore=256M"},
      {"movablecore=256M movablecore=10%", "movablecore=10%"},
      {"debug_pagealloc=1 debug_pagealloc=maybe", "debug_pagealloc=on"},
      {"acpi=off acpi=force", "acpi=force"},
      {"nr_cpus=1 nr_cpus=2", "nr_cpus=1"},
      {"nosmp nr_cpus=2", "nosmp"},
  };
  kernel::Profile p = profile();
  p.parameters = {};
  p.config["DEBUG_PAGEALLOC"] = "true";
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 4 * kGiB, E820Type::ram});
  // What the page allocator gets, the size of the zones, the page tables.
  const auto made = [&](const char* line) {
    Options options = test::default_options();
    options.command_line = line;
    const Outcome outcome = run(m, p, options);
    std::vector<std::uint64_t> out{outcome.totals.managed_pages};
    for (const NodeState& n : outcome.state.node_states) {
      for (const ZoneState& z : n.zones) out.push_back(z.zone.present_pages);
    }
    for (const paging::Mapping& mapping : outcome.state.page_tables.mappings()) {
      out.push_back(mapping.page_size);
    }
    return out;
  };
  for (const auto& [line, alone] : kSame) EXPECT_EQ(made(line), made(alone)) << line;
  EXPECT_NE(made("nogbpages"), made("gbpages"));
  EXPECT_NE(made("movablecore=10%"), made("movablecore=256M"));
  EXPECT_NE(made("debug_pagealloc=on"), made(""));
  EXPECT_NE(made("log_buf_len=2M"), made("log_buf_len=1M"));
}

TEST(Boot, TakesWhatIsBuiltInAndAppended) {
  kernel::Profile p = profile();
  p.config["CMDLINE_BOOL"] = "true";
  p.config["CMDLINE"] = "mem=512M";
  Options options = test::default_options();
  options.command_line = "ro";
  options.append = "panic=1";
  EXPECT_EQ(run(machine(), p, options).subject.command_line, "mem=512M ro panic=1");
  EXPECT_LE(run(machine(), p, options).totals.memory, 512 * kMiB);
  p.config["CMDLINE_OVERRIDE"] = "true";
  EXPECT_EQ(run(machine(), p, options).subject.command_line, "mem=512M");
  Machine m = machine();
  m.command_line = "quiet";
  options = test::default_options();
  options.append = "ro";
  EXPECT_EQ(run(m, profile(), options).subject.command_line, "quiet ro");
}

TEST(Boot, ReservesCmaForHugePages) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 4 * kGiB, E820Type::ram});
  kernel::Profile p = profile();
  p.config["CMA"] = "true";
  const auto reserved = [&](const std::string& line) {
    Options options = test::default_options();
    options.command_line = line;
    return owned(run(m, p, options), "CMA: huge pages");
  };
  EXPECT_EQ(reserved("hugetlb_cma=1500M"), 2 * kGiB);
  EXPECT_EQ(reserved("hugetlb_cma=1000M"), 0u);
  EXPECT_EQ(reserved("hugetlb_cma=0:1G"), kGiB);
  EXPECT_EQ(reserved("hugetlb_cma=0:1G,1:1G"), kGiB);  // no such node
  EXPECT_EQ(reserved("hugetlb_cma=0:100M,1:1G"), 0u);
  EXPECT_EQ(reserved("hugetlb_cma=0:1G,2G"), 0u);  // the whole text begins with 0
  EXPECT_EQ(reserved("hugetlb_cma=0:1G,"), kGiB);
  EXPECT_EQ(reserved("hugetlb_cma=9999:1G"), 0u);
}

// NODE:SIZE, and what is wrong with one of them.
TEST(Boot, TakesHugePagesCmaByNode) {
  kernel::Profile p = profile();
  p.config["CMA"] = "true";
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 8 * kGiB, E820Type::ram});
  m.node_memory = {{PhysRange::make(0, 8 * kGiB), 0, false},
                   {PhysRange::make(8 * kGiB, 12 * kGiB), 1, false}};
  const auto taken = [&](const char* line) {
    Options options = test::default_options();
    options.command_line = line;
    const Outcome outcome = run(m, p, options);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
    for (const Owned& o : outcome.owners) {
      if (o.words == "CMA: huge pages") out.emplace_back(raw(o.range.base()), o.range.size());
    }
    return std::pair(out, warnings(outcome));
  };
  using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  const auto by_node = taken("hugetlb_cma=1:2G,0:1G");
  ASSERT_EQ(by_node.first.size(), 2u);
  EXPECT_EQ(by_node.first[0].second, kGiB);
  EXPECT_LT(by_node.first[0].first, 8 * kGiB);
  EXPECT_EQ(by_node.first[1].second, 2 * kGiB);
  EXPECT_GE(by_node.first[1].first, 8 * kGiB);
  EXPECT_TRUE(by_node.second.empty());
  const auto faulty = taken("hugetlb_cma=5:1G,0:512M");
  EXPECT_EQ(faulty.first, Ranges{});
  EXPECT_EQ(faulty.second,
            (std::vector<std::string>{"hugetlb_cma: cma area of node 0 should be at least 1024 MiB",
                                      "hugetlb_cma: invalid node 5 specified"}));
}

// As 6.1, 6.12, 6.18 and 7.2 do under QEMU.
TEST(EarlyOptions, WithoutAValueSomeStopTheKernel) {
  kernel::Profile p = profile();
  p.parameters.early = {"swiotlb", "mitigations", "numa"};
  for (const char* line : {"quiet swiotlb mem=512M", "mitigations"}) {
    const Outcome o = boot(line, p, machine());
    ASSERT_TRUE(o.panicked) << line;
    EXPECT_TRUE(o.events.back().text.starts_with("PANIC: early exception 0x0e")) << line;
  }
  EXPECT_FALSE(boot("numa kernelcore swiotlb= mitigations=auto", p, machine()).panicked);
}

}  // namespace
}  // namespace memmap::boot
