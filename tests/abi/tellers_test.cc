// Checks, sources and reports: those we ship do their work, those that lie are refused whole.
#include <gmock/gmock.h>

#include <functional>

#include "abi/fixture_host.h"
#include "boot/owner.h"
#include "boot/run.h"
#include "boot/steps.h"
#include "plugin/adapt/check.h"
#include "plugin/adapt/report.h"
#include "plugin/adapt/source.h"
#include "plugin/load/guard.h"
#include "support/default_chain.h"

namespace memmap::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Machine small() {
  Machine machine;
  machine.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                          {PhysAddr{0x100000}, 0x3ff00000, E820Type::ram}};
  return machine;
}

const kernel::Profile& profile() {
  static const kernel::Profile kProfile = [] {
    kernel::Profile p;
    p.name = "test";
    p.version = {6, 12, 0};
    p.image.end_of_kernel_reserve = 0x2000000;
    p.image.brk_base = 0x2000000;
    p.image.end = 0x2040000;
    return p;
  }();
  return kProfile;
}

// A boot on `small()` with these checks looking on.
boot::Outcome boot_with(std::vector<std::unique_ptr<CheckPlugin>>& list,
                        const Machine& machine = small()) {
  Checks checks(list);
  boot::Options options = test::default_options();
  options.observer = &checks;
  return boot::run(machine, profile(), options);
}

struct Lie {
  const char* name;
  const char* says;
};
constexpr auto kNameOfLie = [](const auto& row) { return std::string(row.param.name); };

TEST(Check, FindingsAreKeptWithTheirStep) {
  std::vector<std::unique_ptr<CheckPlugin>> list;
  list.push_back(make<CheckPlugin>("teller"));
  boot_with(list);
  ASSERT_FALSE(list[0]->fault()) << list[0]->fault()->message;
  const boot::CheckReport report = list[0]->report();
  EXPECT_EQ(report.name, "teller");
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].rule, "seen");
  EXPECT_EQ(report.findings[0].step, "trim_bios_range");
  EXPECT_EQ(report.findings[0].range, PhysRange::make(0x1000, 0x2000));
}

