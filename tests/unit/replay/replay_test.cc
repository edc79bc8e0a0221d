#include "replay/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "replay/phases.h"
#include "report/answers/replay.h"
#include "unit/replay/logs.h"

namespace memmap::replay {
namespace {

using testing::HasSubstr;

kernel::Profile profile() {
  kernel::Profile p;
  p.name = "6.12.117+deb12-amd64";
  p.version = {6, 12, 117};
  return p;
}

Report run(const std::string& text, std::string_view command_line = {}) {
  const auto log = read(text);
  EXPECT_TRUE(log.ok()) << to_string(log.errors());
  return log.ok() ? replay(*log, settings_for(profile(), command_line)) : Report{};
}

std::string told(const Report& report) {
  return report::replay_to_text({"boot.log", "6.12.117+deb12-amd64", "", 0, {}}, report);
}

TEST(Replay, ARealBootAgrees) {
  const Report r = run(std::string(kBoot));
  EXPECT_EQ(r.mismatch_count, 0u) << told(r);
  EXPECT_EQ(r.allocations.checked, 4u);
  EXPECT_EQ(r.allocations.not_checked, 1u);  // NODE_DATA
  EXPECT_EQ(r.allocations.adopted, 0u);
  EXPECT_EQ(r.adds, 2u);
  EXPECT_EQ(r.reserves, 4u);
  EXPECT_EQ(r.frees, 1u);
  EXPECT_EQ(r.dumps, 2u);
  EXPECT_EQ(r.nodes, 5u);
  EXPECT_GT(r.regions_before, 0u);
}

struct Wrong {
  const char* name;
  const char* from;
  const char* to;
  const char* after;
  const char* want;
};

class ReplayWrong : public testing::TestWithParam<Wrong> {};

TEST_P(ReplayWrong, IsFoundAndToldOnce) {
  const Wrong& w = GetParam();
  const Report r = run(edited(w.from, w.to, w.after));
  EXPECT_EQ(r.mismatch_count, 1u) << told(r);
  EXPECT_THAT(told(r), HasSubstr(w.want));
}

INSTANTIATE_TEST_SUITE_P(
    All, ReplayWrong,
    testing::Values(
        // Lower than the highest place.
        Wrong{"address", "[0x000000007fede2c0-0x000000007fee22bf]",
              "[0x000000007fede280-0x000000007fee227f]", "",
              "boot.log:37: the kernel chose [0x7fede280-0x7fee227f], memmap "
              "[0x7fede2c0-0x7fee22bf]"},
        // A request that the kernel could not meet.
        Wrong{"nothing",
              "memblock_reserve: [0x000000007de00000-0x000000007fdfffff] "
              "memblock_alloc_range_nid+0xb5/0x160\n",
              "", "", "the kernel chose nothing, memmap [0x7de00000-0x7fdfffff]"},
        Wrong{"memory_dump", "memory size = 0x000000007ff7ec00", "memory size = 0x000000007ff7e000",
              "acpi_reserve", "memory size is 0x7ff7e000 in the kernel, 0x7ff7ec00 in memmap"},
        // A byte less than the kernel's dump shows.
        Wrong{
            "reserved_dump", "memblock_reserve: [0x000000007ffe0000-0x000000007ffe1ad7]",
            "memblock_reserve: [0x000000007ffe0000-0x000000007ffe1ac7]", "",
            "reserved size is 0x1008818 in the kernel, 0x1008808 in memmap; the lists differ from "
            "reserved[0x5] on"},
        Wrong{"trimmed_memory", "memblock_add: [0x0000000000001000-0x000000000009fbff]",
              "memblock_add: [0x0000000000001000-0x000000000009ebff]", "",
              "the lists differ from memory[0x0]"},
        Wrong{
            "grown", "memblock_alloc_exact_nid_raw: ",
            "memblock_reserve: [0x0000000070000000-0x0000000070001fff] "
            "memblock_double_array+0x1/0x2\nmemblock_alloc_exact_nid_raw: ",
            "",
            "boot.log:37: an array grew: the kernel's into [0x70000000-0x70001fff], memmap's into "
            "nothing"}),
    [](const auto& row) { return row.param.name; });

TEST(Replay, AMismatchShowsBothStates) {
  const Report r = run(
      edited("[0x000000007fede2c0-0x000000007fee22bf]", "[0x000000007fede280-0x000000007fee227f]"));
  ASSERT_EQ(r.mismatches.size(), 1u);
  const Mismatch& m = r.mismatches[0];
  EXPECT_EQ(m.kernel.chosen, PhysRange::make(0x7fede280, 0x7fee2280));
  EXPECT_EQ(m.memmap.chosen, PhysRange::make(0x7fede2c0, 0x7fee22c0));
  EXPECT_NE(m.kernel.reserved, m.memmap.reserved);
  const std::string text = told(r);
  EXPECT_THAT(text, HasSubstr("the kernel's state:\n"));
  EXPECT_THAT(text, HasSubstr("reserved [0x000000007fede280-0x000000007fee227f] flags"));
  EXPECT_THAT(text, HasSubstr("memmap's state:\n"));
  EXPECT_THAT(text, HasSubstr("reserved [0x000000007fede2c0-0x000000007fee3fff] flags"));
  const std::string json = report::replay_to_json({"boot.log", "k", "", 0, {}}, r);
  EXPECT_THAT(json, HasSubstr("\"chosen\": {\"base\": \"0x7fede280\", \"size\": \"0x4000\"}"));
}

// What the schema's tests take for the program's own.
TEST(Replay, JsonIsWhatTheSchemaIsTestedWith) {
  const Report r = run(
      edited("[0x000000007fede2c0-0x000000007fee22bf]", "[0x000000007fede280-0x000000007fee227f]"));
  std::ifstream in(MEMMAP_SOURCE_DIR "/tests/schema/replay/good/mismatch.json", std::ios::binary);
  const std::string want{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(report::replay_to_json({"boot.log", "6.12.117+deb12-amd64", "", 1, {"a note"}}, r),
            want);
}

// Bottom-up searches are derived from the command line.
TEST(Replay, MovableNodeSearchesBottomUp) {
  EXPECT_EQ(run(std::string(kBoot), "movable_node").mismatch_count, 2u);
  EXPECT_EQ(run(std::string(kBoot), "movable_node").derived.size(), 4u);
}

// Of a SLIT the table of distances comes while the SRAT is read; without one it is numa_emulation()'s.
TEST(Replay, ATableOfDistancesComesBeforeOrAfterTheNodesAreRead) {
  std::string text(kBoot);
  text.insert(text.find("memblock_reserve: [0x000000007fee22c0"),
              "memblock_phys_alloc_range: 16 bytes align=0x1000 from=0x0000000000000000 "
              "max_addr=0x000000007ffe0000 numa_alloc_distance+0x9f/0x13b\n"
              "memblock_reserve: [0x000000007fee1000-0x000000007fee100f] "
              "memblock_alloc_range_nid+0xb5/0x160\n");
  const auto log = read(text);
  ASSERT_TRUE(log.ok());
  EXPECT_FALSE(log->slit);
  const Phases firmwares = phases_of(log->entries);
  const Phases fakes = phases_of(log->entries, true);
  EXPECT_EQ(fakes.nodes_begin, firmwares.nodes_begin);
  EXPECT_EQ(firmwares.nodes_parsed, firmwares.nodes_begin + 2);
  EXPECT_EQ(fakes.nodes_parsed, fakes.nodes_begin);
  const auto reads_slit = [&](const std::string& lines) {
    std::string whole = text;
    whole.insert(whole.find("memblock_phys_alloc_range: 24576"), lines);
    const auto with = read(whole);
    return with.ok() && with->slit;
  };
  const std::string slit = "ACPI: SLIT 0x000000007FFE1ABC 000030 (v01 BOCHS  BXPC)\n";
  EXPECT_TRUE(reads_slit(slit));
  EXPECT_FALSE(reads_slit(slit + "ACPI: SLIT table looks invalid. Not used.\n"));
}

TEST(Replay, ALogCutBeforeTheFirstDumpBeginsThere) {
  const Report r = run(std::string(kBoot.substr(kBoot.find("MEMBLOCK"))));
  EXPECT_EQ(r.mismatch_count, 0u) << told(r);
  EXPECT_EQ(r.regions_before, 6u);
  EXPECT_EQ(r.dumps, 1u);
}

// Without a second dump nobody knows which node has which memory.
TEST(Replay, RequestsOfUnknownNodesAreAdopted) {
  std::string text(kBoot);
  const std::size_t second = text.find("MEMBLOCK", text.find("MEMBLOCK") + 1);
  text.erase(second, text.find("memblock_alloc_try_nid") - second);
  const Report r = run(text);
  EXPECT_EQ(r.mismatch_count, 0u) << told(r);
  EXPECT_EQ(r.allocations.adopted, 1u);
  EXPECT_EQ(r.allocations.checked, 3u);
}

TEST(Replay, MirroredMemoryIsTakenFromTheDump) {
  std::string text(kBoot);
  // The upper region is mirrored: the real mode trampoline does not fit there, so nothing changes.
  const std::size_t at = text.find("0x000000007fee0000 bytes on node 0 flags: 0x0");
  text.replace(at, 45, "0x000000007fee0000 bytes on node 0 flags: 0x2");
  const Report r = run(text, "kernelcore=mirror");
  EXPECT_EQ(r.mismatch_count, 0u) << told(r);
  EXPECT_EQ(r.flags, 1u);
}

// Each address of each allocation, moved up or down: found.
TEST(Replay, EveryWrongAddressIsFound) {
  const auto log = read(std::string(kBoot));
  ASSERT_TRUE(log.ok());
  std::size_t tried = 0;
  for (std::size_t i = 1; i < log->entries.size(); ++i) {
    if (!answers(log->entries[i - 1], log->entries[i])) continue;
    for (const std::uint64_t change : {std::uint64_t{kPageSize}, std::uint64_t{0} - kPageSize}) {
      Log wrong = *log;
      PhysRange& range = std::get<LoggedCall>(wrong.entries[i].what).range;
      range = PhysRange::make(raw(range.base()) + change, raw(range.end()) + change);
      EXPECT_GE(replay(wrong, settings_for(profile(), "")).mismatch_count, 1u) << i;
      ++tried;
    }
  }
  EXPECT_EQ(tried, 8u);
}

}  // namespace
}  // namespace memmap::replay
