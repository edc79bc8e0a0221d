// How far nodes are from each other, after boots of made-up machines.
#include "boot/distances.h"

#include <gtest/gtest.h>

#include "unit/boot/made_up_boot.h"

namespace memmap::boot {
namespace {

Machine two_nodes() {
  Machine m = machine();
  m.node_memory = {{.range = PhysRange::make(0, 512 * kMiB), .nid = 0},
                   {.range = PhysRange::make(512 * kMiB, kGiB), .nid = 1}};
  m.cpu_nodes = {0, 1};
  return m;
}

kernel::Profile of_nodes() {
  kernel::Profile p = profile();
  for (const char* option : {"NUMA", "ACPI_NUMA", "NUMA_EMU"}) p.config[option] = "true";
  return p;
}

// What `ask` says of the distances after a boot of `m`.
template <class Ask>
auto after_boot(const Machine& m, const std::string& line, const Ask& ask) {
  const kernel::Profile kernel = of_nodes();
  Options options = test::default_options();
  options.command_line = line;
  const Inputs in(m, kernel, options);
  const Outcome outcome = run(in);
  EXPECT_FALSE(outcome.panicked);
  return ask(in, outcome.state);
}

int far(const Machine& m, int from, int to, const std::string& line = {}) {
  return after_boot(m, line, [&](const Inputs& in, const State& state) {
    return NodeDistances(in, state)(from, to);
  });
}

TEST(NodeDistances, WithoutASlit) {
  EXPECT_EQ(far(two_nodes(), 1, 1), 10);
  EXPECT_EQ(far(two_nodes(), 0, 1), 20);
}

TEST(NodeDistances, TheSlitsRowsAreDomains) {
  Machine m = two_nodes();
  m.distances = {10, 11, 12, 21, 10, 22, 31, 32, 10};
  EXPECT_EQ(far(m, 0, 1), 11);
  m.node_domains = {2, 0};
  EXPECT_EQ(far(m, 0, 1), 31);
  EXPECT_EQ(far(m, 1, 0), 12);
  m.node_domains = {2, 7};  // not in the table
  EXPECT_EQ(far(m, 0, 1), 20);
}

TEST(NodeDistances, ASlitThatTheKernelRefusesTellsNothing) {
  Machine m = two_nodes();
  m.distances = {10, 10, 10, 10};
  EXPECT_EQ(far(m, 0, 1), 20);
  m.distances = {11, 15, 15, 10};
  EXPECT_EQ(far(m, 0, 1), 20);
}

TEST(NodeDistances, PartsOfANodeAreWithinIt) {
  Machine m = two_nodes();
  m.distances = {10, 17, 17, 10};
  const std::string line = "numa=fake=2U";  // 0 and 1 of node 0, 2 and 3 of node 1
  EXPECT_EQ(far(m, 0, 1, line), 10);
  EXPECT_EQ(far(m, 1, 2, line), 17);
}

TEST(NodeDistances, ASlitOfWhichOnlyThePlaceIsKnown) {
  const auto unknown = distances_are_unknown;
  Machine m = two_nodes();
  EXPECT_FALSE(after_boot(m, "", unknown));
  m.acpi_tables.push_back({"SLIT", PhysRange::make(0x3f004000, 0x3f004030)});
  EXPECT_TRUE(after_boot(m, "", unknown));
  EXPECT_FALSE(after_boot(m, "numa=off", unknown));
  m.distances = {10, 17, 17, 10};
  EXPECT_FALSE(after_boot(m, "", unknown));
}

}  // namespace
}  // namespace memmap::boot
