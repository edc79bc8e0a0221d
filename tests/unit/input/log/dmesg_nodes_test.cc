#include "input/log/dmesg_nodes.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace memmap::input {
namespace {

Machine machine_of(const std::string& text) {
  Machine machine;
  NodeLines lines(machine);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.line(line);
  lines.finish();
  return machine;
}

constexpr const char* kTwoNodes =
    "ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x3fffffff]\n"
    "ACPI: SRAT: Node 1 PXM 1 [mem 0x40000000-0x7fffffff]\n";

TEST(NodeLines, ProcessorsOfTheSratInItsOrder) {
  const Machine m = machine_of(
      "SRAT: PXM 1 -> APIC 0x00 -> Node 0\n"
      "SRAT: PXM 0 -> APIC 0x01 -> Node 1\n" +
      std::string(kTwoNodes) + ".... node  #0, CPUs:      #1\n");
  EXPECT_EQ(m.cpu_nodes, (std::vector<int>{0, 1}));
  EXPECT_TRUE(m.notes.empty());
}

// Without the SRAT's lines, which kernels of today do not tell: numa2-3G-72, and a line between.
TEST(NodeLines, ProcessorsByTheNodesThatTheyAreStartedOn) {
  const Machine m = machine_of(std::string(kTwoNodes) +
                               "Initmem setup node 0 [mem 0x0000000000001000-0x000000003fffffff]\n"
                               "x86: Booting SMP configuration:\n"
                               ".... node  #0, CPUs:        #2\n"
                               "calibrate_delay_direct() failed\n"
                               "  #4\n"
                               ".... node  #1, CPUs:    #1  #3\n");
  EXPECT_EQ(m.cpu_nodes, (std::vector<int>{0, 1, 0, 1, 0}));
  EXPECT_TRUE(m.other_nodes.empty());
  ASSERT_EQ(m.notes.size(), 1u);
  EXPECT_NE(m.notes[0].find("boot processor"), std::string::npos);
}

TEST(NodeLines, OfOneNodeThereIsNothingToGuess) {
  const Machine m = machine_of(
      "ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x3fffffff]\n"
      ".... node  #0, CPUs:      #1\n");
  EXPECT_EQ(m.cpu_nodes, (std::vector<int>{0, 0}));
  EXPECT_TRUE(m.notes.empty());
}

TEST(NodeLines, NodesWithoutMemory) {
  const Machine m = machine_of(std::string(kTwoNodes) +
                               "Initmem setup node 2 as memoryless\n"
                               "Initmem setup node 3 [mem 0x0000000000000000-0x0000000000000000]\n"
                               ".... node  #2, CPUs:      #1\n");
  EXPECT_EQ(m.cpu_nodes, (std::vector<int>{0, 2}));
  EXPECT_EQ(m.other_nodes, (std::vector<int>{3}));
}

// Without an SRAT the kernel makes up the nodes; with numa=fake= their numbers are those of parts.
TEST(NodeLines, OfNodesThatAreNotFirmwaresNothing) {
  const std::string started =
      "Initmem setup node 1 as memoryless\n"
      ".... node  #1, CPUs:      #1\n";
  EXPECT_TRUE(machine_of(started).cpu_nodes.empty());
  const Machine m =
      machine_of(kTwoNodes + ("Faking node 0 at [mem 0x0-0x1fffffff] (512MB)\n" + started));
  EXPECT_TRUE(m.cpu_nodes.empty());
  EXPECT_TRUE(m.other_nodes.empty());
  EXPECT_EQ(m.node_memory.size(), 2u);
}

TEST(NodeLines, DamagedLinesArePassedOver) {
  const Machine m = machine_of(std::string(kTwoNodes) +
                               ".... node  #1024, CPUs:   #1\n"
                               ".... node  #1\n"
                               ".... node  #1, CPUs:   #99999 #1\n"
                               "  #x\n"
                               "#\n"
                               "Initmem setup node x as memoryless\n");
  EXPECT_TRUE(m.cpu_nodes.empty());
  EXPECT_TRUE(m.other_nodes.empty());
}

}  // namespace
}  // namespace memmap::input
