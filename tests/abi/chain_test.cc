// Whole boots with the kernel's own plugins, without some of them, and with others.
#include <gmock/gmock.h>

#include "boot/run.h"
#include "support/default_chain.h"

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

PluginHost& host() {
  static PluginHost host({{.path = MEMMAP_FIXTURES, .trust = Trust::foreign},
                          {.path = fs::path(MEMMAP_BUILD_DIR) / "plugins", .trust = Trust::own}});
  return host;
}

Machine machine() {
  Machine m;
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                    {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                    {PhysAddr{kMiB}, 1023 * kMiB, E820Type::ram}};
  m.pci = {{2 << 3, 0x8086, 0x0116}};
  return m;
}

kernel::Profile profile() {
  kernel::Profile p;
  p.version = {6, 12, 0};
  p.image = {.end_of_kernel_reserve = 0x2000000, .brk_base = 0x2000000, .end = 0x2030000};
  p.config["PCI"] = "true";
  return p;
}

boot::Outcome boot_with(const ChainWishes& wishes, const char* line = "",
                        const Machine& m = machine()) {
  const auto chain = Chain::create(host(), wishes);
  if (!chain) return ADD_FAILURE() << to_string(chain.errors()), boot::Outcome{};
  boot::Options options;
  options.command_line = line;
  chain->use_in(options);
  return boot::run(m, profile(), options);
}

std::uint64_t ram(const boot::Outcome& outcome) {
  std::uint64_t sum = 0;
  for (const E820Entry& e : outcome.state.e820.table.entries())
    sum += e.type == E820Type::ram ? e.size : 0;
  return sum;
}

std::uint64_t owned(const boot::Outcome& outcome, std::string_view plugin) {
  std::uint64_t sum = 0;
  for (const boot::Owned& o : outcome.owners) {
    if (o.words.starts_with(plugin)) sum += o.range.size();
  }
  return sum;
}

// The first event of a plugin's; none: an empty one.
Event told_by(const boot::Outcome& outcome, std::string_view plugin) {
  for (const Event& e : outcome.events) {
    if (e.by.starts_with(plugin)) return e;
  }
  return {};
}

TEST(Chain, EventsAndOwnersNameThePlugin) {
  const boot::Outcome outcome = boot_with({}, "mem=800M");
  EXPECT_TRUE(outcome.faults.empty());
  EXPECT_EQ(told_by(outcome, "trim_bios").by, "trim_bios: the BIOS's first page");
  EXPECT_EQ(told_by(outcome, "trim_bios").step, "trim_bios_range");
  EXPECT_EQ(told_by(outcome, "trim_bios").text,
            "e820: update [mem 0x00000000-0x00000fff] usable ==> reserved");
  EXPECT_EQ(told_by(outcome, "trim_limit").by, "trim_limit: mem=800M");
  EXPECT_EQ(told_by(outcome, "trim_limit").step, "parse_memopt");
  EXPECT_EQ(told_by(outcome, "numa_flat").text, "No NUMA configuration found");
  EXPECT_EQ(owned(outcome, "trim_snb: "), 5 * kPageSize);
  EXPECT_EQ(outcome.memblock_log.lines.size(), boot_with({}, "mem=800M").memblock_log.lines.size());
}

TEST(Chain, OneOfTheKernelsCanBeLeftOut) {
  EXPECT_EQ(ram(boot_with({.without = {"trim_bios"}})) - ram(boot_with({})), kPageSize);
  EXPECT_EQ(boot_with({.without = {"trim_limit"}}, "mem=512M").max_pfn, boot_with({}).max_pfn);
  EXPECT_EQ(owned(boot_with({.without = {"trim_snb"}}), "trim_snb"), 0u);
  const boot::Outcome whole = boot_with({.without = {"trim_partial_pages"}});
  EXPECT_EQ(raw(whole.state.memblock.memory().regions().front().range.end()), 0x9fc00u);
  EXPECT_EQ(raw(boot_with({}).state.memblock.memory().regions().front().range.end()), 0x9f000u);
}

TEST(Chain, OneOfTheKernelsGetsItsOptionsInItsPlace) {
  const boot::Outcome outcome =
      boot_with({.use = {{"trim_limit", {{"limit", "512M"}}}}}, "mem=256M");
  EXPECT_EQ(raw(outcome.state.max_pfn), 512 * kMiB / kPageSize);
  const auto chain = Chain::create(host(), {.use = {{"trim_limit", {{"limit", "512M"}}}}});
  boot::Options options;
  chain->use_in(options);
  EXPECT_EQ(options.trims.size(), 5u);
  EXPECT_EQ(options.trims[1]->name(), "trim_limit");
}

