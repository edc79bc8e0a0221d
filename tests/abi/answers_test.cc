// Plugins that load well and then answer: rightly (those we ship, those of the guide) or wrongly.
#include <gmock/gmock.h>

#include "abi/fixture_host.h"
#include "plugin/adapt/alloc.h"
#include "plugin/adapt/numa.h"
#include "plugin/adapt/trim.h"
#include "plugin/load/guard.h"
#include "support/listed_ranges.h"

namespace memmap::plugin {
namespace {

using boot::Hook;
using memblock::FindRequest;
using test::ListedRanges;
using testing::HasSubstr;

constexpr PhysRange span(std::uint64_t base, std::uint64_t end) {
  return PhysRange::make(base, end);
}

// free:  [0x1000, 0x3000)   [0x8000, 0x20000)   [0x30000, 0x31000)
const FindRequest kRequest{.size = 0x2000, .align = 0x1000, .limits = span(0x1000, 0x100000)};
const std::vector<PhysRange> kFree = {span(0x1000, 0x3000), span(0x8000, 0x20000),
                                      span(0x30000, 0x31000)};

std::optional<PhysAddr> choose(AllocPlugin& plugin, FindRequest request = kRequest) {
  ListedRanges ranges(request, kFree);
  return plugin.choose(request, ranges);
}

TEST(Alloc, ShippedAndGuide) {
  EXPECT_EQ(choose(*make<AllocPlugin>("alloc_bottomup")), PhysAddr{0x1000});
  EXPECT_EQ(choose(*make<AllocPlugin>("alloc_topdown")), PhysAddr{0x1e000});
  EXPECT_EQ(choose(*make<AllocPlugin>("alloc_middle")), PhysAddr{0x14000});
  EXPECT_EQ(choose(*make<AllocPlugin>("liar", {{"lie", "walk"}})), PhysAddr{0x1000});
  FindRequest large = kRequest;
  large.size = 0x40000;
  for (const char* name : {"alloc_bottomup", "alloc_topdown", "alloc_middle"}) {
    const auto plugin = make<AllocPlugin>(name);
    EXPECT_EQ(choose(*plugin, large), std::nullopt);
    EXPECT_FALSE(plugin->fault()) << plugin->fault()->message;
  }
}

// Whatever a plugin calls a rule is printed as it stands.
TEST(RuleOf, ReadsFunctionAndFile) {
  EXPECT_EQ(rule_of("f(), a.c, v6.12"), FollowedRule(Rule{"f", "a.c, v6.12"}));
  EXPECT_EQ(rule_of("f()"), FollowedRule(Rule{"f", ""}));
  EXPECT_EQ(rule_of("ours"), FollowedRule(Rule{"", "ours"}));
  EXPECT_TRUE(rule_of("").empty());
  for (const char* text :
       {"f(), a.c", "f()", "f(), ", "f() in a.c", "()", "ours", "f(x), a.c", ""}) {
    EXPECT_EQ(to_string(rule_of(text)), text);
  }
}

struct Lie {
  const char* name;
  const char* says;
};
constexpr auto kNameOfLie = [](const auto& row) { return std::string(row.param.name); };

class AllocLies : public testing::TestWithParam<Lie> {};
TEST_P(AllocLies, AreFaultsFromThenOn) {
  const auto plugin = make<AllocPlugin>("liar", {{"lie", GetParam().name}});
  EXPECT_EQ(choose(*plugin), std::nullopt);
  ASSERT_TRUE(plugin->fault());
  EXPECT_THAT(plugin->fault()->message, HasSubstr("plugin `liar`: choose(): "));
  EXPECT_THAT(plugin->fault()->message, HasSubstr(GetParam().says));
  const std::string first = plugin->fault()->message;
  EXPECT_EQ(choose(*plugin), std::nullopt);
  EXPECT_EQ(plugin->fault()->message, first);
}
INSTANTIATE_TEST_SUITE_P(
    All, AllocLies,
    testing::Values(Lie{"limits", "0x100000, which is outside the limits"},
                    Lie{"wraps", "outside the limits"},
                    Lie{"misaligned", "0x1001, which is not aligned"},
                    Lie{"taken", "0x2000, which is not free"}, Lie{"code", "returned 17"},
                    Lie{"silent", "failed without saying why"},
                    Lie{"says_why", "no memory like this"}, Lie{"emits", "where none is taken"},
                    Lie{"option", "option `undeclared` that it does not declare"},
                    Lie{"number", "option `lie` as a number"}),
    kNameOfLie);

TEST(Alloc, NoneIsNoFault) {
  const auto plugin = make<AllocPlugin>("liar", {{"lie", "none"}});
  EXPECT_EQ(choose(*plugin), std::nullopt);
  EXPECT_FALSE(plugin->fault());
}

TEST(Alloc, PreparationAndOptionsFailWithReasons) {
  const Plugin& liar = **host().load("liar");
  const auto prepared = AllocPlugin::create(liar, {{"lie", "prepare"}});
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.errors()[0].message, "plugin `liar`: prepare(): the moon is wrong");
  EXPECT_EQ(prepared.errors()[0].code, ErrorCode::plugin_fault);
  const auto value = AllocPlugin::create(liar, {{"lie", "bad_option"}});
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.errors()[0].message, "plugin `liar`: option `lie`: is no lie");
  EXPECT_NE(value.errors()[0].code, ErrorCode::plugin_fault);
  const auto options = AllocPlugin::create(liar, {{"lies", "x"}, {"lie", "a"}, {"lie", "b"}});
  ASSERT_FALSE(options.ok());
  EXPECT_EQ(options.errors().size(), 2u);
  EXPECT_THAT(options.errors()[0].message, HasSubstr("has no option `lies`; it has: lie"));
  const auto other = AllocPlugin::create(**host().load("trim_limit"), {});
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.errors()[0].message, HasSubstr("does not offer memmap.alloc/1"));
}

