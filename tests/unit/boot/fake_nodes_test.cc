// numa=fake= where the SRAT names a domain without memory.
#include <gtest/gtest.h>

#include "unit/boot/made_up_boot.h"

namespace memmap::boot {
namespace {

// Two nodes of half the memory each, and a third with a processor alone.
Machine three_nodes() {
  Machine m = machine();
  m.node_memory = {{.range = PhysRange::make(0, 512 * kMiB), .nid = 0},
                   {.range = PhysRange::make(512 * kMiB, kGiB), .nid = 1}};
  m.cpu_nodes = {0, 2};
  return m;
}

kernel::Profile emulating(kernel::Version version) {
  kernel::Profile p = profile(version);
  for (const char* option : {"NUMA", "ACPI_NUMA", "NUMA_EMU"}) p.config[option] = "true";
  return p;
}

// kernel: fix_pxm_node_maps(), drivers/acpi/numa/srat.c, v6.12
TEST(FakeNodes, ADomainWithoutMemoryKeepsANodeBehindThem) {
  Machine m = three_nodes();
  m.distances = {10, 21, 31, 21, 10, 41, 31, 41, 10};
  m.acpi_tables.push_back({"SLIT", PhysRange::make(0x3f004000, 0x3f004035)});
  const Outcome before = boot("numa=fake=2U", emulating({6, 12, 66}), m);
  const Outcome since = boot("numa=fake=2U", emulating({6, 12, 67}), m);
  ASSERT_FALSE(before.panicked);
  ASSERT_FALSE(since.panicked);
  EXPECT_EQ(before.state.nodes.online, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(since.state.nodes.online, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(before.state.possible_nodes, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(since.state.possible_nodes, (std::vector<int>{0, 1, 2, 3, 4}));
  constexpr std::string_view kTables = "distances between nodes";
  // The SLIT's, a copy, and that of the new nodes.
  EXPECT_EQ(asked(before, kTables), (Sizes{9, 9, 16}));
  EXPECT_EQ(asked(since, kTables), (Sizes{9, 9, 25}));
}

TEST(FakeNodes, ItWantsADistanceThatOnlyASlitHas) {
  EXPECT_FALSE(boot("numa=fake=2U", emulating({6, 12, 66}), three_nodes()).panicked);
  const Outcome since = boot("numa=fake=2U", emulating({6, 12, 67}), three_nodes());
  ASSERT_TRUE(since.panicked);
  EXPECT_TRUE(since.events.back().text.starts_with("BUG: kernel NULL pointer dereference"));
  Machine all = three_nodes();
  all.cpu_nodes = {0, 1};
  EXPECT_FALSE(boot("numa=fake=2U", emulating({6, 12, 67}), all).panicked);
}

}  // namespace
}  // namespace memmap::boot
