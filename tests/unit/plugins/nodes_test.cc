// Each source of nodes by itself.
#include <ostream>

#include "plugin/adapt/numa.h"
#include "shipped.h"

namespace memmap::plugin {
namespace {

using test::span;
using test::World;

struct Part {
  std::uint64_t base;  // MiB
  std::uint64_t end;
  int nid;
  bool operator==(const Part&) const = default;
};
void PrintTo(const Part& p, std::ostream* out) {
  *out << "{" << p.base << ", " << p.end << ", " << p.nid << "}";
}
using Parts = std::vector<Part>;

PhysRange range(std::uint64_t base, std::uint64_t end) { return span(base * kMiB, end * kMiB); }

Parts parts(const boot::NodeAnswer& answer) {
  Parts out;
  for (const numa::NodeBlock& b : answer.parsed.blocks) {
    out.push_back({raw(b.range.base()) / kMiB, raw(b.range.end()) / kMiB, b.nid});
  }
  return out;
}

const memblock::Regions kNodesMemory = {{.range = range(1, 1024)}, {.range = range(4096, 5120)}};
constexpr Pfn kNodesEnd{5120 * kMiB / kPageSize};

Result<boot::NodeAnswer> ask(const char* name, World& world, const OptionTexts& options = {}) {
  return test::shipped<NumaPlugin>(name, world, options)->run({kNodesMemory, kNodesEnd});
}

TEST(NumaFlat, OneNodeInTheKernelsWords) {
  World world;
  auto answer = ask("numa_flat", world);
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->given);
  EXPECT_EQ(parts(*answer), (Parts{{0, 5120, 0}}));
  ASSERT_EQ(answer->events.size(), 2u);
  EXPECT_EQ(answer->events[0].text, "No NUMA configuration found");
  EXPECT_EQ(answer->events[0].step, "dummy_numa_init");
  EXPECT_EQ(answer->events[1].text, "Faking a node at [mem 0x0000000000000000-0x000000013fffffff]");
  world.line = "numa=off";
  EXPECT_EQ(ask("numa_flat", world)->events[0].text, "NUMA turned off");
  world.line = "";
  world.profile.numa = false;
  EXPECT_EQ(ask("numa_flat", world)->events[0].text, "NUMA turned off");
}

TEST(NumaFlat, NoMemoryIsNoFault) {
  World world;
  const auto answer = test::shipped<NumaPlugin>("numa_flat", world)->run({});
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->given);
  EXPECT_EQ(answer->parsed.nodes, std::vector<int>{0});
}

World with_srat() {
  World world;
  world.machine.node_memory = {{range(0, 1024), 1, false}, {range(4096, 8192), 0, true}};
  world.machine.cpu_nodes = {0, 1, 5, 5};
  return world;
}

TEST(NumaSrat, HandsOverWhatTheTableSays) {
  World world = with_srat();
  auto answer = ask("numa_srat", world);
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->given);
  EXPECT_TRUE(answer->processors_have_nodes);
  EXPECT_FALSE(answer->tells_distances);
  EXPECT_EQ(parts(*answer), (Parts{{0, 1024, 1}, {4096, 8192, 0}}));
  EXPECT_EQ(answer->parsed.nodes, (std::vector<int>{1, 0, 5}));
  EXPECT_EQ(answer->hotplug, std::vector<PhysRange>{range(4096, 8192)});
  world.machine.acpi_tables = {{"SLIT", span(0x1000, 0x1040)}};
  EXPECT_TRUE(ask("numa_srat", world)->tells_distances);
}

TEST(NumaSrat, IsSilentWhereItIsNotAsked) {
  for (const char* line : {"numa=off", "numa=noacpi", "numa=off numa=fake=2", "numa=noacpi,x"}) {
    World world = with_srat();
    world.line = line;
    EXPECT_FALSE(ask("numa_srat", world)->given) << line;
  }
  World none;
  EXPECT_FALSE(ask("numa_srat", none)->given);
  World no_acpi = with_srat();
  no_acpi.acpi_enabled = false;
  EXPECT_FALSE(ask("numa_srat", no_acpi)->given);
  World no_code = with_srat();
  no_code.profile.config["ACPI_NUMA"] = "false";
  EXPECT_FALSE(ask("numa_srat", no_code)->given);
  World no_numa = with_srat();
  no_numa.profile.numa = false;
  EXPECT_FALSE(ask("numa_srat", no_numa)->given);
}