TEST(Chain, AnotherTrimComesAfterTheKernels) {
  const boot::Outcome outcome = boot_with({.use = {{"trim_badram", {{"memmap", "8K$512M"}}}}});
  EXPECT_EQ(owned(outcome, "trim_badram: bad memory"), 2 * kPageSize);
  EXPECT_EQ(told_by(outcome, "trim_badram").text,
            "memblock: reserve [mem 0x0000000020000000-0x0000000020001fff]");
  // Removes RAM entries below 1 MiB of size, when the firmware's map is sorted.
  EXPECT_EQ(ram(boot_with({.use = {{"trim_holes"}}})), 1023 * kMiB);
}

TEST(Chain, AnotherSourceOfNodesReplacesTheKernels) {
  Machine m = machine();
  m.node_memory = {{PhysRange::make(0, kGiB), 3, false}};
  EXPECT_EQ(boot_with({}, "", m).state.nodes.online, std::vector<int>{3});
  EXPECT_EQ(boot_with({.use = {{"numa_flat"}}}, "", m).state.nodes.online, std::vector<int>{0});
  EXPECT_EQ(boot_with({.without = {"numa_srat"}}, "", m).state.nodes.online, std::vector<int>{0});
  const boot::Outcome turns =
      boot_with({.use = {{"numa_interleave", {{"granule", "256M"}}}}}, "", m);
  EXPECT_EQ(turns.nodes.online, (std::vector<int>{0, 1}));
  EXPECT_EQ(turns.nodes.blocks.size(), 4u);
  EXPECT_EQ(boot_with({.use = {{"numa_fake", {{"split", "4"}}}}}, "", m).state.nodes.online,
            (std::vector<int>{0, 1, 2, 3}));
}

TEST(Chain, FirmwaresNodesThatTheKernelRefusesGiveWay) {
  Machine m = machine();
  m.node_memory = {{PhysRange::make(0, 512 * kMiB), 1, false}};  // leaves half out
  m.acpi_tables = {{"SLIT", PhysRange::make(0x3f002000, 0x3f002040)}};
  m.cpu_nodes = {1};
  const boot::Outcome outcome = boot_with({}, "", m);
  EXPECT_TRUE(outcome.faults.empty());
  EXPECT_EQ(outcome.state.nodes.online, std::vector<int>{0});
  // The table of distances that was made for them is given back.
  EXPECT_EQ(owned(outcome, "distances between nodes"), 0u);
}

TEST(Chain, ANonsenseAnswerEndsTheBootAndChangesNothing) {
  for (const char* lie : {"empty", "twice", "late_failure", "reserve", "none_after_all"}) {
    const boot::Outcome outcome = boot_with({.use = {{"liar", {{"lie", lie}}}}});
    ASSERT_FALSE(outcome.faults.empty()) << lie;
    EXPECT_THAT(outcome.faults[0].message, HasSubstr("plugin `liar`: run(): ")) << lie;
    // The kernel's own at that hook is done, nothing after it.
    EXPECT_EQ(ram(outcome), ram(boot_with({}))) << lie;
    EXPECT_EQ(raw(outcome.state.max_pfn), 0u) << lie;
    EXPECT_FALSE(told_by(outcome, "trim_bios").by.empty()) << lie;
  }
  const boot::Outcome outcome = boot_with({.use = {{"liar", {{"lie", "nid"}}}}});
  ASSERT_FALSE(outcome.faults.empty());
  EXPECT_TRUE(outcome.state.nodes.blocks.empty());
}

TEST(Chain, WishesThatCannotBeAreAllTold) {
  const auto chain = Chain::create(host(), {.use = {{"alloc_bottomup"},
                                                    {"alloc_topdown"},
                                                    {"trim_limit", {{"limit", "0"}}},
                                                    {"trim_bios"},
                                                    {"trim_bios"},
                                                    {"trim_mtrr"}},
                                            .without = {"trim_badram", "numa_flat", "trim_mtrr"}});
  ASSERT_FALSE(chain.ok());
  const std::string text = to_string(chain.errors());
  for (const char* part :
       {"`trim_badram`: cannot be left out, for it is not in the chain", "`numa_flat`: cannot be",
        "`trim_bios`: is in the chain once", "`trim_mtrr`: is named to be used, and to be left out",
        "one allocation policy at a time", "`limit`"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

}  // namespace
}  // namespace memmap::plugin