class CheckLies : public testing::TestWithParam<Lie> {};
TEST_P(CheckLies, AreFaults) {
  std::vector<std::unique_ptr<CheckPlugin>> list;
  list.push_back(make<CheckPlugin>("teller", {{"lie", GetParam().name}}));
  boot_with(list);
  ASSERT_TRUE(list[0]->fault());
  EXPECT_EQ(list[0]->fault()->code, ErrorCode::plugin_fault);
  EXPECT_THAT(list[0]->fault()->message, HasSubstr("plugin `teller`: "));
  EXPECT_THAT(list[0]->fault()->message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(All, CheckLies,
                         testing::Values(Lie{"backwards", "[0x2000, 0x1000)"},
                                         Lie{"outside", "no range of physical addresses"},
                                         Lie{"rule", "the rule `No Rule`"},
                                         Lie{"text", "without a text"}, Lie{"null", "null finding"},
                                         Lie{"writes", "writes where no report is made"},
                                         Lie{"says", "says something where no story is told"},
                                         Lie{"code", "returned 17"},
                                         Lie{"silent", "without saying why"},
                                         Lie{"late", "finish(): at the end"}),
                         kNameOfLie);

TEST(Check, PreparationFailsWithItsReason) {
  const auto check = CheckPlugin::create(**host().load("teller"), {{"lie", "prepare"}});
  ASSERT_FALSE(check.ok());
  EXPECT_EQ(check.errors()[0].message, "plugin `teller`: prepare(): not today");
  EXPECT_THAT(CheckPlugin::create(**host().load("alloc_topdown"), {}).errors()[0].message,
              HasSubstr("does not offer memmap.check/1"));
}

TEST(TellersDeathTest, EndingTheProcessNamesThePlugin) {
  const auto run = [](const char* lie) {
    std::vector<std::unique_ptr<CheckPlugin>> list;
    list.push_back(make<CheckPlugin>("teller", {{"lie", lie}}));
    boot_with(list);
  };
  const auto code = testing::ExitedWithCode(kFaultExitCode);
  EXPECT_EXIT(run("crash"), code, "plugin `teller` crashed in event.. .signal 11");
  EXPECT_EXIT(run("exit"), code, "plugin `teller` ended the process in event");
  EXPECT_EXIT(run("quick_exit"), code, "plugin `teller` ended the process in event");
  EXPECT_EXIT(run("exit_hard"), code, "plugin `teller` ended the process in event");
  const auto read = [](const char* lie) {
    static_cast<void>(make<SourcePlugin>("teller", {{"lie", lie}})->read("x", "teller"));
  };
  EXPECT_EXIT(read("crash"), code, "plugin `teller` crashed in read");
  EXPECT_EXIT(read("exit"), code, "plugin `teller` ended the process in read");
}

// What is shipped finds nothing in a good boot. That they can find something is shown below, by
// memblock being called as no kernel does.
std::vector<std::string> rules_of(const char* check, const std::function<void(boot::Boot&)>& wrong,
                                  const Machine& machine = small()) {
  std::vector<std::unique_ptr<CheckPlugin>> list;
  list.push_back(make<CheckPlugin>(check));
  Checks checks(list);
  boot::Options options;
  options.observer = &checks;
  const boot::Inputs inputs(machine, profile(), options);
  boot::Boot boot(inputs);
  checks.begin(boot);
  boot.state.memblock.add(PhysAddr{0x100000}, 0x3ff00000, {"test", boot::owner::kRAM});
  boot.state.memblock.allow_resize();
  boot.story.begin(boot::steps()[0]);
  wrong(boot);
  checks.after_step(boot::steps()[0]);
  checks.at_end();
  EXPECT_FALSE(list[0]->fault()) << list[0]->fault()->message;
  std::vector<std::string> rules;
  for (const boot::Finding& f : list[0]->report().findings) rules.push_back(f.rule);
  return rules;
}

TEST(Kmemcheck, FindsNothingInAGoodBoot) {
  std::vector<std::unique_ptr<CheckPlugin>> list;
  list.push_back(make<CheckPlugin>("check_kmemcheck"));
  list.push_back(make<CheckPlugin>("check_invariants"));
  const boot::Outcome outcome = boot_with(list);
  EXPECT_FALSE(outcome.panicked);
  for (const auto& check : list) {
    EXPECT_FALSE(check->fault());
    for (const boot::Finding& f : check->report().findings) ADD_FAILURE() << f.rule << f.text;
  }
}

TEST(Kmemcheck, FindsWrongCalls) {
  const char* const kName = "check_kmemcheck";
  static constexpr memblock::Owner kFirst{"first", "first"};
  static constexpr memblock::Owner kSecond{"second", "second"};
  constexpr memblock::Caller kOne{"one", kFirst};
  constexpr memblock::Caller kTwo{"two", kSecond};
  constexpr memblock::Caller kChosen{"memblock_alloc_range_nid", kSecond};
  const PhysAddr high{0x20000000};
  EXPECT_THAT(rules_of(kName, [](boot::Boot&) {}), IsEmpty());
  EXPECT_THAT(
      rules_of(kName, [&](boot::Boot& b) { b.state.memblock.phys_free(high, 0x1000, kOne); }),
      ElementsAre("freed_unreserved"));
  EXPECT_THAT(rules_of(kName,
                       [&](boot::Boot& b) {
                         const auto at = b.state.memblock.alloc(0x1000, 0x1000, kOne);
                         b.state.memblock.phys_free(*at, 0x1000, kOne);
                         b.state.memblock.phys_free(*at, 0x1000, kOne);
                       }),
              ElementsAre("freed_twice"));
  EXPECT_THAT(rules_of(kName,
                       [&](boot::Boot& b) {
                         b.state.memblock.reserve(high, 0x1000, kOne);
                         b.state.memblock.reserve(PhysAddr{raw(high) + 0x1000}, 0x1000, kTwo);
                         b.state.memblock.phys_free(high, 0x2000, kOne);
                       }),
              ElementsAre("freed_of_others"));
  EXPECT_THAT(rules_of(kName,
                       [&](boot::Boot& b) {
                         const auto at = b.state.memblock.alloc(0x2000, 0x1000, kOne);
                         b.state.memblock.reserve(*at, 0x1000, kTwo);
                       }),
              ElementsAre("reserved_over_allocation"));
  EXPECT_THAT(rules_of(kName,
                       [&](boot::Boot& b) {
                         const auto at = b.state.memblock.alloc(0x2000, 0x1000, kOne);
                         b.state.memblock.reserve(*at, 0x1000, kChosen);
                       }),
              ElementsAre("handed_out_twice", "already_reserved"));
  EXPECT_THAT(rules_of(kName,
                       [&](boot::Boot& b) {
                         b.state.memblock.reserve(PhysAddr{0x80000000}, 0x1000, kChosen);
                       }),
              ElementsAre("not_memory"));
}

TEST(Kmemcheck, FindsMemoryThatIsStillRead) {
  Machine machine = small();
  machine.initrd = PhysRange::make(0x30000000, 0x31000000);
  const auto rules = [&](const std::function<void(boot::Boot&)>& wrong) {
    return rules_of("check_kmemcheck", wrong, machine);
  };
  static constexpr memblock::Owner kTable{"table", "table"};
  constexpr memblock::Caller kChosen{"memblock_alloc_range_nid", kTable};
  EXPECT_THAT(
      rules([&](boot::Boot& b) { b.state.memblock.reserve(PhysAddr{0x30000000}, 4096, kChosen); }),
      ElementsAre("overwrites"));
  EXPECT_THAT(rules([&](boot::Boot& b) {
                b.reserve(*machine.initrd, {"setup_arch", boot::owner::kInitrd});
                b.state.memblock.phys_free(PhysAddr{0x30000000}, 4096, {"free_initrd", {}});
              }),
              ElementsAre("freed_in_use"));
  // The hand-over, with kernel and initrd nobody's.
  EXPECT_THAT(rules([&](boot::Boot& b) { b.state.handed_over = true; }),
              ElementsAre("given_away", "given_away"));
  machine.initrd = PhysRange::make(0x1000000, 0x1001000);
  EXPECT_THAT(
      rules([&](boot::Boot& b) {
        b.reserve(PhysRange::make(0x1000000, 0x4000000), {"setup_arch", boot::owner::kKernelImage});
        b.state.handed_over = true;
      }),
      ElementsAre("overlap"));
}

TEST(Invariants, FindsWrongStates) {
  const char* const kName = "check_invariants";
  EXPECT_THAT(rules_of(kName, [](boot::Boot&) {}), IsEmpty());
  EXPECT_THAT(rules_of(kName,
                       [](boot::Boot& b) {
                         b.state.memblock.assign_reserved(
                             {{.range = PhysRange::make(0x100000, 0x200000)}}, 128, 0x100000);
                       }),
              ElementsAre("owned"));
  EXPECT_THAT(rules_of(kName,
                       [](boot::Boot& b) {
                         b.state.handed_over = true;
                         b.state.max_pfn = Pfn{0x40000};
                       }),
              ElementsAre("conserved"));
  EXPECT_THAT(rules_of(kName,
                       [](boot::Boot& b) {
                         b.state.nodes.blocks = {{PhysRange::make(0x100000, 0x40000000), 0}};
                       }),
              ElementsAre("has_a_node"));
  EXPECT_THAT(
      rules_of(kName,
               [](boot::Boot& b) {
                 boot::NodeState node;
                 node.zones.push_back({.zone = {zones::ZoneType::dma, Pfn{0x100}, 0x1000, 0xf00},
                                       .managed_pages = 0xf01});
                 node.zones.push_back({.zone = {zones::ZoneType::dma32, Pfn{0x1000}, 9, 9}});
                 b.state.node_states.push_back(node);
               }),
      ElementsAre("zone_counts", "zones_disjoint"));
}

const std::string kCsv = "# a comment\nstart,end,type\n0,0x9ffff,ram\n0x100000,0x3fffffff,1\n";

TEST(Source, CsvIsRecognisedAndRead) {
  const auto csv = make<SourcePlugin>("source_csv");
  EXPECT_EQ(csv->recognise("x", kCsv)->score, 100);
  EXPECT_EQ(csv->recognise("x", "BIOS-e820:")->score, 0);
  const auto machine = csv->read("x", kCsv);
  ASSERT_TRUE(machine.ok()) << to_string(machine.errors());
  EXPECT_THAT(machine->firmware_map,
              ElementsAre(E820Entry{PhysAddr{0}, 0xa0000, E820Type::ram},
                          E820Entry{PhysAddr{0x100000}, 0x3ff00000, E820Type::ram}));
  const auto sized = csv->read("x", "start,size,type\r\n4096,4096,nvs\r\n");
  ASSERT_TRUE(sized.ok());
  EXPECT_THAT(sized->firmware_map, ElementsAre(E820Entry{PhysAddr{0x1000}, 0x1000, E820Type::nvs}));
}

TEST(Source, CsvSaysAllThatIsWrong) {
  const auto csv = make<SourcePlugin>("source_csv");
  const std::string bad =
      "start,end,type\n1,2\n-1,010,rma\n5,4,ram\n0,0xffffffffffffffff,ram\n0x,18446744073709551616,"
      "0\n";
  const auto machine = csv->read("bad.csv", bad);
  ASSERT_FALSE(machine.ok());
  std::vector<std::string> places;
  for (const Error& e : machine.errors()) {
    EXPECT_NE(e.code, ErrorCode::plugin_fault);
    EXPECT_EQ(e.origin.file, "bad.csv");
    places.push_back(std::to_string(e.origin.line) + ":" + std::to_string(e.origin.column));
  }
  EXPECT_THAT(places, ElementsAre("2:1", "3:1", "3:4", "3:8", "4:3", "5:3", "6:1", "6:4", "6:25"));
  EXPECT_EQ(machine.errors()[1].line_text, "-1,010,rma");
  EXPECT_FALSE(csv->read("x", "").ok());
  EXPECT_FALSE(csv->read("x", "start,end,type\n").ok());
}

TEST(Source, FactsAndNodesArrive) {
  const auto machine = make<SourcePlugin>("teller")->read("x", "teller");
  ASSERT_TRUE(machine.ok()) << to_string(machine.errors());
  EXPECT_EQ(machine->command_line, "quiet");
  EXPECT_EQ(machine->firmware, Firmware::efi);
  EXPECT_THAT(machine->notes, ElementsAre("one", "two"));
  ASSERT_EQ(machine->node_memory.size(), 2u);
  EXPECT_EQ(machine->node_memory[1].nid, 1);
  EXPECT_EQ(make<SourcePlugin>("teller")->recognise("x", "teller")->reason, "a reason");
}

TEST(Source, WrongInputIsNotThePluginsFault) {
  const auto read =
      make<SourcePlugin>("teller", {{"lie", "bad_input"}})->read("x", "teller\nabcd\n");
  ASSERT_FALSE(read.ok());
  ASSERT_EQ(read.errors().size(), 2u);
  EXPECT_NE(read.errors()[0].code, ErrorCode::plugin_fault);
  EXPECT_EQ(read.errors()[0].message, "expected a cow");
  EXPECT_EQ(read.errors()[0].line_text, "abcd");
  EXPECT_EQ(read.errors()[1].line_text, "");
}

class SourceLies : public testing::TestWithParam<Lie> {};
TEST_P(SourceLies, AreRefusedWhole) {
  const auto machine =
      make<SourcePlugin>("teller", {{"lie", GetParam().name}})->read("x", "teller");
  ASSERT_FALSE(machine.ok());
  EXPECT_EQ(machine.errors()[0].code, ErrorCode::plugin_fault);
  EXPECT_THAT(machine.errors()[0].message, HasSubstr("plugin `teller`: read(): "));
  EXPECT_THAT(machine.errors()[0].message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    All, SourceLies,
    testing::Values(Lie{"nothing", "handed over no entry"}, Lie{"wraps", "ends before it begins"},
                    Lie{"type", "no e820 type is 0"}, Lie{"nid", "node 1024 cannot be"},
                    Lie{"null", "null entry"}, Lie{"key", "unknown fact `colour`"},
                    Lie{"twice", "fact `command_line` twice"}, Lie{"firmware", "`coreboot`"},
                    Lie{"emits", "where none is taken"}, Lie{"silent", "without saying why"}),
    kNameOfLie);

TEST(Source, AScoreBeyondTheScaleIsAFault) {
  for (const char* lie : {"score", "code"}) {
    const auto score = make<SourcePlugin>("teller", {{"lie", lie}})->recognise("x", "teller");
    ASSERT_FALSE(score.ok());
    EXPECT_EQ(score.errors()[0].code, ErrorCode::plugin_fault);
  }
}

Result<std::string> render(const char* name, const OptionTexts& options) {
  const Machine machine = small();
  const kernel::Profile& kernel = profile();
  boot::Outcome outcome = boot::run(machine, kernel, test::default_options());
  outcome.subject.source = "a|b<c>";
  return make<ReportPlugin>(name, options)
      ->render(outcome, "{\"schema\": \"memmap/result/1\"}", machine, kernel);
}

TEST(Report, MarkdownHasItsTables) {
  const auto text = render("report_markdown", {{"owners", "2"}});
  ASSERT_TRUE(text.ok()) << to_string(text.errors());
  EXPECT_THAT(*text, HasSubstr("# Boot of a\\|b\\<c\\>\n"));
  EXPECT_THAT(*text, HasSubstr("| `0x100000` | `0x3fffffff` | 1023M | RAM |"));
  for (const char* title :
       {"## Memory map", "## Reserved", "(others)", "## Zones", "## Free blocks"})
    EXPECT_THAT(*text, HasSubstr(title));
}

class ReportLies : public testing::TestWithParam<Lie> {};
TEST_P(ReportLies, AreRefusedWhole) {
  const auto text = render("teller", {{"lie", GetParam().name}});
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.errors()[0].code, ErrorCode::plugin_fault);
  EXPECT_THAT(text.errors()[0].message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    All, ReportLies,
    testing::Values(Lie{"nothing", "wrote nothing"}, Lie{"bytes", "byte 20 is no UTF-8"},
                    Lie{"nul", "byte 21 is no UTF-8"}, Lie{"nowhere", "writes from nowhere"},
                    Lie{"silent", "without saying why"}, Lie{"emits", "where no check is made"}),
    kNameOfLie);

TEST(Report, SeesTheJsonAsItIs) { EXPECT_EQ(*render("teller", {}), "{\"schema\": \"memmap/r"); }

}  // namespace
}  // namespace memmap::plugin