TEST(NumaInterleave, GranulesTakeTurnsByAddress) {
  World world;
  const auto answer = ask("numa_interleave", world, {{"granule", "512M"}, {"nodes", "3"}});
  ASSERT_TRUE(answer.ok()) << to_string(answer.errors());
  EXPECT_EQ(parts(*answer), (Parts{{1, 512, 0}, {512, 1024, 1}, {4096, 4608, 2}, {4608, 5120, 0}}));
  EXPECT_EQ(parts(*ask("numa_interleave", world)), (Parts{{1, 1024, 0}, {4096, 5120, 0}}));
}

TEST(NumaInterleave, RefusesWhatCannotBe) {
  World world;
  world.profile.nodes_shift = 1;
  const auto why = [&](const OptionTexts& options) {
    const auto answer = ask("numa_interleave", world, options);
    return answer ? "" : answer.errors()[0].message;
  };
  EXPECT_NE(why({{"nodes", "3"}}).find("room for 2 nodes"), std::string::npos);
  EXPECT_NE(why({{"granule", "3M"}}).find("power of two"), std::string::npos);
  EXPECT_NE(why({{"granule", "256M"}}).find("more than 4 blocks"), std::string::npos);
}

struct FakeCase {
  const char* name;
  const char* command;
  Parts physical;  // also where memory is, but for `hole`
  Part hole;
  Parts want;  // empty: it cannot be done
};
void PrintTo(const FakeCase& c, std::ostream* out) { *out << c.name; }

memblock::Regions memory_of(const FakeCase& c) {
  memblock::Regions out;
  for (const Part& p : c.physical) {
    if (p.base < c.hole.base && c.hole.end < p.end) {
      out.push_back({range(p.base, c.hole.base), 0, p.nid});
      out.push_back({range(c.hole.end, p.end), 0, p.nid});
    } else {
      out.push_back({range(p.base, p.end), 0, p.nid});
    }
  }
  return out;
}

class NumaFakeCases : public testing::TestWithParam<FakeCase> {
 protected:
  static Result<boot::NodeAnswer> split(World& world, const OptionTexts& options = {}) {
    const FakeCase& c = GetParam();
    numa::Registered physical;
    for (const Part& p : c.physical) {
      physical.meminfo.push_back({range(p.base, p.end), p.nid});
      physical.possible.push_back(p.nid);
    }
    const memblock::Regions memory = memory_of(c);
    return test::shipped<NumaPlugin>("numa_fake", world, options)
        ->run({memory, pfn_down(physical.meminfo.back().range.end()), &physical});
  }
};

TEST_P(NumaFakeCases, SplitsAsTheKernelDoes) {
  World world{.line = std::string("numa=fake=1 numa=fake=") + GetParam().command};
  world.profile.config["NUMA_EMU"] = "true";
  const auto answer = split(world);
  ASSERT_TRUE(answer.ok()) << to_string(answer.errors());
  EXPECT_EQ(answer->given, !GetParam().want.empty());
  EXPECT_EQ(parts(*answer), GetParam().want);
  if (!answer->given) return;
  ASSERT_EQ(answer->events.size(), GetParam().want.size());
  const Part& first = GetParam().want[0];
  EXPECT_EQ(answer->events[0].text,
            "Faking node 0 (" + std::to_string(first.end - first.base) + "MB)");
}

TEST_P(NumaFakeCases, OptionDoesTheSameWithoutTheKernelsHelp) {
  World world;
  world.profile.config["NUMA_EMU"] = "false";
  const auto answer = split(world, {{"split", GetParam().command}});
  ASSERT_TRUE(answer.ok()) << to_string(answer.errors());
  EXPECT_EQ(parts(*answer), GetParam().want);
  world.line = std::string("numa=fake=") + GetParam().command;
  EXPECT_FALSE(split(world)->given);
}

