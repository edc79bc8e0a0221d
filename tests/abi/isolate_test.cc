// Plugins in processes of their own, with all that the kernel has to contain them, and with less.
#include "plugin/isolate/isolate.h"

#include <gmock/gmock.h>

#include "plugin/adapt/alloc.h"
#include "plugin/isolate/process.h"
#include "plugin/isolate/structs.h"
#include "plugin/isolate/wire.h"
#include "plugin/load/host.h"
#include "support/listed_ranges.h"

namespace memmap::plugin {
namespace {

using isolate::Protection;
using isolate::Wishes;
using memblock::FindRequest;
using test::ListedRanges;
using testing::HasSubstr;

std::shared_ptr<const Opener> opener(Wishes wishes = {.unprotected = true}) {
  wishes.program = MEMMAP_PROGRAM;
  return isolate::isolating_opener(std::move(wishes));
}

PluginHost isolated(Wishes wishes = {.unprotected = true}) {
  return PluginHost({{.path = MEMMAP_FIXTURES, .trust = Trust::foreign},
                     {.path = MEMMAP_FIXTURES "/hostile", .trust = Trust::foreign}},
                    opener(std::move(wishes)));
}

// More free ranges than are told at once, and blocks that only some hold.
std::vector<PhysRange> many_ranges(PhysRange limits) {
  std::vector<PhysRange> out;
  for (std::uint64_t i = 1; i <= 300; ++i) {
    const std::uint64_t base = i << 20;
    const PhysRange range = PhysRange::make(base, base + 0x1000 * (1 + i % 7));
    if (limits.contains(range)) out.push_back(range);
  }
  return out;
}

std::vector<std::optional<PhysAddr>> choices(const Plugin& plugin) {
  const auto policy = AllocPlugin::create(plugin, {});
  EXPECT_TRUE(policy.ok());
  std::vector<std::optional<PhysAddr>> out;
  for (std::uint64_t size = 0x1000; size <= 0x9000; size += 0x800) {
    for (const auto& limits :
         {PhysRange::make(0x1000, 1ull << 40), PhysRange::make(90 << 20, 240 << 20)}) {
      const FindRequest request{.size = size, .align = 0x1000, .limits = limits};
      ListedRanges ranges(request, many_ranges(limits));
      out.push_back((*policy)->choose(request, ranges));
    }
  }
  EXPECT_FALSE((*policy)->fault());
  return out;
}

TEST(Isolated, AnswersAsHere) {
  PluginHost apart({{.path = std::string(MEMMAP_BUILD_DIR) + "/plugins", .trust = Trust::own},
                    {.path = MEMMAP_FIXTURES, .trust = Trust::foreign}},
                   opener());
  PluginHost here({{.path = std::string(MEMMAP_BUILD_DIR) + "/plugins", .trust = Trust::own},
                   {.path = MEMMAP_FIXTURES, .trust = Trust::own}});
  for (const char* name : {"alloc_bestfit", "alloc_low_fragmentation", "alloc_middle"}) {
    const auto a = apart.load(name);
    const auto b = here.load(name);
    ASSERT_TRUE(a.ok() && b.ok()) << name;
    EXPECT_EQ((*a)->info().options.size(), (*b)->info().options.size());
    EXPECT_EQ((*a)->info().summary, (*b)->info().summary);
    EXPECT_EQ(choices(**a), choices(**b)) << name;
  }
}

TEST(Isolated, ADeadProcessIsBegunAnew) {
  PluginHost host = isolated();
  const auto plugin = host.load("hostile");
  ASSERT_TRUE(plugin.ok());
  const FindRequest request{
      .size = 0x1000, .align = 0x1000, .limits = PhysRange::make(0x1000, 1 << 30)};
  const std::vector<PhysRange> free = many_ranges(PhysRange::make(0, 1ull << 40));
  const auto bad = AllocPlugin::create(**plugin, {{"in", "choose"}, {"what", "segfault"}});
  const auto other = AllocPlugin::create(**plugin, {});
  ASSERT_TRUE(bad.ok() && other.ok());
  ListedRanges ranges(request, free);
  EXPECT_EQ((*bad)->choose(request, ranges), std::nullopt);
  ASSERT_TRUE((*bad)->fault());
  EXPECT_EQ((*bad)->fault()->message, "plugin `hostile` crashed in choose() (signal 11)");
  EXPECT_EQ((*bad)->fault()->code, ErrorCode::plugin_fault);
  // What was prepared there is gone with it.
  EXPECT_EQ((*other)->choose(request, ranges), std::nullopt);
  ASSERT_TRUE((*other)->fault());
  EXPECT_THAT((*other)->fault()->message, HasSubstr("crashed in choose()"));
  EXPECT_THAT(choices(**plugin), testing::Contains(testing::Ne(std::nullopt)));
}

TEST(Isolated, RefusesWhereNothingProtects) {
  PluginHost refused = isolated({.protection = Protection{}});
  const auto plugin = refused.load("teller");
  ASSERT_FALSE(plugin.ok());
  EXPECT_THAT(plugin.errors().front().message,
              HasSubstr("neither seccomp nor landlock; --isolate-unprotected"));
  EXPECT_EQ(refused.isolation_note(), std::nullopt);

  PluginHost asked = isolated({.unprotected = true, .protection = Protection{}});
  ASSERT_TRUE(asked.load("teller").ok());
  EXPECT_THAT(asked.isolation_note().value_or(""), HasSubstr("nothing else contains them"));
}

TEST(Isolated, TellsWhatLacks) {
  EXPECT_EQ(isolate::what_lacks({.seccomp = true, .landlock = 1}), std::nullopt);
  EXPECT_THAT(isolate::what_lacks({.seccomp = true}).value_or(""), HasSubstr("no landlock"));
  EXPECT_THAT(isolate::what_lacks({.landlock = 3}).value_or(""), HasSubstr("no seccomp"));
}

// Each of the two by itself, as far as this kernel has it.
TEST(Isolated, IsContainedByWhatThereIs) {
  const Protection here = isolate::protection_here();
  if (here.landlock > 0) {
    PluginHost host = isolated({.protection = Protection{.landlock = here.landlock}});
    const auto plugin = host.load("loading_reads");
    ASSERT_TRUE(plugin.ok());
    EXPECT_EQ((*plugin)->info().summary, "A fixture");
    EXPECT_THAT(host.isolation_note().value_or(""), HasSubstr("no seccomp"));
  }
  if (here.seccomp) {
    PluginHost host = isolated({.protection = Protection{.seccomp = true}});
    const auto plugin = host.load("loading_reads");
    ASSERT_TRUE(plugin.ok());
    EXPECT_EQ((*plugin)->info().summary, "Has read what it should not");
    EXPECT_THAT(host.isolation_note().value_or(""), HasSubstr("can read files"));
    EXPECT_FALSE(host.load("loading_connects").ok());
  }
}

// Though the program finds out only when it says something itself.
TEST(Isolated, WhatItsProcessToldBeforeItsEndIsHeard) {
  isolate::Process process;
  ASSERT_TRUE(process.start(MEMMAP_SOURCE_DIR "/tests/abi/fixtures/hasty.sh", "hasty"));
  process.begin_call(60);
  Status sent = Done{};
  while (sent) sent = process.send(isolate::Kind::call, "choose", "choose()");
  EXPECT_EQ(sent.errors()[0].message,
            "made the system call fork in choose(), which no isolated plugin may");
}

TEST(Wire, ReadsNoFurtherThanItsEnd) {
  isolate::Writer out;
  out.put(std::uint64_t{~0ull});
  for (const auto& read : {+[](isolate::Reader& in) { in.view(); },
                           +[](isolate::Reader& in) { in.list<memmap_range_t>(); },
                           +[](isolate::Reader& in) { in.list<std::uint8_t>(); },
                           +[](isolate::Reader& in) { isolate::get_facts(in); },
                           +[](isolate::Reader& in) { isolate::get_event(in); },
                           +[](isolate::Reader& in) { isolate::get_description(in); }}) {
    isolate::Reader in(out.bytes());
    read(in);
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.get<std::uint32_t>(), 0u);
    isolate::Reader empty("");
    read(empty);
    EXPECT_FALSE(empty.ok());
  }
}

TEST(Wire, FactsComeBack) {
  const memmap_range_t node{sizeof(memmap_range_t), 1, 0x1000, 0x2000, 3, 0};
  const memmap_setting_t settings[] = {{"numa", "off"}, {"quiet", nullptr}};
  memmap_facts_t facts{};
  facts.struct_size = sizeof facts;
  facts.command_line = "numa=off quiet";
  facts.kernel_release = "";
  facts.node_memory = &node;
  facts.node_memory_count = 1;
  facts.parameters = settings;
  facts.parameter_count = 2;
  isolate::Writer out;
  isolate::put(out, facts);
  isolate::Reader in(out.bytes());
  const memmap_facts_t back = isolate::get_facts(in);
  ASSERT_TRUE(in.ok() && in.at_end());
  EXPECT_STREQ(back.command_line, "numa=off quiet");
  ASSERT_EQ(back.node_memory_count, 1u);
  EXPECT_EQ(back.node_memory->end, 0x2000u);
  ASSERT_EQ(back.parameter_count, 2u);
  EXPECT_STREQ(back.parameters[0].value, "off");
  EXPECT_EQ(back.parameters[1].value, nullptr);
}

}  // namespace
}  // namespace memmap::plugin