TEST(AnswersDeathTest, EndingTheProcessNamesThePlugin) {
  const auto run = [](const char* lie) { choose(*make<AllocPlugin>("liar", {{"lie", lie}})); };
  const auto code = testing::ExitedWithCode(kFaultExitCode);
  EXPECT_EXIT(run("crash"), code, "plugin `liar` crashed in choose.. .signal 11");
  EXPECT_EXIT(run("abort"), code, "plugin `liar` crashed in choose.. .signal 6");
  EXPECT_EXIT(run("exit"), code, "plugin `liar` ended the process in choose");
  EXPECT_EXIT(run("exit_hard"), code, "plugin `liar` ended the process in choose");
  EXPECT_EXIT(run("exit_thread"), code, "plugin `liar` ended its thread in choose");
  EXPECT_EXIT(run("fork"), code, "plugin `liar` forked the process in choose");
  EXPECT_EXIT(run("trap"), code, "plugin `liar` crashed in choose.. .signal 5");
  EXPECT_EXIT(run("system_call"), code, "plugin `liar` crashed in choose.. .signal 31");
}

// Outside of plugin code nothing changes.
TEST(AnswersDeathTest, OurOwnEndIsOurs) {
  make<AllocPlugin>("liar");
  EXPECT_EXIT(_exit(3), testing::ExitedWithCode(3), "");
  EXPECT_EXIT(std::exit(0), testing::ExitedWithCode(0), "");
  EXPECT_DEATH(MEMMAP_CHECK(1 > 2, "ours"), "internal error");
}

// What every boot here has in common.
struct Given {
  Machine machine{};
  kernel::Profile profile{.version = {6, 12, 0}};
  std::vector<kernel::Parameter> parameters{};
  boot::Facts facts{machine, profile, "", parameters};
};

// A plugin in the middle of a boot.
template <class Adapter>
std::unique_ptr<Adapter> started(const char* name, const OptionTexts& options = {}) {
  static const Given kGiven;
  auto adapter = make<Adapter>(name, options);
  if (adapter) adapter->begin(kGiven.facts);
  return adapter;
}

const std::vector<E820Entry> kTable = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                                       {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                                       {PhysAddr{0x100000}, 0x7ff00000, E820Type::ram}};

std::vector<boot::Edit> edits_of(const Result<boot::TrimAnswer>& answer) {
  std::vector<boot::Edit> out;
  if (!answer) return ADD_FAILURE() << to_string(answer.errors()), out;
  for (const auto& doing : answer->doings) {
    if (const auto* edit = std::get_if<boot::Edit>(&doing)) out.push_back(*edit);
  }
  return out;
}

TEST(Trim, TheGuidesExampleRemovesSmallEntries) {
  const auto plugin = started<TrimPlugin>("trim_holes");
  EXPECT_TRUE(plugin->acts_at(Hook::e820_firmware));
  EXPECT_FALSE(plugin->acts_at(Hook::e820_bios));
  const auto edits = edits_of(plugin->run({.hook = Hook::e820_firmware, .table = kTable}));
  ASSERT_EQ(edits.size(), 1u);
  EXPECT_EQ(edits[0].range, span(0, 0x9fc00));
  EXPECT_EQ(edits[0].reason, "too small");
}

TEST(Trim, WhatIsSaidStandsBetweenTheAnswers) {
  const auto plugin = started<TrimPlugin>("liar", {{"lie", "talk"}});
  const auto answer = plugin->run({.hook = Hook::e820_bios, .table = kTable});
  ASSERT_TRUE(answer.ok()) << to_string(answer.errors());
  ASSERT_EQ(answer->doings.size(), 3u);
  const Event& first = std::get<Event>(answer->doings[0]);
  EXPECT_EQ(first.severity, Severity::warning);
  EXPECT_EQ(first.text, "beware");
  EXPECT_EQ(std::get<boot::Edit>(answer->doings[1]).range, span(0x4000, 0x6000));
  const Event& last = std::get<Event>(answer->doings[2]);
  EXPECT_EQ(last.severity, Severity::info);
  EXPECT_EQ(last.step, "trim_bios_range");
  EXPECT_EQ(last.rule, (FollowedRule(Rule{"trim_bios_range", "arch/x86/kernel/setup.c"})));
  EXPECT_EQ(to_string(last.rule), "trim_bios_range(), arch/x86/kernel/setup.c");
  EXPECT_EQ(last.range, span(0x4000, 0x6000));
}