// The nodes that were split are given up since 6.14, and 6.12.67, but not those of our own option.
TEST_P(NumaFakeCases, NumaOffGivesThemUp) {
  const bool given = !GetParam().want.empty();
  const std::string command = GetParam().command;
  const std::pair<kernel::Version, bool> kKernels[] = {{{6, 1, 192}, false}, {{6, 12, 66}, false},
                                                       {{6, 12, 67}, true},  {{6, 13, 90}, false},
                                                       {{6, 14, 0}, true},   {{7, 0, 0}, true}};
  for (const auto& [version, gives_up] : kKernels) {
    World world{.line = "numa=off numa=fake=" + command};
    world.profile.version = version;
    world.profile.config["NUMA_EMU"] = "true";
    EXPECT_EQ(split(world)->given, given && !gives_up) << kernel::to_string(version);
    EXPECT_EQ(split(world, {{"split", command}})->given, given) << kernel::to_string(version);
  }
}

// As 6.18.15 does under QEMU: of a second node of 160 MiB come four, not six.
TEST(NumaFake, OfANodeThatIsTooSmallComesLessBeforeItIsLookedAt) {
  const std::pair<kernel::Version, bool> kKernels[] = {
      {{6, 1, 177}, true},  {{6, 1, 178}, false}, {{6, 6, 200}, true}, {{6, 12, 96}, true},
      {{6, 12, 97}, false}, {{6, 18, 15}, true},  {{7, 1, 3}, true},   {{7, 2, 0}, false}};
  const memblock::Regions memory = {{range(0, 1024), 0, 0}, {range(1024, 1183), 0, 1}};
  numa::Registered physical;
  for (const auto& r : memory) {
    physical.meminfo.push_back({r.range, r.nid});
    physical.possible.push_back(r.nid);
  }
  for (const auto& [version, given] : kKernels) {
    World world{.line = "numa=fake=6U"};
    world.profile.version = version;
    world.profile.config["NUMA_EMU"] = "true";
    const auto answer = test::shipped<NumaPlugin>("numa_fake", world)
                            ->run({memory, pfn_down(memory.back().range.end()), &physical});
    ASSERT_TRUE(answer.ok()) << to_string(answer.errors());
    EXPECT_EQ(answer->given, given) << kernel::to_string(version);
    if (answer->given) {
      EXPECT_EQ(parts(*answer).size(), 10u);
    }
  }
}

const FakeCase kFakeCases[] = {
    {"two", "2", {{0, 8192, 0}}, {}, {{0, 4096, 0}, {4096, 8192, 1}}},
    {"turns",
     "4",
     {{0, 4096, 0}, {4096, 8192, 1}},
     {},
     {{0, 2048, 0}, {4096, 6144, 1}, {2048, 4096, 2}, {6144, 8192, 3}}},
    {"hole_is_skipped", "2", {{0, 1152, 0}}, {512, 640, 0}, {{0, 512, 0}, {512, 1152, 1}}},
    {"by_size", "1G", {{0, 3072, 0}}, {}, {{0, 1024, 0}, {1024, 2048, 1}, {2048, 3072, 2}}},
    {"rest_joins_the_last",
     "1000M",
     {{0, 3072, 0}},
     {},
     {{0, 992, 0}, {992, 1984, 1}, {1984, 3072, 2}}},
    {"uniform",
     "2U",
     {{0, 2048, 0}, {2048, 6144, 1}},
     {},
     {{0, 1024, 0}, {1024, 2048, 1}, {2048, 4096, 2}, {4096, 6144, 3}}},
    {"none", "0", {{0, 1024, 0}}, {}, {}},
    {"no_number", "x", {{0, 1024, 0}}, {}, {}},
    {"too_many", "64", {{0, 1024, 0}}, {}, {}},
};
INSTANTIATE_TEST_SUITE_P(, NumaFakeCases, testing::ValuesIn(kFakeCases),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace memmap::plugin