class TrimLies : public testing::TestWithParam<Lie> {};
TEST_P(TrimLies, AreRefusedWhole) {
  const std::string lie = GetParam().name;
  const auto plugin = started<TrimPlugin>("liar", {{"lie", lie}});
  const bool late = lie == "retype" || lie.starts_with("align_");
  const auto edits =
      plugin->run({.hook = late ? Hook::memblock_filled : Hook::e820_bios, .table = kTable});
  ASSERT_FALSE(edits.ok());
  EXPECT_THAT(edits.errors()[0].message, HasSubstr("plugin `liar`: run(): "));
  EXPECT_THAT(edits.errors()[0].message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    All, TrimLies,
    testing::Values(Lie{"verb", "none of a trim's"}, Lie{"assign", "none of a trim's"},
                    Lie{"empty", "[0x2000, 0x1000): the range is empty"}, Lie{"outside", "52 bits"},
                    Lie{"cap_end", "UINT64_MAX"}, Lie{"retype", "only an e820 hook"},
                    Lie{"reserve", "only a memblock hook"}, Lie{"distance", "where none is taken"},
                    Lie{"silent", "without saying why"},
                    Lie{"twice", "remove [0x4000, 0x6000), of which a part was answered before"},
                    Lie{"same", "the new type is the old one"},
                    Lie{"align", "only a memblock hook with memory"},
                    Lie{"align_odd", "no power of two"},
                    Lie{"align_part", "must be [0, UINT64_MAX)"},
                    Lie{"none_after_all", "returned that there is nothing to do"},
                    Lie{"no_message", "no message"}, Lie{"no_number", "number read from nothing"},
                    Lie{"late_failure", "changed my mind"},
                    Lie{"no_such_option", "option `truth` that it does not declare"},
                    Lie{"no_such_difference", "a difference between kernels `flies`"}),
    kNameOfLie);

TEST(Trim, AUsersMistakeIsNoFaultOfThePlugin) {
  const auto plugin = started<TrimPlugin>("liar", {{"lie", "bad_option_at_a_hook"}});
  const auto answer = plugin->run({.hook = Hook::e820_bios, .table = kTable});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.errors()[0].message, "plugin `liar`: option `lie`: is bad");
  EXPECT_NE(answer.errors()[0].code, ErrorCode::plugin_fault);
}

const memblock::Regions kMemory = {
    {.range = span(0x1000, 0x9f000)},
    {.range = span(1 * kMiB, 3 * kGiB)},
    {.range = span(4 * kGiB, 5 * kGiB)},
};

TEST(Numa, RangesMayCoverHolesAndDistancesAreKept) {
  const auto answer = started<NumaPlugin>("liar")->run({.memory = kMemory});
  ASSERT_TRUE(answer.ok()) << to_string(answer.errors());
  EXPECT_TRUE(answer->given);
  EXPECT_THAT(answer->parsed.nodes, testing::ElementsAre(0, 2));
  EXPECT_TRUE(answer->tells_distances);
  EXPECT_FALSE(answer->processors_have_nodes);
}

TEST(Numa, NothingToTellIsNoFault) {
  const auto answer = started<NumaPlugin>("liar", {{"lie", "none"}})->run({.memory = kMemory});
  ASSERT_TRUE(answer.ok()) << to_string(answer.errors());
  EXPECT_FALSE(answer->given);
}

class NumaLies : public testing::TestWithParam<Lie> {};
TEST_P(NumaLies, AreRefusedWhole) {
  const auto plugin = started<NumaPlugin>("liar", {{"lie", GetParam().name}});
  const auto answer = plugin->run({.memory = kMemory});
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(answer.errors()[0].message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    All, NumaLies,
    testing::Values(Lie{"outside", "there is no memory"}, Lie{"verb", "verb 2 is not assign"},
                    Lie{"nid", "nodes go from 0 to 63"}, Lie{"negative", "nodes go from"},
                    Lie{"empty", "the range is empty"}, Lie{"hole", "to no node"},
                    Lie{"late", "from 0x1000 on"}, Lie{"twice", "twice"},
                    Lie{"distance", "nodes that it answered"}, Lie{"distance_far", "distance 256"},
                    Lie{"distance_self", "10 to the node itself"}),
    kNameOfLie);

}  // namespace
}  // namespace memmap::plugin
